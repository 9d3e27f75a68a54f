# SPDX-License-Identifier: Apache-2.0
"""The judge must be able to say guilty: every kind of violation, made by hand, is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic.drive import kind

from suwon_fleet.core.robots.command import Grant, Waypoint
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Node, SiteMap, Zone, ZoneKind
from suwon_fleet.traffic.checker import KEPT, STALL_S, Checker

UPPER = "L2"
NODES = {
    "a": Node("a", 0.0, 0.0),
    "b": Node("b", 5.0, 0.0),
    "c": Node("c", 10.0, 0.0),
    "d": Node("d", 10.0, 0.0, UPPER),
    "e": Node("e", 15.0, 0.0, UPPER),
    "f": Node("f", 0.0, 5.0),
    "g": Node("g", 5.0, 5.0),
    "s": Node("s", 0.0, -5.0),
}
ONE_WAY = Lane("f-g", "f", "g", LaneKind.INDOOR)
STAIRS = Lane("a-s", "a", "s", LaneKind.STAIRS)
LANES = tuple(
    Lane(f"{x}-{y}", x, y, LaneKind.LIFT if {x, y} == {"c", "d"} else LaneKind.INDOOR)
    for way in ("ab", "bc", "cd", "de", "af", "bg")
    for x, y in (way, way[::-1])
)
SITE = SiteMap(
    "court", (Level(GROUND), Level(UPPER, 4.0)), tuple(NODES.values()), (*LANES, ONE_WAY, STAIRS)
)
SMALL = replace(kind("small", radius_m=0.3), lane_kinds=frozenset(LaneKind) - {LaneKind.STAIRS})
LARGE = replace(kind("large", radius_m=0.6), lane_kinds=SMALL.lane_kinds)


def judge() -> Checker:
    return Checker(SITE, {"r1": SMALL, "r2": LARGE})


def point(x: float, y: float = 0.0, lane: str = "", level: str = GROUND) -> Waypoint:
    return Waypoint(x, y, level, 1.0, lane)


def way(names: str) -> list[Waypoint]:
    """Waypoints over nodes, each one letter."""
    tails = [None, *names]
    return [
        point(NODES[head].x_m, NODES[head].y_m, f"{tail}-{head}" if tail else "", NODES[head].level)
        for tail, head in zip(tails, names, strict=False)
    ]


def grant(robot: str, waypoints: str | Sequence[Waypoint], first: int = 0) -> Grant:
    points = way(waypoints) if isinstance(waypoints, str) else waypoints
    return Grant(robot, first, tuple(points))


def found(checker: Checker) -> dict[str, int]:
    assert len(checker.violations) == sum(min(count, KEPT) for count in checker.counts.values())
    return checker.counts


# Bodies


def test_bodies_that_overlap_collide() -> None:
    checker = judge()
    checker.see(1.0, {"r1": Pose(0.0, 0.0), "r2": Pose(0.89, 0.0)})
    assert checker.collisions == 1
    (violation,) = checker.violations
    assert (violation.what, violation.at_s) == ("collision", 1.0)
    assert violation.robots == ("r1", "r2")
    assert "0.890 m" in violation.detail


@pytest.mark.parametrize("other", [Pose(0.91, 0.0), Pose(0.0, 0.0, 0.0, UPPER)])
def test_bodies_that_do_not_touch_or_are_on_other_levels_do_not(other: Pose) -> None:
    checker = judge()
    checker.see(1.0, {"r1": Pose(0.0, 0.0), "r2": other})
    assert found(checker) == {}


def test_a_collision_counts_once_until_the_bodies_part() -> None:
    checker = judge()
    for at_s, x in enumerate([0.5, 0.4, 0.5, 3.0, 0.5]):
        checker.see(float(at_s), {"r1": Pose(0.0, 0.0), "r2": Pose(x, 0.0)})
    assert checker.collisions == 2


def test_one_robot_alone_collides_with_nobody() -> None:
    checker = Checker(SITE, {"r1": SMALL})
    checker.see(1.0, {"r1": Pose(0.0, 0.0)})
    assert found(checker) == {}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3), st.booleans()), max_size=6))
def test_finds_a_collision_exactly_when_two_bodies_overlap(
    bodies: list[tuple[float, float, bool]],
) -> None:
    names = [f"r{number}" for number in range(len(bodies))]
    poses = {
        name: Pose(x, y, 0.0, UPPER if up else GROUND)
        for name, (x, y, up) in zip(names, bodies, strict=True)
    }
    checker = Checker(SITE, dict.fromkeys(names, SMALL))
    checker.see(0.0, poses)
    overlaps = {
        (one, other)
        for one in names
        for other in names
        if one < other
        and poses[one].level == poses[other].level
        and (poses[one].x_m - poses[other].x_m) ** 2 + (poses[one].y_m - poses[other].y_m) ** 2
        < (2 * 0.3 - 1e-6) ** 2
    }
    assert {violation.robots for violation in checker.violations} == overlaps


# Grants


def test_a_way_along_the_lanes_is_legal() -> None:
    checker = judge()
    checker.granted(grant("r1", "ab"), 0.0)
    checker.granted(grant("r1", way("abcde")[2:], 2), 1.0)
    checker.granted(grant("r1", "abcde"), 2.0)
    assert found(checker) == {}
    assert checker.illegal == 0


def test_a_lane_may_be_driven_in_pieces() -> None:
    checker = judge()
    pieces = [point(x, 0.0, "a-b" if x else "") for x in (0.0, 1.0, 2.5, 5.0)]
    checker.granted(grant("r1", pieces), 0.0)
    assert found(checker) == {}


@pytest.mark.parametrize(
    ("waypoints", "says"),
    [
        ([point(0.0), point(5.0, 0.0, "a-z")], "no lane 'a-z'"),
        ([point(0.0), point(5.0, 0.5, "a-b")], "not on lane a-b"),
        ([point(0.0), point(5.0, 0.0, "a-b", UPPER)], "not on lane a-b"),
        ([point(0.0), point(6.0, 0.0, "a-b")], "beyond lane a-b"),
        ([point(5.0), point(0.0, 0.0, "a-b")], "against lane a-b"),
        ([point(0.0), point(0.0, 0.0, "a-b")], "against lane a-b"),
        ([point(0.0, 5.0), point(10.0, 0.0, "b-c")], "not on lane b-c"),
        (way("gf"), "no lane 'g-f'"),
        (way("as"), "a-s is stairs, not for small"),
        ([point(10.0), point(12.0, 0.0, "c-d", UPPER)], "end of c-d"),
        ([point(10.0), point(10.0, 0.0, "c-d")], "end of c-d"),
        ([point(5.0), point(10.0, 0.0, "c-d", UPPER)], "end of c-d"),
    ],
)
def test_a_grant_off_the_map(waypoints: list[Waypoint], says: str) -> None:
    checker = judge()
    checker.granted(grant("r1", waypoints), 3.0)
    assert found(checker) == {"off-the-map": 1}
    assert checker.illegal == 1
    assert says in checker.violations[0].detail


def test_a_grant_that_leaves_out_a_vertex() -> None:
    checker = judge()
    checker.granted(grant("r1", "a"), 0.0)
    checker.granted(grant("r1", [point(5.0, 0.0, "a-b")], 2), 1.0)
    assert found(checker) == {"gap": 1}


@pytest.mark.parametrize("changed", [point(5.0, 0.01, "a-b"), point(5.0, 0.0, "a-b", UPPER)])
def test_ground_that_was_granted_and_is_now_elsewhere(changed: Waypoint) -> None:
    checker = judge()
    checker.granted(grant("r1", "abc"), 0.0)
    checker.granted(grant("r1", [changed], 1), 1.0)
    assert found(checker) == {"taken-back": 1}


def test_ground_told_again_after_it_was_passed_is_nothing() -> None:
    checker = judge()
    checker.granted(grant("r1", "abc"), 0.0)
    checker.passed("r1", 2)
    checker.granted(grant("r1", "abc"), 1.0)
    assert found(checker) == {}


def test_two_robots_on_the_same_ground() -> None:
    checker = judge()
    checker.granted(grant("r1", "ab"), 0.0)
    checker.granted(grant("r2", "cb"), 1.0)
    assert found(checker) == {"shared-ground": 1}
    assert set(checker.violations[0].robots) == {"r1", "r2"}


@pytest.mark.parametrize(
    ("lane", "says"),
    [
        (Lane("a-b", "a", "b", LaneKind.INDOOR, width_m=0.5), "a-b is 0.5 m wide, not for wide"),
        (
            Lane("a-b", "a", "b", LaneKind.INDOOR, slope=-0.3),
            "a-b is as steep as -0.3, not for wide",
        ),
        (Lane("a-b", "a", "b", LaneKind.INDOOR, width_m=1.0, slope=0.1), None),
    ],
)
def test_a_lane_too_narrow_or_too_steep_is_not_for_a_robot(lane: Lane, says: str | None) -> None:
    site = SiteMap("ab", (Level(GROUND),), (Node("a", 0.0, 0.0), Node("b", 5.0, 0.0)), (lane,))
    checker = Checker(site, {"r1": replace(SMALL, id="wide", width_m=0.9, max_slope=0.2)})
    checker.granted(grant("r1", [point(0.0), point(5.0, 0.0, "a-b")]), 0.0)
    assert [violation.detail for violation in checker.violations] == ([says] if says else [])


def test_a_zone_is_entered_with_its_permit_only() -> None:
    around = ((4.0, -1.0), (11.0, -1.0), (11.0, 1.0), (4.0, 1.0))
    site = replace(SITE, zones=(Zone("ward", ZoneKind.HALL, around, GROUND, permit="hospital"),))
    nurse = replace(SMALL, permits=frozenset({"hospital"}))
    checker = Checker(site, {"r1": SMALL, "r2": nurse})
    checker.granted(grant("r1", "abc"), 0.0)
    assert found(checker) == {"off-the-map": 1}
    assert "no permit hospital for ward" in checker.violations[0].detail
    checker.restarted("r1")
    checker.granted(grant("r1", "cba"), 1.0)
    checker.restarted("r1")
    checker.granted(grant("r2", "abcde"), 2.0)
    assert found(checker) == {"off-the-map": 1}, "it may leave, and others may enter"


def test_two_robots_whose_bodies_could_touch_on_different_lanes() -> None:
    """The lanes are 0.8 m apart, the bodies' radii 0.9 together."""
    nodes = [Node("a", 0.0, 0.0), Node("b", 5.0, 0.0), Node("c", 0.0, 0.8), Node("d", 5.0, 0.8)]
    lanes = [Lane(f"{x}-{y}", x, y, LaneKind.INDOOR) for x, y in ("ab", "cd")]
    site = SiteMap("near", (Level(GROUND),), tuple(nodes), tuple(lanes))
    for other, count in ((LARGE, 1), (SMALL, 0)):
        checker = Checker(site, {"r1": SMALL, "r2": other})
        checker.granted(grant("r1", [point(0.0), point(5.0, 0.0, "a-b")]), 0.0)
        checker.granted(grant("r2", [point(0.0, 0.8), point(5.0, 0.8, "c-d")]), 0.0)
        assert found(checker) == ({"shared-ground": 1} if count else {})


def test_ground_may_be_granted_again_once_it_was_passed_or_lies_on_another_level() -> None:
    checker = judge()
    checker.granted(grant("r1", "abcd"), 0.0)
    checker.passed("r1", 3)
    checker.granted(grant("r2", "abc"), 1.0)
    assert found(checker) == {}


def test_a_robot_that_started_anew_begins_a_new_path() -> None:
    checker = judge()
    checker.granted(grant("r1", "abc"), 0.0)
    checker.restarted("r1")
    checker.granted(grant("r1", "ba"), 1.0)
    checker.granted(grant("r2", "c"), 2.0)
    assert found(checker) == {}


# Where bodies are, and whether they get on


@pytest.mark.parametrize(
    "pose", [Pose(5.06, 0.0), Pose(2.0, 0.06), Pose(-1.0, 0.0), Pose(2.0, 0.0, 0.0, UPPER)]
)
def test_a_body_off_its_ground(pose: Pose) -> None:
    checker = judge()
    checker.granted(grant("r1", "ab"), 0.0)
    checker.review(1.0, {"r1": pose}, [])
    assert found(checker) == {"off-its-ground": 1}


@pytest.mark.parametrize("pose", [Pose(0.0, 0.0), Pose(2.0, 0.01), Pose(5.0, 0.0)])
def test_a_body_on_its_ground(pose: Pose) -> None:
    checker = judge()
    checker.granted(grant("r1", "ab"), 0.0)
    checker.review(1.0, {"r1": pose, "r2": Pose(77.0, 7.0)}, [])
    assert found(checker) == {}


def test_a_body_on_ground_it_has_given_back() -> None:
    checker = judge()
    checker.granted(grant("r1", "abc"), 0.0)
    checker.passed("r1", 1)
    checker.review(1.0, {"r1": Pose(2.0, 0.0)}, [])
    assert found(checker) == {"off-its-ground": 1}


def test_a_robot_that_wants_to_move_and_stands_for_long_is_deadlocked() -> None:
    checker = judge()
    for second in range(0, int(3 * STALL_S), 10):
        checker.review(float(second), {"r1": Pose(0.0, 0.0)}, ["r1"])
    assert checker.deadlocks == 1
    assert checker.illegal == 0
    (violation,) = checker.violations
    assert (violation.at_s, violation.robots) == (STALL_S, ("r1",))


def test_it_can_be_deadlocked_again_after_it_has_moved() -> None:
    checker = judge()
    for second in range(0, int(2.5 * STALL_S), 10):
        pose = Pose(0.0 if second < 1.2 * STALL_S else 1.0, 0.0)
        checker.review(float(second), {"r1": pose}, ["r1"])
    assert checker.deadlocks == 2


@pytest.mark.parametrize("saves", ["moves", "wants nothing", "takes the lift"])
def test_what_gets_on_or_wants_nothing_is_not_deadlocked(saves: str) -> None:
    checker = judge()
    half_way = STALL_S / 2
    for second in range(0, int(1.4 * STALL_S), 10):
        after = second >= half_way
        x = 1.0 if saves == "moves" and after else 0.0
        level = UPPER if saves == "takes the lift" and after else GROUND
        wants = [] if saves == "wants nothing" and second == half_way else ["r1"]
        checker.review(float(second), {"r1": Pose(x, 0.0, 0.0, level)}, wants)
    assert found(checker) == {}


def test_counts_all_and_keeps_some_in_words() -> None:
    checker = judge()
    checker.granted(grant("r1", "ab"), 0.0)
    for second in range(50):
        checker.review(float(second), {"r1": Pose(0.0, 3.0)}, [])
    assert checker.counts == {"off-its-ground": 50}
    assert len(checker.violations) == KEPT
