# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest
from traffic.streets import street

from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.federation.groups import Groups
from suwon_fleet.wire.groups import FORMAT, load_groups

GOOD = f"format: {FORMAT}\nrest: yard\ngroups:\n  west: [west]\n  east: [east]\n"


def read(tmp_path: Path, text: str) -> Groups:
    path = tmp_path / "groups.yaml"
    path.write_text(text, encoding="utf-8")
    return load_groups(path, street())


def test_groups_are_read(tmp_path: Path) -> None:
    groups = read(tmp_path, GOOD)
    assert groups.names == ("east", "west", "yard")
    assert groups.of(("nothing", "east")) == "east"
    assert groups.of(()) == "yard"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[east]", "[east, west]", "zone-in-two-groups"),
        ("[east]", "[eest]", "no-such-zone"),
        ("[east]", "east", "wrong-type"),
        ("rest: yard", "rest: The Yard", "bad-group"),
        ("  west:", "  West:", "bad-group"),
        ("  west:", "  _west:", "bad-group"),
        (FORMAT, "suwon_fleet/groups@2", "wrong-format"),
        ("rest: yard", "site: belt", "wrong-site"),
        ("rest: yard", "remainder: yard", "unknown-key"),
        (GOOD, f"format: {FORMAT}\n", "missing-key"),
        (GOOD, "", "empty"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, GOOD.replace(old, new))
    assert code in [problem.code for problem in refused.value.problems]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        load_groups(tmp_path / "none.yaml", street())
