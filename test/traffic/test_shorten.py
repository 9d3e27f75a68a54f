# SPDX-License-Identifier: Apache-2.0
"""Needless loops go; what is left is still legal and still brings everybody where it should."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from traffic.maps import line, tee
from traffic.problems import Case
from traffic.test_lacam import MANY, SMALL, cases

from suwon_fleet.traffic import lacam
from suwon_fleet.traffic.shorten import drop_loops


@given(cases())
@settings(max_examples=100, deadline=None)
def test_what_is_left_is_legal_and_serves_all(case: Case) -> None:
    outcome, moves = lacam.solve(case.graph, case.problem, MANY)
    if outcome == lacam.SOLVED:
        shorter = drop_loops(case.graph, case.problem, case.bounded, moves)
        assert len(shorter) <= len(moves)
        case.judge(shorter)


def moves_of(case: Case, *steps: tuple[int, str, str]) -> np.ndarray:
    at, between = case.roadmap.vertex_of, case.roadmap.edge_between
    rows = [(robot, between[at[tail], at[head]]) for robot, tail, head in steps]
    return np.array(rows, dtype=np.int32)


def test_a_loop_that_helps_nobody_is_dropped() -> None:
    case = Case(line(3), [SMALL], [(0, "n0", "n2")])
    moves = moves_of(case, (0, "n0", "n1"), (0, "n1", "n0"), (0, "n0", "n1"), (0, "n1", "n2"))
    assert len(drop_loops(case.graph, case.problem, case.bounded, moves)) == 2


def test_a_loop_that_lets_another_by_is_kept() -> None:
    case = Case(tee(), [SMALL], [(0, "a", "c"), (0, "b", None)])
    moves = moves_of(
        case, (1, "b", "d"), (0, "a", "b"), (0, "b", "c"), (1, "d", "b"), (1, "b", "d")
    )
    kept = drop_loops(case.graph, case.problem, case.bounded, moves)
    assert kept[:3].tolist() == moves[:3].tolist()
    assert len(kept) == 3


def test_a_loop_on_which_the_goal_lies_is_kept() -> None:
    case = Case(line(3), [SMALL], [(0, "n0", "n2")])
    moves = moves_of(case, (0, "n0", "n1"), (0, "n1", "n2"), (0, "n2", "n1"), (0, "n1", "n0"))
    assert len(drop_loops(case.graph, case.problem, case.bounded, moves)) == 4
