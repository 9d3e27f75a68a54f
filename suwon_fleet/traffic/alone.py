# SPDX-License-Identifier: Apache-2.0
"""The way of a robot as if there were no others: most robots, most of the time."""

from __future__ import annotations

import numpy as np

from suwon_fleet.kernel import inner_kernel, kernel
from suwon_fleet.traffic.problem import NO, Graph, Problem
from suwon_fleet.traffic.roadmap import Ints


@kernel
def descend(
    graph: Graph, problem: Problem, room: Ints, robot: int, until_s: float
) -> tuple[bool, Ints]:
    """The quickest moves of a robot down its row, until it is no more than `until_s` from its goal.

    Returns whether it gets that far without entering a zone that has no `room`, and (M, 2) rows of robot
    and edge.
    """
    kind, row, here = problem.kind[robot], problem.rows[robot], problem.start[robot]
    edges = []
    while row[here] > until_s:
        best, best_s = NO, np.inf
        for slot in range(graph.out_ptr[here], graph.out_ptr[here + 1]):
            edge = graph.out_edges[slot]
            head = graph.edge_to[edge]
            through_s = graph.edge_time[kind, edge] + row[head]
            if problem.is_open[kind, edge] and row[head] < row[here] and through_s < best_s:
                best, best_s = edge, through_s
        if best == NO or _is_full(graph, room, here, graph.edge_to[best]):
            return False, np.empty((0, 2), dtype=np.int32)
        edges.append(np.int32(best))
        here = graph.edge_to[best]
    moves = np.full((len(edges), 2), robot, dtype=np.int32)
    for move in range(len(edges)):
        moves[move, 1] = edges[move]
    return True, moves


@inner_kernel
def _is_full(graph: Graph, room: Ints, tail: int, head: int) -> bool:
    """Whether going from `tail` to `head` enters a zone that has no room."""
    outside = graph.zone_ids[graph.zone_ptr[tail] : graph.zone_ptr[tail + 1]]
    for slot in range(graph.zone_ptr[head], graph.zone_ptr[head + 1]):
        zone = graph.zone_ids[slot]
        if room[zone] <= 0 and zone not in outside:
            return True
    return False
