# SPDX-License-Identifier: Apache-2.0
"""A small world that drives robots along what they are granted, as late and as unevenly as it likes.

It knows nodes, lanes and discs, and nothing of how grants are made: whatever it finds wrong is wrong.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from suwon_fleet.core.robots.kind import Battery, Capability, Family, RobotKind
from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Node, SiteMap
from suwon_fleet.traffic.coordinator import Coordinator
from suwon_fleet.traffic.replanning import SECOND


def kind(name: str = "small", radius_m: float = 0.33, speed_mps: float = 1.0) -> RobotKind:
    """A robot that may go anywhere."""
    return RobotKind(
        id=name,
        family=Family.DELIVERY,
        length_m=2 * radius_m,
        width_m=1.5 * radius_m,
        height_m=1.0,
        radius_m=radius_m,
        mass_kg=30,
        payload_kg=10,
        max_speed_mps=speed_mps,
        indoor_speed_mps=speed_mps,
        acceleration_mps2=1,
        deceleration_mps2=1,
        turn_rate_radps=1,
        stopping_distance_m=0.6,
        max_slope=0.1,
        lane_kinds=frozenset(LaneKind),
        capabilities=frozenset(Capability),
        battery=Battery(500, 10, 100, 300),
    )


def site_of(
    points: dict[str, tuple[float, float]], ways: Sequence[tuple[str, str]], **more: object
) -> SiteMap:
    """A map of two-way lanes between points."""
    lanes = [
        Lane(f"{a}-{b}", a, b, LaneKind.INDOOR)
        for way in ways
        for a, b in (way, tuple(reversed(way)))
    ]
    return SiteMap(
        id="test",
        levels=(Level(GROUND),),
        nodes=tuple(Node(name, *at) for name, at in points.items()),
        lanes=tuple(lanes),
        **more,  # type: ignore[arg-type]
    )


@dataclass
class Body:
    """A robot in the world: its granted path, and how far along it is (vertices, and metres on)."""

    kind: RobotKind
    path: list[str]
    index: int = 0
    along_m: float = 0.0
    goals: list[str] = field(default_factory=list)
    done: int = 0
    pause_s: float = 0.0


class World:
    """Drives bodies for a Coordinator, one second at a time, and watches them."""

    def __init__(
        self, site: SiteMap, starts: Sequence[tuple[RobotKind, str]], seed: int, delay: float = 0.05
    ) -> None:
        kinds = list({kind.id: kind for kind, _ in starts}.values())
        self.site, self.traffic = site, Coordinator(site, kinds)
        self.random, self.delay, self.now_ns = random.Random(seed), delay, 0
        self.bodies: dict[str, Body] = {}
        self.any_kind = kinds[0].id
        for number, (robot_kind, node) in enumerate(starts):
            name = f"r{number}"
            self.traffic.place(name, robot_kind.id, [node], 0)
            self.bodies[name] = Body(robot_kind, [node])

    def give(self, name: str, *goals: str) -> None:
        body = self.bodies[name]
        body.goals = list(goals)
        self._aim(name)

    def _aim(self, name: str) -> None:
        goals = self.bodies[name].goals
        self.traffic.aim(name, goals[0] if goals else None, urgency=0.0, now_ns=self.now_ns)

    def run(self, seconds: int) -> int:
        """Drive until all goals are reached; returns the seconds it took (`seconds` at most)."""
        for second in range(seconds):
            if not any(body.goals for body in self.bodies.values()):
                return second
            self.step()
        return seconds

    def step(self) -> None:
        self.now_ns += SECOND
        for name, body in self.bodies.items():
            self._drive(name, body)
        for extension in self.traffic.step(self.now_ns):
            self.bodies[extension.robot_id].path.extend(extension.vertices)
        self.check()

    def _drive(self, name: str, body: Body) -> None:
        body.pause_s -= 1
        if self.random.random() < self.delay:
            body.pause_s = self.random.uniform(1, 20)
        if body.pause_s > 0:
            return
        body.along_m += body.kind.max_speed_mps * self.random.uniform(0.3, 1.0)
        while body.index < len(body.path) - 1:
            tail, head = body.path[body.index : body.index + 2]
            length = math.dist(self._at(tail)[:2], self._at(head)[:2])
            if body.along_m < length:
                return
            body.along_m -= length
            body.index += 1
            self.traffic.release(name, body.index)
        body.along_m = 0.0
        if body.goals and body.path[-1] == body.goals[0]:
            body.goals.pop(0)
            body.done += 1
            self._aim(name)

    def _at(self, vertex: str) -> tuple[float, float, str]:
        waypoint = self.traffic.waypoint(self.any_kind, None, vertex)
        return waypoint.x_m, waypoint.y_m, waypoint.level

    def position(self, body: Body) -> tuple[float, float, str]:
        x, y, level = here = self._at(body.path[body.index])
        if body.index == len(body.path) - 1:
            return here
        to_x, to_y, _ = self._at(body.path[body.index + 1])
        share = body.along_m / (math.dist((x, y), (to_x, to_y)) or 1.0)
        return x + share * (to_x - x), y + share * (to_y - y), level

    def check(self) -> None:
        """No two discs overlap, wherever on its granted way each body is."""
        bodies = list(self.bodies.values())
        places = [self.position(body) for body in bodies]
        for i, one in enumerate(bodies):
            for j in range(i):
                apart = math.dist(places[i][:2], places[j][:2])
                near = apart < one.kind.radius_m + bodies[j].kind.radius_m
                assert not (near and places[i][2] == places[j][2]), (i, j, apart)
