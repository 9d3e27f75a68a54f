# SPDX-License-Identifier: Apache-2.0
"""Travel times over a roadmap: one reverse row of times per goal, cached in one table."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel
from suwon_fleet.traffic.roadmap import Ints, Roadmap

Row = NDArray[np.float32]

CACHE_BYTES = 256 * 2**20
READY_BYTES = 16 * 2**20
"""So much of it is filled before anybody asks: on maps of a few thousand vertices all rows to places."""
MORE_ROWS = 1_000
"""The table grows by so many rows: to make it larger takes a copy."""
LEAST_DETOURS = 16
"""Rows past what is in the way are soon of no use: so many are kept, or one for each robot."""
AT_ONCE = 32
"""Rows that are asked for together; the table has room for more."""


class Routes:
    """Seconds to a goal from every vertex, per kind of robot, over the edges now open.

    Rows of one table, found by number; those not asked for longest make room for others. Not
    thread-safe; owned by whoever owns the traffic state.
    """

    def __init__(self, roadmap: Roadmap) -> None:
        self._roadmap = roadmap
        self._open = np.isfinite(roadmap.edge_time)
        self._closed: frozenset[int] = frozenset()
        self._numbers: OrderedDict[int, int] = OrderedDict()
        self._detours: OrderedDict[tuple[object, ...], int] = OrderedDict()
        self._most_detours = LEAST_DETOURS
        rows = max(64, CACHE_BYTES // (4 * max(1, roadmap.vertex_count)))
        self._table = np.empty((rows, roadmap.vertex_count), dtype=np.float32)

    def touch(self) -> None:
        """Take the memory that the table will come to need, as if it were full."""
        self._table[len(self._numbers) + len(self._detours) :].fill(np.nan)

    @property
    def open(self) -> NDArray[np.bool_]:
        """(K, E): edges each kind may use now; read only."""
        return self._open

    @property
    def table(self) -> NDArray[np.float32]:
        """(rows, V) seconds; read only, and only until the next row is asked for."""
        return self._table

    def close_zones(self, closed: frozenset[int]) -> None:
        """Forbid entering the zones `closed` (indices); robots inside may still leave them."""
        roadmap = self._roadmap
        inside = np.zeros(roadmap.vertex_count, dtype=bool)
        vertices, zones = roadmap.zones_of(np.arange(roadmap.vertex_count, dtype=np.int32))
        inside[vertices[np.isin(zones, list(closed))]] = True
        enters = inside[roadmap.edge_to] & ~inside[roadmap.edge_from]
        self._open = np.isfinite(roadmap.edge_time) & ~enters
        self._closed = closed
        self._numbers.clear()
        self._detours.clear()

    def prepare(self, goals: Sequence[int]) -> None:
        """Have rows to `goals` ready for all kinds, as many as `READY_BYTES` hold."""
        kinds = range(len(self._open))
        most = READY_BYTES // (4 * max(1, self._roadmap.vertex_count))
        for goal, kind in islice(product(goals, kinds), most):
            self.to(kind, goal)

    def keep(self, robots: int) -> None:
        """Make sure that the last three rows asked for each of so many robots are there at once.

        One of them may be one that avoids something.
        """
        rows, self._most_detours = 3 * robots, max(LEAST_DETOURS, robots)
        if rows > len(self._table):
            used = len(self._numbers) + len(self._detours)
            rows = -(-rows // MORE_ROWS) * MORE_ROWS
            grown = np.empty((rows, self._table.shape[1]), dtype=np.float32)
            grown[:used] = self._table[:used]  # what is not used takes no memory
            self._table = grown

    def to(self, kind: int, goal: int) -> int:
        """The number of the row to `goal`, infinite where there is no way."""
        key = kind * self._roadmap.vertex_count + goal
        if (number := self._known(key)) is not None:
            return number
        number = self._numbers[key] = self._free_row()
        self._table[number] = self._find_row(kind, goal, self._open[kind])
        return number

    def avoiding(self, kind: int, goal: int, is_open: NDArray[np.bool_], tag: object) -> int:
        """As `to`, over the edges where `is_open` (E,) holds; `tag` stands for what it says."""
        key = (kind, goal, tag)
        if (number := self._detours.get(key)) is not None:
            self._detours.move_to_end(key)
            return number
        is_full = len(self._detours) >= self._most_detours
        number = self._detours.popitem(last=False)[1] if is_full else self._free_row()
        self._detours[key] = number
        self._table[number] = self._find_row(kind, goal, is_open)
        return number

    def home(self, kind: int, vertex: int) -> int:
        """The number of the row for a robot without a goal: see `Roadmap.home`."""
        part = self._roadmap.part_of(kind, vertex)
        key = -1 - kind * self._roadmap.vertex_count - part
        if (number := self._known(key)) is not None:
            return number
        number = self._numbers[key] = self._free_row()
        self._table[number] = self._roadmap.home(kind, vertex)
        return number

    def _known(self, key: int) -> int | None:
        """The number of a row that is there, which is the newest then."""
        number = self._numbers.get(key)
        if number is not None:
            self._numbers.move_to_end(key)
        return number

    def row(self, kind: int, goal: int) -> Row:
        """(V,) seconds to `goal`: a copy."""
        row: Row = self._table[self.to(kind, goal)].copy()
        return row

    def between(self, kind: int, starts: NDArray[np.int64], goals: Sequence[int]) -> Row:
        """(starts, goals) travel times, as `seconds` gives them one by one."""
        table = np.empty((len(starts), len(goals)), dtype=np.float32)
        for first in range(0, len(goals), AT_ONCE):
            rows = np.array([self.to(kind, goal) for goal in goals[first : first + AT_ONCE]])
            table[:, first : first + AT_ONCE] = self._table[rows[:, None], starts].T
        return table

    def seconds(self, kind: int, start: int, goal: int) -> float:
        """Travel time on an empty map; infinite where there is no way."""
        return self._table.item(self.to(kind, goal), start)

    def first_closed(self, kind: int, start: int, goal: int) -> int | None:
        """The closed zone that is entered first on the way there would be if all were open."""
        roadmap, here = self._roadmap, start
        is_way = np.isfinite(roadmap.edge_time[kind])
        row = self._table[self.avoiding(kind, goal, is_way, "all open")]
        while here != goal and np.isfinite(row[here]):
            edges = roadmap.out_edges[roadmap.out_ptr[here] : roadmap.out_ptr[here + 1]]
            edges = edges[is_way[edges]]
            through_s = roadmap.edge_time[kind, edges] + row[roadmap.edge_to[edges]]
            edge = edges[np.argmin(through_s)]
            behind, here = here, int(roadmap.edge_to[edge])
            if not self._open[kind, edge]:
                entered = self._zones_of(here) - self._zones_of(behind)
                return min(entered & self._closed)
        return None

    def _zones_of(self, vertex: int) -> set[int]:
        ptr = self._roadmap.zone_ptr
        return set(map(int, self._roadmap.zone_ids[ptr[vertex] : ptr[vertex + 1]]))

    def _free_row(self) -> int:
        """The number of a row to be filled in: a new one, or that of whatever was not asked for longest."""
        number = len(self._numbers) + len(self._detours)
        if number == len(self._table):
            _, number = self._numbers.popitem(last=False)
        return number

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


@kernel
def times_to(
    goal: int,
    in_ptr: Ints,
    in_edges: Ints,
    edge_from: Ints,
    edge_time: NDArray[np.float64],
    is_open: NDArray[np.bool_],
) -> Row:
    """Dijkstra against the edges from `goal`; the heap keeps stale entries, skipped when popped.

    A vertex that only one open edge leaves has its time as soon as that edge's head has: such chains,
    most of a map of one-way lanes, are followed at once and never see the heap.
    """
    count = len(in_ptr) - 1
    ways_out = np.zeros(count, dtype=np.int32)
    for edge in range(len(edge_from)):
        ways_out[edge_from[edge]] += is_open[edge]
    best = np.full(count, np.inf)
    chain = np.empty(count, dtype=np.int32)
    heap = [(0.0, goal)]
    best[goal] = 0.0
    while len(heap) > 0:
        popped_s, popped = heappop(heap)
        if popped_s > best[popped]:
            continue
        chain[0], length = popped, 1
        while length > 0:
            length -= 1
            vertex = chain[length]
            for slot in range(in_ptr[vertex], in_ptr[vertex + 1]):
                edge = in_edges[slot]
                tail = edge_from[edge]
                through = best[vertex] + edge_time[edge]
                if not is_open[edge] or through >= best[tail]:
                    continue
                best[tail] = through
                if ways_out[tail] == 1:
                    chain[length] = tail
                    length += 1
                else:
                    heappush(heap, (through, np.int64(tail)))  # type: ignore[misc]
    return best.astype(np.float32)
