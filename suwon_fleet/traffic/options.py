# SPDX-License-Identifier: Apache-2.0
"""What a robot would do next: its options in a configuration being made, best first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import inner_kernel, lean_kernel
from suwon_fleet.traffic.problem import NO, Graph, Problem, away_s, may_drive
from suwon_fleet.traffic.roadmap import Ints

STAY = -2
NO_TIME = -1.0
UNDECIDED, DECIDING, DECIDED = 0, 1, 2

_AWAY = 1e6
"""Added to the key of an option that leads no nearer to the goal; far above any travel time (s)."""


class Step(NamedTuple):
    """The configuration being generated, robots moving one after another.

    `standing` says for each element of ground who is there. In virtual time, `clock[0]` (s), moves take
    their time: until `end_s[i]` robot `i` is still on all of the ground of its last move. On a clock at
    NO_TIME moves are done at once.
    """

    position: Ints
    aims: NDArray[np.bool_]
    standing: Ints
    status: NDArray[np.int8]
    claims: Ints
    only: Ints
    room: Ints
    options: Ints
    keys: NDArray[np.float64]
    counts: Ints
    choice: Ints
    trying: Ints
    partner: Ints
    stack: Ints
    moves: Ints
    moved: Ints
    clock: NDArray[np.float64]
    end_s: NDArray[np.float64]


@inner_kernel
def new_step(graph: Graph, problem: Problem) -> Step:
    """Working space for a problem; where robots stand is still to be filled in."""
    robots = len(problem.start)
    widest = 1
    for vertex in range(graph.vertex_count):
        widest = max(widest, graph.out_ptr[vertex + 1] - graph.out_ptr[vertex] + 1)
    kinds = graph.conflicts.pair.shape[0]
    elements = len(graph.conflicts.ptr[0]) - 1
    return Step(
        problem.start.copy(),
        problem.aims.copy(),
        np.full(elements, NO, dtype=np.int32),
        np.zeros(robots, dtype=np.int8),
        np.zeros((kinds, graph.vertex_count), dtype=np.int32),
        np.full(robots, NO, dtype=np.int32),
        problem.room.copy(),
        np.empty((robots, widest), dtype=np.int32),
        np.empty((robots, widest), dtype=np.float64),
        np.zeros(robots, dtype=np.int32),
        np.zeros(robots, dtype=np.int32),
        np.full(robots, NO, dtype=np.int32),
        np.full(robots, NO, dtype=np.int32),
        np.empty(robots, dtype=np.int32),
        np.empty((robots, 2), dtype=np.int32),
        np.zeros(1, dtype=np.int32),
        np.full(1, NO_TIME),
        np.zeros(robots),
    )


@lean_kernel
def leaving(graph: Graph, problem: Problem, step: Step, robot: int, edge: int) -> int:
    """A robot still on its way out of the ground that `robot` would sweep along `edge`, or NO."""
    conflicts = graph.conflicts
    element = graph.vertex_count + graph.edge_segment[edge]
    latest = NO
    for other_kind in range(conflicts.pair.shape[0]):
        pair = conflicts.pair[problem.kind[robot], other_kind]
        for slot in range(conflicts.ptr[pair, element], conflicts.ptr[pair, element + 1]):
            other = step.standing[conflicts.elements[slot]]
            is_other = other != NO and other != robot and problem.kind[other] == other_kind
            if is_other and (latest == NO or step.end_s[other] > step.end_s[latest]):
                latest = int(other)
    return latest


@lean_kernel
def _way_on(graph: Graph, problem: Problem, robot: int, vertex: int, back: int) -> tuple[int, int]:
    """How many ways lead a robot on from `vertex` other than to `back`, and one of them."""
    ways, onward = 0, NO
    for slot in range(graph.out_ptr[vertex], graph.out_ptr[vertex + 1]):
        edge = graph.out_edges[slot]
        if graph.edge_to[edge] != back and may_drive(graph, problem, robot, edge):
            ways += 1
            onward = graph.edge_to[edge]
    return ways, onward


@lean_kernel
def _is_drawn(problem: Problem, step: Step, robot: int, here: int, there: int) -> bool:
    """Whether a robot aims for what lies nearer to `there` than to `here`."""
    row = problem.table[problem.row[robot]]
    return bool(step.aims[robot] and row[there] < row[here])


@lean_kernel
def _meets_oncoming(
    graph: Graph, problem: Problem, step: Step, robot: int, here: int, head: int
) -> bool:
    """Whether a robot comes towards `here` along the narrow way that begins with `head`.

    Only asked at a fork: a robot that is in a narrow way already cannot let another out by waiting.
    """
    row = problem.table[problem.row[robot]]
    ways, _ = _way_on(graph, problem, robot, here, head)
    if ways < 2:
        return False
    behind, ahead = here, head
    while row[ahead] < row[behind]:
        other = step.standing[ahead]
        if other != NO and _is_drawn(problem, step, other, ahead, behind):
            return True
        ways, onward = _way_on(graph, problem, robot, ahead, behind)
        if ways != 1:
            return False
        behind, ahead = ahead, onward
    return False


@lean_kernel
def rank_options(graph: Graph, problem: Problem, step: Step, robot: int, pusher: int) -> int:
    """Fill `step.options[robot]` with edges and STAY, best first; return how many.

    A robot that aims prefers what brings it nearer, then staying, then a narrow way somebody comes out
    of, then the rest. One that only makes way prefers staying, then ground off its pusher's way. Both
    prefer empty ground among equals.
    """
    here = step.position[robot]
    options, keys = step.options[robot], step.keys[robot]
    kind, row, only = problem.kind[robot], problem.table[problem.row[robot]], step.only[robot]
    aims = step.aims[robot]
    count = 0
    for slot in range(graph.out_ptr[here], graph.out_ptr[here + 1]):
        edge = graph.out_edges[slot]
        if not may_drive(graph, problem, robot, edge) or (only != NO and only != edge):
            continue
        head = graph.edge_to[edge]
        key = 1e-3 if step.standing[head] != NO else 0.0
        if step.clock[0] != NO_TIME:
            other = leaving(graph, problem, step, robot, edge)
            if other != NO:
                key += max(0.0, step.end_s[other] - step.clock[0])
        if aims:
            key += graph.edge_time[kind, edge] * problem.bias[edge] + row[head]
        elif pusher != NO and away_s(problem, pusher, head) < away_s(problem, pusher, here):
            key += 1.0
        if not (aims and row[head] < row[here]):
            key += _AWAY
        elif problem.polite and _meets_oncoming(graph, problem, step, robot, here, head):
            key += 0.75 * _AWAY
        options[count], keys[count] = edge, key
        count += 1
    if only in (NO, STAY):
        options[count], keys[count] = STAY, _AWAY / 2 if aims else 0.0
        count += 1
    # insertion sort: a vertex has few edges, and equal keys keep their order
    for slot in range(1, count):
        option, key = options[slot], keys[slot]
        place = slot
        while place > 0 and keys[place - 1] > key:
            options[place], keys[place] = options[place - 1], keys[place - 1]
            place -= 1
        options[place], keys[place] = option, key
    return count


@lean_kernel
def _must_swap(graph: Graph, problem: Problem, step: Step, pusher: int, pushed: int) -> bool:
    """Whether pushing `pushed` on only drives it into a dead end where `pusher` wants to go.

    After the swap operation of LaCAM* (Okumura, IJCAI 2023), on directed graphs.
    """
    row = problem.table[problem.row[pusher]]
    behind, ahead = step.position[pusher], step.position[pushed]
    while row[ahead] < row[behind]:
        ways, onward = _way_on(graph, problem, pushed, ahead, behind)
        if ways >= 2:
            return False
        if ways == 0:
            return True
        behind, ahead = ahead, onward
    return _is_drawn(problem, step, pushed, ahead, behind)


@lean_kernel
def _can_swap(graph: Graph, problem: Problem, step: Step, pusher: int, pushed: int) -> bool:
    """Whether `pusher`, backing off from `pushed`, comes to a fork where one lets the other pass."""
    front, here = step.position[pushed], step.position[pusher]
    for _ in range(graph.vertex_count):
        ways, onward = _way_on(graph, problem, pusher, here, front)
        if ways != 1:
            return ways >= 2
        front, here = here, onward
    return False


@lean_kernel
def partner_of(graph: Graph, problem: Problem, step: Step, robot: int) -> int:
    """The robot in front of `robot` with which it has to change places by backing off, or NO."""
    option = step.options[robot, 0]
    if option == STAY or step.only[robot] != NO or not step.aims[robot]:
        return NO
    other = step.standing[graph.edge_to[option]]
    if other == NO or step.status[other] != UNDECIDED:
        return NO
    if not _must_swap(graph, problem, step, robot, other):
        return NO
    return int(other) if _can_swap(graph, problem, step, robot, other) else NO
