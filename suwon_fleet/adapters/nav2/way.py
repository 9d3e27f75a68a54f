# SPDX-License-Identifier: Apache-2.0
"""The path a robot was granted, and how it is driven by goals.

Nav2 finds its own way to a goal, so a goal never lies beyond a bend of the granted path: each is the end of
a straight stretch, and ground off the path is not driven on.
"""

from __future__ import annotations

import math
from itertools import pairwise

from suwon_fleet.core.robots.command import Grant, Waypoint

STRAIGHT_M = 0.1
"""A vertex so near the line through its neighbours does not bend the path."""
PASSED_M = 0.05
"""So far beyond a vertex it is passed: rather late than early, for what lies behind goes to others."""
BESIDE_M = 1.0
"""Further beside the path nothing is passed."""


class Way:
    """Waypoints from index 0 on; `reached` is the last one the robot has come to, -1 before the first."""

    def __init__(self) -> None:
        self.reached = -1
        self._begin = 0
        self._waypoints: list[Waypoint] = []

    @property
    def granted_index(self) -> int:
        """Of the last waypoint, -1 before the first."""
        return self._begin + len(self._waypoints) - 1

    def __getitem__(self, index: int) -> Waypoint:
        return self._waypoints[index - self._begin]

    def extend(self, grant: Grant) -> None:
        """Append what follows on what is known; a grant that leaves a gap will come again."""
        start = self.granted_index + 1 - grant.first_index
        if start >= 0:
            self._waypoints += grant.waypoints[start:]

    def target(self) -> int | None:
        """The index of the next goal: the furthest vertex straight ahead; None at the end of the path.

        A vertex whose way makes one wait (a door that opens) begins a stretch of its own.
        """
        first = self.reached + 1
        if first > self.granted_index:
            return None
        last = first
        while last < self.granted_index and self.reached >= 0:
            ahead = self[last + 1]
            if ahead.hold_s > 0.0 or ahead.level != self[last].level:
                break
            if not self._is_straight(self.reached, last + 1):
                break
            last += 1
        return last

    def _is_straight(self, first: int, last: int) -> bool:
        """All between two vertices lie on the line that joins them, one behind the other."""
        a, b = self[first], self[last]
        length = math.dist((a.x_m, a.y_m), (b.x_m, b.y_m))
        if length == 0.0:
            return False
        ux, uy = (b.x_m - a.x_m) / length, (b.y_m - a.y_m) / length
        along = [0.0]
        for index in range(first + 1, last + 1):
            dx, dy = self[index].x_m - a.x_m, self[index].y_m - a.y_m
            if abs(dx * uy - dy * ux) > STRAIGHT_M:
                return False
            along.append(dx * ux + dy * uy)
        return all(before < after for before, after in pairwise(along))

    def pass_to(self, x_m: float, y_m: float, target: int) -> None:
        """The turning centre is there, on its way to `target`: vertices before that are behind it.

        The target itself is reached when its goal ends, not before: the robot may still turn on it.
        """
        while 0 <= self.reached < target - 1:
            at, then = self[self.reached + 1], self[self.reached + 2]
            dx, dy = then.x_m - at.x_m, then.y_m - at.y_m
            length = math.hypot(dx, dy)
            beyond = ((x_m - at.x_m) * dx + (y_m - at.y_m) * dy) / length
            beside = abs((x_m - at.x_m) * dy - (y_m - at.y_m) * dx) / length
            if beyond < PASSED_M or beside > BESIDE_M:
                return
            self.reach(self.reached + 1)

    def reach(self, index: int) -> None:
        """The robot has come to a vertex; those before it are forgotten."""
        self.reached = index
        keep = max(0, index - self._begin)
        del self._waypoints[:keep]
        self._begin += keep

    def heading(self, target: int, otherwise: float) -> float:
        """Which way a goal at `target` faces: on, where it is known how the path goes on."""
        on = target + 1 if target < self.granted_index else target
        if on == self._begin:
            return otherwise
        dx, dy = self[on].x_m - self[on - 1].x_m, self[on].y_m - self[on - 1].y_m
        return math.atan2(dy, dx) if dx or dy else otherwise
