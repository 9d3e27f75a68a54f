# SPDX-License-Identifier: Apache-2.0
"""A goal of a ROS tool, against a robot that is played point by point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import pytest
from msgspec import structs

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from suwon_fleet.core.robots.command import (
    Act,
    ActionKind,
    CancelAction,
    Grant,
    RobotCommand,
    Waypoint,
)
from suwon_fleet.core.robots.report import (
    ActionReport,
    ActionStatus,
    OperatingMode,
    Pose,
    RobotReport,
)
from suwon_fleet.nodes.bridge.drive import AHEAD_M, PIECE_M, SILENT_S, Drive

STANDS = RobotReport("r-1", 1, 1, "one", Pose(0.0, 0.0), 0.0, 4, 4)
TICK_S = 0.1
LOAD = Act("r-1", "a-1", ActionKind.LOAD)


@dataclass
class Played:
    """A robot that takes a point each time it is told to go on; some commands never come to it."""

    report: RobotReport = STANDS
    ground: tuple[Waypoint, ...] = ()
    now_s: float = 0.0
    loses: bool = False

    def goal(self, *points: tuple[float, float], act: Act | None = None) -> Drive:
        way = [Waypoint(x, y, "ground", 1.0) for x, y in points]
        return Drive(self.report, way, act, self.now_s)

    def hear(self, told: list[RobotCommand]) -> None:
        for command in () if self.loses else told:
            if isinstance(command, Grant):
                new = command.waypoints[self.report.granted_index + 1 - command.first_index :]
                self.ground += new
                granted = self.report.granted_index + len(new)
                self.report = structs.replace(self.report, granted_index=granted)
            elif isinstance(command, Act) and self.report.action is None:
                self.acts(ActionStatus.RUNNING)
            elif isinstance(command, CancelAction):
                self.acts(ActionStatus.FAILED)

    def acts(self, status: ActionStatus, result: str = "") -> None:
        self.report = structs.replace(self.report, action=ActionReport("a-1", status, result))

    def go_on(self) -> None:
        """Reach the next point."""
        index = self.report.path_index + 1
        at = self.ground[index - STANDS.path_index - 1]
        self.report = structs.replace(self.report, path_index=index, pose=Pose(at.x_m, at.y_m))

    def turn(self, drive: Drive, turns: int = 1) -> list[RobotCommand]:
        told: list[RobotCommand] = []
        for _ in range(turns):
            self.now_s += TICK_S
            drive.hear(self.report, self.now_s)
            new = drive.commands(self.now_s)
            self.hear(new)
            told += new
        return told

    def finish(self, drive: Drive) -> None:
        for _ in range(200):
            self.turn(drive)
            if self.report.path_index < self.report.granted_index:
                self.go_on()
            if drive.is_over:
                return
        pytest.fail("it does not come to its end")


@pytest.mark.parametrize("loses", [False, True])
def test_it_drives_to_the_end_and_acts_there(loses: bool) -> None:
    robot = Played(loses=loses)
    drive = robot.goal((5.0, 0.0), (5.0, 3.0), act=LOAD)
    robot.turn(drive, 7)
    robot.loses = False
    for _ in range(30):
        robot.turn(drive)
        if robot.report.path_index < robot.report.granted_index:
            robot.go_on()
    assert (robot.report.pose.x_m, robot.report.pose.y_m) == (5.0, 3.0)
    assert (drive.left, drive.doing, drive.is_over) == (0, "acting", False)
    robot.acts(ActionStatus.FINISHED, "taken")
    robot.finish(drive)
    assert (drive.failure, drive.result) == (None, "taken")
    assert robot.turn(drive) == []


def test_ground_is_granted_in_pieces_as_far_as_it_needs() -> None:
    robot = Played()
    drive = robot.goal((30.0, 0.0))
    robot.turn(drive, 20)
    granted_m = robot.ground[-1].x_m
    assert AHEAD_M <= granted_m <= AHEAD_M + PIECE_M
    at = [0.0, *(point.x_m for point in robot.ground)]
    assert max(b - a for a, b in pairwise(at)) <= PIECE_M + 1e-9
    robot.finish(drive)
    assert math.isclose(robot.report.pose.x_m, 30.0)


def test_a_cancelled_goal_ends_where_its_ground_ends() -> None:
    robot = Played()
    drive = robot.goal((30.0, 0.0), act=LOAD)
    robot.turn(drive, 5)
    drive.cancel(robot.now_s)
    robot.finish(drive)
    assert robot.report.pose.x_m <= AHEAD_M + PIECE_M
    assert robot.report.path_index == robot.report.granted_index
    assert (drive.failure, robot.report.action) == (None, None)


def test_a_cancelled_action_is_ended_by_the_robot() -> None:
    robot = Played()
    drive = robot.goal(act=LOAD)
    robot.turn(drive, 10)
    assert drive.doing == "acting"
    drive.cancel(robot.now_s)
    robot.finish(drive)
    assert robot.report.action == ActionReport("a-1", ActionStatus.FAILED, "")
    assert drive.failure is None


def test_what_nobody_hears_of_is_over_after_a_cancel() -> None:
    robot = Played(loses=True)
    drive = robot.goal(act=LOAD)
    robot.turn(drive, 10)
    drive.cancel(robot.now_s)
    robot.turn(drive, round(SILENT_S / TICK_S) + 10)
    assert drive.is_over


def test_a_robot_in_other_hands_gets_no_ground() -> None:
    robot = Played(structs.replace(STANDS, mode=OperatingMode.MANUAL))
    drive = robot.goal((1.0, 0.0))
    assert robot.turn(drive, 20) == []
    assert not drive.is_over
    robot.report = structs.replace(robot.report, mode=OperatingMode.AUTOMATIC)
    robot.finish(drive)


def test_an_action_that_fails_fails_the_goal() -> None:
    robot = Played()
    drive = robot.goal(act=LOAD)
    robot.turn(drive, 10)
    robot.acts(ActionStatus.FAILED, "lid")
    robot.finish(drive)
    assert drive.failure is not None
    assert drive.failure.code == "action-failed"


def test_a_robot_that_is_silent_or_starts_anew_fails_the_goal() -> None:
    robot = Played()
    drive = robot.goal((1.0, 0.0))
    assert drive.commands(SILENT_S + 1.0) == []
    assert drive.failure is not None
    assert drive.failure.code == "drive-robot-silent"
    drive = robot.goal((1.0, 0.0))
    robot.report = structs.replace(STANDS, session="two", path_index=-1, granted_index=-1)
    assert robot.turn(drive) == []
    assert drive.failure is not None
    assert drive.failure.code == "drive-robot-restarted"
