# SPDX-License-Identifier: Apache-2.0
"""Robots sent aside move as bodies can, and leave the way where there is room for them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from traffic.drive import site_of
from traffic.maps import line, tee
from traffic.problems import Case
from traffic.test_lacam import SMALL, cases

from suwon_fleet.traffic import lacam
from suwon_fleet.traffic.aside import in_its_way, send_aside


@given(cases(most_nodes=8, most_robots=4))
@settings(max_examples=150, deadline=None)
def test_moves_are_legal_and_lead_to_the_problem_that_is_left(case: Case) -> None:
    rest, aside = send_aside(case.graph, case.problem, 0)
    asks_nothing = np.full(len(rest.start), np.inf, dtype=np.float32)
    case.problem = case.problem._replace(until=asks_nothing)
    case.judge(aside)
    at = case.problem.start.copy()
    for robot, edge in aside:
        at[robot] = case.graph.edge_to[edge]
    assert np.array_equal(rest.start, at)
    assert 0 not in aside[:, 0]


@given(cases(most_nodes=8, most_robots=4))
@settings(max_examples=100, deadline=None)
def test_who_was_not_in_the_way_is_left_alone(case: Case) -> None:
    avoid = in_its_way(case.graph, case.problem, 0)
    _, aside = send_aside(case.graph, case.problem, 0)
    for robot in set(aside[:, 0].tolist()):
        assert avoid[case.problem.kind[robot], case.problem.start[robot]]


def test_a_row_of_robots_comes_out_of_a_blind_alley() -> None:
    spots = {f"n{x}": (2.0 * x, 0.0) for x in range(8)} | {f"m{x}": (2.0 * x, 2.0) for x in (2, 3)}
    ways = [*((f"n{x}", f"n{x + 1}") for x in range(7)), ("n2", "m2"), ("n3", "m3")]
    site = site_of(spots, ways)
    case = Case(site, [SMALL], [(0, "n0", "n7"), (0, "n6", None), (0, "n5", None)])
    rest, aside = send_aside(case.graph, case.problem, 0)
    names = [case.roadmap.vertex_names[vertex] for vertex in rest.start]
    assert sorted(names[1:]) == ["m2", "m3"]
    outcome, moves = lacam.solve(case.graph, rest, 100)
    assert outcome == lacam.SOLVED
    case.judge(np.concatenate((aside, moves)))


def test_where_there_is_no_room_nobody_moves() -> None:
    case = Case(line(4), [SMALL], [(0, "n0", "n3"), (0, "n2", None)])
    rest, aside = send_aside(case.graph, case.problem, 0)
    assert not len(aside)
    assert np.array_equal(rest.start, case.problem.start)


def test_one_that_stands_in_the_way_makes_room() -> None:
    case = Case(tee(), [SMALL], [(0, "a", "c"), (0, "b", None)])
    _, aside = send_aside(case.graph, case.problem, 0)
    assert [robot for robot, _ in aside] == [1]
