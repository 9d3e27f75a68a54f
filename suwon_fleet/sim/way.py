# SPDX-License-Identifier: Apache-2.0
"""The path one simulated robot was granted: its row of `Bodies`, and what that does not hold."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from suwon_fleet.core.robots.command import Grant, Waypoint
from suwon_fleet.core.robots.report import LiftSession
from suwon_fleet.core.sitemap import LaneKind
from suwon_fleet.sim.kinematics import ARRIVED_M, MOST_AHEAD, Bodies

Cabins = frozenset[tuple[float, float, str]]
"""Where lift cabins are: x, y (m) and level."""

Memory = tuple[str, list[str], list[str], list[bool], list[float]]


class Way:
    """What a robot knows of its path, from the last vertex it reached on."""

    def __init__(
        self,
        bodies: Bodies,
        row: int,
        level: str,
        lanes: Mapping[str, LaneKind],
        cabins: Cabins,
        top_speed_mps: float,
    ) -> None:
        self.bodies, self._row, self._top_speed_mps = bodies, row, top_speed_mps
        self._lane_kinds, self._cabins = lanes, cabins
        self.level = level
        self._levels: list[str] = []
        self._lanes: list[str] = []
        self._in_cabin: list[bool] = []
        self._holds: list[float] = []

    def extend(self, grant: Grant) -> None:
        """Append the vertices it does not know yet, if they follow on those it knows."""
        body, row = self.bodies, self._row
        start = self.granted_index + 1 - grant.first_index
        if start < 0:
            return  # an earlier grant was lost; it will come again
        if body.known[row] == 0 and grant.waypoints:
            self._set_out(grant.waypoints[0])
        for waypoint in grant.waypoints[start:]:
            if body.known[row] == MOST_AHEAD:
                return
            self._append(waypoint)

    @property
    def granted_index(self) -> int:
        """The last path vertex it knows it may go to; -1 before it knows of any."""
        ahead = max(int(self.bodies.known[self._row]) - 1, 0)
        return int(self.bodies.reached[self._row]) + ahead

    def _set_out(self, first: Waypoint) -> None:
        """The path begins where the body stands; a body off its first vertex drives there first."""
        body, row = self.bodies, self._row
        x, y = float(body.x[row]), float(body.y[row])
        if math.dist((x, y), (first.x_m, first.y_m)) > ARRIVED_M:
            self._append(Waypoint(x, y, self.level, self._top_speed_mps))
        else:
            body.reached[row] = 0

    def _append(self, waypoint: Waypoint) -> None:
        body, row = self.bodies, self._row
        limit = min(waypoint.speed_limit_mps, self._top_speed_mps)
        body.way[row, body.known[row]] = (waypoint.x_m, waypoint.y_m, limit, waypoint.hold_s)
        body.known[row] += 1
        self._levels.append(waypoint.level)
        self._lanes.append(waypoint.lane)
        self._holds.append(waypoint.hold_s)
        self._in_cabin.append((waypoint.x_m, waypoint.y_m, waypoint.level) in self._cabins)

    def forget(self) -> None:
        """Know of no path any more, as after a restart; the body stays where it is."""
        body, row = self.bodies, self._row
        body.known[row], body.reached[row] = 0, -1
        body.along[row] = body.held[row] = 0.0
        self._levels, self._lanes, self._in_cabin, self._holds = [], [], [], []

    def memory(self) -> Memory:
        """What it knows that is not in its row of `Bodies`."""
        lanes, holds = list(self._lanes), list(self._holds)
        return self.level, list(self._levels), lanes, list(self._in_cabin), holds

    def recall(self, memory: Memory) -> None:
        """Know again what `memory` told, of a copy of it."""
        self.level, self._levels, self._lanes, self._in_cabin, self._holds = memory

    def forget_passed(self) -> None:
        """Drop what it remembers of vertices its body has passed."""
        keep = int(self.bodies.known[self._row])
        if len(self._levels) > keep:
            for known in (self._levels, self._lanes, self._in_cabin, self._holds):
                del known[:-keep]
        if self._levels:
            self.level = self._levels[0]

    def bar(self, lanes: Collection[str]) -> bool:
        """Let it begin none of these lanes, and all others; whether that holds it now."""
        way = self.bodies.way[self._row]
        for at in range(1, len(self._lanes)):
            begins = self._lanes[at] != self._lanes[at - 1]
            is_barred = begins and self._lanes[at] in lanes
            way[at, 3] = math.inf if is_barred else self._holds[at]
        stands = self.bodies.along[self._row] == 0.0
        return len(self._lanes) > 1 and bool(stands and math.isinf(way[1, 3]))

    @property
    def lift(self) -> LiftSession:
        """Where it is in a ride, by the cabins on its way."""
        if True not in self._in_cabin[:2]:
            return LiftSession.NONE
        here, ahead = self._in_cabin[:1] == [True], self._in_cabin[1:2] == [True]
        if here and ahead:
            return LiftSession.RIDING
        if here:
            rode = self._lane_kinds.get(self._lanes[0]) is LaneKind.LIFT
            return LiftSession.LEAVING if rode else LiftSession.ENTERING
        moves = self.bodies.speed[self._row] > 0.0
        return LiftSession.ENTERING if moves else LiftSession.WAITING
