# SPDX-License-Identifier: Apache-2.0
"""What ROS tools can ask of a bridge's robots: the action `drive_robot`, and stops."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable
from typing import Any

from rclpy.action import CancelResponse
from rclpy.node import Node

import suwon_fleet.msg as msg
from suwon_fleet.action import DriveRobot
from suwon_fleet.adapters.ros import commands, fields
from suwon_fleet.adapters.ros.jobs import tell_reason
from suwon_fleet.core.errors import BadInput, Problem, Reason
from suwon_fleet.core.robots.command import (
    Act,
    Grant,
    ReleaseStop,
    RequestStop,
    RobotCommand,
    StopKind,
)
from suwon_fleet.core.robots.report import RobotReport
from suwon_fleet.nodes.bridge.drive import Drive
from suwon_fleet.nodes.late_goals import end, serve
from suwon_fleet.srv import ReleaseStop as ReleaseService
from suwon_fleet.srv import RequestStop as RequestService
from suwon_fleet.wire.bridge.rules import Filter

MOST_WAYPOINTS = 10_000
_STOPS = fields.words(StopKind)


class Tools:
    """Serves them under the node's own name. On the node's thread.

    A robot is driven by one goal at a time, and only where no fleet_manager sends `robot_commands`: two who
    grant ground would not know of each other. A stop anybody may request who may drive.
    """

    def __init__(
        self, node: Node, allowed: Filter, send: Callable[[Iterable[RobotCommand]], None]
    ) -> None:
        self._node, self._allowed, self._send = node, allowed, send
        self._reports: dict[str, RobotReport] = {}
        self._drives: dict[str, tuple[Any, Drive]] = {}
        self._stops: dict[str, str] = {}
        """The stop that was requested last of each robot."""
        self._prefix = f"{node.get_name()}-{time.time_ns():x}"
        self._numbers = itertools.count(1)
        self._server = serve(node, DriveRobot, "~/drive_robot", self._begin, self._cancel)
        node.create_service(RequestService, "~/request_stop", self._on_request)
        node.create_service(ReleaseService, "~/release_stop", self._on_release)

    def hear(self, reports: Iterable[RobotReport]) -> None:
        """Robots have reported."""
        now_s = time.monotonic()
        for report in reports:
            self._reports[report.robot_id] = report
            if under_way := self._drives.get(report.robot_id):
                under_way[1].hear(report, now_s)

    def forget(self, robot_id: str) -> None:
        """A robot is there no more."""
        self._reports.pop(robot_id, None)
        if under_way := self._drives.get(robot_id):
            under_way[1].fail(Reason.of("drive-robot-silent", robot=robot_id))

    def turn(self) -> None:
        """Tell robots what is next, and goals how it goes."""
        now_s = time.monotonic()
        if self._drives and self._has_fleet():
            for robot_id, (_, drive) in self._drives.items():
                drive.fail(Reason.of("drive-robot-has-fleet", robot=robot_id))
        for robot_id, (goal, drive) in list(self._drives.items()):
            if goal.is_cancel_requested:
                drive.cancel(now_s)
            self._send(drive.commands(now_s))
            if drive.is_over:
                del self._drives[robot_id]
                result = DriveRobot.Result(accepted=True, result=drive.result)
                _end(goal, goal.abort if drive.failure else _end_of(goal), result, drive.failure)
            else:
                goal.publish_feedback(_feedback(drive))

    def close(self) -> None:
        """Robots stay where their ground ends; goals end with the node."""
        self._drives.clear()
        self._server.destroy()

    # Goals

    def _begin(self, goal: Any) -> None:
        request = goal.request
        refusal = self._refusal(request.robot_id)
        if refusal is None and request.robot_id in self._drives:
            refusal = Reason.of("drive-robot-busy", robot=request.robot_id)
        if refusal is None and self._has_fleet():
            refusal = Reason.of("drive-robot-has-fleet", robot=request.robot_id)
        try:
            grant, act = self._asked(request)
        except BadInput as error:
            refusal = refusal or Reason.of("drive-bad-goal", what=str(error))
        if refusal:
            _end(goal, goal.abort, DriveRobot.Result(), refusal)
            return
        waypoints = grant.waypoints if grant else ()
        report = self._reports[request.robot_id]
        self._drives[request.robot_id] = goal, Drive(report, waypoints, act, time.monotonic())

    def _asked(self, request: Any) -> tuple[Grant | None, Act | None]:
        """As commands; raises BadInput for what cannot be."""
        if len(request.waypoints) > MOST_WAYPOINTS:
            what = f"{len(request.waypoints)} waypoints, {MOST_WAYPOINTS} at most"
            raise BadInput([Problem("too-long", "waypoints", what, "drive in several goals")])
        batch = msg.RobotCommands(version=msg.RobotCommands.VERSION)
        if request.waypoints:
            command = msg.RobotCommand(robot_id=request.robot_id, verb=msg.RobotCommand.GRANT)
            command.waypoints = request.waypoints
            batch.commands.append(command)
        if request.act:
            command = msg.RobotCommand(robot_id=request.robot_id, verb=msg.RobotCommand.ACT)
            command.action_id, command.kind = self._next_id(), request.act
            command.param_names, command.param_values = request.param_names, request.param_values
            batch.commands.append(command)
        made, wrong = commands.commands_in(batch)
        if wrong:
            raise wrong[0]
        grant = next((one for one in made if isinstance(one, Grant)), None)
        return grant, next((one for one in made if isinstance(one, Act)), None)

    def _cancel(self, goal: Any) -> CancelResponse:
        return CancelResponse.ACCEPT  # `turn` sees it

    # Stops

    def _on_request(self, request: Any, response: Any) -> Any:
        refusal = self._refusal(request.id) if request.scope == request.ROBOT else _ONE_ROBOT
        try:
            kind = fields.word(_STOPS, request.kind or StopKind.PROTECTIVE.value, "kind")
        except BadInput as error:
            refusal = refusal or Reason.of("drive-bad-goal", what=str(error))
        response.accepted = refusal is None
        tell_reason(response, refusal)
        if refusal is None:
            response.stop_id = self._stops[request.id] = self._next_id()
            response.robot_ids = [request.id]
            self._send([RequestStop(request.id, response.stop_id, kind)])
        return response

    def _on_release(self, request: Any, response: Any) -> Any:
        refusal = self._refusal(request.id) if request.scope == "robot" else _ONE_ROBOT
        stop_id = request.stop_id or self._stops.get(request.id, "")
        if refusal is None and not stop_id:
            refusal = Reason.of("drive-no-stop", robot=request.id)
        response.accepted = refusal is None
        tell_reason(response, refusal)
        if refusal is None:
            response.robot_ids = [request.id]
            self._send([ReleaseStop(request.id, stop_id)])
        return response

    def _refusal(self, robot_id: str) -> Reason | None:
        """Why this robot is not for tools here."""
        if self._allowed.rule_for(robot_id) is None:
            return Reason.of("drive-not-allowed", robot=robot_id)
        if robot_id not in self._reports:
            return Reason.of("no-such-robot", robot=robot_id)
        return None

    def _has_fleet(self) -> bool:
        return bool(self._node.count_publishers("robot_commands"))

    def _next_id(self) -> str:
        return f"{self._prefix}-{next(self._numbers)}"


_ONE_ROBOT = Reason.of("drive-one-robot")


def _feedback(drive: Drive) -> Any:
    pose = drive.report.pose
    at = msg.Pose2D(x=pose.x_m, y=pose.y_m, yaw=pose.yaw_rad, level=pose.level)
    return DriveRobot.Feedback(pose=at, waypoints_left=drive.left, doing=drive.doing)


def _end_of(goal: Any) -> Callable[[], None]:
    how: Callable[[], None] = goal.canceled if goal.is_cancel_requested else goal.succeed
    return how


def _end(goal: Any, how: Callable[[], None], result: Any, why: Reason | None) -> None:
    tell_reason(result, why)
    end(goal, how, result)
