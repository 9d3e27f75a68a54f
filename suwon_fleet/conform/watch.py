# SPDX-License-Identifier: Apache-2.0
"""Judges every report of a robot, whatever goes on: numbers, stamps, and that it stays on its ground."""

from __future__ import annotations

import math
import statistics

from suwon_fleet.conform.book import Book
from suwon_fleet.core.robots.command import Grant, Waypoint
from suwon_fleet.core.robots.report import RobotReport, StopState

SECOND = 1_000_000_000
STANDS_MPS = 0.02
BESIDE_M, BEYOND_M = 0.5, 0.25
"""So far it may be off the line between two vertices, and past the last one."""
NOT_THERE_M = 0.3
"""A vertex it says to have reached is nearer, or lies behind."""
_SPEED_SHARE, _SPEED_MORE_MPS = 1.1, 0.05
_STAMP_OFF_S = 1.0
_LEAST_HZ, _MOST_HZ = 1.8, 11.0
"""A tenth either way is the scheduler's."""
_LEAST_REPORTS = 10


class Watch:
    """Belongs to one exam. `now` is the newest report."""

    def __init__(self, book: Book) -> None:
        self.now: RobotReport | None = None
        self.count = 0
        self._session = ""
        self._book = book
        self._path: dict[int, Waypoint] = {}
        self._offsets_s: list[float] = []
        self._periods_s: list[float] = []
        self._held_by = ""
        self._reached = -1

    def granted(self, grant: Grant) -> None:
        """It may go there from now on."""
        self._path |= {grant.first_index + k: at for k, at in enumerate(grant.waypoints)}

    def holds(self, stop_id: str) -> None:
        """It has to stand for this stop from now on; with an empty one it may go."""
        self._held_by = stop_id

    def hear(self, report: RobotReport, at_ns: int) -> None:
        """Judge the next report."""
        before, judge = self.now, self._book.judge
        self.count += 1
        self._offsets_s.append((report.stamp_ns - at_ns) / SECOND)
        self._session = self._session or report.session
        judge("session", report.session == self._session, f"{report.session!r}")
        if before is not None:
            seen = f"state {report.sequence} after {before.sequence}"
            judge("seq", report.sequence > before.sequence, seen)
            self._periods_s.append((report.stamp_ns - before.stamp_ns) / SECOND)
            if report.stamp_ns < before.stamp_ns:
                back_s = (before.stamp_ns - report.stamp_ns) / SECOND
                judge("stamp", False, f"a stamp went back by {back_s:.3f} s")
            self._indexes(report, before)
        self.now = report
        if self._held_by:
            self._held(report)
        self._place(report)

    def _indexes(self, report: RobotReport, before: RobotReport) -> None:
        if report.path_index < before.path_index:
            seen = f"path_index {report.path_index} after {before.path_index}"
            self._book.judge("reached", False, seen)

    def _held(self, report: RobotReport) -> None:
        stands = report.stop is StopState.PROTECTIVE and abs(report.speed_mps) <= STANDS_MPS
        seen = (
            f"stop {report.stop}, {report.speed_mps:.2f} m/s while {self._held_by} was not released"
        )
        self._book.judge("no-self-resume", stands, seen)

    def _place(self, report: RobotReport) -> None:
        """On its ground, no faster than it may, and at no vertex before it is there."""
        if report.path_index > report.granted_index:
            seen = f"path_index {report.path_index} beyond granted_index {report.granted_index}"
            self._book.judge("overrun", False, seen)
        near = [index for index in self._path if index >= report.path_index - 1]
        if not near:
            return
        x, y = report.pose.x_m, report.pose.y_m
        off_m = min(
            _off_line_m(x, y, self._path[one], self._path.get(one + 1, self._path[one]))
            for one in near
        )
        most_m = BEYOND_M if report.path_index == max(self._path) else BESIDE_M
        seen = f"{off_m:.2f} m off its ground, at ({x:.2f}, {y:.2f})"
        self._book.judge("overrun", off_m <= most_m, seen)
        limit_mps = max(self._path[index].speed_limit_mps for index in near)
        self._book.judge(
            "speed-limit",
            abs(report.speed_mps) <= limit_mps * _SPEED_SHARE + _SPEED_MORE_MPS,
            f"{report.speed_mps:.2f} m/s where {limit_mps:.2f} are allowed",
        )
        if report.path_index in self._path and report.path_index != self._reached:
            self._reached = report.path_index
            self._vertex(report)

    def _vertex(self, report: RobotReport) -> None:
        """The vertex said to be reached, or the way on from it, is where it is."""
        at, x, y = self._path[report.path_index], report.pose.x_m, report.pose.y_m
        on = self._path.get(report.path_index + 1, at)
        off_m = _off_line_m(x, y, at, on)
        seen = f"{off_m:.2f} m from vertex {report.path_index}, said to be reached"
        self._book.judge("reached", off_m <= NOT_THERE_M, seen)

    def end(self) -> None:
        """Judge what only shows in the long run."""
        if self.count < _LEAST_REPORTS:
            return
        off_s = statistics.median(self._offsets_s)
        self._book.judge("stamp", abs(off_s) <= _STAMP_OFF_S, f"{off_s:+.3f} s from the clock")
        period_s = statistics.median(self._periods_s)
        rate_hz = 1.0 / period_s if period_s > 0.0 else math.inf
        self._book.judge("rate", _LEAST_HZ <= rate_hz <= _MOST_HZ, f"{rate_hz:.1f} Hz")


def _off_line_m(x: float, y: float, one: Waypoint, other: Waypoint) -> float:
    """From a point to the line between two vertices."""
    dx, dy = other.x_m - one.x_m, other.y_m - one.y_m
    square = dx * dx + dy * dy
    share = ((x - one.x_m) * dx + (y - one.y_m) * dy) / square if square else 0.0
    share = min(1.0, max(0.0, share))
    return math.hypot(x - one.x_m - share * dx, y - one.y_m - share * dy)
