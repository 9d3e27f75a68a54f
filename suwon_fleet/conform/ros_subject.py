# SPDX-License-Identifier: Apache-2.0
"""A robot over ROS topics under examination: we are in its fleet_manager's place."""

from __future__ import annotations

import os
import time
from typing import Any

import rclpy
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

import suwon_fleet.msg as msg
from suwon_fleet.adapters.ros.commands import batch_of
from suwon_fleet.adapters.ros.connection import check_namespace
from suwon_fleet.adapters.ros.link import COMMANDS_QOS, REPORTS_QOS
from suwon_fleet.adapters.ros.reports import heard_in
from suwon_fleet.conform.book import Book
from suwon_fleet.core.engine.messages import Announced
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.core.robots.report import Factsheet, RobotReport

_SLICE_S = 0.1


class RosSubject:
    """See the module. Belongs to one thread; the rclpy context is its own."""

    def __init__(self, namespace: str, robot_id: str, book: Book) -> None:
        """Join the topics of a fleet's namespace. Raises BadInput for one that cannot be."""
        check_namespace(namespace)
        self.sheet: Factsheet | None = None
        self._robot_id, self._book, self._namespace = robot_id, book, namespace
        self._came: list[RobotReport] = []
        self._context = rclpy.Context()
        rclpy.init(context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        self._node = Node(
            f"conform_{os.getpid()}",
            namespace=namespace,
            context=self._context,
            enable_rosout=False,
            start_parameter_services=False,
        )
        self._out = self._node.create_publisher(msg.RobotCommands, "robot_commands", COMMANDS_QOS)
        self._node.create_subscription(msg.RobotReports, "robot_reports", self._hear, REPORTS_QOS)
        self._executor = rclpy.executors.SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)

    def _hear(self, batch: Any) -> None:
        heard, wrong = heard_in(batch)
        for fault in wrong:
            where, what = fault.problems[0].where, fault.problems[0].what
            if f"({self._robot_id})" in where or where == "version":
                self._book.judge("body", False, f"{where}: {what}")
        for one in heard:
            if one.report.robot_id != self._robot_id:
                continue
            self._book.judge("body", True)
            if isinstance(one, Announced):
                self.sheet = one.factsheet
            self._came.append(one.report)

    def is_heard(self) -> bool:
        """Whether somebody hears what we tell."""
        return bool(self._out.get_subscription_count())

    def check_alone(self) -> None:
        """Raise BadInput when a fleet_manager is at work here: a robot has one owner."""
        if self._node.count_publishers("robot_commands") > 1:
            what = "somebody else tells robots here"
            mend = "end the fleet_manager, or let the robot use another namespace"
            raise BadInput([Problem("not-alone", self._namespace, what, mend)])

    def pump(self, timeout_s: float) -> list[RobotReport]:
        """As :class:`.Subject` has it."""
        self._executor.spin_once(timeout_sec=min(timeout_s, _SLICE_S))
        came, self._came = self._came, []
        return came

    def tell(self, command: RobotCommand) -> None:
        """As :class:`.Subject` has it; topics are reliable, so once is enough."""
        self._out.publish(batch_of([command], time.time_ns()))

    def tell_rubbish(self) -> None:
        """Commands that are none."""
        strange = [
            msg.RobotCommand(robot_id=self._robot_id, verb="dance"),
            msg.RobotCommand(robot_id=self._robot_id, verb=msg.RobotCommand.GRANT),
            msg.RobotCommand(robot_id=self._robot_id, verb=""),
        ]
        self._out.publish(msg.RobotCommands(version=1, commands=strange))

    def close(self) -> None:
        """Leave the ROS graph."""
        self._executor.shutdown()
        self._node.destroy_node()
        self._context.try_shutdown()
