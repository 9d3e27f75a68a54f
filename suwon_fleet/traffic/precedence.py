# SPDX-License-Identifier: Apache-2.0
"""Turns a sequence of moves into what each move must wait for, so that robots may run as late as they like.

The idea of the temporal plan graph and action dependency graph (Hönig et al., "Persistent and Robust
Execution of MAPF Schedules in Warehouses", RA-L 2019), over ground with size: a move waits until the
last earlier user of every element it conflicts with has left it. All waits point backwards in one
sequence, so they hold no cycle: the first move not yet made can always be made in the end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import inner_kernel, kernel
from suwon_fleet.traffic.problem import NO, Graph, Problem, away_s, holds
from suwon_fleet.traffic.roadmap import Ints


class Plan(NamedTuple):
    """Moves by robot, each with its waits.

    Moves of robot `i` are `edges[ptr[i] : ptr[i + 1]]`, in its order. Move `m` may be granted when, for
    every `w` in `wait_ptr[m] .. wait_ptr[m + 1]`, robot `wait_robot[w]` has *finished* its first
    `wait_moves[w]` moves; a negative `wait_moves` asks that `-wait_moves` of them have been *granted*.
    """

    ptr: Ints
    edges: Ints
    wait_ptr: Ints
    wait_robot: Ints
    wait_moves: Ints


@kernel
def order_moves(graph: Graph, kind: Ints, bounded: NDArray[np.bool_], moves: Ints) -> Plan:
    """Work out the waits of `moves`, (M, 2) rows of robot and edge in a legal order.

    `bounded` says which zones limit how many robots are inside: entries to those keep their order too.
    """
    robots, total = len(kind), len(moves)
    ptr = np.zeros(robots + 1, dtype=np.int32)
    for move in range(total):
        ptr[moves[move, 0] + 1] += 1
    ptr = np.cumsum(ptr).astype(np.int32)

    count = np.zeros(robots, dtype=np.int32)
    place = np.empty(total, dtype=np.int32)
    edges = np.empty(total, dtype=np.int32)
    for move in range(total):
        robot = moves[move, 0]
        place[move] = ptr[robot] + count[robot]
        edges[place[move]] = moves[move, 1]
        count[robot] += 1

    elements = len(graph.conflicts.ptr[0]) - 1
    user = np.full(elements, NO, dtype=np.int32)
    until = np.zeros(elements, dtype=np.int32)
    entered = np.full((len(bounded), 2), NO, dtype=np.int32)
    wanted = np.zeros(robots, dtype=np.int32)
    touched = np.zeros(robots, dtype=np.int32)
    is_there = np.zeros(len(graph.conflicts.pair), dtype=np.bool_)
    is_there[kind] = True
    sizes = np.zeros(total, dtype=np.int32)
    found_robot, found_moves = [np.int32(0) for _ in range(0)], [np.int32(0) for _ in range(0)]
    count[:] = 0
    for move in range(total):
        robot, edge = moves[move]
        segment = graph.vertex_count + graph.edge_segment[edge]
        head = graph.edge_to[edge]
        others = _collect(graph, kind, is_there, robot, segment, user, until, wanted, touched)
        for other in np.sort(touched[:others]):
            found_robot.append(np.int32(other))
            found_moves.append(wanted[other])
            wanted[other] = 0
        sizes[move] += others
        count[robot] += 1
        user[segment], until[segment] = robot, count[robot]
        user[head], until[head] = robot, count[robot] + 1
        for slot in range(graph.zone_ptr[head], graph.zone_ptr[head + 1]):
            zone = graph.zone_ids[slot]
            if not bounded[zone] or holds(graph, graph.edge_from[edge], zone):
                continue
            if entered[zone, 0] != NO and entered[zone, 0] != robot:
                found_robot.append(entered[zone, 0])
                found_moves.append(-entered[zone, 1])
                sizes[move] += 1
            entered[zone, 0], entered[zone, 1] = robot, count[robot]
    return _by_robot(ptr, edges, place, sizes, np.array(found_robot), np.array(found_moves))


@kernel
def content_times(graph: Graph, problem: Problem, moves: Ints, plan: Plan) -> NDArray[np.float64]:
    """Seconds until each robot is first content, if all drive as fast as they may.

    `moves` is the sequence the plan was made of. Who is content from the start is so at 0.
    """
    robots = len(problem.kind)
    done = np.zeros(len(moves))
    count = np.zeros(robots, dtype=np.int32)
    clock = np.zeros(robots)
    content = np.full(robots, -1.0)
    for robot in range(robots):
        if away_s(problem, robot, problem.start[robot]) <= problem.until[robot]:
            content[robot] = 0.0
    for step in range(len(moves)):
        robot, edge = moves[step]
        move = plan.ptr[robot] + count[robot]
        begin = clock[robot]
        for wait in range(plan.wait_ptr[move], plan.wait_ptr[move + 1]):
            if plan.wait_moves[wait] > 0:
                needed = plan.ptr[plan.wait_robot[wait]] + plan.wait_moves[wait] - 1
                begin = max(begin, done[needed])
        clock[robot] = done[move] = begin + graph.edge_time[problem.kind[robot], edge]
        count[robot] += 1
        near = away_s(problem, robot, graph.edge_to[edge]) <= problem.until[robot]
        if near and content[robot] < 0.0:
            content[robot] = clock[robot]
    return content


@inner_kernel
def _collect(
    graph: Graph,
    kind: Ints,
    is_there: NDArray[np.bool_],
    robot: int,
    element: int,
    user: Ints,
    until: Ints,
    wanted: Ints,
    touched: Ints,
) -> int:
    """Set `wanted[j]` to how many moves robot `j` must have finished before `element` is free.

    `wanted` is 0 before; those for which it is not are listed in `touched`, and counted. `is_there` (K,)
    says of which kinds there are robots.
    """
    conflicts = graph.conflicts
    count = 0
    for other_kind in range(conflicts.pair.shape[0]):
        if not is_there[other_kind]:
            continue
        pair = conflicts.pair[kind[robot], other_kind]
        for slot in range(conflicts.ptr[pair, element], conflicts.ptr[pair, element + 1]):
            other = user[conflicts.elements[slot]]
            if other != NO and other != robot and kind[other] == other_kind:
                if wanted[other] == 0:
                    touched[count] = other
                    count += 1
                wanted[other] = max(wanted[other], until[conflicts.elements[slot]])
    return count


@inner_kernel
def _by_robot(
    ptr: Ints, edges: Ints, place: Ints, sizes: Ints, wait_robot: Ints, wait_moves: Ints
) -> Plan:
    """Sort waits, found in the order of moves, by the robots' own order of moves."""
    total = len(place)
    wait_ptr = np.zeros(total + 1, dtype=np.int32)
    for move in range(total):
        wait_ptr[place[move] + 1] = sizes[move]
    wait_ptr = np.cumsum(wait_ptr).astype(np.int32)
    robots, counts = np.empty_like(wait_robot), np.empty_like(wait_moves)
    taken = 0
    for move in range(total):
        for wait in range(sizes[move]):
            robots[wait_ptr[place[move]] + wait] = wait_robot[taken]
            counts[wait_ptr[place[move]] + wait] = wait_moves[taken]
            taken += 1
    return Plan(ptr, edges, wait_ptr, robots, counts)
