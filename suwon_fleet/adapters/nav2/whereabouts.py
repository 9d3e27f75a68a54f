# SPDX-License-Identifier: Apache-2.0
"""Where a robot is, how it moves and how full its battery is, out of what its topics tell."""

from __future__ import annotations

import math
from collections.abc import Iterable

from suwon_fleet.adapters.nav2.asking import SECOND
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.robots.report import Power
from suwon_fleet.wire.bridge.nav2_robot import Nav2Robot, PoseSource
from suwon_fleet.wire.cdr.topics import CHARGING, FULL, Battery, Odometry, Transform

FRESH_NS = SECOND
"""What is older is not known any more: a robot whose pose stops coming is silent to the fleet."""
STANDS_MPS = 0.02
STUCK_NS = 5 * SECOND
"""A robot that ought to drive and has not moved for so long is blocked."""
_MOVED_M, _TURNED_RAD = 0.05, 0.1
_MOST_FRAMES = 100
_DEEPEST = 10

Place = tuple[float, float, float]
"""x, y (m) and yaw (rad) in the frame of the map."""


class Whereabouts:
    """The newest of what was heard; times are those of its arrival, by the fleet's clock."""

    def __init__(self, robot: Nav2Robot) -> None:
        self._robot = robot
        self.place: Place | None = None
        self.speed_mps = 0.0
        self.battery: Battery | None = None
        self._placed_ns = self._moved_ns = 0
        self._rolled_ns: int | None = None
        """When its speed came."""
        self._anchor: Place | None = None
        self._frames: dict[str, tuple[Transform, int]] = {}
        """By child, and when each came."""

    def hear_odometry(self, told: Odometry, now_ns: int) -> None:
        """Speed, and where that is so configured the pose. Raises BadInput for the frame of another."""
        self.speed_mps, self._rolled_ns = told.speed_mps, now_ns
        if self._robot.pose is not PoseSource.ODOM:
            return
        if told.frame.lstrip("/") != self._robot.map_frame:
            what = f"is in frame {told.frame[:40]!r}, not {self._robot.map_frame!r}"
            mend = "publish it in the frame of the map, or set `pose: tf`"
            raise BadInput([Problem("wrong-frame", f"{self._robot.robot_id}: odom", what, mend)])
        self._be_at((told.x_m, told.y_m, told.yaw_rad), now_ns, now_ns)

    def hear_transforms(self, told: Iterable[Transform], now_ns: int) -> None:
        """Transforms between some of the robot's frames."""
        for transform in told:
            if transform.child in self._frames or len(self._frames) < _MOST_FRAMES:
                self._frames[transform.child] = transform, now_ns
        if self._robot.pose is PoseSource.TF and (composed := self._composed(now_ns)):
            self._be_at(*composed, now_ns)

    def _composed(self, now_ns: int) -> tuple[Place, int] | None:
        """The base in the map's frame, and when the oldest transform came; None while one is missing."""
        x = y = yaw = 0.0
        oldest_ns = now_ns
        frame = self._robot.base_frame
        for _ in range(_DEEPEST):
            step, came_ns = self._frames.get(frame, (None, 0))
            if step is None:
                return None
            oldest_ns = min(oldest_ns, came_ns)
            cos, sin = math.cos(step.yaw_rad), math.sin(step.yaw_rad)
            x, y = step.x_m + cos * x - sin * y, step.y_m + sin * x + cos * y
            yaw, frame = yaw + step.yaw_rad, step.parent
            if frame == self._robot.map_frame:
                return (x, y, math.remainder(yaw, math.tau)), oldest_ns
        return None

    def _be_at(self, place: Place, placed_ns: int, now_ns: int) -> None:
        self.place, self._placed_ns = place, placed_ns
        if self._anchor is None or _differ(place, self._anchor):
            self._anchor, self._moved_ns = place, now_ns

    def is_known(self, now_ns: int) -> bool:
        """Whether its pose has come lately, with all it is made of."""
        return self.place is not None and now_ns - self._placed_ns <= FRESH_NS

    def stands(self, now_ns: int) -> bool:
        """Whether it is known not to move: its speed has come lately, too."""
        is_fresh = self._rolled_ns is not None and now_ns - self._rolled_ns <= FRESH_NS
        return is_fresh and abs(self.speed_mps) <= STANDS_MPS

    def has_moved(self, since_ns: int) -> bool:
        """It has moved or turned since then."""
        return self._moved_ns > since_ns

    def is_stuck(self, since_ns: int, now_ns: int) -> bool:
        """It was to drive since then, and has neither moved nor turned for too long."""
        return now_ns - max(since_ns, self._moved_ns) > STUCK_NS

    @property
    def power(self) -> Power:
        """A full battery on a charger is charging, too: its current is small."""
        charges = self.battery is not None and self.battery.status in (CHARGING, FULL)
        return Power.CHARGING if charges else Power.DISCHARGING

    @property
    def soc(self) -> float | None:
        """The share of its battery that is left, None while unknown."""
        return self.battery.share if self.battery else None


def _differ(place: Place, other: Place) -> bool:
    turned = abs(math.remainder(place[2] - other[2], math.tau))
    return math.dist(place[:2], other[:2]) > _MOVED_M or turned > _TURNED_RAD
