# SPDX-License-Identifier: Apache-2.0
"""Quick dataclasses are made as others are, and are as frozen."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from suwon_fleet.core.quick import quick


@dataclass(frozen=True, slots=True)
class Plain:
    name: str
    x_m: float
    faults: tuple[str, ...] = ()
    level: str | None = "ground"


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    name: str
    x_m: float
    faults: tuple[str, ...] = ()
    level: str | None = "ground"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (("r-1", 1.0), {}),
        (("r-1",), {"x_m": 2.0, "level": None}),
        ((), {"x_m": 2.0, "name": "r-2", "faults": ("hot",)}),
        (("r-1", 1.0, ("hot",), "up"), {}),
    ],
)
def test_it_takes_what_a_dataclass_takes(
    given: tuple[object, ...], named: dict[str, object]
) -> None:
    plain, told = Plain(*given, **named), Quick(*given, **named)  # type: ignore[arg-type]
    assert repr(told) == repr(plain).replace("Plain", "Quick")
    assert replace(told, x_m=5.0) == Quick(told.name, 5.0, told.faults, told.level)
    assert pickle.loads(pickle.dumps(told)) == told
    assert hash(told) == hash(plain)


def test_what_is_missing_or_strange_is_refused() -> None:
    with pytest.raises(TypeError, match="x_m"):
        Quick("r-1")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="y_m"):
        Quick("r-1", 1.0, y_m=2.0)  # type: ignore[call-arg]


def test_it_stays_as_it_was_made() -> None:
    told = Quick("r-1", 1.0)
    with pytest.raises(FrozenInstanceError):
        told.x_m = 2.0  # type: ignore[misc]
