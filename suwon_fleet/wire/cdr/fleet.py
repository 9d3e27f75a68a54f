# SPDX-License-Identifier: Apache-2.0
"""Batches of robot reports as ROS carries them, several times as fast as by rclpy's objects.

The layout is that of msg/RobotReports; a test holds it to what rclpy makes of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from struct import Struct

from suwon_fleet.core.robots.report import RobotReport
from suwon_fleet.wire.cdr.stream import HEADER

VERSION = 1
_LAST_NS = (2**31 - 1) * 10**9
_BATCH = Struct("<H2xI")
_COUNT = Struct("<I")
_HEAD = Struct("<QiI3d")
_MIDDLE = Struct("<fiif")
_TO_8 = tuple(bytes(-at % 8) for at in range(8))


def write_reports(told: Iterable[tuple[RobotReport, str]]) -> bytes:
    """A RobotReports message of reports, each with the robot's kind where it announces itself."""
    reports = list(told)
    out = bytearray(HEADER)
    out += _BATCH.pack(VERSION, len(reports))
    for report, kind in reports:
        _write(out, report, kind)
    return bytes(out)


def _write(out: bytearray, report: RobotReport, kind: str) -> None:
    """Append one; a message ends its texts at a multiple of 4, where all that follows them may begin."""
    pose, soc, action = report.pose, report.battery_soc, report.action
    out += _text(report.robot_id) + _text(kind) + _text(report.session)
    out += _TO_8[(len(out) - len(HEADER)) % 8]
    seconds, nanoseconds = divmod(min(max(report.stamp_ns, 0), _LAST_NS), 10**9)
    out += _HEAD.pack(report.sequence, seconds, nanoseconds, pose.x_m, pose.y_m, pose.yaw_rad)
    out += _text(pose.level)
    charge = math.nan if soc is None else soc
    out += _MIDDLE.pack(report.speed_mps, report.path_index, report.granted_index, charge)
    out += _words(
        report.mode,
        report.navigation,
        report.compartment or "",
        report.lift,
        report.stop,
        report.power,
        report.control or "",
        report.posture or "",
    )
    if action is None:
        out += _words("", "", "")
    else:
        out += _text(action.action_id) + _text(action.status) + _text(action.result)
    out += _text(report.stop_id)
    out += _COUNT.pack(len(report.faults))
    for fault in report.faults:
        out += _text(fault)


@lru_cache(maxsize=100_000)
def _text(value: str) -> bytes:
    octets = value.encode() + b"\0"
    return _COUNT.pack(len(octets)) + octets + bytes(-len(octets) % 4)


@lru_cache(maxsize=10_000)
def _words(*values: str) -> bytes:
    """Texts that robots have in common, many together."""
    return b"".join(map(_text, values))
