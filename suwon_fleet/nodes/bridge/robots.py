# SPDX-License-Identifier: Apache-2.0
"""Robots met over Zenoh, for a fleet_manager met over ROS: reports and commands, many in a message."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile

import suwon_fleet.msg as msg
from suwon_fleet.adapters.ros import commands, fields
from suwon_fleet.adapters.ros.link import COMMANDS_QOS
from suwon_fleet.core.engine.messages import Announced, Noticed, Reported, Vanished
from suwon_fleet.core.texts import say
from suwon_fleet.nodes.bridge.tools import Tools
from suwon_fleet.nodes.robot_topics import RobotPublishers, topic_name
from suwon_fleet.ports import RobotLink
from suwon_fleet.wire.bridge.rules import NOTHING, Filter
from suwon_fleet.wire.cdr.fleet import write_reports

REPORTS_QOS = QoSProfile(depth=100)
MOST_IN_ONE = 200
"""Reports in a message: as many as surely go in one datagram. Larger messages are often lost as a whole."""


class BridgedRobots:
    """Passes on between a RobotLink and `robot_reports` and `robot_commands`, in the node's namespace.

    A robot that someone wants to hear has its own `odom` and `battery_state`, too, as RViz knows them.
    """

    def __init__(self, node: Node, link: RobotLink, drive: Filter = NOTHING) -> None:
        """Tools may ask for those that `drive` allows."""
        self.known: dict[str, None] = {}
        """Robots that have said something and are there, in that order."""
        self.reports = self.commands = self.left_out = 0
        """Passed on; and reports whose numbers ROS has no room for."""
        self._node, self._link = node, link
        self._tools = Tools(node, drive, link.send) if drive.allow else None
        self._own: dict[str, RobotPublishers] = {}
        self._names: set[str] = set()
        self._reports_out = node.create_publisher(msg.RobotReports, "robot_reports", REPORTS_QOS)
        node.create_subscription(
            msg.RobotCommands, "robot_commands", self._on_commands, COMMANDS_QOS
        )

    def look(self) -> None:
        """Pass on what robots have said."""
        told = []
        gone: set[str] = set()
        for heard in self._link.drain():
            match heard:
                case Announced():
                    told.append((heard.report, heard.factsheet.kind))
                    gone.discard(heard.report.robot_id)
                case Reported():
                    told.append((heard.report, ""))
                    gone.discard(heard.report.robot_id)
                case Vanished():  # a fleet on ROS knows it by the silence
                    gone.add(heard.robot_id)
                case Noticed():  # ROS has no topic for it
                    text = say(heard.reason, "en")
                    self._node.get_logger().warning(text, throttle_duration_sec=1.0)
        if self._tools:
            self._tools.hear(report for report, _ in told)
            self._tools.turn()
        for begin in range(0, len(told), MOST_IN_ONE):
            part = told[begin : begin + MOST_IN_ONE]
            payload, left_out = write_reports(part)
            self._reports_out.publish(payload)
            self.reports += len(part) - len(left_out)
            if left_out:
                self.left_out += len(left_out)
                self._node.get_logger().warning(
                    f"numbers too large for ROS: {', '.join(left_out)[:200]} left out",
                    throttle_duration_sec=5.0,
                )
        for report, _ in told:
            self.known[report.robot_id] = None
            if own := self._own.get(report.robot_id):
                own.publish(report, fields.stamp(report.stamp_ns))
        for robot_id in gone:  # only now: its last words may have come with that news
            self._forget(robot_id)

    def look_for_listeners(self) -> None:
        """Make topics of their own for those robots that someone wants to hear: publishers cost.

        Where another node publishes them, as a robot or a route does, they are that one's.
        """
        node = self._node
        topics = {name for name, _ in node.get_topic_names_and_types()}
        for robot_id in self.known:
            name = topic_name(robot_id)
            own = {f"/{name}/odom", f"/{name}/battery_state"} & topics
            if name in self._names or not any(map(node.count_subscribers, own)):
                continue
            if any(map(node.count_publishers, own)):
                continue
            self._names.add(name)  # of two robots whose topics would be one the first has them
            self._own[robot_id] = RobotPublishers(node, name)

    def _forget(self, robot_id: str) -> None:
        self.known.pop(robot_id, None)
        if self._tools:
            self._tools.forget(robot_id)
        if own := self._own.pop(robot_id, None):
            own.close()
            self._names.discard(topic_name(robot_id))

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
        """Hear and tell robots no more."""
        if self._tools:
            self._tools.close()
        self._link.close()
