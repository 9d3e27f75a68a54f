# SPDX-License-Identifier: Apache-2.0
"""Travel times over a roadmap: one reverse row of times per goal, cached."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel
from suwon_fleet.traffic.roadmap import Ints, Roadmap

Row = NDArray[np.float32]

CACHE_BYTES = 256 * 2**20
AVOIDING_ROWS = 256
"""Rows past robots that stand: kept while they do."""


class Routes:
    """Seconds to a goal from every vertex, per kind of robot, over the edges now open.

    Not thread-safe; owned by whoever owns the traffic state.
    """

    def __init__(self, roadmap: Roadmap) -> None:
        self._roadmap = roadmap
        self._open = np.isfinite(roadmap.edge_time)
        self._rows: OrderedDict[tuple[int, int], Row] = OrderedDict()
        self._avoiding: OrderedDict[tuple[int, int, bytes], Row] = OrderedDict()
        self._capacity = max(64, CACHE_BYTES // (4 * max(1, roadmap.vertex_count)))

    @property
    def open(self) -> NDArray[np.bool_]:
        """(K, E): edges each kind may use now; read only."""
        return self._open

    def close_zones(self, closed: frozenset[int]) -> None:
        """Forbid entering the zones `closed` (indices); robots inside may still leave them."""
        roadmap = self._roadmap
        inside = np.zeros(roadmap.vertex_count, dtype=bool)
        for vertex in range(roadmap.vertex_count):
            zones = roadmap.zone_ids[roadmap.zone_ptr[vertex] : roadmap.zone_ptr[vertex + 1]]
            inside[vertex] = any(int(zone) in closed for zone in zones)
        enters = inside[roadmap.edge_to] & ~inside[roadmap.edge_from]
        self._open = np.isfinite(roadmap.edge_time) & ~enters
        self._rows.clear()

    def row(self, kind: int, goal: int) -> Row:
        """(V,) seconds to `goal`, infinite where there is no way."""
        key = (kind, goal)
        if key in self._rows:
            self._rows.move_to_end(key)
            return self._rows[key]
        row = self._rows[key] = self._find_row(kind, goal, self._open[kind])
        if len(self._rows) > self._capacity:
            self._rows.popitem(last=False)
        return row

    def row_avoiding(self, kind: int, goal: int, is_open: NDArray[np.bool_]) -> Row:
        """As `row`, over the edges where `is_open` (E,) holds."""
        key = (kind, goal, is_open.tobytes())
        if key not in self._avoiding:
            self._avoiding[key] = self._find_row(kind, goal, is_open)
            if len(self._avoiding) > AVOIDING_ROWS:
                self._avoiding.popitem(last=False)
        return self._avoiding[key]

    def _find_row(self, kind: int, goal: int, is_open: NDArray[np.bool_]) -> Row:
        roadmap = self._roadmap
        return times_to(
            goal,
            roadmap.in_ptr,
            roadmap.in_edges,
            roadmap.edge_from,
            roadmap.edge_time[kind],
            is_open,
        )

    def seconds(self, kind: int, start: int, goal: int) -> float:
        """Travel time on an empty map; infinite where there is no way."""
        return float(self.row(kind, goal)[start])

    def table(self, kind: int, starts: NDArray[np.int64], goals: Sequence[int]) -> Row:
        """(starts, goals) travel times, as `seconds` gives them one by one."""
        table = np.empty((len(starts), len(goals)), dtype=np.float32)
        for column, goal in enumerate(goals):
            table[:, column] = self.row(kind, goal)[starts]
        return table


@kernel
def times_to(
    goal: int,
    in_ptr: Ints,
    in_edges: Ints,
    edge_from: Ints,
    edge_time: NDArray[np.float64],
    is_open: NDArray[np.bool_],
) -> Row:
    """Dijkstra against the edges from `goal`; the heap keeps stale entries, skipped when popped."""
    best = np.full(len(in_ptr) - 1, np.inf)
    heap = [(0.0, goal)]
    best[goal] = 0.0
    while len(heap) > 0:
        seconds, vertex = heappop(heap)
        if seconds > best[vertex]:
            continue
        for slot in range(in_ptr[vertex], in_ptr[vertex + 1]):
            edge = in_edges[slot]
            if not is_open[edge]:
                continue
            tail = edge_from[edge]
            through = seconds + edge_time[edge]
            if through < best[tail]:
                best[tail] = through
                heappush(heap, (through, np.int64(tail)))  # type: ignore[misc]
    return best.astype(np.float32)
