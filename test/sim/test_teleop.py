# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sim.stage import KINDS, QUIET, SITE
from yard import Yard

from suwon_fleet.core.robots.command import Grant, RequestStop, StopKind, Waypoint
from suwon_fleet.core.robots.report import ControlMode, OperatingMode, Pose
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.scenario import load_scenario
from suwon_fleet.sim.teleop import TIMEOUT_S, Teleop, Velocity
from suwon_fleet.sim.world import Spawn, World
from suwon_fleet.wire.sdf.of_kind import speed_limits

STEP_S = 0.1


class Hand:
    """A robot with a hand on it."""

    def __init__(self, world: World, robot_id: str) -> None:
        self.world = world
        self.robot: SimRobot = world.robots[robot_id]
        self.teleop = Teleop()

    @classmethod
    def in_yard(cls, folder: Path) -> Hand:
        """A cart among others."""
        return cls(load_scenario(Yard.write(folder).scenario).world(), "cart-1")

    def go_on(self, seconds: float, *command: float) -> list[float]:
        """The robot's speed after each step, `command` being repeated all the time."""
        speeds = []
        for _ in range(round(seconds / STEP_S)):
            if command:
                self.teleop.drive(self.robot, Velocity(*command))
            self.world.step()
            self.teleop.step(STEP_S)
            speeds.append(float(self.robot.bodies.speed[self.robot.row]))
        return speeds

    @property
    def place(self) -> tuple[float, float, float]:
        pose = self.world.pose_of(self.robot)
        return pose.x_m, pose.y_m, pose.yaw_rad


@pytest.fixture
def hand(tmp_path: Path) -> Hand:
    return Hand.in_yard(tmp_path)


def test_in_automatic_mode_a_velocity_does_nothing(hand: Hand) -> None:
    before = hand.place
    hand.go_on(2.0, 0.5, 0.5)
    assert hand.place == before


def test_by_hand_it_goes_where_it_is_steered(hand: Hand) -> None:
    x, y, yaw = hand.place
    hand.teleop.set_manual(hand.robot, True)
    speeds = hand.go_on(4.0, 0.5, 0.0)
    assert speeds[-1] == pytest.approx(0.5)
    x2, y2, yaw2 = hand.place
    travelled = 0.5 * 4.0 - 0.5**2 / 2 / hand.robot.kind.acceleration_mps2  # along the ramp
    assert (x2 - x, y2 - y) == pytest.approx((travelled * math.cos(yaw), travelled * math.sin(yaw)))
    hand.go_on(1.0, 0.5, 0.3)
    assert hand.place[2] == pytest.approx(yaw2 + 0.3)


@pytest.fixture(scope="module")
def steered(tmp_path_factory: pytest.TempPathFactory) -> Hand:
    hand = Hand.in_yard(tmp_path_factory.mktemp("yard"))
    hand.teleop.set_manual(hand.robot, True)
    return hand


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=1, max_size=20))
def test_no_command_goes_past_the_limits_of_the_kind(
    steered: Hand, commands: list[tuple[float, float]]
) -> None:
    kind, body, row = steered.robot.kind, steered.robot.bodies, steered.robot.row
    for command in commands:
        speed, yaw = float(body.speed[row]), float(body.yaw[row])
        (after,) = steered.go_on(STEP_S, *command)
        assert after <= kind.max_speed_mps + 1e-9
        most = max(kind.acceleration_mps2, kind.deceleration_mps2)
        assert abs(after - speed) <= most * STEP_S + 1e-9
        turned = math.remainder(float(body.yaw[row]) - yaw, math.tau)
        assert abs(turned) <= kind.turn_rate_radps * STEP_S + 1e-9


def test_backwards_it_is_as_slow_as_its_model_says(hand: Hand) -> None:
    hand.teleop.set_manual(hand.robot, True)
    x, _, yaw = hand.place
    speeds = hand.go_on(4.0, -2.0, 0.0)
    assert speeds[-1] == pytest.approx(speed_limits(hand.robot.kind).least_speed * -1)
    assert (hand.place[0] - x) * math.cos(yaw) < -1.0


def test_its_odometry_is_where_it_went(hand: Hand) -> None:
    hand.teleop.set_manual(hand.robot, True)
    x, y, yaw = hand.place
    hand.go_on(3.0, 0.4, 0.5)
    hand.go_on(3.0, -0.4, 0.1)
    odometry, row = hand.world.odometry, hand.robot.row
    east, north = float(odometry.x[row]), float(odometry.y[row])
    cos, sin = math.cos(yaw), math.sin(yaw)
    there = (x + east * cos - north * sin, y + east * sin + north * cos)
    assert hand.place[:2] == pytest.approx(there)
    assert float(odometry.yaw[row]) == pytest.approx(math.remainder(hand.place[2] - yaw, math.tau))


@pytest.mark.parametrize("speed_mps", [0.4, -0.4])
def test_against_another_robot_its_wheels_turn_and_it_stays(hand: Hand, speed_mps: float) -> None:
    hand.teleop.set_manual(hand.robot, True)
    other = hand.world.robots["cart-2"]
    x, y, yaw = hand.place
    apart = hand.robot.kind.radius_m + other.kind.radius_m + 0.3
    bodies = hand.world.bodies
    bodies.x[other.row] = x + math.copysign(apart, speed_mps) * math.cos(yaw)
    bodies.y[other.row] = y + math.copysign(apart, speed_mps) * math.sin(yaw)
    hand.go_on(5.0, speed_mps, 0.0)
    assert math.dist(hand.place[:2], (x, y)) <= 0.3 + 0.02
    assert abs(float(hand.world.odometry.x[hand.robot.row])) > 1.0


def test_let_go_it_stops(hand: Hand) -> None:
    hand.teleop.set_manual(hand.robot, True)
    hand.go_on(3.0, 0.5, 0.0)
    speeds = hand.go_on(TIMEOUT_S + 3.0)
    assert speeds[0] == pytest.approx(0.5)
    assert speeds[-1] == 0.0


def test_a_stop_request_stops_it(hand: Hand) -> None:
    hand.teleop.set_manual(hand.robot, True)
    hand.go_on(3.0, 0.5, 0.0)
    hand.world.command([RequestStop("cart-1", "stop-1", StopKind.PROTECTIVE)])
    assert hand.go_on(3.0, 0.5, 0.0)[-1] == 0.0


def test_manual_it_forgets_its_path_and_takes_no_grant(hand: Hand) -> None:
    x, y, _ = hand.place
    grant = Grant("cart-1", 0, (Waypoint(x, y, "ground", 1.0), Waypoint(x + 2, y, "ground", 1.0)))
    hand.world.command([grant])
    hand.go_on(1.0)
    assert hand.robot.way.granted_index == 1
    hand.teleop.set_manual(hand.robot, True)
    hand.world.command([grant])
    hand.go_on(1.0)
    assert hand.robot.way.granted_index == -1


def test_back_in_automatic_mode_it_is_as_restarted(hand: Hand) -> None:
    before = hand.robot.session
    hand.teleop.set_manual(hand.robot, True)
    hand.teleop.set_manual(hand.robot, True)
    assert (hand.robot.mode, hand.robot.session) == (OperatingMode.MANUAL, before)
    hand.teleop.set_manual(hand.robot, False)
    assert hand.robot.mode is OperatingMode.AUTOMATIC
    assert hand.robot.session != before
    hand.teleop.set_manual(hand.robot, True)
    hand.teleop.set_manual(hand.robot, False)
    assert len({before, hand.robot.session}) == 2
    assert hand.robot.session.endswith(".2")


def walker(*others: tuple[float, float]) -> Hand:
    """A humanoid at the origin that looks north, with carts about it."""
    spawns = [Spawn("h", "humanoid", Pose(0.0, 0.0, math.pi / 2), 1.0)]
    spawns += [Spawn(f"cart-{n}", "delivery_indoor", Pose(*at), 1.0) for n, at in enumerate(others)]
    hand = Hand(World(SITE, KINDS, spawns, seed=1, people=QUIET), "h")
    hand.teleop.set_manual(hand.robot, True)
    return hand


def test_a_humanoid_goes_as_it_is_told_at_once_and_to_the_side_too() -> None:
    hand = walker()
    assert hand.go_on(0.1, 0.3, 0.0, 0.4) == pytest.approx([0.5]), "as VelocityControl does"
    hand.go_on(1.9, 0.3, 0.0, 0.4)
    assert hand.place == pytest.approx((-0.8, 0.6, math.pi / 2))
    odometry, row = hand.world.odometry, hand.robot.row
    assert (odometry.x[row], odometry.y[row]) == pytest.approx((0.6, 0.8))
    assert hand.go_on(TIMEOUT_S + 0.2)[-1] == 0.0


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300), st.floats(-1e300, 1e300).filter(bool))
def test_in_no_direction_is_it_faster_than_its_kind(ahead: float, turn: float, left: float) -> None:
    hand = walker()
    (speed,) = hand.go_on(STEP_S, ahead, turn, left)
    kind = hand.robot.kind
    assert speed <= kind.max_speed_mps + 1e-9
    assert math.hypot(*hand.place[:2]) == pytest.approx(speed * STEP_S)
    turned = math.remainder(hand.place[2] - math.pi / 2, math.tau)
    assert abs(turned) <= kind.turn_rate_radps * STEP_S + 1e-9


@pytest.mark.parametrize("left_mps", [0.5, -0.5])
def test_to_the_side_too_others_are_in_its_way(left_mps: float) -> None:
    room = 0.4
    reach = KINDS["humanoid"].radius_m + KINDS["delivery_indoor"].radius_m + room
    hand = walker((-math.copysign(reach, left_mps), 0.0))
    hand.go_on(5.0, 0.0, 0.0, left_mps)
    assert room - abs(left_mps) * STEP_S - 1e-9 <= abs(hand.place[0]) <= room + 1e-9
    assert abs(float(hand.world.odometry.y[hand.robot.row])) == pytest.approx(2.5)
    hand.go_on(1.0, 0.0, 0.0, -left_mps)
    assert abs(hand.place[0]) < room - 0.3, "away from it it may"


def test_one_that_has_fallen_does_not_walk() -> None:
    hand = walker()
    hand.robot.control = ControlMode.BALANCED
    hand.robot.fall()
    assert hand.go_on(2.0, 0.5, 0.5, 0.5)[-1] == 0.0
    assert hand.place == (0.0, 0.0, math.pi / 2)


def test_on_wheels_nothing_goes_to_the_side(hand: Hand) -> None:
    hand.teleop.set_manual(hand.robot, True)
    x, y, yaw = hand.place
    hand.go_on(3.0, 0.0, 0.0, 0.5)
    assert hand.place == (x, y, yaw)
