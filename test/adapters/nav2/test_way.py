# SPDX-License-Identifier: Apache-2.0
"""Granted paths cut into goals."""

from __future__ import annotations

import math

from suwon_fleet.adapters.nav2.way import Way
from suwon_fleet.core.robots.command import Grant, Waypoint


def grant(first: int, *points: tuple[float, float], hold_s: float = 0.0) -> Grant:
    return Grant("r", first, tuple(Waypoint(x, y, "ground", 1.0, "", hold_s) for x, y in points))


def bent() -> Way:
    """East along y = 0, then north."""
    way = Way()
    way.extend(grant(0, (0, 0), (1, 0), (2, 0.05), (3, 0), (3, 1), (3, 2)))
    way.reach(0)
    return way


def test_a_goal_ends_where_the_path_bends() -> None:
    way = bent()
    assert way.target() == 3
    assert math.isclose(way.heading(3, 0.0), math.pi / 2), "it faces the way it will go on"
    way.reach(3)
    assert way.target() == 5
    way.reach(5)
    assert way.target() is None


def test_the_first_vertex_is_a_goal_of_its_own() -> None:
    way = Way()
    way.extend(grant(0, (0, 0), (1, 0)))
    assert way.target() == 0
    assert way.heading(0, 9.0) == 0.0
    alone = Way()
    alone.extend(grant(0, (0, 0)))
    assert alone.heading(0, 1.5) == 1.5, "it need not turn on the spot"


def test_grants_heard_twice_and_grants_with_a_gap_change_nothing() -> None:
    way = bent()
    way.extend(grant(2, (2, 0.05), (3, 0)))
    way.extend(grant(9, (9, 9)))
    assert way.granted_index == 5
    way.extend(grant(5, (3, 2), (3, 3)))
    assert way.granted_index == 6
    assert way[6].y_m == 3


def test_vertices_are_passed_once_they_are_behind() -> None:
    way = bent()
    way.pass_to(1.04, 0.0, 3)
    assert way.reached == 0, "rather late than early"
    way.pass_to(1.06, 0.0, 3)
    assert way.reached == 1
    way.pass_to(2.5, 1.5, 3)
    assert way.reached == 1, "so far beside the path nothing is passed"
    way.pass_to(9.0, 0.0, 3)
    assert way.reached == 2, "the end of the stretch is reached when its goal says so"


def test_a_wait_begins_a_stretch() -> None:
    way = bent()
    way.reach(3)
    way.extend(grant(6, (3, 3), hold_s=5.0))
    assert way.target() == 5


def test_there_and_back_is_no_straight_line() -> None:
    way = Way()
    way.extend(grant(0, (0, 0), (2, 0), (1, 0)))
    way.reach(0)
    assert way.target() == 1
