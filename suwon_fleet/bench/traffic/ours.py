# SPDX-License-Identifier: Apache-2.0
"""suwon_fleet's own way: the Coordinator, driven as the engine drives it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from suwon_fleet.bench.traffic.case import Case
from suwon_fleet.bench.traffic.world import NO, TICK_S
from suwon_fleet.traffic.coordinator import Coordinator
from suwon_fleet.traffic.replanning import SECOND
from suwon_fleet.traffic.roadmap import Ints

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
        names = case.roadmap.vertex_names
        self._front = case.start.tolist()
        for name, kind, start in zip(self._robots, case.kind, self._front, strict=True):
            self.coordinator.place(name, case.roadmap.kinds[kind].id, [names[start]], 0)

    def step(self, tick: int, reached: Ints, goals: Ints) -> Iterator[tuple[int, int]]:
        """Hear who reached a vertex and who has a new goal; grant edges."""
        now_ns = tick * TICK_NS
        names = self._roadmap.vertex_names
        for robot in reached.tolist():
            self._reached[robot] += 1
            self.coordinator.release(self._robots[robot], self._reached[robot])
        for robot in np.flatnonzero(goals != NO).tolist():
            goal = names[goals[robot]]
            self.coordinator.aim(self._robots[robot], goal, urgency=0.0, now_ns=now_ns)
        vertex_of, edge_between = self._roadmap.vertex_of, self._roadmap.edge_between
        for extension in self.coordinator.step(now_ns):
            robot = self._number[extension.robot_id]
            for name in extension.vertices:
                head = vertex_of[name]
                yield robot, edge_between[self._front[robot], head]
                self._front[robot] = head

    def lose(self, robot: int) -> None:
        """A robot has failed where it is, and will not move again."""
        self.coordinator.set_mobile(self._robots[robot], False)

    def recover(self, robot: int) -> None:
        """A robot that had failed can move again."""
        self.coordinator.set_mobile(self._robots[robot], True)

    def tow(self, robot: int) -> None:
        """A robot that failed has been taken away."""
        self.coordinator.remove(self._robots[robot])

    def set_open(self, zone: str, is_open: bool) -> None:
        """Robots may, or may not, go into a zone from now on."""
        self.coordinator.set_open(zone, is_open)
