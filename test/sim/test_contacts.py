# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sim.stage import KINDS, QUIET, SITE, grant

from suwon_fleet.core.robots.report import Navigation, Pose
from suwon_fleet.sim.contacts import NONE, Discs, touch
from suwon_fleet.sim.kinematics import Bodies
from suwon_fleet.sim.world import Spawn, World
from suwon_fleet.wire.sdf.of_kind import wheels

CART = KINDS["delivery_indoor"]


def street(other_m: float, level: str = "ground") -> World:
    """A cart that drives east from a, and one that stands in its way."""
    spawns = [
        Spawn("cart", CART.id, Pose(0.0, 0.0), 0.8),
        Spawn("other", CART.id, Pose(other_m, 0.0, level=level), 0.8),
    ]
    world = World(SITE, KINDS, spawns, seed=1, people=QUIET, step_ns=20_000_000)
    world.command([grant("abc", robot_id="cart")])
    return world


def run(world: World, seconds: float) -> None:
    for _ in range(round(seconds * 1e9 / world.step_ns)):
        world.step()


def test_a_robot_stays_before_what_is_in_its_way_and_its_wheels_turn_on() -> None:
    world = street(6.0)
    run(world, 30.0)
    cart = world.robots["cart"]
    here = world.pose_of(cart)
    assert here.x_m == pytest.approx(6.0 - 2 * CART.radius_m, abs=0.05)
    assert here.x_m <= 6.0 - 2 * CART.radius_m
    assert float(world.odometry.x[cart.row]) > 15.0
    assert world.discs.touched[cart.row] == world.robots["other"].row
    assert {r.robot_id: r.navigation for r in world.reports()}["cart"] is Navigation.BLOCKED


def test_it_goes_on_when_the_way_is_free() -> None:
    world = street(6.0)
    run(world, 30.0)
    world.bodies.y[world.robots["other"].row] = 5.0
    run(world, 30.0)
    assert world.pose_of(world.robots["cart"]).x_m == pytest.approx(10.0)
    assert world.discs.touched.tolist() == [NONE, NONE]


def test_who_stands_on_another_level_is_in_nobodys_way() -> None:
    world = street(6.0, level="L2")
    run(world, 30.0)
    assert world.pose_of(world.robots["cart"]).x_m == pytest.approx(10.0)


def test_who_has_come_too_near_may_leave() -> None:
    world = street(-0.1)
    run(world, 30.0)
    assert world.pose_of(world.robots["cart"]).x_m == pytest.approx(10.0)


def test_odometry_is_the_way_gone_from_zero_whatever_the_heading() -> None:
    world = street(6.0, level="L2")
    cart = world.robots["cart"]
    world.bodies.yaw[cart.row] = math.pi / 2
    run(world, 30.0)
    odometry, row = world.odometry, cart.row
    assert float(odometry.yaw[row]) == pytest.approx(-math.pi / 2, abs=1e-6)
    assert float(np.hypot(odometry.x[row], odometry.y[row])) == pytest.approx(10.0, abs=0.3)
    radius_m = wheels(cart.kind).radius_m
    assert float(odometry.wheels[row].mean()) * radius_m == pytest.approx(10.0, abs=0.1)


def test_encoders_that_count_wrong_mislead_odometry_and_not_the_truth() -> None:
    world = street(6.0, level="L2")
    row = world.robots["cart"].row
    world.odometry.scale[row] = (1.05, 1.0)
    run(world, 30.0)
    assert world.pose_of(world.robots["cart"]).x_m == pytest.approx(10.0)
    assert float(world.odometry.yaw[row]) < -0.1


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 60),
    side_m=st.floats(1.0, 50.0),
    far_m=st.sampled_from([0.0, -1e4, 3e5]),
)
def test_the_grid_finds_what_looking_at_every_pair_finds(
    seed: int, count: int, side_m: float, far_m: float
) -> None:
    random, dt = np.random.default_rng(seed), 0.1
    body, discs = Bodies.empty(count), Discs.empty(count, others=3)
    body.x[:], body.y[:] = random.uniform(0, side_m, (2, count)) + far_m
    body.yaw[:] = random.uniform(-math.pi, math.pi, count)
    body.speed[:] = random.uniform(0, 2, count) * random.integers(0, 2, count)
    discs.x[count:], discs.y[count:] = random.uniform(0, side_m, (2, 3)) + far_m
    discs.radius[:] = random.uniform(0.1, 1.0, count + 3)
    discs.level[:] = random.integers(0, 2, count + 3)
    touched = [_first_in_the_way(body, discs, i, dt) for i in range(count)]
    assert touch(discs, body, dt) == sum(one != NONE for one in touched)
    assert discs.touched.tolist() == touched
    assert body.is_blocked.tolist() == [one != NONE for one in touched]


def _first_in_the_way(body: Bodies, discs: Discs, i: int, dt: float) -> int:
    """The same by looking at every disc."""
    x, y = float(body.x[i]), float(body.y[i])
    gone = float(body.speed[i]) * dt
    there = (x + gone * math.cos(body.yaw[i]), y + gone * math.sin(body.yaw[i]))
    for other in range(len(discs.x)):
        at = (
            (float(body.x[other]), float(body.y[other]))
            if other < len(body.x)
            else (float(discs.x[other]), float(discs.y[other]))
        )
        is_apart = math.dist(at, there) >= discs.radius[i] + discs.radius[other]
        if other == i or gone == 0.0 or is_apart or discs.level[other] != discs.level[i]:
            continue
        if math.dist(at, there) < math.dist(at, (x, y)):
            return other
    return NONE
