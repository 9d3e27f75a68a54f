# SPDX-License-Identifier: Apache-2.0
"""A simulated world under an independent judge, for a fleet that is elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from suwon_fleet.core.robots.command import Grant, RobotCommand
from suwon_fleet.core.robots.report import OperatingMode
from suwon_fleet.ports import Place
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.scenario import Scenario
from suwon_fleet.sim.teleop import Teleop, Velocity
from suwon_fleet.sim.world import STEP_NS
from suwon_fleet.traffic import Checker

SECOND = 1_000_000_000
REVIEW_EVERY_NS = SECOND


class JudgedWorld:
    """A scenario's world, its teleoperation and its checker, moved on together. One thread."""

    def __init__(self, scenario: Scenario, session: str) -> None:
        """`session` tells this run from others that the fleet may remember."""
        self.scenario = scenario
        self.world = scenario.world()
        for robot in self.world.robots.values():
            robot.session = session
        self._teleop = Teleop()
        kinds = {robot.robot_id: robot.kind for robot in self.world.robots.values()}
        self.checker = Checker(scenario.site, kinds)
        self._wanting: dict[str, tuple[str, ...]] = {}
        self._sessions = dict.fromkeys(self.world.robots, session)
        self._external: frozenset[str] = frozenset()

    def hand_over(self, robot_ids: Iterable[str]) -> None:
        """Real controllers stand in for these robots."""
        self._external = frozenset(robot_ids)
        for robot_id in self._external:
            self.world.hand_over(robot_id)

    def place(self, robot_id: str, place: Place) -> None:
        """A controller's robot is there."""
        index = place.path_index
        if index is not None and index < _path_index(self.world.robots[robot_id]):
            self.checker.restarted(robot_id)
        self.world.place(robot_id, place.pose, place.speed_mps, index)

    def take(self, commands: Iterable[RobotCommand]) -> None:
        """Hand commands to their robots; the judge looks at the grants among them."""
        commands = list(commands)
        self._note_passed()  # ground that a robot has left may be granted to others
        for command in commands:
            if isinstance(command, Grant) and self._is_heard(command):
                self.checker.granted(command, self.world.now_ns / SECOND)
        self.world.command(commands)

    def _is_heard(self, grant: Grant) -> bool:
        """Whether the robot can make use of a grant.

        Between processes one may be lost, as when a fleet's publisher is not known here yet. Robots do not
        take those that follow before it has come again, so they are none to the judge either.
        """
        robot = self.world.robots.get(grant.robot_id)
        if robot is None or robot.mode is OperatingMode.MANUAL:
            return False
        return not self.checker.has_lost_one(grant)

    def _note_passed(self) -> None:
        """Tell the judge what ground every robot has left behind, or has forgotten."""
        for robot in self.world.robots.values():
            if robot.session != self._sessions[robot.robot_id]:
                self._sessions[robot.robot_id] = robot.session
                self.checker.restarted(robot.robot_id)
            self.checker.passed(robot.robot_id, _path_index(robot))

    def note_wanting(self, manager: str, robot_ids: Iterable[str]) -> None:
        """Robots that one of the fleet managers says have somewhere to go."""
        self._wanting[manager] = tuple(robot_ids)

    def step(self) -> None:
        """Move the world on by one step."""
        self.world.step()
        self._teleop.step(STEP_NS / SECOND)
        at_s, robots, body = self.world.now_ns / SECOND, self.world.robots, self.world.bodies
        rows = [robots[name].row for name in sorted(robots)]
        points = body.x[rows] + 1j * body.y[rows]
        self.checker.see_points(at_s, points, lambda name: robots[name].way.level)
        if self.world.now_ns % REVIEW_EVERY_NS == 0:
            self._note_passed()
            wanting = dict.fromkeys(chain.from_iterable(self._wanting.values()))
            able = [r for r in wanting if robots[r].can_go and r not in self._external]
            self.checker.review(at_s, self.world.poses(), able)

    def set_manual(self, robot: SimRobot, is_manual: bool) -> None:
        """Turn the mode switch at a robot; see :class:`.Teleop`."""
        self._teleop.set_manual(robot, is_manual)
        self.checker.restarted(robot.robot_id)

    def drive(self, robot: SimRobot, wanted: Velocity) -> None:
        """A velocity command to a robot; it counts in manual mode."""
        self._teleop.drive(robot, wanted)

    def summary(self) -> dict[str, Any]:
        """What the judge has found so far, and how much was done."""
        return {
            "sim_s": self.world.now_ns / SECOND,
            "robots": len(self.world.robots),
            "actions_done": sum(len(robot.done) for robot in self.world.robots.values()),
            "collisions": self.checker.collisions,
            "deadlocks": self.checker.deadlocks,
            "illegal": self.checker.illegal,
            "violations": [
                f"{v.at_s:.1f} s: {v.what}: {', '.join(v.robots)}: {v.detail}"
                for v in self.checker.violations
            ],
        }

    def done(self) -> list[tuple[str, str, str]]:
        """Every action carried out to a good end: robot, action id, kind; each robot's in order."""
        return [
            (robot.robot_id, action_id, kind.value)
            for robot in self.world.robots.values()
            for action_id, kind in robot.done
        ]


def _path_index(robot: SimRobot) -> int:
    """The last vertex of its granted path that a robot has truly reached."""
    return int(robot.bodies.reached[robot.row])
