# SPDX-License-Identifier: Apache-2.0
"""Batches of robot reports, and requests to stop, as ROS carries them: several times as fast as by rclpy's
objects.

The layouts are those of msg/RobotReports and msg/RobotCommands; tests hold them to what rclpy makes of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from struct import Struct, error

from suwon_fleet.core.robots.command import RequestStop
from suwon_fleet.core.robots.report import RobotReport
from suwon_fleet.wire.cdr.stream import HEADER

VERSION = 1
_LAST_NS = (2**31 - 1) * 10**9
_COUNT = Struct("<I")
_BEGIN = HEADER + Struct("<H2xI").pack(VERSION, 0)
_COUNT_AT = len(_BEGIN) - _COUNT.size
_COMMANDS = Struct("<H2xiII")
_HEAD = Struct("<QiI3d")
_MIDDLE = Struct("<fiif")
_TO_8 = tuple(bytes(-at % 8) for at in range(8))


def write_reports(told: Iterable[tuple[RobotReport, str]]) -> tuple[bytes, list[str]]:
    """A RobotReports message of reports, each with the robot's kind where it announces itself.

    Gives with it the robots left out of it: a number of theirs has no room in its field.
    """
    out, count, left_out = bytearray(_BEGIN), 0, []
    for report, kind in told:
        begin = len(out)
        try:
            _write(out, report, kind)
            count += 1
        except (error, OverflowError):
            del out[begin:]
            left_out.append(report.robot_id)
    _COUNT.pack_into(out, _COUNT_AT, count)
    return bytes(out), left_out


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
        out += _text(action.action_id) + _text(action.status) + _fresh(action.result)
    out += _text(report.stop_id)
    out += _COUNT.pack(len(report.faults))
    for fault in report.faults:
        out += _fresh(fault)


def write_stops(stops: Iterable[RequestStop], at_ns: int) -> bytes:
    """A RobotCommands message of requests to stop, as of the fleet's time `at_ns`."""
    out, count = bytearray(), 0
    for stop in stops:
        out += _text(stop.robot_id) + _request_stop(stop.stop_id, stop.kind)
        count += 1
    seconds, nanoseconds = divmod(min(max(at_ns, 0), _LAST_NS), 10**9)
    return HEADER + _COMMANDS.pack(VERSION, seconds, nanoseconds, count) + out


@lru_cache(maxsize=100)
def _request_stop(stop_id: str, kind: str) -> bytes:
    """What follows the robot's id; it is the same for all robots."""
    nothing = _COUNT.pack(0)  # its first_index, and how many waypoints; then how many params
    return _text("request_stop") + 2 * nothing + _words("", kind) + 2 * nothing + _fresh(stop_id)


def _fresh(value: str) -> bytes:
    """Words that a robot may never say again."""
    octets = value.encode() + b"\0"
    return _COUNT.pack(len(octets)) + octets + bytes(-len(octets) % 4)


_text = lru_cache(maxsize=100_000)(_fresh)


@lru_cache(maxsize=10_000)
def _words(*values: str) -> bytes:
    """Texts that robots have in common, many together."""
    return b"".join(map(_text, values))
