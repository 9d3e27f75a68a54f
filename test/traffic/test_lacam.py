# SPDX-License-Identifier: Apache-2.0
"""LaCAM: finds moves whenever there are any, and only moves that bodies can make."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic.drive import kind, site_of
from traffic.maps import grids, line, ring, tee
from traffic.problems import Case

from suwon_fleet.core.sitemap import SiteMap, Zone, ZoneKind
from suwon_fleet.traffic import lacam

SMALL, LARGE = kind("small"), kind("large", radius_m=0.9)
MANY = 20_000


@st.composite
def cases(draw: st.DrawFn, most_nodes: int = 6, most_robots: int = 3) -> Case:
    """One to three robots on a small grid, of two sizes, some with goals."""
    site = draw(grids(most=most_nodes))
    names = [node.id for node in site.nodes]
    starts = draw(st.permutations(names))[: draw(st.integers(1, min(most_robots, len(names))))]
    robots = [
        (draw(st.integers(0, 1)), start, draw(st.sampled_from([None, *names]))) for start in starts
    ]
    return Case(site, [SMALL, LARGE], robots)


@given(cases())
@settings(max_examples=150, deadline=None)
def test_an_answer_is_found_if_and_only_if_there_is_one(case: Case) -> None:
    outcome, moves = lacam.solve(case.graph, case.problem, MANY)
    if outcome == lacam.SOLVED:
        case.judge(moves)
    else:
        assert outcome == lacam.IMPOSSIBLE
        assert not case.has_answer()


def test_two_robots_cannot_pass_in_a_narrow_way() -> None:
    case = Case(line(4), [SMALL], [(0, "n0", "n3"), (0, "n3", "n0")])
    assert lacam.solve(case.graph, case.problem, MANY)[0] == lacam.IMPOSSIBLE


def test_two_robots_pass_where_there_is_a_bay() -> None:
    case = Case(tee(), [SMALL], [(0, "a", "c"), (0, "c", "a")])
    outcome, moves = lacam.solve(case.graph, case.problem, MANY)
    assert outcome == lacam.SOLVED
    case.judge(moves)
    assert len(moves) == 6


def test_a_robot_without_a_goal_makes_way() -> None:
    case = Case(tee(), [SMALL], [(0, "a", "c"), (0, "b", None)])
    outcome, moves = lacam.solve(case.graph, case.problem, MANY)
    assert outcome == lacam.SOLVED
    case.judge(moves)


def test_a_full_ring_cannot_turn_because_robots_move_one_after_another() -> None:
    names = [f"n{number}" for number in range(6)]
    robots = [(0, name, names[(number + 1) % 6]) for number, name in enumerate(names)]
    case = Case(ring(6), [SMALL], robots)
    assert lacam.solve(case.graph, case.problem, MANY)[0] == lacam.IMPOSSIBLE


def test_a_ring_with_one_gap_turns() -> None:
    names = [f"n{number}" for number in range(6)]
    robots = [(0, name, names[(number + 1) % 6]) for number, name in enumerate(names[:5])]
    case = Case(ring(6), [SMALL], robots)
    outcome, moves = lacam.solve(case.graph, case.problem, MANY)
    assert outcome == lacam.SOLVED
    case.judge(moves)
    assert len(moves) == 5


def test_too_few_configurations_say_so() -> None:
    case = Case(tee(), [SMALL], [(0, "a", "c"), (0, "c", "a")])
    assert lacam.solve(case.graph, case.problem, 2)[0] == lacam.GAVE_UP


@pytest.mark.parametrize(("capacity", "outcome"), [(1, lacam.IMPOSSIBLE), (2, lacam.SOLVED)])
def test_a_zone_takes_no_more_robots_than_it_has_room_for(capacity: int, outcome: int) -> None:
    site = _with_zone(capacity)
    case = Case(site, [SMALL], [(0, "a", "c"), (0, "d", "b")])
    problem = case.problem
    one_way = [lane.id in ("a-b", "b-c", "d-b") for lane in case.roadmap.site.lanes]
    problem.is_open[0] = np.array(one_way)[case.roadmap.edge_lane]
    found, moves = lacam.solve(case.graph, problem, MANY)
    assert found == outcome
    if found == lacam.SOLVED:
        case.judge(moves)


def _with_zone(capacity: int) -> SiteMap:
    area = ((2.0, -1.0), (6.0, -1.0), (6.0, 1.0), (2.0, 1.0))
    return site_of(
        {"a": (0, 0), "b": (2.4, 0), "c": (4.8, 0), "d": (2.4, 2.4)},
        [("a", "b"), ("b", "c"), ("d", "b")],
        zones=(Zone("hall", ZoneKind.HALL, area, capacity=capacity),),
    )


@given(cases())
@settings(max_examples=20, deadline=None)
def test_the_same_problem_has_the_same_answer(case: Case) -> None:
    first, second = (lacam.solve(case.graph, case.problem, MANY)[1] for _ in range(2))
    assert first.tolist() == second.tolist()
