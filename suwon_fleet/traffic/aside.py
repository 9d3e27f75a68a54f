# SPDX-License-Identifier: Apache-2.0
"""Robots that stand in the way of one go aside, each by itself: where searching for all at once fails.

In blind alleys and single lanes somebody often has to come a long way out before another can go in. A
search over the places of all robots finds no end there; sent off one after another they are soon gone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel
from suwon_fleet.traffic.alone import quickest
from suwon_fleet.traffic.problem import NO, Graph, Problem, is_full, may_drive
from suwon_fleet.traffic.roadmap import Ints


def send_aside(graph: Graph, problem: Problem, robot: int) -> tuple[Problem, Ints]:
    """The problem that is left, and the moves to it, once all who could have left `robot`'s way.

    Moves are (M, 2) rows of robot and edge in a legal order; none when nobody could go.
    """
    avoid = in_its_way(graph, problem, robot)
    others = [other for other in range(len(problem.start)) if other != robot]
    moves: list[Ints] = []
    went = True
    while went:  # who has left lets others out
        went = False
        for other in others:
            if avoid[problem.kind[other], problem.start[other]]:
                edges = way_aside(graph, problem, other, avoid)
                if len(edges):
                    problem = _moved(graph, problem, other, int(graph.edge_to[edges[-1]]))
                    moves.append(np.stack((np.full_like(edges, other), edges), axis=1))
                    went = True
    return problem, np.concatenate(moves) if moves else np.empty((0, 2), dtype=np.int32)


def _moved(graph: Graph, problem: Problem, robot: int, to: int) -> Problem:
    """The problem with a robot elsewhere."""
    start, room = problem.start.copy(), problem.room.copy()
    for vertex, change in ((start[robot], 1), (to, -1)):
        room[graph.zone_ids[graph.zone_ptr[vertex] : graph.zone_ptr[vertex + 1]]] += change
    start[robot] = to
    return problem._replace(start=start, room=room)


@kernel
def in_its_way(graph: Graph, problem: Problem, robot: int) -> NDArray[np.bool_]:
    """(K, V) where robots of each kind must not stand if `robot` is to go straight to its goal."""
    conflicts = graph.conflicts
    kinds = len(conflicts.pair)
    avoid = np.zeros((kinds, graph.vertex_count), dtype=np.bool_)
    kind, row = problem.kind[robot], problem.table[problem.row[robot]]
    here = int(problem.start[robot])
    ground = here
    while ground != NO:
        for other in range(kinds):
            pair = conflicts.pair[kind, other]
            for slot in range(conflicts.ptr[pair, ground], conflicts.mid[pair, ground]):
                avoid[other, conflicts.elements[slot]] = True
        ground = NO
        edge = quickest(graph, kind, problem.is_open, row, here) if row[here] > 0.0 else NO
        if edge != NO:
            here = int(graph.edge_to[edge])
            ground = graph.vertex_count + int(graph.edge_segment[edge])
    return avoid


@kernel
def way_aside(graph: Graph, problem: Problem, robot: int, avoid: NDArray[np.bool_]) -> Ints:
    """The fewest edges that lead a robot past all others, which stand, to where it need not be avoided."""
    conflicts = graph.conflicts
    kind = problem.kind[robot]
    taken = np.zeros(len(conflicts.ptr[0]) - 1, dtype=np.bool_)
    for other in range(len(problem.start)):
        if other != robot:
            pair, vertex = conflicts.pair[problem.kind[other], kind], problem.start[other]
            for slot in range(conflicts.ptr[pair, vertex], conflicts.ptr[pair, vertex + 1]):
                taken[conflicts.elements[slot]] = True
    came = np.full(graph.vertex_count, NO, dtype=np.int32)
    queue = np.empty(graph.vertex_count, dtype=np.int32)
    start = problem.start[robot]
    queue[0], count, done = start, 1, 0
    while done < count and avoid[kind, queue[done]]:
        here = queue[done]
        done += 1
        for slot in range(graph.out_ptr[here], graph.out_ptr[here + 1]):
            edge = graph.out_edges[slot]
            head = graph.edge_to[edge]
            is_new = head != start and came[head] == NO
            is_free = not taken[graph.vertex_count + graph.edge_segment[edge]]
            may_go = may_drive(graph, problem, robot, edge)
            if is_new and is_free and may_go and not is_full(graph, problem.room, here, head):
                came[head] = edge
                queue[count] = head
                count += 1
    if done == count:
        return np.empty(0, dtype=np.int32)
    length, here = 0, queue[done]
    while here != start:
        length += 1
        here = graph.edge_from[came[here]]
    edges = np.empty(length, dtype=np.int32)
    here = queue[done]
    while here != start:
        length -= 1
        edges[length] = came[here]
        here = graph.edge_from[came[here]]
    return edges
