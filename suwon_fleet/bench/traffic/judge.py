# SPDX-License-Identifier: Apache-2.0
"""Judges a run from where bodies are, and nothing of how they are directed."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from suwon_fleet.bench.traffic.case import CLEARANCE_M, Case
from suwon_fleet.bench.traffic.world import Bodies, overlaps, places
from suwon_fleet.traffic.roadmap import Floats, Ints


class Judge:
    """Watches the bodies of one run."""

    def __init__(self, case: Case, bodies: Bodies) -> None:
        self._case, self._bodies = case, bodies
        count = len(case.kind)
        self._radius = np.array([case.roadmap.kinds[kind].radius_m for kind in case.kind])
        self._touching = np.zeros((count, count), dtype=np.bool_)
        self._gone: list[int] = []
        self._since = np.zeros(count, dtype=np.int32)
        self.at: Floats = np.zeros((count, 2))
        self.overlaps = 0
        """How often two bodies began to overlap."""
        self._longest = 0

    def see(self) -> None:
        """Look at all bodies as they are in this tick."""
        roadmap = self._case.roadmap
        ends = (roadmap.edge_from, roadmap.edge_to)
        places(self._bodies, *ends, self._case.edge_ticks, roadmap.xy, self.at)
        for robot in self._gone:
            self.at[robot] = (1e6 + 10 * robot, 0.0)
        self.overlaps += overlaps(self.at, self._radius, self._touching)
        stood = self._bodies.since - self._since
        self._longest = max(self._longest, int(stood.max(initial=0)))
        self._since[:] = self._bodies.since

    def towed(self, robot: int) -> None:
        """A robot has been taken away."""
        self._gone.append(robot)

    def longest_stand(self, tick: int) -> int:
        """Most ticks that a live robot stood, or has stood by now."""
        standing = tick - self._bodies.since[self._bodies.lives]
        return max(self._longest, int(standing.max(initial=0)))

    def stuck(self, tick: int, ticks: int) -> Ints:
        """Live robots that have not moved for the last `ticks` ticks."""
        is_stuck = self._bodies.lives & (self._bodies.since < tick - ticks)
        return np.flatnonzero(is_stuck).astype(np.int32)

    def deadlocks(self, stuck: Ints, goals: Ints) -> int:
        """Rings of stuck robots: each has another of the ring in every way that leads nearer to its goal.

        A robot that is stuck and in no ring waits for one, or is not let on.
        """
        if not len(stuck):
            return 0
        roadmap = self._case.roadmap
        shape = 2 * (roadmap.vertex_count,)
        back = csr_array(
            (np.ones(len(roadmap.edge_to)), (roadmap.edge_to, roadmap.edge_from)), shape=shape
        )
        away = dijkstra(back, indices=goals[stuck])
        waits = np.zeros((len(stuck), len(stuck)), dtype=np.bool_)
        for row, robot in enumerate(stuck.tolist()):
            here = self._bodies.at[robot]
            for edge in roadmap.out_edges[roadmap.out_ptr[here] : roadmap.out_ptr[here + 1]]:
                if away[row, roadmap.edge_to[edge]] < away[row, here]:
                    reach = self._radius[robot] + self._radius[stuck] + CLEARANCE_M
                    waits[row] |= self._distances(int(edge), self.at[stuck]) < reach
            waits[row, row] = False
        _, ring = connected_components(csr_array(waits.astype(np.int32)), connection="strong")
        return int((np.bincount(ring) > 1).sum())

    def _distances(self, edge: int, points: Floats) -> Floats:
        """From points to the straight line of an edge."""
        roadmap = self._case.roadmap
        tail = roadmap.xy[roadmap.edge_from[edge]]
        along = roadmap.xy[roadmap.edge_to[edge]] - tail
        share = np.clip((points - tail) @ along / (along @ along), 0.0, 1.0)
        return np.asarray(np.hypot(*(points - tail - share[:, None] * along).T))
