# SPDX-License-Identifier: Apache-2.0
"""A day on which everything goes wrong: late robots, stops, long business at places, and deaths.

A world of nodes, lanes and discs drives robots for a Coordinator; the Checker, which knows nothing of how
grants are made, watches where they are and what they were told.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from traffic.drive import kind

from suwon_fleet.core.robots.command import Grant
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.traffic import Checker, Coordinator

SECOND = 1_000_000_000
KINDS = (
    kind("small", speed_mps=5.0),
    kind("large", 0.6, speed_mps=3.0),
    kind("quick", speed_mps=8.0),
)
LONGEST_S = 4 * 3600
"""Somebody who has not ended its jobs by then never will."""
DEAD_S = 120
"""So long a dead robot stands before people carry it away."""
REVIEW_S = 10


@dataclass
class Body:
    """A robot: its path as granted, how far along it is, and what is still to be done."""

    kind: RobotKind
    path: list[str]
    goals: list[str]
    index: int = 0
    along_m: float = 0.0
    rest_s: int = 0
    """Seconds for which it stands, because it is late or has business."""
    busy: bool = False
    """At a place: it cannot be moved until that is over."""
    dies_s: int | None = None
    removed_s: int | None = None
    at: list[complex] = field(default_factory=list)
    """The points of its path, in metres."""


class RoughDay:
    """One seed: robots on a map, each with some jobs, driven until all have ended."""

    def __init__(self, site: SiteMap, seed: int, *, robots: int, jobs: int, deaths: int) -> None:
        self._chance = random.Random(seed)
        self._traffic = Coordinator(site, KINDS)
        self._waypoints: dict[str, tuple[complex, str]] = {}
        self._bodies: dict[str, Body] = {}
        self.second = 0
        self.ended = 0
        kinds = [self._chance.choice(KINDS) for _ in range(robots)]
        homes = self._homes(site)
        for number, robot_kind in enumerate(kinds):
            node = next(n for n in homes if self._traffic.owner_near(robot_kind.id, n) is None)
            name = f"r{number:02}"
            self._traffic.place(name, robot_kind.id, [node], 0)
            goals = self._chance.sample(homes, jobs)
            self._bodies[name] = Body(robot_kind, [node], goals, at=[self._at(node)])
        for name in self._chance.sample(sorted(self._bodies), deaths):
            self._bodies[name].dies_s = self._chance.randint(20, 400)
        self.checker = Checker(site, {name: body.kind for name, body in self._bodies.items()})
        for name, body in self._bodies.items():
            self.checker.granted(self._grant(name, body, body.path), 0.0)
            self._aim(name, body)

    def _homes(self, site: SiteMap) -> list[str]:
        """Nodes all kinds can go between, in any order."""
        names = [node.id for node in site.nodes]
        travel_s = self._traffic.travel_s
        middle = max(
            self._chance.sample(names, min(12, len(names))),
            key=lambda hub: sum(math.isfinite(travel_s("small", n, hub)) for n in names),
        )
        homes = [
            name
            for name in names
            if all(
                math.isfinite(travel_s(k.id, *pair))
                for k in KINDS
                for pair in ((name, middle), (middle, name))
            )
        ]
        self._chance.shuffle(homes)
        return homes

    def _at(self, vertex: str) -> complex:
        if vertex not in self._waypoints:
            waypoint = self._traffic.waypoint("small", None, vertex)
            self._waypoints[vertex] = (complex(waypoint.x_m, waypoint.y_m), waypoint.level)
        return self._waypoints[vertex][0]

    def _grant(self, name: str, body: Body, vertices: Sequence[str]) -> Grant:
        """What a robot is told of the last vertices of its path."""
        first = len(body.path) - len(vertices)
        tails = [body.path[i - 1] if i else None for i in range(first, len(body.path))]
        waypoints = [
            self._traffic.waypoint(body.kind.id, tail, head)
            for tail, head in zip(tails, vertices, strict=True)
        ]
        return Grant(name, first, tuple(waypoints))

    def _aim(self, name: str, body: Body) -> None:
        goal = body.goals[0] if body.goals else None
        self._traffic.aim(name, goal, urgency=0.0, now_ns=self.second * SECOND)

    def run(self) -> int:
        """Drive until all jobs have ended; seconds it took, `LONGEST_S` if they never do."""
        while self.second < LONGEST_S and self.unended:
            self.step()
        return self.second

    @property
    def unended(self) -> dict[str, list[str]]:
        """What robots have still to do."""
        return {name: body.goals for name, body in self._bodies.items() if body.goals}

    @property
    def paths(self) -> dict[str, list[str]]:
        """All that robots were granted."""
        return {name: body.path for name, body in self._bodies.items()}

    def step(self) -> None:
        """One second."""
        self.second += 1
        for name, body in list(self._bodies.items()):
            if body.removed_s is None and body.dies_s is None:
                self._live(name, body)
            elif body.dies_s is not None and self.second >= body.dies_s:
                self._die(name, body)
            elif body.removed_s == self.second:
                self._carry_away(name)
            elif body.removed_s is None:
                self._live(name, body)
        for extension in self._traffic.step(self.second * SECOND):
            body = self._bodies[extension.robot_id]
            body.path.extend(extension.vertices)
            body.at.extend(map(self._at, extension.vertices))
            grant = self._grant(extension.robot_id, body, extension.vertices)
            self.checker.granted(grant, self.second)
        self._watch()

    def _live(self, name: str, body: Body) -> None:
        """A robot drives, rests, or does what it came for."""
        if body.rest_s > 0:
            body.rest_s -= 1
            return
        if body.busy:
            body.busy = False
            body.goals.pop(0)
            self.ended += 1
            self._traffic.set_mobile(name, True)
            self._aim(name, body)
        elif self._chance.random() < 0.01:
            body.rest_s = self._chance.randint(5, 60)
        else:
            self._drive(name, body)
            if body.goals and body.index == len(body.path) - 1 and body.path[-1] == body.goals[0]:
                body.busy, body.rest_s = True, self._chance.randint(0, 40)
                self._traffic.set_mobile(name, False)

    def _drive(self, name: str, body: Body) -> None:
        body.along_m += body.kind.max_speed_mps * self._chance.uniform(0.3, 1.0)
        before = body.index
        while body.index < len(body.path) - 1:
            length_m = abs(body.at[body.index + 1] - body.at[body.index])
            if body.along_m < length_m:
                break
            body.along_m -= length_m
            body.index += 1
        else:
            body.along_m = 0.0
        if body.index > before:
            self._traffic.release(name, body.index)
            self.checker.passed(name, body.index)

    def _die(self, name: str, body: Body) -> None:
        """It stands where it is, with all the ground it was granted, until people come."""
        body.dies_s, body.removed_s = None, self.second + DEAD_S
        self._traffic.set_mobile(name, False)

    def _carry_away(self, name: str) -> None:
        """Its jobs go to the others; its ground is free."""
        body = self._bodies[name]
        heirs = [n for n, other in self._bodies.items() if n != name and other.removed_s is None]
        self._traffic.remove(name)
        for goal in body.goals:
            heir = self._chance.choice(heirs)
            other = self._bodies[heir]
            other.goals.append(goal)
            if len(other.goals) == 1:
                self._aim(heir, other)
        body.goals = []
        body.removed_s = -1
        self.checker.restarted(name)
        body.at = [complex(1e6, 1e3 * int(name[1:]))] * len(body.at)

    def _watch(self) -> None:
        names = sorted(self._bodies)
        points = np.array([self._point(self._bodies[name]) for name in names])
        self.checker.see_points(self.second, points, self._level_of)
        if self.second % REVIEW_S == 0:
            poses = {
                name: Pose(point.real, point.imag, 0.0, self._level_of(name))
                for name, point in zip(names, points.tolist(), strict=True)
                if self._bodies[name].removed_s != -1
            }
            wanting = [n for n in poses if self._bodies[n].goals and not self._is_kept(n)]
            self.checker.review(self.second, poses, wanting)

    def _is_kept(self, name: str) -> bool:
        body = self._bodies[name]
        return body.busy or body.removed_s is not None

    def _point(self, body: Body) -> complex:
        here = body.at[body.index]
        if body.index == len(body.at) - 1:
            return here
        ahead = body.at[body.index + 1]
        length_m = abs(ahead - here)
        return here + (ahead - here) * min(1.0, body.along_m / length_m if length_m else 1.0)

    def _level_of(self, name: str) -> str:
        body = self._bodies[name]
        return self._waypoints[body.path[body.index]][1]
