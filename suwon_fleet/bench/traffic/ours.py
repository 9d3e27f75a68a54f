# SPDX-License-Identifier: Apache-2.0
"""suwon_fleet's own way: the Coordinator, driven as the engine drives it."""

from __future__ import annotations

from collections.abc import Iterator

from suwon_fleet.bench.traffic.case import Case
from suwon_fleet.bench.traffic.world import TICK_S
from suwon_fleet.traffic.coordinator import SECOND, Coordinator

TICK_NS = round(TICK_S * SECOND)


class Ours:
    """A Coordinator behind the numbers that the world knows robots and vertices by."""

    name = "suwon_fleet"

    def __init__(self, case: Case) -> None:
        self._roadmap = case.roadmap
        self.coordinator = Coordinator(case.site, case.roadmap.kinds)
        self._robots = [f"r{robot}" for robot in range(len(case.kind))]
        self._number = {name: robot for robot, name in enumerate(self._robots)}
        self._reached = [0] * len(case.kind)
        self._now_ns = 0
        names = case.roadmap.vertex_names
        self._front = case.start.tolist()
        for name, kind, start in zip(self._robots, case.kind, self._front, strict=True):
            self.coordinator.place(name, case.roadmap.kinds[kind].id, [names[start]], 0)

    def aim(self, robot: int, goal: int) -> None:
        name = self._roadmap.vertex_names[goal]
        self.coordinator.aim(self._robots[robot], name, urgency=0.0, now_ns=self._now_ns)

    def reached(self, robot: int) -> None:
        """A robot has come to the next vertex of what it was granted."""
        self._reached[robot] += 1
        self.coordinator.release(self._robots[robot], self._reached[robot])

    def grant(self, tick: int) -> Iterator[tuple[int, int]]:
        """Robots with the edges newly granted to them."""
        self._now_ns = tick * TICK_NS
        vertex_of, edge_between = self._roadmap.vertex_of, self._roadmap.edge_between
        for extension in self.coordinator.step(self._now_ns):
            robot = self._number[extension.robot_id]
            for name in extension.vertices:
                head = vertex_of[name]
                yield robot, edge_between[self._front[robot], head]
                self._front[robot] = head
