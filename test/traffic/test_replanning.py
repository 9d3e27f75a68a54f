# SPDX-License-Identifier: Apache-2.0
"""Who starves is served at last, but not at the cost of everybody else for good."""

from __future__ import annotations

import numpy as np

from suwon_fleet.traffic.planner import Planned
from suwon_fleet.traffic.precedence import Plan
from suwon_fleet.traffic.replanning import A_CROWD, KEPT_S, REST, SECOND, Replanning

NOBODY = np.empty(0, dtype=np.int32)
NO_PLAN = Plan(*[NOBODY] * len(Plan._fields))


def planned(put_off: set[int], *, is_crowd: bool = False) -> Planned:
    """A plan of no moves, for robots that do not matter."""
    moves = np.empty((0, 2), dtype=np.int32)
    return Planned(NOBODY, moves, NO_PLAN, is_crowd, {}, frozenset(put_off), cost_s=10.0)


def test_a_plan_is_kept_for_the_starving_robot_that_it_serves() -> None:
    """It was kept as long as any starved, and those that it held up began to."""
    replanning = Replanning()
    replanning.note(0, planned({2, 3}), [1, 2, 3], is_hurried=False)
    assert replanning.kept_for == (1,)
    assert replanning.is_kept(int(KEPT_S) * SECOND)
    assert not replanning.is_kept(int(KEPT_S + 2 * 10.0) * SECOND)
    assert replanning.may_look(1), "it held up a few only: the next one may be looked for"


def test_after_a_plan_that_held_up_a_crowd_the_crowd_goes_on_for_a_while() -> None:
    replanning = Replanning()
    held_up = set(range(2, 2 + A_CROWD))
    replanning.note(0, planned(held_up | {99}), [1], is_hurried=False)
    kept_s = int(KEPT_S + 2 * 10.0)
    assert not replanning.may_look((1 + REST) * kept_s * SECOND - 1)
    assert replanning.may_look((1 + REST) * kept_s * SECOND)


def test_a_plan_that_serves_none_of_those_who_starve_is_not_kept_for_them() -> None:
    for none in (planned({1}), planned(set(), is_crowd=True)):
        replanning = Replanning()
        replanning.note(0, none, [1], is_hurried=False)
        assert replanning.kept_for == ()
        assert not replanning.may_look(int(KEPT_S) * SECOND - 1)
        assert replanning.may_look(int(KEPT_S) * SECOND)


def test_robots_that_stand_are_looked_at_in_crowds_and_now_and_then() -> None:
    replanning = Replanning()
    assert not replanning.may_let_on(0), "there is no crowd"
    replanning.note(0, planned(set(), is_crowd=True), [], is_hurried=False)
    assert [s for s in range(25) if replanning.may_let_on(s * SECOND)] == [0, 10, 20]
