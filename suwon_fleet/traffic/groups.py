# SPDX-License-Identifier: Apache-2.0
"""Plans robots apart as far as they keep out of each other's way.

Independence detection (Standley, "Finding Optimal Solutions to Cooperative Pathfinding Problems", AAAI
2010): every robot is planned alone; groups whose plans use conflicting ground are planned together; and
so on until none do. Plans on ground that does not conflict can be carried out in any order, so together
they are as free of deadlock as each of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import inner_kernel, kernel, lean_kernel
from suwon_fleet.traffic.problem import NO, Graph, Problem
from suwon_fleet.traffic.roadmap import Ints
from suwon_fleet.traffic.search import Found

Solve = Callable[[Ints], Found]
"""Plans together for some of a problem's robots, given and returned as indices of that problem."""


def plan_apart(
    graph: Graph,
    problem: Problem,
    bounded: NDArray[np.bool_],
    alone: Found,
    solve: Solve,
    most: int,
) -> Found | None:
    """Plan for all robots of `problem`, each with no more others than it has to be.

    `alone` has the plans of robots that each may have the map to itself; those it does not serve, and
    would like to go somewhere, are solved for. `bounded` says which zones limit how many robots are inside.
    None where more than `most` would have to be planned together. The cost is of those solved for.
    """
    of = np.arange(len(problem.start), dtype=np.int32)
    stuck = np.setdiff1d(np.flatnonzero(problem.aims), alone.served)
    groups = {int(robot): solve(np.array([robot], dtype=np.int32)) for robot in stuck}
    while True:
        is_alone = np.ones(len(of), dtype=np.bool_)
        is_alone[np.isin(of, list(groups))] = False
        own = alone.moves[is_alone[alone.moves[:, 0]]]
        moves = np.concatenate([own, *(found.moves for found in groups.values())])
        joined = union(graph, problem, bounded, of, moves)[of]
        changed = np.unique(joined[joined != of])
        if not len(changed):
            break
        if np.bincount(joined).max() > most:
            return None
        groups = {first: found for first, found in groups.items() if joined[first] not in changed}
        of = joined
        for first in changed.tolist():
            groups[first] = solve(np.flatnonzero(of == first).astype(np.int32))
    served = problem.aims & is_alone
    for found in groups.values():
        served[found.served] = True
    cost_s = sum(found.cost_s for found in groups.values())
    return Found(np.flatnonzero(served).astype(np.int32), moves, cost_s)


@kernel
def union(
    graph: Graph, problem: Problem, bounded: NDArray[np.bool_], of: Ints, moves: Ints
) -> Ints:
    """For each group, the first of the groups it belongs together with.

    `of[i]` is the group of robot `i`, named after its first; `moves` are all groups' moves, rows of robot
    and edge.
    """
    conflicts = graph.conflicts
    kinds, elements = len(conflicts.pair), len(conflicts.ptr[0]) - 1
    robots = np.concatenate((np.arange(len(of), dtype=np.int32), moves[:, 0], moves[:, 0]))
    ground = np.concatenate(
        (
            problem.start,
            graph.edge_to[moves[:, 1]],
            graph.vertex_count + graph.edge_segment[moves[:, 1]],
        )
    )
    into = np.arange(len(of), dtype=np.int32)
    user = np.full((kinds, elements), NO, dtype=np.int32)
    is_there = np.zeros(kinds, dtype=np.bool_)
    is_there[problem.kind] = True
    for use in range(len(robots)):
        kind, number = problem.kind[robots[use]], int(of[robots[use]])
        if user[kind, ground[use]] != NO:
            _merge(into, number, int(user[kind, ground[use]]))
        user[kind, ground[use]] = number
    for use in range(len(robots)):
        kind, number = problem.kind[robots[use]], int(of[robots[use]])
        for other_kind in range(kinds):
            if not is_there[other_kind]:
                continue
            pair = conflicts.pair[kind, other_kind]
            start, stop = conflicts.ptr[pair, ground[use]], conflicts.ptr[pair, ground[use] + 1]
            for slot in range(start, stop):
                other = int(user[other_kind, conflicts.elements[slot]])
                if other != NO:
                    _merge(into, number, other)
    _union_in_zones(graph, problem, bounded, of, moves, into)
    for number in range(len(into)):
        into[number] = _first(into, number)
    return into


@inner_kernel
def _union_in_zones(
    graph: Graph,
    problem: Problem,
    bounded: NDArray[np.bool_],
    of: Ints,
    moves: Ints,
    into: Ints,
) -> None:
    """Join groups that use a zone which would be too full if all went in before any came out."""
    uses = np.zeros((len(bounded), len(of)), dtype=np.bool_)
    stands = np.zeros((len(bounded), len(of)), dtype=np.bool_)
    for robot in range(len(of)):
        here = problem.start[robot]
        for slot in range(graph.zone_ptr[here], graph.zone_ptr[here + 1]):
            uses[graph.zone_ids[slot], robot] = stands[graph.zone_ids[slot], robot] = True
    for move in range(len(moves)):
        head = graph.edge_to[moves[move, 1]]
        for slot in range(graph.zone_ptr[head], graph.zone_ptr[head + 1]):
            uses[graph.zone_ids[slot], moves[move, 0]] = True
    for zone in range(len(bounded)):
        if not bounded[zone] or (uses[zone] & ~stands[zone]).sum() <= problem.room[zone]:
            continue
        first = NO
        for robot in range(len(of)):
            if uses[zone, robot]:
                first = int(of[robot]) if first == NO else first
                _merge(into, first, int(of[robot]))


@lean_kernel
def _first(into: Ints, number: int) -> int:
    while into[number] != number:
        into[number] = into[into[number]]
        number = int(into[number])
    return number


@lean_kernel
def _merge(into: Ints, one: int, other: int) -> None:
    one, other = _first(into, one), _first(into, other)
    into[max(one, other)] = min(one, other)
