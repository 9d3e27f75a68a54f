# SPDX-License-Identifier: Apache-2.0
"""Driving a simulated robot by hand: velocity commands that count in manual mode only.

On wheels, speeds change within the limits that the model gives Gazebo's DiffDrive, and in its way; there is
no going sideways. A humanoid takes them at once, to the side too, as with Gazebo's VelocityControl, but
goes no faster than its kind. Wheels turn, and legs step, whatever is in the way of the body.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.robots.report import ControlMode, OperatingMode, StopState
from suwon_fleet.sim.drive import steered
from suwon_fleet.sim.odometry import count_one
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.wire.sdf.drives import DiffDrive

TIMEOUT_S = 0.5
"""A robot that hears no command for so long brakes: the hand may have let go."""


class Velocity(NamedTuple):
    """What is asked of a robot, in its own frame: m/s ahead, rad/s to the left, m/s to the left."""

    ahead_mps: float
    turn_radps: float
    left_mps: float = 0.0


STAND = Velocity(0.0, 0.0)


class _Step(NamedTuple):
    """What a step brings of itself, and how fast the robot is at its end."""

    ahead_m: float
    turned_rad: float
    left_m: float
    speed_mps: float


class _Drive(Protocol):
    """How a kind of robot makes motion of what is asked of it."""

    def ask(self, wanted: Velocity) -> None:
        """Want this from the next step on."""

    def step(self, dt_s: float) -> _Step:
        """Move on."""


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


class _Wheels:
    """Gazebo's DiffDrive: nothing to the side."""

    def __init__(self, drive: DiffDrive, speed_mps: float) -> None:
        self._ahead = _Motion(np.array(drive.linear), speed_mps, speed_mps)
        self._turn = _Motion(np.array(drive.angular))

    def ask(self, wanted: Velocity) -> None:
        self._ahead.wanted, self._turn.wanted = wanted.ahead_mps, wanted.turn_radps

    def step(self, dt_s: float) -> _Step:
        gone, turned = self._ahead.step(dt_s), self._turn.step(dt_s)
        return _Step(gone, turned, 0.0, abs(self._ahead.speed))


class _Legs:
    """Gazebo's VelocityControl: at once and in any direction, but no faster than the kind is."""

    def __init__(self, robot: SimRobot) -> None:
        self._robot, self._wanted = robot, STAND

    def ask(self, wanted: Velocity) -> None:
        kind, body, row = self._robot.kind, self._robot.bodies, self._robot.row
        speed = math.hypot(wanted.ahead_mps, wanted.left_mps)
        share = kind.max_speed_mps / max(speed, kind.max_speed_mps)
        turn = max(-kind.turn_rate_radps, min(kind.turn_rate_radps, wanted.turn_radps))
        self._wanted = Velocity(share * wanted.ahead_mps, turn, share * wanted.left_mps)
        # Its row is told now: what is in its way is looked for before the step.
        body.gone[row], body.aside[row] = self._wanted.ahead_mps, self._wanted.left_mps
        body.speed[row] = share * speed

    def step(self, dt_s: float) -> _Step:
        ahead_mps, turn_radps, left_mps = self._wanted
        speed = math.hypot(ahead_mps, left_mps)
        return _Step(ahead_mps * dt_s, turn_radps * dt_s, left_mps * dt_s, speed)


class _Hand:
    """What is asked of a robot, and for how long (s) nothing was."""

    def __init__(self, robot: SimRobot) -> None:
        self.robot, self.silent_s = robot, 0.0
        if isinstance(robot.drive, DiffDrive):
            self.drive: _Drive = _Wheels(robot.drive, float(robot.bodies.speed[robot.row]))
        else:
            self.drive = _Legs(robot)

    @property
    def is_held(self) -> bool:
        """Whether the robot does not move, whatever is asked."""
        robot = self.robot
        is_off = robot.is_dead or robot.ails.holds or robot.soc <= 0.0
        return is_off or robot.stop is not StopState.NONE or robot.control is ControlMode.FALLEN

    def step(self, dt_s: float) -> None:
        """Turn the wheels, and move the body unless something is in its way."""
        robot, body, row = self.robot, self.robot.bodies, self.robot.row
        gone, turned, aside, speed = self.drive.step(dt_s)
        body.gone[row], body.turned[row], body.aside[row] = gone, turned, aside
        body.speed[row] = speed
        count_one(robot.odometry, row, gone, turned, aside)
        if body.is_blocked[row] or robot.blocked_s > 0.0:
            return
        heading = float(body.yaw[row]) + turned / 2  # the mean of the step
        body.x[row] += gone * math.cos(heading) - aside * math.sin(heading)
        body.y[row] += gone * math.sin(heading) + aside * math.cos(heading)
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

    def drive(self, robot: SimRobot, wanted: Velocity) -> None:
        """Ask for a velocity; nothing in any other mode."""
        hand = self._hands.get(robot.robot_id)
        if hand is not None and not hand.is_held:
            hand.drive.ask(wanted)
            hand.silent_s = 0.0

    def step(self, dt_s: float) -> None:
        """Move the robots driven by hand on by `dt_s` seconds."""
        for hand in self._hands.values():
            hand.silent_s += dt_s
            if hand.silent_s > TIMEOUT_S or hand.is_held:
                hand.drive.ask(STAND)
            hand.step(dt_s)
