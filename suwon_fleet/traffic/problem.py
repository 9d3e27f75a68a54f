# SPDX-License-Identifier: Apache-2.0
"""What a search is asked: the ground as arrays, and where robots stand, want to be and may go."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import lean_kernel
from suwon_fleet.traffic.conflicts import Conflicts
from suwon_fleet.traffic.roadmap import Ints, Roadmap

NO = -1


class Graph(NamedTuple):
    """What of a roadmap the kernels need."""

    out_ptr: Ints
    out_edges: Ints
    edge_from: Ints
    edge_to: Ints
    edge_segment: Ints
    edge_time: NDArray[np.float64]
    zone_ptr: Ints
    zone_ids: Ints
    vertex_count: int
    conflicts: Conflicts

    @classmethod
    def of(cls, roadmap: Roadmap, conflicts: Conflicts) -> Graph:
        """Pick the arrays out of a roadmap."""
        return cls(
            roadmap.out_ptr,
            roadmap.out_edges,
            roadmap.edge_from,
            roadmap.edge_to,
            roadmap.edge_segment,
            roadmap.edge_time,
            roadmap.zone_ptr,
            roadmap.zone_ids,
            roadmap.vertex_count,
            conflicts,
        )


class Problem(NamedTuple):
    """N robots to plan for.

    `start[i]` is the vertex robot `i` stands on once it has done all it was granted. A robot that `aims`
    is drawn down `table[row[i]]`, seconds to its goal by vertex; one that does not only makes way.
    Neither goes where its row is infinite: it would not get back from there. Some time in the plan every
    robot must be content: no more than `until[i]` seconds from its goal (0 asks that it arrives, infinity
    asks nothing); from then on it only makes way. `rank[i]` is the greater the more urgent. `is_open` is
    (K, E): edges that may be used by each kind. `room` is, per zone, how many more robots may be inside
    it than stand inside at the start. `bias` (E,) multiplies edge times where options are compared;
    robots that are `polite` let others out of narrow ways first.
    """

    start: Ints
    kind: Ints
    aims: NDArray[np.bool_]
    table: NDArray[np.float32]
    row: Ints
    until: NDArray[np.float32]
    rank: NDArray[np.float64]
    is_open: NDArray[np.bool_]
    room: Ints
    bias: NDArray[np.float64]
    polite: bool

    def away_s(self) -> NDArray[np.float32]:
        """(N,) seconds from where each robot stands to its goal."""
        return self.table[self.row, self.start]


@lean_kernel
def away_s(problem: Problem, robot: int, vertex: int) -> float:
    """Seconds from a vertex to a robot's goal."""
    return float(problem.table[problem.row[robot], vertex])


@lean_kernel
def holds(graph: Graph, vertex: int, zone: int) -> bool:
    """Whether a vertex lies in a zone."""
    for slot in range(graph.zone_ptr[vertex], graph.zone_ptr[vertex + 1]):
        if graph.zone_ids[slot] == zone:
            return True
    return False


@lean_kernel
def is_full(graph: Graph, room: Ints, tail: int, head: int) -> bool:
    """Whether going from `tail` to `head` enters a zone that has no room left."""
    for slot in range(graph.zone_ptr[head], graph.zone_ptr[head + 1]):
        zone = graph.zone_ids[slot]
        if room[zone] <= 0 and not holds(graph, tail, zone):
            return True
    return False


@lean_kernel
def may_drive(graph: Graph, problem: Problem, robot: int, edge: int) -> bool:
    """Whether an edge is open to a robot and leads nowhere it must not go."""
    head = graph.edge_to[edge]
    is_open = problem.is_open[problem.kind[robot], edge]
    return bool(is_open and away_s(problem, robot, head) < np.inf)
