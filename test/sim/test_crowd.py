# SPDX-License-Identifier: Apache-2.0
"""People who walk about: where, how fast, and how they and robots get past each other."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from sim.stage import KINDS, QUIET, SITE, grant
from yard import Yard

from suwon_fleet.core.robots.report import Navigation, Pose
from suwon_fleet.sim.contacts import Discs
from suwon_fleet.sim.crowd import PATIENCE_S, RADIUS_M, Crowd, Walkers, walk
from suwon_fleet.sim.world import Spawn, World
from suwon_fleet.wire.maps import load_site

CART = Spawn("cart", "delivery_indoor", Pose(0.0, 0.0), 0.9)


def busy(walking: int, *, seed: int = 3) -> World:
    return World(SITE, KINDS, [CART], seed=seed, people=replace(QUIET, walking=walking))


def steps(world: World, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        world.step()


def people(world: World) -> np.ndarray:
    """Where they are, a row each."""
    return np.column_stack([world.discs.x[1:], world.discs.y[1:]])


def test_people_keep_to_the_lanes() -> None:
    world = busy(12)
    began = people(world)
    farthest = np.zeros(12)
    for _ in range(600):
        world.step()
        assert set(world.discs.level.tolist()) <= {0, 1}
        x, y, level = world.discs.x[1:], world.discs.y[1:], world.discs.level[1:]
        assert (np.abs(y) <= 1.2).all(), "lanes here lead east and west; the cart is walked around"
        ground, above = level == 0, level == 1
        assert ((x >= -1.2) & (x <= 10.01))[ground].all()
        assert ((x >= 9.99) & (x <= 15.01))[above].all()
        farthest = np.maximum(farthest, np.hypot(*(people(world) - began).T))
    assert (farthest > 2.0).sum() >= 10


def test_they_stay_in_the_zones_that_are_theirs(tmp_path: Path) -> None:
    Yard.write(tmp_path)
    site = load_site(tmp_path / "yard.yaml")
    zone = site.zones[0]
    ground = shapely.Polygon(zone.polygon).buffer(1.0)
    quiet = replace(QUIET, walking=10, walking_in=(zone.id,))
    world = World(site, KINDS, [], seed=1, people=quiet)
    began = np.column_stack([world.discs.x, world.discs.y])
    for _ in range(1200):
        world.step()
        assert shapely.intersects_xy(ground, world.discs.x, world.discs.y).all()
    moved = np.hypot(*(np.column_stack([world.discs.x, world.discs.y]) - began).T)
    assert (moved > 1.0).any()


def test_the_same_seed_has_the_same_people_and_another_has_others() -> None:
    one, same, other = busy(8), busy(8), busy(8, seed=4)
    for world in (one, same, other):
        steps(world, 30)
    assert one.state_hash() == same.state_hash()
    assert not np.allclose(people(one), people(other))


def test_one_more_changes_nothing_for_the_others() -> None:
    far = Spawn("cart", "delivery_indoor", Pose(15.0, 0.0, level="L2"), 0.9)
    worlds = [
        World(SITE, KINDS, [far], seed=3, people=replace(QUIET, walking=count)) for count in (3, 4)
    ]
    ways = [[world.walkers._ways[n] for n in range(3)] for world in worlds if world.walkers]
    assert ways[0] == ways[1]


def test_taken_up_again_they_walk_on_as_before() -> None:
    world, again = busy(6), busy(6)
    steps(world, 20)
    kept = world.snapshot()
    steps(world, 60)
    again.restore(kept)
    steps(again, 60)
    assert again.state_hash() == world.state_hash()
    again.restore(kept)
    steps(again, 60)
    assert again.state_hash() == world.state_hash()


def test_they_are_kept_when_robots_come_and_go() -> None:
    world = busy(5)
    steps(world, 5)
    before = people(world)
    world.add(Spawn("more", "humanoid", Pose(15.0, 0.0, level="L2"), 0.9))
    assert np.array_equal(np.column_stack([world.discs.x[2:], world.discs.y[2:]]), before)
    assert (world.discs.radius[2:] == RADIUS_M).all()
    steps(world, 5)
    assert world.touchable(2) == "person-1"


def strollers(count: int, apart_m: float) -> tuple[Crowd, Discs]:
    """People in a file that all walk east, without end."""
    discs = Discs.empty(0, count)
    discs.x[:] = np.arange(count) * apart_m
    crowd = Crowd.empty(count)
    crowd.goal_x[:], crowd.free_mps[:] = 1000.0, 1.3
    return crowd, discs


def test_the_more_there_are_the_slower_they_walk() -> None:
    speeds = []
    for apart_m in (10.0, 1.0, 0.3, 0.02):
        crowd, discs = strollers(100, apart_m)
        walk(crowd, discs, 0.1)
        speeds.append(float(crowd.speed[50]))
    assert speeds[0] == 1.3
    assert speeds == sorted(speeds, reverse=True)
    assert 0.3 < speeds[2] < 1.1
    assert speeds[3] == 0.0, "in a jam nobody moves"


def with_one_person(x_m: float, y_m: float, goal_x: float, free_mps: float) -> World:
    """A cart with a way east, and one person somewhere, that goes elsewhere in its own time."""
    world = busy(1)
    assert world.walkers is not None
    world.discs.x[1], world.discs.y[1], world.discs.level[1] = x_m, y_m, 0
    world.walkers._ways[0] = ("b", "a")
    crowd = world.walkers.crowd
    crowd.goal_x[0], crowd.goal_y[0], crowd.free_mps[0] = goal_x, y_m, free_mps
    return world


def test_a_robot_stops_for_somebody_in_its_way_and_goes_on_when_free() -> None:
    world = with_one_person(5.0, 0.0, 5.0001, 1e-6)  # stands there
    world.command([grant("abc", robot_id="cart")])
    steps(world, 30)
    x_m = world.pose_of(world.robots["cart"]).x_m
    near = KINDS["delivery_indoor"].radius_m + RADIUS_M
    assert 5.0 - near - 0.6 < x_m < 5.0 - near
    (told,) = world.reports()
    assert (told.navigation, told.speed_mps) == (Navigation.BLOCKED, 0.0)
    assert world.robots["cart"].navigation is Navigation.BLOCKED
    world.discs.y[1] = 3.0
    steps(world, 30)
    assert world.pose_of(world.robots["cart"]).x_m == pytest.approx(10.0)


def test_a_robot_drives_past_somebody_beside_its_way() -> None:
    world = with_one_person(5.0, 2.0, 5.0001, 1e-6)
    alone = World(SITE, KINDS, [CART], seed=3, people=QUIET)
    for one in (world, alone):
        one.command([grant("abc", robot_id="cart")])
        steps(one, 8)
    assert world.poses() == alone.poses()


@pytest.mark.parametrize("y_m", [0.0, 0.3, -0.3])
def test_who_meets_a_robot_waits_and_walks_around_it(y_m: float) -> None:
    world = with_one_person(3.0, y_m, -3.0, 1.2)
    distances, there_s = [], 0.0
    while math.dist(people(world)[0], (-3.0, y_m)) > 0.2:
        world.step()
        distances.append(math.dist(people(world)[0], (0.0, 0.0)))
        there_s += 0.1
        assert there_s < 30.0, "it comes past"
    room = KINDS["delivery_indoor"].radius_m + RADIUS_M
    assert min(distances) > room, "nobody walks into a robot"
    assert there_s > PATIENCE_S + 6.0 / 1.2


def test_who_goes_where_a_robot_stands_goes_elsewhere() -> None:
    world = with_one_person(3.0, 0.0, 0.2, 1.2)
    seen = []
    for _ in range(200):
        world.step()
        seen.append(people(world)[0])
    assert min(math.dist(at, (0.0, 0.0)) for at in seen) > 0.5
    assert math.dist(seen[-1], (0.0, 0.0)) > 2.0


def test_without_lanes_nobody_walks() -> None:
    assert Walkers(replace(SITE, lanes=()), {"ground": 0}, 5, seed=1).count == 0
