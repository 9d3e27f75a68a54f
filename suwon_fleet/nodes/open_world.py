# SPDX-License-Identifier: Apache-2.0
"""A judged world into which robots may come, from which they may go, and which may begin again."""

from __future__ import annotations

from suwon_fleet.core.robots.report import OperatingMode, Pose
from suwon_fleet.nodes.judged_world import JudgedWorld
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.scenario import Scenario
from suwon_fleet.sim.walls import Walls
from suwon_fleet.sim.world import Spawn


class OpenWorld(JudgedWorld):
    """See the module. One thread."""

    def __init__(self, scenario: Scenario, session: str) -> None:
        super().__init__(scenario, session)
        self.world.walls = Walls.of(scenario.site)
        self._session, self._beginnings = session, 1
        self._crew = len(self.world.robots)
        self._beginning = self.world.snapshot()

    def add(self, spawn: Spawn) -> SimRobot:
        """One more robot is there."""
        robot = self.world.add(spawn)
        robot.session = self._sessions[robot.robot_id] = self._session
        self.checker.add(robot.robot_id, robot.kind)
        return robot

    def remove(self, robot_id: str) -> None:
        """A robot is there no more; to its fleet it falls silent."""
        self._let_go(self.world.robots[robot_id])
        self.world.remove(robot_id)
        self.checker.remove(robot_id)
        self._wanting = {
            manager: tuple(one for one in wanting if one != robot_id)
            for manager, wanting in self._wanting.items()
        }

    def set_pose(self, robot: SimRobot, pose: Pose) -> None:
        """A robot is somewhere else at once. It has left its path, so it is as restarted there."""
        self.world.place(robot.robot_id, pose, 0.0, None)
        robot.restart()
        self.checker.restarted(robot.robot_id)

    def begin_again(self) -> None:
        """All is as it was in the beginning, the time too; robots say that they were restarted."""
        for robot in list(self.world.robots.values()):
            self._let_go(robot)
            self.checker.remove(robot.robot_id)
        self.world.begin_with(self._crew)
        self.world.restore(self._beginning)
        self._wanting.clear()
        self._beginnings += 1
        for robot in self.world.robots.values():
            robot.session = f"{self._session}-{self._beginnings}"
            self._sessions[robot.robot_id] = robot.session
            self.checker.add(robot.robot_id, robot.kind)

    def _let_go(self, robot: SimRobot) -> None:
        """Nobody's hand is on a robot any more."""
        if robot.mode is OperatingMode.MANUAL:
            self.set_manual(robot, False)
