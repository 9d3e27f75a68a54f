# SPDX-License-Identifier: Apache-2.0
"""The way of one robot is cleared: who stands in it is sent off, by a way cleared in the same manner.

Robots that only stand about are obstacles that can be moved (Stilman and Kuffner, "Navigation among
movable obstacles", 2005; "Push and Swap" of Luna and Bekris, 2011, pushes so on a graph). It finds no best
plan, and not always one where there is one, but long rows of pushes in which a search over the places of
all robots gets lost.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from suwon_fleet.kernel import kernel
from suwon_fleet.traffic.problem import NO, Graph, Problem, is_full, may_drive
from suwon_fleet.traffic.roadmap import Ints

PUSH_S = 30.0
"""Seconds of a detour that are worth sending nobody off."""
MOST_PUSHES = 20
"""How often each robot may be sent off, all in all; after that there is no hope."""
MOST_RETREATS = 100
"""Places to back off to that are tried before there is no hope."""


def clear_way(graph: Graph, problem: Problem, robot: int) -> tuple[Problem, Ints] | None:
    """The problem that is left, and the moves to it, once `robot` has been brought where it is content.

    Moves are (M, 2) rows of robot and edge in a legal order. None when it was not found how.
    """
    return _by_way_of(graph, problem, robot, None)


def back_off(graph: Graph, problem: Problem, robot: int) -> tuple[Problem, Ints] | None:
    """As `clear_way`, but the robot itself gets out of the others' way first: it may have shut them in.

    At the mouth of a dead end it has to let those out that stand where it wants to go. Nearer places are
    tried first, and only those beside a fork: elsewhere it would shut them in as before.
    """
    edges = np.flatnonzero(problem.is_open[problem.kind[robot]])
    tails, heads = graph.edge_from[edges], graph.edge_to[edges]
    ways = csr_array((np.ones(len(edges)), (tails, heads)), shape=2 * (graph.vertex_count,))
    is_fork = np.diff(graph.out_ptr) > 2
    beside = np.zeros(graph.vertex_count, dtype=np.bool_)
    beside[heads[is_fork[tails]]] = True
    start = problem.start[robot]
    places = breadth_first_order(ways, start, return_predecessors=False)[1:]
    for place in places[beside[places]][:MOST_RETREATS].tolist():
        if cleared := _by_way_of(graph, problem, robot, place):
            return cleared
    return None


def _by_way_of(
    graph: Graph, problem: Problem, robot: int, place: int | None
) -> tuple[Problem, Ints] | None:
    wishes = [problem.table[problem.row[robot]] <= problem.until[robot]]
    if place is not None:
        wishes.insert(0, np.arange(graph.vertex_count) == place)
    clearing = _Clearing(graph, problem)
    if not all(clearing.bring(robot, wanted, clearing.nothing, frozenset()) for wanted in wishes):
        return None
    return clearing.problem, np.array(clearing.moves, dtype=np.int32).reshape(-1, 2)


class _Clearing:
    """Robots where they stand now, and the moves that led there."""

    def __init__(self, graph: Graph, problem: Problem) -> None:
        self._graph = graph
        self.problem = problem._replace(start=problem.start.copy(), room=problem.room.copy())
        self._pushes = MOST_PUSHES * len(problem.start)
        self.moves: list[tuple[int, int]] = []
        self.nothing = np.zeros((len(graph.conflicts.pair), graph.vertex_count), dtype=np.bool_)

    def bring(
        self,
        robot: int,
        wanted: NDArray[np.bool_],
        avoid: NDArray[np.bool_],
        fixed: frozenset[int],
    ) -> bool:
        """Bring a robot to a `wanted` (V,) vertex past those that are `fixed`; others give way.

        They stand nowhere where a robot whose way is being cleared would meet them: `avoid` is (K, V).
        """
        problem, kind = self.problem, self.problem.kind[robot]
        stubborn = set(fixed)
        while not wanted[problem.start[robot]]:
            is_fixed = np.zeros(len(problem.start), dtype=np.bool_)
            is_fixed[list(stubborn)] = True
            edges = way_past(self._graph, problem, robot, wanted, is_fixed)
            if not len(edges):
                return False
            other = first_met(self._graph, problem, robot, edges)
            if other == NO:
                self._move(robot, edges)
                break
            self._pushes -= 1
            if self._pushes < 0:
                return False
            ground = avoid | swept(self._graph, kind, edges)
            elsewhere = ~ground[problem.kind[other]]
            if not self.bring(other, elsewhere, ground, fixed | {robot}):
                stubborn.add(other)
        return True

    def _move(self, robot: int, edges: Ints) -> None:
        graph, problem = self._graph, self.problem
        here, there = problem.start[robot], graph.edge_to[edges[-1]]
        for vertex, change in ((here, 1), (there, -1)):
            zones = graph.zone_ids[graph.zone_ptr[vertex] : graph.zone_ptr[vertex + 1]]
            problem.room[zones] += change
        problem.start[robot] = there
        self.moves += [(robot, int(edge)) for edge in edges]


@kernel
def way_past(
    graph: Graph, problem: Problem, robot: int, wanted: NDArray[np.bool_], fixed: NDArray[np.bool_]
) -> Ints:
    """The edges to a `wanted` (V,) vertex that take the least time, and `PUSH_S` for each robot met.

    None past those that are `fixed` (N,), into what is full, or where the robot must not go.
    """
    conflicts, kind = graph.conflicts, problem.kind[robot]
    met_s = np.zeros(len(conflicts.ptr[0]) - 1, dtype=np.float64)
    for other in range(len(problem.start)):
        if other != robot:
            pair, vertex = conflicts.pair[problem.kind[other], kind], problem.start[other]
            for slot in range(conflicts.ptr[pair, vertex], conflicts.ptr[pair, vertex + 1]):
                met_s[conflicts.elements[slot]] += np.inf if fixed[other] else PUSH_S
    start = np.int32(problem.start[robot])
    cost_s = np.full(graph.vertex_count, np.inf)
    came = np.full(graph.vertex_count, NO, dtype=np.int32)
    cost_s[start] = 0.0
    heap = [(0.0, start)]
    goal = np.int32(NO)
    while len(heap) and goal == NO:
        here_s, here = heapq.heappop(heap)
        if here_s > cost_s[here]:
            continue
        if wanted[here] and here != start:
            goal = here
        for slot in range(graph.out_ptr[here], graph.out_ptr[here + 1]):
            edge = graph.out_edges[slot]
            head = graph.edge_to[edge]
            may_go = may_drive(graph, problem, robot, edge)
            if may_go and not is_full(graph, problem.room, int(here), head):
                ground = graph.vertex_count + graph.edge_segment[edge]
                there_s = here_s + graph.edge_time[kind, edge] + met_s[ground]
                if there_s < cost_s[head]:
                    cost_s[head], came[head] = there_s, edge
                    heapq.heappush(heap, (there_s, np.int32(head)))
    backwards = [np.int32(0) for _ in range(0)]
    while goal != NO and goal != start:
        backwards.append(came[goal])
        goal = np.int32(graph.edge_from[came[goal]])
    return np.array(backwards[::-1], dtype=np.int32)


@kernel
def first_met(graph: Graph, problem: Problem, robot: int, edges: Ints) -> int:
    """The first other robot in the way along some edges, or NO."""
    conflicts, kind = graph.conflicts, problem.kind[robot]
    who = np.full(len(conflicts.ptr[0]) - 1, NO, dtype=np.int32)
    for other in range(len(problem.start)):
        if other != robot:
            pair, vertex = conflicts.pair[problem.kind[other], kind], problem.start[other]
            for slot in range(conflicts.ptr[pair, vertex], conflicts.ptr[pair, vertex + 1]):
                who[conflicts.elements[slot]] = other
    for edge in edges:
        ground = graph.vertex_count + graph.edge_segment[edge]
        if who[ground] != NO:
            return int(who[ground])
    return NO


@kernel
def swept(graph: Graph, kind: int, edges: Ints) -> NDArray[np.bool_]:
    """(K, V) where robots of each kind must not stand while one of `kind` drives along some edges."""
    conflicts = graph.conflicts
    kinds = len(conflicts.pair)
    avoid = np.zeros((kinds, graph.vertex_count), dtype=np.bool_)
    for other in range(kinds):
        pair = conflicts.pair[kind, other]
        for edge in edges:
            ground = graph.vertex_count + graph.edge_segment[edge]
            for slot in range(conflicts.ptr[pair, ground], conflicts.mid[pair, ground]):
                avoid[other, conflicts.elements[slot]] = True
    return avoid
