# SPDX-License-Identifier: Apache-2.0
"""The Coordinator under load: robots that drive from station to station, as many as asked for."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from suwon_fleet.bench.measure import Stopwatch
from suwon_fleet.bench.scale.starts import place_all
from suwon_fleet.bench.traffic.world import LONGEST_GRANT, TICK_S, Bodies, advance
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.core.traffic import Extension
from suwon_fleet.traffic import Coordinator

TICK_NS = round(TICK_S * 1e9)


class TrafficLoad:
    """Robots that go to stations drawn from a seed, and on to the next as soon as they are there.

    Only what the Coordinator does is timed: `first` is the first plan, with the times to all stations
    still to be found; `ticks` has one lap for each tick after that.
    """

    def __init__(self, site: SiteMap, kind: RobotKind, robots: int, *, seed: int) -> None:
        self._kind, self._seed, self._random = kind, seed, np.random.default_rng(seed)
        self._traffic = Coordinator(site, [kind])
        self._map = self._traffic.roadmap
        self._names = [f"robot-{number}" for number in range(robots)]
        self._number = {name: number for number, name in enumerate(self._names)}
        self._stations = [place.node for place in site.places]
        self._station_vertices = [self._map.vertex_of[node] for node in self._stations]
        starts = place_all(self._traffic, kind.id, self._names, self._random)
        self._bodies = Bodies.of(np.zeros(robots, dtype=np.int32), np.array(starts, dtype=np.int32))
        self._front, self._index, self._goal = starts, [0] * robots, [-1] * robots
        times = np.where(np.isfinite(self._map.edge_time), self._map.edge_time, 0.0)
        self._edge_ticks = np.maximum(1, np.rint(times / TICK_S)).astype(np.int32)
        self._arrived = np.zeros(robots, dtype=np.int32)
        self._tick = 0
        self.first, self.ticks = Stopwatch(), Stopwatch()
        self.visits = 0
        """Stations reached, by all robots together."""

    @property
    def vertices(self) -> int:
        """Of the roadmap."""
        return self._map.vertex_count

    @property
    def moving(self) -> float:
        """The share of their time (0..1) that robots have driven."""
        return float(self._bodies.moved.mean()) / max(self._tick, 1)

    def begin(self) -> None:
        """Send all robots somewhere, and make the first plan."""
        with self.first.lap():
            for robot in range(len(self._names)):
                self._send_on(robot)
            granted = self._traffic.step(0)
        self._take(granted)

    def run(self, ticks: int) -> None:
        """Let so many ticks pass."""
        bodies = self._bodies
        for _ in range(ticks):
            self._tick += 1
            count = advance(
                bodies,
                self._map.edge_to,
                self._edge_ticks,
                self._tick,
                self._seed,
                True,
                self._arrived,
            )
            passed = self._arrived[:count].tolist()
            at = bodies.at[self._arrived[:count]].tolist()
            with self.ticks.lap():
                for robot, vertex in zip(passed, at, strict=True):
                    self._index[robot] += 1
                    self._traffic.release(self._names[robot], self._index[robot])
                    if vertex == self._goal[robot]:
                        self._send_on(robot)
                granted = self._traffic.step(self._tick * TICK_NS)
            self._take(granted)

    def _send_on(self, robot: int) -> None:
        """Send a robot to a station other than that it was sent to last."""
        self.visits += self._goal[robot] >= 0
        while True:
            drawn = int(self._random.integers(len(self._stations)))
            if self._station_vertices[drawn] != self._goal[robot]:
                break
        self._goal[robot] = self._station_vertices[drawn]
        now_ns = self._tick * TICK_NS
        self._traffic.aim(self._names[robot], self._stations[drawn], urgency=0.0, now_ns=now_ns)

    def _take(self, granted: Iterable[Extension]) -> None:
        """Hand grants to the bodies."""
        bodies, edge_between, vertex_of = self._bodies, self._map.edge_between, self._map.vertex_of
        for extension in granted:
            robot = self._number[extension.robot_id]
            for name in extension.vertices:
                head = vertex_of[name]
                last = int(bodies.last[robot])
                bodies.ahead[robot, last % LONGEST_GRANT] = edge_between[self._front[robot], head]
                bodies.last[robot] = last + 1
                self._front[robot] = head
