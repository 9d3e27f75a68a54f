# SPDX-License-Identifier: Apache-2.0
"""The way of a robot as if there were no others: most robots, most of the time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel, lean_kernel
from suwon_fleet.traffic.problem import NO, Graph, Problem, is_full
from suwon_fleet.traffic.roadmap import Ints


@lean_kernel
def quickest(
    graph: Graph, kind: int, is_open: NDArray[np.bool_], row: NDArray[np.float32], here: int
) -> int:
    """The open edge (`is_open` is (K, E)) on the quickest way of a kind down `row`, or NO."""
    best, best_s = NO, np.inf
    for slot in range(graph.out_ptr[here], graph.out_ptr[here + 1]):
        edge = graph.out_edges[slot]
        head = graph.edge_to[edge]
        through_s = graph.edge_time[kind, edge] + row[head]
        if is_open[kind, edge] and row[head] < row[here] and through_s < best_s:
            best, best_s = edge, through_s
    return int(best)


@kernel
def plan_alone(
    graph: Graph, problem: Problem, room: Ints, until_s: NDArray[np.float32]
) -> tuple[NDArray[np.bool_], Ints]:
    """The quickest moves of every robot down its row, until it is `until_s` (N,) from its goal.

    Returns (N,) whether it gets that far without entering a zone that has no `room` (an empty map's),
    and (M, 2) rows of robot and edge, robot by robot. Robots that do not get there have no moves.
    """
    robots = len(problem.start)
    arrives = np.zeros(robots, dtype=np.bool_)
    moved, edges = [np.int32(0) for _ in range(0)], [np.int32(0) for _ in range(0)]
    for robot in range(robots):
        kind, row, here = (
            problem.kind[robot],
            problem.table[problem.row[robot]],
            problem.start[robot],
        )
        before = len(edges)
        while row[here] > until_s[robot]:
            edge = quickest(graph, kind, problem.is_open, row, here)
            if edge == NO or is_full(graph, room, here, graph.edge_to[edge]):
                break
            moved.append(np.int32(robot))
            edges.append(np.int32(edge))
            here = graph.edge_to[edge]
        arrives[robot] = row[here] <= until_s[robot]
        if not arrives[robot]:
            while len(edges) > before:
                edges.pop()
                moved.pop()
    moves = np.empty((len(edges), 2), dtype=np.int32)
    for move in range(len(edges)):
        moves[move, 0], moves[move, 1] = moved[move], edges[move]
    return arrives, moves


@kernel
def first_blocked(
    graph: Graph,
    kind: Ints,
    table: NDArray[np.float32],
    row: Ints,
    is_open: NDArray[np.bool_],
    blocked: NDArray[np.bool_],
    start: Ints,
) -> Ints:
    """(N,) the first edge on each robot's quickest way over open edges that is `blocked` (K, E), or NO.

    A robot's way is that down row `row` of the table; one that has none there has nothing in its way.
    """
    first = np.full(len(start), NO, dtype=np.int32)
    for robot in range(len(start)):
        if row[robot] == NO:
            continue
        here, times = start[robot], table[row[robot]]
        while 0.0 < times[here] < np.inf:
            edge = quickest(graph, kind[robot], is_open, times, here)
            if edge == NO or blocked[kind[robot], edge]:
                first[robot] = edge
                break
            here = graph.edge_to[edge]
    return first
