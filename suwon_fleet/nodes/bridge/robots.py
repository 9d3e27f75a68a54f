# SPDX-License-Identifier: Apache-2.0
"""Robots met over Zenoh, for a fleet_manager met over ROS: reports and commands, many in a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile

import suwon_fleet.msg as msg
from suwon_fleet.adapters.ros import commands, fields, reports
from suwon_fleet.adapters.ros.link import COMMANDS_QOS
from suwon_fleet.core.engine.messages import Announced, Heard, Reported
from suwon_fleet.core.robots.report import RobotReport
from suwon_fleet.nodes.robot_topics import RobotPublishers, topic_name
from suwon_fleet.ports import RobotLink

FLEET = "/fleet"
REPORTS_QOS = QoSProfile(depth=10)


class BridgedRobots:
    """Passes on between RobotLinks and the topics `robot_reports` and `robot_commands`.

    Each robot has its own `odom` and `battery_state`, too, as Nav2's tools and RViz know them.
    """

    def __init__(self, node: Node, links: Sequence[RobotLink]) -> None:
        self.known: set[str] = set()
        self.reports = self.commands = 0
        self._node, self._links = node, links
        self._own: dict[str, RobotPublishers] = {}
        self._reports_out = node.create_publisher(
            msg.RobotReports, f"{FLEET}/robot_reports", REPORTS_QOS
        )
        node.create_subscription(
            msg.RobotCommands, f"{FLEET}/robot_commands", self._on_commands, COMMANDS_QOS
        )

    def look(self) -> None:
        """Pass on what robots have said."""
        said = [heard for link in self._links for heard in link.drain()]
        told = [_with_kind(heard) for heard in said if isinstance(heard, Announced | Reported)]
        if not told:
            return
        self._reports_out.publish(reports.batch_of(told))
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
        for link in self._links:
            link.send(ours)

    def close(self) -> None:
        for link in self._links:
            link.close()


def _with_kind(heard: Heard) -> tuple[RobotReport, str]:
    """The report, with the robot's kind where it announces itself."""
    assert isinstance(heard, Announced | Reported)
    return heard.report, heard.factsheet.kind if isinstance(heard, Announced) else ""
