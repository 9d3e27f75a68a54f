# SPDX-License-Identifier: Apache-2.0
"""Robot reports as messages, field by field."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from suwon_fleet import msg
from suwon_fleet.adapters.ros import fields
from suwon_fleet.core.robots.report import RobotReport


def batch_of(reports: Iterable[tuple[RobotReport, str]]) -> Any:
    """A RobotReports message of reports, each with the robot's kind where it announces itself."""
    batch = msg.RobotReports(version=msg.RobotReports.VERSION)
    batch.reports = [_message(report, kind) for report, kind in reports]
    return batch


def _message(report: RobotReport, kind: str) -> Any:
    message, pose = msg.RobotReport(), report.pose
    message.robot_id, message.kind, message.session = report.robot_id, kind, report.session
    message.sequence = report.sequence
    message.stamp = fields.stamp(report.stamp_ns)
    message.pose = msg.Pose2D(x=pose.x_m, y=pose.y_m, yaw=pose.yaw_rad, level=pose.level)
    message.speed = report.speed_mps
    message.path_index, message.granted_index = report.path_index, report.granted_index
    message.battery = math.nan if report.battery_soc is None else report.battery_soc
    message.mode, message.navigation = report.mode.value, report.navigation.value
    message.compartment = report.compartment or ""
    message.lift, message.stop, message.power = report.lift, report.stop, report.power
    message.control, message.posture = report.control or "", report.posture or ""
    if action := report.action:
        message.action.action_id, message.action.status = action.action_id, action.status
        message.action.result = action.result
    message.stop_id, message.faults = report.stop_id, list(report.faults)
    return message
