# SPDX-License-Identifier: Apache-2.0
"""Many robots that cost next to nothing: they are at full speed at once, and act in no time."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from suwon_fleet.core.engine.messages import Announced, Reported
from suwon_fleet.core.robots.command import Act, Grant, RobotCommand, Waypoint
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import (
    ActionReport,
    ActionStatus,
    Compartment,
    Factsheet,
    Navigation,
    Pose,
    RobotReport,
)

REPORT_EVERY_TICKS = 10
"""A robot reports when it has reached a vertex or heard of new ground, and else this often."""
SOC = 0.9
SECOND = 1_000_000_000


@dataclass(slots=True)
class _Body:
    robot_id: str
    at: Waypoint
    ahead: deque[Waypoint] = field(default_factory=deque)
    reached: int = -1
    sequence: int = 0
    action: ActionReport | None = None

    @property
    def granted(self) -> int:
        return self.reached + len(self.ahead)


class LightRobots:
    """A RobotLink whose robots take each granted edge in the time it takes at full speed.

    `grants_at` are the moments (`time.perf_counter`) at which robots were handed grants.
    """

    def __init__(self, kind: RobotKind, starts: Mapping[str, Waypoint]) -> None:
        self._kind = kind
        self._bodies = {name: _Body(name, start) for name, start in starts.items()}
        self._order = list(self._bodies.values())
        self._arrivals: list[tuple[int, str]] = []
        self._has_news: dict[str, None] = {}
        self._now_ns = self._tick = 0
        self.grants_at: list[float] = []

    @property
    def robots(self) -> list[str]:
        """Their ids."""
        return list(self._bodies)

    def announce(self, share: int, of: int) -> list[Announced]:
        """Some of the robots say who they are: `share` of 0 to `of` - 1."""
        return [
            Announced(Factsheet(body.robot_id, self._kind.id, "1"), self._report(body))
            for body in self._order[share::of]
        ]

    def advance(self, now_ns: int) -> None:
        """Let robots drive until `now_ns`."""
        self._now_ns = now_ns
        self._tick += 1
        while self._arrivals and self._arrivals[0][0] <= now_ns:
            at_ns, name = heappop(self._arrivals)
            body = self._bodies[name]
            body.at = body.ahead.popleft()
            body.reached += 1
            self._has_news[name] = None
            self._drive_on(body, at_ns)

    def drain(self) -> list[Announced | Reported]:
        """What robots have to tell now."""
        for body in self._order[self._tick % REPORT_EVERY_TICKS :: REPORT_EVERY_TICKS]:
            self._has_news[body.robot_id] = None
        told = [Reported(self._report(self._bodies[name])) for name in self._has_news]
        self._has_news.clear()
        return [*told]

    def send(self, commands: Iterable[RobotCommand]) -> None:
        """Take grants, and do at once what is asked."""
        at = time.perf_counter()
        for command in commands:
            body = self._bodies[command.robot_id]
            match command:
                case Grant():
                    self.grants_at.append(at)
                    self._extend(body, command)
                case Act():
                    body.action = ActionReport(command.action_id, ActionStatus.FINISHED)
            self._has_news[body.robot_id] = None

    def close(self) -> None:
        """Nothing to close."""

    def _extend(self, body: _Body, grant: Grant) -> None:
        """Append what is new of a grant; it may repeat what was granted before."""
        rested = not body.ahead
        known = body.granted + 1 - grant.first_index
        if body.reached < 0:
            body.reached, known = grant.first_index, 1  # it stands on the first of its path
        body.ahead.extend(grant.waypoints[known:])
        if rested:
            self._drive_on(body, self._now_ns)

    def _drive_on(self, body: _Body, from_ns: int) -> None:
        if body.ahead:
            there = body.ahead[0]
            metres = math.hypot(there.x_m - body.at.x_m, there.y_m - body.at.y_m)
            seconds = metres / min(there.speed_limit_mps, self._kind.max_speed_mps)
            heappush(self._arrivals, (from_ns + round(seconds * SECOND), body.robot_id))

    def _report(self, body: _Body) -> RobotReport:
        body.sequence += 1
        moves = bool(body.ahead)
        return RobotReport(
            robot_id=body.robot_id,
            sequence=body.sequence,
            stamp_ns=self._now_ns,
            session="1",
            pose=Pose(body.at.x_m, body.at.y_m, 0.0, body.at.level),
            speed_mps=self._kind.max_speed_mps if moves else 0.0,
            path_index=body.reached,
            granted_index=body.granted if body.reached >= 0 else -1,
            battery_soc=SOC,
            navigation=Navigation.MOVING if moves else Navigation.STANDING,
            compartment=Compartment.CLOSED if self._kind.compartments else None,
            action=body.action,
        )
