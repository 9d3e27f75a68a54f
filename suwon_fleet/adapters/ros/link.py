# SPDX-License-Identifier: Apache-2.0
"""Robots that speak our messages over ROS topics, many in one message, as a RobotLink."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

import suwon_fleet.msg as msg
from suwon_fleet.adapters.allowance import Share
from suwon_fleet.adapters.clocks import SECOND, HeardClock, WallClock
from suwon_fleet.adapters.ros import commands, reports
from suwon_fleet.core.engine.messages import Announced, Reported
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.robots.command import RequestStop, RobotCommand
from suwon_fleet.core.robots.report import RobotReport
from suwon_fleet.wire.cdr.fleet import write_stops

REPORTS_QOS = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=100,
    reliability=ReliabilityPolicy.BEST_EFFORT,
    durability=DurabilityPolicy.VOLATILE,
)
"""Heard from robots that publish either way; a report that is lost is made good by the next."""

MOST_OF_ONE, MOST_OF_ALL = 100, 100_000
"""Reports that are taken from one turn to the next, of one robot and of all: ten seconds of a robot's."""

COMMANDS_QOS = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=100,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.VOLATILE,
)
"""A robot that comes late must not run old commands."""


class RosLink:
    """Hears `robot_reports` and tells `robot_commands`, both in the node's namespace.

    Belongs to the thread that spins the node, but for `send_now`. Commands are gathered by `send` and leave
    with `flush`, as one message. What is wrong with a message is kept in `faults`; the rest of it counts.
    """

    def __init__(
        self, node: Node, clock: HeardClock | WallClock, on_reports: Callable[[], None]
    ) -> None:
        """Join the topics; `on_reports` is called after each batch that brought something."""
        self.faults = 0
        """How many reports and batches could not be used."""
        self.last_fault: BadInput | None = None
        self.share = Share(MOST_OF_ONE, MOST_OF_ALL)
        """By robot, as it says of itself: who floods in a robot's name keeps out that one alone."""
        self._node, self._clock, self._on_reports = node, clock, on_reports
        self._heard: list[Announced | Reported] = []
        self._outbox: list[RobotCommand] = []
        self._flushed_ns = 0
        self._is_open = True
        self._lock = Lock()  # of the publisher, against closing it
        self._publisher = node.create_publisher(msg.RobotCommands, "robot_commands", COMMANDS_QOS)
        self._subscription = node.create_subscription(
            msg.RobotReports, "robot_reports", self._hear, REPORTS_QOS
        )

    def _hear(self, batch: Any) -> None:
        may = self.share.allows
        taken = [one for one in batch.reports if may(one.robot_id)]
        if len(taken) < len(batch.reports):
            batch.reports = taken
        told, wrong = reports.heard_in(batch)
        latest_ns = self._clock.hear([one.report.stamp_ns for one in told])
        heard = [one for one in told if one.report.stamp_ns <= latest_ns]
        self._heard += heard
        wrong += [_from_the_future(one.report) for one in told if one.report.stamp_ns > latest_ns]
        for fault in wrong:
            self._note(fault)
        if heard:
            self._on_reports()

    def _note(self, fault: BadInput) -> None:
        self.faults, self.last_fault = self.faults + 1, fault
        self._node.get_logger().warning(
            f"robot_reports: left out: {fault}", throttle_duration_sec=5.0
        )

    def drain(self) -> list[Announced | Reported]:
        """All reports since the last call, but for those that were too many."""
        self.share.renew()
        heard, self._heard = self._heard, []
        return heard

    def send(self, commands: Iterable[RobotCommand]) -> None:
        """Gather commands for the next `flush`."""
        self._outbox.extend(commands)

    def flush(self, at_ns: int) -> None:
        """Publish what was gathered, stamped with the fleet's time; an empty message tells that too."""
        outbox, self._outbox = self._outbox, []
        self._flushed_ns = at_ns
        self._publisher.publish(commands.batch_of(outbox, at_ns))

    def send_now(self, urgent: Iterable[RobotCommand]) -> None:
        """Publish commands at once, as of the fleet's last turn. Any thread."""
        told = list(urgent)
        stops = [command for command in told if isinstance(command, RequestStop)]
        batch = (
            write_stops(stops, self._flushed_ns)
            if len(stops) == len(told)
            else commands.batch_of(told, self._flushed_ns)
        )
        with self._lock:
            if self._is_open:
                self._publisher.publish(batch)

    def close(self) -> None:
        """Leave the topics. What was heard and not drained is forgotten: robots tell it again."""
        self._node.destroy_subscription(self._subscription)
        with self._lock:
            self._is_open = False
        self._node.destroy_publisher(self._publisher)


def _from_the_future(report: RobotReport) -> BadInput:
    what = f"{report.stamp_ns / SECOND:.1f} s is far ahead of the fleet's time and of other robots"
    mend = "set the robot's clock by the fleet's: use_sim_time alike on both sides, or NTP"
    return BadInput([Problem("stamp-in-the-future", f"{report.robot_id}: stamp", what, mend)])
