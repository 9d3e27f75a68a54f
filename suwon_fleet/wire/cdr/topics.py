# SPDX-License-Identifier: Apache-2.0
"""Topics of a mobile robot: nav_msgs/Odometry, tf2_msgs/TFMessage, sensor_msgs/BatteryState and others.

Only what a fleet looks at is read; what is not is stepped over.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct

import msgspec

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.cdr.stream import HEADER, Reader, Writer

CHARGING, FULL = 1, 4
"""Of sensor_msgs/BatteryState's `power_supply_status`."""
MOST_FRAMES = 20_000
"""Robots of which is kept how their odometry is laid out."""
_LEAST_TRANSFORM = 4 * 4 + 7 * 8
_FURTHEST_M, _FASTEST_MPS = 1e8, 1e3
"""What is beyond is no pose of a robot; the same as in docs/zenoh.md."""


class Odometry(msgspec.Struct, frozen=True, gc=False):
    """Where a robot is in `frame`, on the flat, and how fast it drives and, if that is known, turns.

    What is read has the speed in whatever direction as `speed_mps`.
    """

    stamp_ns: int
    frame: str
    child_frame: str
    x_m: float
    y_m: float
    yaw_rad: float
    speed_mps: float
    turn_radps: float = 0.0
    left_mps: float = 0.0


class Transform(msgspec.Struct, frozen=True, gc=False):
    """Where the frame `child` is in the frame `parent`, on the flat."""

    parent: str
    child: str
    x_m: float
    y_m: float
    yaw_rad: float
    z_m: float = 0.0
    """What is read is taken to be on the ground."""


@dataclass(frozen=True, slots=True)
class Battery:
    """`share` is 0..1, None where the robot does not know."""

    share: float | None
    status: int
    is_present: bool = True


def read_odometry(payload: bytes) -> Odometry:
    """nav_msgs/msg/Odometry. Raises BadInput."""
    read = Reader(payload, "Odometry")
    sec, nanosec = read.take("iI", 4)
    frame, child = read.text(), read.text()
    x, y, qx, qy, qz, qw, vx, vy = read.take("2d8x4d288x2d32x288x", 8)
    _within("Odometry", _FURTHEST_M, x, y, qx, qy, qz, qw)
    speed = math.copysign(math.hypot(vx, vy), vx)
    _within("Odometry", _FASTEST_MPS, speed)
    return Odometry(sec * 10**9 + nanosec, frame, child, x, y, _yaw(qx, qy, qz, qw), speed)


@lru_cache(maxsize=MOST_FRAMES)
def _odometry(frame: str, child_frame: str) -> tuple[Struct, bytes]:
    """The layout of all messages with these frames, and the part of them that says so."""
    write = Writer()
    write.put("iI", 4, 0, 0)
    write.text(frame)
    write.text(child_frame)
    frames = write.payload()[len(HEADER) + 8 :]
    filled = len(frames) + -len(frames) % 8  # the stamp before them has 8 bytes
    return Struct(f"<{len(HEADER)}siI{filled}s7d288x2d24xd288x"), frames


def write_odometry(told: Odometry) -> bytes:
    """nav_msgs/msg/Odometry, its covariances unknown (0)."""
    layout, frames = _odometry(told.frame, told.child_frame)
    stamp, half = divmod(told.stamp_ns, 10**9), told.yaw_rad / 2
    pose = (told.x_m, told.y_m, 0.0, 0.0, 0.0, math.sin(half), math.cos(half))
    speeds = (told.speed_mps, told.left_mps, told.turn_radps)
    return layout.pack(HEADER, *stamp, frames, *pose, *speeds)


def read_transforms(payload: bytes) -> list[Transform]:
    """tf2_msgs/msg/TFMessage. Raises BadInput."""
    read = Reader(payload, "TFMessage")
    transforms = []
    for _ in range(read.count(_LEAST_TRANSFORM)):
        read.take("iI", 4)
        parent, child = read.text(), read.text()
        x, y, qx, qy, qz, qw = read.take("2d8x4d", 8)
        _within("TFMessage", _FURTHEST_M, x, y, qx, qy, qz, qw)
        transforms.append(Transform(parent, child, x, y, _yaw(qx, qy, qz, qw)))
    return transforms


def write_transforms(told: Sequence[Transform], stamp_ns: int) -> bytes:
    """tf2_msgs/msg/TFMessage, all of one time."""
    write = Writer()
    stamp = divmod(stamp_ns, 10**9)
    write.put("I", 4, len(told))
    for one in told:
        write.put("iI", 4, *stamp)
        write.text(one.parent)
        write.text(one.child)
        half = one.yaw_rad / 2
        write.put("7d", 8, one.x_m, one.y_m, one.z_m, 0.0, 0.0, math.sin(half), math.cos(half))
    return write.payload()


def read_battery(payload: bytes) -> Battery:
    """sensor_msgs/msg/BatteryState, up to what matters here. Raises BadInput."""
    read = Reader(payload, "BatteryState")
    read.take("iI", 4)
    read.text()
    *_, share, status, _health, _technology, is_present = read.take("7f3B?", 4)
    return Battery(share if 0.0 <= share <= 1.0 else None, status, is_present)


def write_battery(told: Battery, stamp_ns: int) -> bytes:
    """sensor_msgs/msg/BatteryState; what is not known is NaN."""
    write = Writer()
    write.put("iI", 4, *divmod(stamp_ns, 10**9))
    write.text("")
    share = math.nan if told.share is None else told.share
    write.put("7f3B?", 4, *[math.nan] * 6, share, told.status, 0, 0, told.is_present)
    write.put("2I", 4, 0, 0)  # voltages and temperatures of cells: none told
    write.text("")
    write.text("")
    return write.payload()


def write_speed_limit(limit_mps: float) -> bytes:
    """nav2_msgs/msg/SpeedLimit in metres a second; 0 is none."""
    write = Writer()
    write.put("iI", 4, 0, 0)
    write.text("map")
    write.put("?", 1, False)
    write.put("d", 8, limit_mps)
    return write.payload()


def _within(what: str, limit: float, *values: float) -> None:
    """NaN and infinity are not; nor is what would become one of them when it is reckoned with."""
    if not all(-limit <= value <= limit for value in values):
        mend = "send a pose only when the robot knows where it is"
        text = f"a number that is not finite, or beyond {limit:g}"
        raise BadInput([Problem("not-finite", what, text, mend)])


def _yaw(x: float, y: float, z: float, w: float) -> float:
    """About the vertical; of a quaternion that is not of length 1, too."""
    return math.atan2(2.0 * (w * z + x * y), w * w + x * x - y * y - z * z)
