# SPDX-License-Identifier: Apache-2.0
"""Who drives simulated robots by velocity commands, as robots in Gazebo are driven."""

from __future__ import annotations

from collections.abc import Iterable

from suwon_fleet.nodes.judged_world import JudgedWorld
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.teleop import Velocity


class Drivers:
    """Commands to robots in manual mode, and robots that are never in any other."""

    def __init__(self, judged: JudgedWorld, driven: Iterable[str], *, holds: bool) -> None:
        """`driven` tell a fleet nothing: who drives them does. `holds`: commands count until the next."""
        self._judged, self._driven, self._holds = judged, frozenset(driven), holds
        self._last: dict[str, tuple[SimRobot, Velocity]] = {}
        self.take_over()

    def take_over(self) -> None:
        """Begin, with robots that stand."""
        self._last.clear()
        for robot in self._judged.world.robots.values():
            self.meet(robot)

    def meet(self, robot: SimRobot) -> None:
        """It is there: if nobody else drives it, it is theirs."""
        if self._is_theirs(robot):
            robot.is_silent = True
            self._judged.set_manual(robot, True)

    def _is_theirs(self, robot: SimRobot) -> bool:
        return robot.is_foreign or robot.robot_id in self._driven

    def forget(self, robot_id: str) -> None:
        """A robot is gone; what it was told is nothing to another of its name."""
        self._last.pop(robot_id, None)

    def drive(self, robot: SimRobot, wanted: Velocity) -> None:
        """A velocity command has come."""
        self._judged.drive(robot, wanted)
        if self._holds:
            self._last[robot.robot_id] = robot, wanted

    def hold(self) -> None:
        """Before each step: what was commanded still is, if commands count until the next."""
        for robot, wanted in self._last.values():
            self._judged.drive(robot, wanted)

    def set_manual(self, robot: SimRobot, is_manual: bool) -> None:
        """Turn the mode switch at a robot; those that are always driven stay so."""
        self._last.pop(robot.robot_id, None)
        self._judged.set_manual(robot, is_manual or self._is_theirs(robot))
