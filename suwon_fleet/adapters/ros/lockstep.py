# SPDX-License-Identifier: Apache-2.0
"""Participants of a lockstep, and controllers' robots, over ROS topics."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile

import suwon_fleet.msg as msg
from suwon_fleet.adapters.ros import fields
from suwon_fleet.adapters.ros.link import REPORTS_QOS
from suwon_fleet.adapters.ros.reports import heard_in
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import GROUND
from suwon_fleet.ports import Answer, Place, Tick

QOS = QoSProfile(depth=100)
"""Reliable, volatile: a tick that is lost all the same is told again."""


class RosTicks:
    """A TickLink on `tick` and `ticked` in the node's namespace; the reports are in the fleet's."""

    def __init__(self, node: Node, fleet: str, external: frozenset[str]) -> None:
        """Join the topics; `external` are robots of controllers, which report to the fleet."""
        self.unusable = 0
        self._answers: list[Answer] = []
        self._places: dict[str, Place] = {}
        self._out = node.create_publisher(msg.SimTick, "tick", QOS)
        node.create_subscription(msg.SimTicked, "ticked", self._hear, QOS)
        self._external = external
        if external:
            reports = f"{fleet}/robot_reports"
            node.create_subscription(msg.RobotReports, reports, self._hear_reports, REPORTS_QOS)

    def _hear(self, told: Any) -> None:
        place = None
        try:
            if told.has_pose:
                place = Place(_pose(told.pose), fields.finite(told.speed, "speed"))
        except BadInput:
            self.unusable += 1
            return
        self._answers.append(Answer(told.participant, told.run, told.tick, place))

    def _hear_reports(self, batch: Any) -> None:
        batch.reports = [one for one in batch.reports if one.robot_id in self._external]
        heard, wrong = heard_in(batch)
        self.unusable += len(wrong)
        for one in heard:
            report = one.report
            place = Place(report.pose, report.speed_mps, report.path_index)
            self._places[report.robot_id] = place

    def tell(self, tick: Tick, names: Iterable[str]) -> None:
        """As :class:`.TickLink` has it; all hear it."""
        stamp = fields.stamp(tick.now_ns)
        step_s = tick.step_ns / fields.SECOND
        self._out.publish(msg.SimTick(run=tick.run, tick=tick.number, stamp=stamp, step=step_s))

    def answers(self) -> list[Answer]:
        """As :class:`.TickLink` has it."""
        answers, self._answers = self._answers, []
        return answers

    def places(self) -> list[tuple[str, Place]]:
        """As :class:`.TickLink` has it."""
        places, self._places = self._places, {}
        return list(places.items())

    def close(self) -> None:
        """The node has the topics."""


def _pose(pose: Any) -> Pose:
    x_m, y_m = fields.finite(pose.x, "pose.x"), fields.finite(pose.y, "pose.y")
    return Pose(x_m, y_m, fields.finite(pose.yaw, "pose.yaw"), pose.level or GROUND)
