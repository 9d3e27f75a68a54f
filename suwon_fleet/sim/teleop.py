# SPDX-License-Identifier: Apache-2.0
"""Driving a simulated robot by hand: velocity commands that count in manual mode only.

Speeds change within the limits that the robot's model gives Gazebo's DiffDrive, and in its way. Wheels
turn whatever is in the way of the body.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.robots.report import OperatingMode, StopState
from suwon_fleet.sim.drive import steered
from suwon_fleet.sim.odometry import count_one
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.wire.sdf import of_kind

TIMEOUT_S = 0.5
"""A robot that hears no command for so long brakes: the hand may have let go."""


@dataclass(slots=True)
class _Motion:
    """One motion of a robot, ahead (m) or to the left (rad), as Gazebo's DiffDrive limits it."""

    limits: NDArray[np.float64]
    speed: float = 0.0
    before: float = 0.0
    """Its speed in the step before."""
    wanted: float = 0.0

    def step(self, dt_s: float) -> float:
        """Come nearer to what is wanted; how far it goes meanwhile."""
        then, gone = steered(self.wanted, self.speed, self.before, self.limits, dt_s)
        self.before, self.speed = self.speed, then
        return gone


class _Hand:
    """What is asked of a robot, and for how long (s) nothing was."""

    def __init__(self, robot: SimRobot) -> None:
        self.robot = robot
        speed = float(robot.bodies.speed[robot.row])
        self.ahead = _Motion(np.array(of_kind.speed_limits(robot.kind)), speed, speed)
        self.turn = _Motion(np.array(of_kind.turn_limits(robot.kind)))
        self.silent_s = 0.0

    def step(self, dt_s: float) -> None:
        """Turn the wheels, and move the body unless something is in its way."""
        robot, body, row = self.robot, self.robot.bodies, self.robot.row
        gone, turned = self.ahead.step(dt_s), self.turn.step(dt_s)
        body.gone[row], body.turned[row] = gone, turned
        body.speed[row] = abs(self.ahead.speed)
        count_one(robot.odometry, row, gone, turned)
        if body.is_blocked[row] or robot.blocked_s > 0.0:
            return
        heading = float(body.yaw[row]) + turned / 2  # the mean of the step
        body.x[row] += gone * math.cos(heading)
        body.y[row] += gone * math.sin(heading)
        body.yaw[row] = math.remainder(heading + turned / 2, math.tau)


class Teleop:
    """The hands on a world's robots. Step it right after the world."""

    def __init__(self) -> None:
        self._hands: dict[str, _Hand] = {}

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
            self._hands[robot.robot_id] = _Hand(robot)
        else:
            robot.mode = OperatingMode.AUTOMATIC
            robot.restart()
            del self._hands[robot.robot_id]

    def drive(self, robot: SimRobot, speed_mps: float, turn_radps: float) -> None:
        """Ask for a speed (m/s, ahead) and a turn rate (rad/s, left); nothing in any other mode."""
        if hand := self._hands.get(robot.robot_id):
            hand.ahead.wanted, hand.turn.wanted, hand.silent_s = speed_mps, turn_radps, 0.0

    def step(self, dt_s: float) -> None:
        """Move the robots driven by hand on by `dt_s` seconds."""
        for hand in self._hands.values():
            hand.silent_s += dt_s
            robot = hand.robot
            is_held = robot.stop is not StopState.NONE or robot.is_dead or robot.ails.holds
            if hand.silent_s > TIMEOUT_S or is_held or robot.soc <= 0.0:
                hand.ahead.wanted = hand.turn.wanted = 0.0
            hand.step(dt_s)
