# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim.stage import KINDS, QUIET, SITE, Stage, grant

from suwon_fleet.core.robots.command import Grant, Waypoint
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.sim.kinematics import MOST_AHEAD
from suwon_fleet.sim.world import Spawn, World

WAY = "abcde"


def test_a_grant_told_again_adds_nothing() -> None:
    stage = Stage()
    for _ in range(3):
        stage.go("abc")
    assert (stage.told.path_index, stage.told.granted_index) == (0, 2)


def test_a_grant_goes_on_from_the_one_before() -> None:
    stage = Stage()
    stage.go("ab")
    stage.go("c", 2)
    stage.go("bcd", 1)
    assert stage.told.granted_index == 3
    stage.until(lambda: stage.told.path_index == 3)
    assert stage.told.pose == Pose(10.0, 0.0, stage.told.pose.yaw_rad, "L2")


def test_a_grant_after_one_that_was_lost_is_left_until_that_comes_again() -> None:
    stage = Stage()
    stage.go("c", 2)
    assert stage.told.granted_index == -1
    stage.go("ab")
    stage.go("de", 3)
    assert stage.told.granted_index == 1
    stage.go("cde", 2)
    assert stage.told.granted_index == 4


def test_an_empty_grant_is_nothing() -> None:
    stage = Stage()
    stage.go("")
    assert stage.told.granted_index == -1


def test_takes_of_a_long_grant_what_it_can_keep_and_the_rest_when_told_again() -> None:
    points = tuple(Waypoint(float(i), 0.0, "ground", 1.0, "lane") for i in range(100))
    stage = Stage()
    stage.send(Grant("r", 0, points))
    assert stage.told.granted_index == MOST_AHEAD - 1
    stage.until(lambda: stage.told.path_index == 50)
    known = stage.told.granted_index
    stage.send(Grant("r", known + 1, points[known + 1 :]))
    stage.until(lambda: stage.told.path_index == 99, 200.0)
    assert stage.told.pose.x_m == pytest.approx(99.0)


def test_off_the_first_vertex_it_drives_there_first() -> None:
    world = World(
        SITE, KINDS, [Spawn("r", "delivery_indoor", Pose(-0.6, 0.8), 0.9)], seed=1,
        people=QUIET,
    )  # fmt: skip
    world.command([grant("ab")])
    world.step()
    (told,) = world.reports()
    assert (told.path_index, told.granted_index) == (-1, 1)
    places = [told.pose]
    while told.path_index < 1:
        world.step()
        (told,) = world.reports()
        places.append(told.pose)
    assert max(math.dist((a.x_m, a.y_m), (b.x_m, b.y_m)) for a, b in itertools.pairwise(places)) < (
        0.13
    )
    assert any(math.dist((place.x_m, place.y_m), (0.0, 0.0)) < 0.01 for place in places)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5), st.integers(0, 150)), max_size=12))
def test_however_grants_are_lost_doubled_and_reordered_it_ends_where_the_last_known_does(
    heard: list[tuple[int, int, int]],
) -> None:
    stage = Stage()
    known = -1
    for first, count, steps in heard:
        stage.send(grant(WAY[first : first + count], first))
        if first <= known + 1:
            known = max(known, min(first + count, len(WAY)) - 1)
        assert stage.told.granted_index == known
        for _ in range(steps):
            stage.world.step()
        assert stage.told.path_index <= known
    if known >= 0:
        stage.until(lambda: stage.told.path_index == known)
        node = SITE.node_by_id[WAY[known]]
        pose = stage.told.pose
        assert (pose.x_m, pose.y_m, pose.level) == (pytest.approx(node.x_m), 0.0, node.level)
