# SPDX-License-Identifier: Apache-2.0
"""Robots met over Zenoh, for a fleet_manager met over ROS: reports and commands, many in a message."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile

import suwon_fleet.msg as msg
from suwon_fleet.adapters.ros import commands, fields
from suwon_fleet.adapters.ros.link import COMMANDS_QOS
from suwon_fleet.core.engine.messages import Announced, Noticed, Reported
from suwon_fleet.core.robots.report import RobotReport
from suwon_fleet.core.texts import say
from suwon_fleet.nodes.robot_topics import RobotPublishers, topic_name
from suwon_fleet.ports import RobotLink
from suwon_fleet.wire.cdr.fleet import write_reports

FLEET = "/fleet"
REPORTS_QOS = QoSProfile(depth=10)


class BridgedRobots:
    """Passes on between a RobotLink and the topics `robot_reports` and `robot_commands`.

    Each robot has its own `odom` and `battery_state`, too, as Nav2's tools and RViz know them.
    """

    def __init__(self, node: Node, link: RobotLink) -> None:
        self.known: set[str] = set()
        self.reports = self.commands = 0
        self._node, self._link = node, link
        self._own: dict[str, RobotPublishers] = {}
        self._reports_out = node.create_publisher(
            msg.RobotReports, f"{FLEET}/robot_reports", REPORTS_QOS
        )
        node.create_subscription(
            msg.RobotCommands, f"{FLEET}/robot_commands", self._on_commands, COMMANDS_QOS
        )

    def look(self) -> None:
        """Pass on what robots have said."""
        told = []
        for heard in self._link.drain():
            match heard:
                case Announced():
                    told.append((heard.report, heard.factsheet.kind))
                case Reported():
                    told.append((heard.report, ""))
                case Noticed():  # ROS has no topic for it; that a robot vanished its silence tells
                    text = say(heard.reason, "en")
                    self._node.get_logger().warning(text, throttle_duration_sec=1.0)
        if not told:
            return
        self._reports_out.publish(write_reports(told))
        self.reports += len(told)
        for report, _ in told:
            self._tell_own(report)

    def _tell_own(self, report: RobotReport) -> None:
        """On topics of its own, where someone listens."""
        own = self._own.get(report.robot_id)
        if own is None:
            self.known.add(report.robot_id)
            name = topic_name(report.robot_id)
            own = self._own[report.robot_id] = RobotPublishers(self._node, name)
        own.publish(report, fields.stamp(report.stamp_ns))

    def _on_commands(self, batch: Any) -> None:
        taken, wrong = commands.commands_in(batch)
        for fault in wrong:
            self._node.get_logger().warning(
                f"robot_commands: left out: {fault}", throttle_duration_sec=5.0
            )
        ours = [command for command in taken if command.robot_id in self.known]
        self.commands += len(ours)
        self._link.send(ours)

    def close(self) -> None:
        self._link.close()
