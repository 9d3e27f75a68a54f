# SPDX-License-Identifier: Apache-2.0
"""Takes needless motion out of a sequence of moves.

A search that pushes robots about leaves loops behind: a robot goes away and comes back although nobody
needed the ground it left. Such a loop is dropped when every move of others in between would have been
legal with the robot staying where it was.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel, lean_kernel
from suwon_fleet.traffic.problem import Graph, Problem
from suwon_fleet.traffic.roadmap import Ints


@kernel
def drop_loops(graph: Graph, problem: Problem, bounded: NDArray[np.bool_], moves: Ints) -> Ints:
    """The same moves, (M, 2) rows of robot and edge in a legal order, without their needless loops.

    A loop on which a robot first becomes content is needed. Loops out of a `bounded` zone are kept:
    another robot may have used the room.
    """
    kept = np.ones(len(moves), dtype=np.bool_)
    by_robot = np.argsort(moves[:, 0], kind="mergesort")
    stop = 0
    for robot in range(len(problem.kind)):
        begin = stop
        while stop < len(moves) and moves[by_robot[stop], 0] == robot:
            stop += 1
        own = by_robot[begin:stop]
        needed = _first_content(graph, problem, robot, moves, own)
        first = 0
        while first < len(own):
            start = graph.edge_from[moves[own[first], 1]]
            for last in range(len(own) - 1, first, -1):  # the longest loop first
                if graph.edge_to[moves[own[last], 1]] != start or first <= needed <= last:
                    continue
                if _may_stay(
                    graph, problem.kind, bounded, moves, kept, own[first], own[last], start
                ):
                    kept[own[first : last + 1]] = False
                    first = last
                    break
            first += 1
    return moves[kept]


@lean_kernel
def _first_content(
    graph: Graph, problem: Problem, robot: int, moves: Ints, own: NDArray[np.intp]
) -> int:
    """Which of a robot's `own` moves first makes it content; -1 when it is from the start."""
    row, until = problem.table[problem.row[robot]], problem.until[robot]
    if row[problem.start[robot]] <= until:
        return -1
    for place in range(len(own)):
        if row[graph.edge_to[moves[own[place], 1]]] <= until:
            return place
    return -1


@lean_kernel
def _may_stay(
    graph: Graph,
    kind: Ints,
    bounded: NDArray[np.bool_],
    moves: Ints,
    kept: NDArray[np.bool_],
    first: int,
    last: int,
    vertex: int,
) -> bool:
    """Whether the mover of `first` might have stayed at `vertex` until `last` and hindered nobody."""
    robot = moves[first, 0]
    for slot in range(graph.zone_ptr[vertex], graph.zone_ptr[vertex + 1]):
        if bounded[graph.zone_ids[slot]]:
            return False
    for move in range(first, last):
        other = moves[move, 0]
        if other == robot or not kept[move]:
            continue
        pair = graph.conflicts.pair[kind[robot], kind[other]]
        segment = graph.vertex_count + graph.edge_segment[moves[move, 1]]
        start, stop = graph.conflicts.ptr[pair, segment], graph.conflicts.mid[pair, segment]
        near = graph.conflicts.elements[start:stop]  # vertices, ascending
        place = np.searchsorted(near, vertex)
        if place < len(near) and near[place] == vertex:
            return False
    return True
