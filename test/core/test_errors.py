# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pickle

import pytest

from suwon_fleet.core.errors import (
    BadInput,
    Broken,
    FleetError,
    Problem,
    Reason,
    Rejected,
    Severity,
    Unreachable,
)

TYPO = Problem("unknown-key", "map.yaml:3:5", "no key 'lanse'", "did you mean 'lanes'?")
ODD = Problem("far-place", "places[2]", "it is 9 m off", "move it", Severity.WARNING)


def test_a_problem_says_where_what_and_how_to_mend_it() -> None:
    assert str(TYPO) == ("map.yaml:3:5: error: no key 'lanse' [unknown-key]; did you mean 'lanes'?")
    assert str(ODD).startswith("places[2]: warning: ")


def test_a_bad_input_tells_all_its_problems_one_a_line() -> None:
    error = BadInput([TYPO, ODD])
    assert error.problems == (TYPO, ODD)
    assert str(error).splitlines() == [str(TYPO), str(ODD)]


def test_facts_of_a_reason_are_text_in_the_order_given() -> None:
    reason = Reason.of("battery-low", soc=0.25, robot="r1", code="x")
    assert reason.code == "battery-low"
    assert reason.facts == (("soc", "0.25"), ("robot", "r1"), ("code", "x"))
    assert reason == Reason.of("battery-low", soc="0.25", robot="r1", code="x")
    assert hash(reason) == hash(pickle.loads(pickle.dumps(reason)))


def test_a_rejection_carries_its_reason() -> None:
    error = Rejected(Reason.of("zone-closed", zone="plaza"))
    assert error.reason.code == "zone-closed"
    assert "zone-closed" in str(error)
    assert "plaza" in str(error)


@pytest.mark.parametrize(
    "error",
    [
        BadInput([TYPO]),
        Rejected(Reason("x")),
        Unreachable("r1"),
        Broken("two robots on one vertex"),
    ],
)
def test_every_error_we_raise_on_purpose_is_a_fleet_error(error: Exception) -> None:
    assert isinstance(error, FleetError)
    assert str(error)
