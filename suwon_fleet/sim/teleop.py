# SPDX-License-Identifier: Apache-2.0
"""Driving a simulated robot by hand: velocity commands that count in manual mode only."""

from __future__ import annotations

import math
from dataclasses import dataclass

from suwon_fleet.core.robots.report import OperatingMode, StopState
from suwon_fleet.sim.robot import SimRobot

TIMEOUT_S = 0.5
"""A robot that hears no command for so long brakes: the hand may have let go."""


@dataclass(slots=True)
class _Hand:
    """What is asked of a robot (m/s, rad/s), for how long (s) no more, and how fast it goes (m/s)."""

    actual_mps: float
    wanted_mps: float = 0.0
    turn_radps: float = 0.0
    silent_s: float = 0.0


class Teleop:
    """The hands on a world's robots. Step it right after the world."""

    def __init__(self) -> None:
        self._hands: dict[str, tuple[SimRobot, _Hand]] = {}

    def set_manual(self, robot: SimRobot, is_manual: bool) -> None:
        """Turn the mode switch at a robot.

        By hand a robot leaves the path it was granted, so it forgets that path. Back in automatic mode
        it reports a new session, as after a restart, and the fleet finds out where it stands.
        """
        if is_manual == (robot.mode is OperatingMode.MANUAL):
            return
        if is_manual:
            robot.mode = OperatingMode.MANUAL
            robot.way.forget()
            self._hands[robot.robot_id] = robot, _Hand(float(robot.bodies.speed[robot.row]))
        else:
            robot.mode = OperatingMode.AUTOMATIC
            robot.restart()
            del self._hands[robot.robot_id]

    def drive(self, robot: SimRobot, speed_mps: float, turn_radps: float) -> None:
        """Ask for a speed (m/s, ahead) and a turn rate (rad/s, left); nothing in any other mode."""
        if held := self._hands.get(robot.robot_id):
            hand = held[1]
            hand.wanted_mps, hand.turn_radps, hand.silent_s = speed_mps, turn_radps, 0.0

    def step(self, dt_s: float) -> None:
        """Move the robots driven by hand on by `dt_s` seconds."""
        for robot, hand in self._hands.values():
            hand.silent_s += dt_s
            if hand.silent_s > TIMEOUT_S or robot.stop is not StopState.NONE or robot.is_dead:
                hand.wanted_mps = hand.turn_radps = 0.0
            _drive(robot, hand, dt_s)


def _drive(robot: SimRobot, hand: _Hand, dt_s: float) -> None:
    """A unicycle's motion, within the limits of the robot's kind."""
    body, row, kind = robot.bodies, robot.row, robot.kind
    wanted = _within(hand.wanted_mps, kind.max_speed_mps)
    speeds_up = abs(wanted) > abs(hand.actual_mps)
    most = kind.acceleration_mps2 if speeds_up else kind.deceleration_mps2
    hand.actual_mps += _within(wanted - hand.actual_mps, most * dt_s)
    turned = _within(hand.turn_radps, kind.turn_rate_radps) * dt_s
    heading = float(body.yaw[row]) + turned / 2  # the mean of the step
    body.x[row] += hand.actual_mps * math.cos(heading) * dt_s
    body.y[row] += hand.actual_mps * math.sin(heading) * dt_s
    body.yaw[row] = math.remainder(heading + turned / 2, math.tau)
    body.speed[row] = abs(hand.actual_mps)


def _within(value: float, most: float) -> float:
    return max(-most, min(most, value))
