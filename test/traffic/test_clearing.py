# SPDX-License-Identifier: Apache-2.0
"""A way that is cleared: all moves are such as bodies can make; the robot comes where it wants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from traffic.drive import site_of
from traffic.maps import line, tee
from traffic.problems import Case
from traffic.test_lacam import SMALL, cases

from suwon_fleet.traffic.clearing import back_off, clear_way
from suwon_fleet.traffic.problem import Graph, Problem
from suwon_fleet.traffic.roadmap import Ints

Clear = Callable[[Graph, Problem, int], tuple[Problem, Ints] | None]


@pytest.mark.parametrize("clear", [clear_way, back_off])
@given(case=cases(most_nodes=8, most_robots=4))
@settings(max_examples=200, deadline=None)
def test_moves_are_legal_and_lead_to_the_problem_that_is_left(clear: Clear, case: Case) -> None:
    wants = case.problem.until.copy()
    wants[1:] = np.inf
    case.problem = case.problem._replace(until=wants)
    if cleared := clear(case.graph, case.problem, 0):
        rest, moves = cleared
        case.judge(moves)  # robot 0 arrives, too
        at = case.problem.start.copy()
        for robot, edge in moves:
            at[robot] = case.graph.edge_to[edge]
        assert np.array_equal(rest.start, at)
        for zone in range(len(rest.room)):
            came, went = (inside(case, here, zone) for here in (at, case.problem.start))
            assert rest.room[zone] == case.problem.room[zone] - came + went


def inside(case: Case, vertices: np.ndarray, zone: int) -> int:
    """How many stand in a zone."""
    graph = case.graph
    zones = [graph.zone_ids[graph.zone_ptr[v] : graph.zone_ptr[v + 1]] for v in vertices]
    return sum(zone in of_one for of_one in zones)


@given(cases(most_nodes=8, most_robots=4))
@settings(max_examples=100, deadline=None)
def test_it_is_the_same_every_time_and_the_problem_stays_as_it_was(case: Case) -> None:
    start, room = case.problem.start.copy(), case.problem.room.copy()
    first, second = (clear_way(case.graph, case.problem, 0) for _ in range(2))
    assert np.array_equal(case.problem.start, start)
    assert np.array_equal(case.problem.room, room)
    assert (first is None) == (second is None)
    if first and second:
        assert np.array_equal(first[1], second[1])


def test_a_row_of_robots_comes_out_of_a_blind_alley() -> None:
    spots = {f"n{x}": (2.0 * x, 0.0) for x in range(8)} | {f"m{x}": (2.0 * x, 2.0) for x in (2, 3)}
    ways = [*((f"n{x}", f"n{x + 1}") for x in range(7)), ("n2", "m2"), ("n3", "m3")]
    site = site_of(spots, ways)
    case = Case(site, [SMALL], [(0, "n0", "n7"), (0, "n6", None), (0, "n5", None)])
    assert comes_out(case) == {"n7", "m2", "m3"}


def test_who_makes_way_pushes_others_on() -> None:
    """Whoever stands in the branch has to go on before anybody else can get into it."""
    spots = {f"n{x}": (2.0 * x, 0.0) for x in range(5)} | {f"m{y}": (4.0, 2.0 * y) for y in (1, 2)}
    ways = [*((f"n{x}", f"n{x + 1}") for x in range(4)), ("n2", "m1"), ("m1", "m2")]
    robots = [(0, "n0", "n4"), (0, "n3", None), (0, "m1", None)]
    assert comes_out(Case(site_of(spots, ways), [SMALL], robots)) == {"n4", "m1", "m2"}


def test_who_shuts_others_in_lets_them_out_first() -> None:
    """At the mouth of a blind alley, others in it: out come those it has to pass, then in it goes."""
    spots = {f"n{x}": (2.0 * x, 0.0) for x in range(8)} | {
        f"m{y}": (6.0, 2.0 * y) for y in (1, 2, 3)
    }
    ways = [*((f"n{x}", f"n{x + 1}") for x in range(7)), ("n3", "m1"), ("m1", "m2"), ("m2", "m3")]
    robots = [(0, "n4", "n6"), (0, "n5", None), (0, "n6", None), (0, "n7", None)]
    case = Case(site_of(spots, ways), [SMALL], robots)
    assert clear_way(case.graph, case.problem, 0) is None
    assert comes_out(case, back_off) >= {"n6", "n7"}


def comes_out(case: Case, clear: Clear = clear_way) -> set[str]:
    """Where all stand once the way was cleared."""
    cleared = clear(case.graph, case.problem, 0)
    assert cleared
    case.judge(cleared[1])
    return {case.roadmap.vertex_names[vertex] for vertex in cleared[0].start}


def test_where_there_is_no_room_there_is_no_way() -> None:
    case = Case(line(4), [SMALL], [(0, "n0", "n3"), (0, "n2", None)])
    assert clear_way(case.graph, case.problem, 0) is None


def test_one_that_stands_in_the_way_makes_room() -> None:
    case = Case(tee(), [SMALL], [(0, "a", "c"), (0, "b", None)])
    cleared = clear_way(case.graph, case.problem, 0)
    assert cleared
    assert {robot for robot, _ in cleared[1]} == {0, 1}
