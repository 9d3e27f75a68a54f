# SPDX-License-Identifier: Apache-2.0
"""One robot on its way for a ROS tool: straight from point to point, then what it is to do there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.command import Act, CancelAction, Grant, RobotCommand, Waypoint
from suwon_fleet.core.robots.report import ActionStatus, OperatingMode, RobotReport

AHEAD_M = 4.0
"""Ground granted before it at least, so that it need not brake, and no more than one piece longer."""
PIECE_M = 2.0
"""Legs are granted in pieces so long: what was granted stays granted, also when the goal is cancelled."""
AGAIN_S, SILENT_S = 0.5, 3.0
_STANDS_MPS = 0.02


class Drive:
    """What to tell the robot next, from what it reports. Times are in seconds of any steady clock."""

    def __init__(
        self, report: RobotReport, waypoints: Sequence[Waypoint], act: Act | None, now_s: float
    ) -> None:
        self.report, self._act = report, act
        self._points = [*_pieces(report, waypoints)]
        self._first_index = report.granted_index + 1
        self._granted = 0
        self._told_s, self._heard_s = -math.inf, now_s
        self._asked_s: float | None = None
        """When it was told last what it is to do there."""
        self._cancelled_s = math.inf
        self.doing = "standing"
        self.failure: Reason | None = None
        self.is_over = False
        self.result = ""

    @property
    def left(self) -> int:
        """Pieces of the way that are before it."""
        return len(self._points) - self._reached

    @property
    def _reached(self) -> int:
        return max(0, self.report.path_index - self._first_index + 1)

    def hear(self, report: RobotReport, now_s: float) -> None:
        """The robot has reported."""
        if report.session != self.report.session:
            self.fail(Reason.of("drive-robot-restarted", robot=report.robot_id))
        self.report, self._heard_s = report, now_s

    def cancel(self, now_s: float) -> None:
        """Give it no more ground, and end what it does."""
        self._cancelled_s = min(self._cancelled_s, now_s)

    @property
    def _is_cancelled(self) -> bool:
        return self._cancelled_s < math.inf

    def fail(self, why: Reason) -> None:
        """End without success."""
        if not self.is_over:
            self.is_over, self.failure = True, why

    def commands(self, now_s: float) -> list[RobotCommand]:
        """What the robot is to be told now; nothing once it `is_over`."""
        if not self.is_over and now_s - self._heard_s > SILENT_S:
            self.fail(Reason.of("drive-robot-silent", robot=self.report.robot_id))
        if self.is_over:
            return []
        stands = abs(self.report.speed_mps) <= _STANDS_MPS
        self.doing = "standing" if stands else "driving"
        way = self._way(now_s)
        is_there = self.report.path_index == self.report.granted_index and stands
        is_settled = now_s - self._told_s >= AGAIN_S  # no grant is on its way
        if way or not is_there or not is_settled or (self.left and not self._is_cancelled):
            return way
        return self._deed(now_s)

    def _way(self, now_s: float) -> list[RobotCommand]:
        """The next of the way, and again what it does not know yet."""
        known = max(0, self.report.granted_index - self._first_index + 1)
        if self._is_cancelled:
            return []
        if self.report.mode is OperatingMode.AUTOMATIC:
            while self._granted < len(self._points) and self._ahead_m() < AHEAD_M:
                self._granted += 1
                self._told_s = -math.inf
        if known >= self._granted or now_s - self._told_s < AGAIN_S:
            return []
        self._told_s = now_s
        new = tuple(self._points[known : self._granted])
        return [Grant(self.report.robot_id, self._first_index + known, new)]

    def _ahead_m(self) -> float:
        pose = self.report.pose
        at = [(pose.x_m, pose.y_m)]
        at += [(point.x_m, point.y_m) for point in self._points[self._reached : self._granted]]
        return sum(math.dist(a, b) for a, b in pairwise(at))

    def _deed(self, now_s: float) -> list[RobotCommand]:
        """What it does where it stands, from the asking to the end."""
        act, told = self._act, self.report.action
        is_known = act is not None and told is not None and told.action_id == act.action_id
        is_unheard = not is_known and now_s - self._cancelled_s > SILENT_S
        if act is None or is_unheard or (self._is_cancelled and self._asked_s is None):
            self.is_over = True
            return []
        self.doing = "acting"
        if is_known and told is not None and told.status.is_over:
            self.is_over, self.result = True, told.result
            if told.status is ActionStatus.FAILED and not self._is_cancelled:
                self.failure = Reason.of(
                    "action-failed", robot=act.robot_id, action=act.kind, result=told.result
                )
            return []
        if self._asked_s is not None and now_s - self._asked_s < AGAIN_S:
            return []
        self._asked_s = now_s
        if self._is_cancelled:
            return [CancelAction(act.robot_id, act.action_id)]
        return [] if is_known else [act]


def _pieces(report: RobotReport, waypoints: Sequence[Waypoint]) -> Iterator[Waypoint]:
    """The way from where it stands in pieces that are short enough."""
    x_m, y_m = report.pose.x_m, report.pose.y_m
    for point in waypoints:
        length_m = math.dist((x_m, y_m), (point.x_m, point.y_m))
        count = max(1, math.ceil(length_m / PIECE_M))
        for number in range(1, count):
            share = number / count
            x, y = x_m + share * (point.x_m - x_m), y_m + share * (point.y_m - y_m)
            yield replace(point, x_m=x, y_m=y, hold_s=0.0)
        yield point
        x_m, y_m = point.x_m, point.y_m
