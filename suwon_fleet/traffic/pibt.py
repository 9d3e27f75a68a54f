# SPDX-License-Identifier: Apache-2.0
"""PIBT over ground with size: one configuration after another (Okumura et al., AIJ 2022).

Robots move one after another, each past the bodies of all others; one that is in the way is asked to move
first, and must end clear of the ground its pushers are about to sweep.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import lean_kernel
from suwon_fleet.traffic.options import (
    DECIDED,
    DECIDING,
    NO_TIME,
    STAY,
    UNDECIDED,
    Step,
    leaving,
    partner_of,
    rank_options,
)
from suwon_fleet.traffic.problem import NO, Graph, Problem, is_full, may_drive
from suwon_fleet.traffic.roadmap import Ints


@lean_kernel
def count_zones(graph: Graph, room: Ints, vertex: int, change: int) -> None:
    for slot in range(graph.zone_ptr[vertex], graph.zone_ptr[vertex + 1]):
        room[graph.zone_ids[slot]] += change


@lean_kernel
def _claim(graph: Graph, claims: Ints, kind: int, edge: int, change: int) -> None:
    """Mark the vertices where nobody may end up while a robot of `kind` means to drive `edge`."""
    conflicts = graph.conflicts
    element = graph.vertex_count + graph.edge_segment[edge]
    for other in range(claims.shape[0]):
        pair = conflicts.pair[kind, other]
        for slot in range(conflicts.ptr[pair, element], conflicts.mid[pair, element]):
            claims[other, conflicts.elements[slot]] += change


@lean_kernel
def in_the_way(graph: Graph, problem: Problem, step: Step, robot: int, edge: int) -> int:
    """A robot that is to stand where `robot` would sweep along `edge`, or NO."""
    conflicts = graph.conflicts
    element = graph.vertex_count + graph.edge_segment[edge]
    for other_kind in range(conflicts.pair.shape[0]):
        pair = conflicts.pair[problem.kind[robot], other_kind]
        for slot in range(conflicts.ptr[pair, element], conflicts.mid[pair, element]):
            vertex = conflicts.elements[slot]
            other = step.standing[vertex]
            is_other = other != NO and other != robot and problem.kind[other] == other_kind
            if is_other and step.position[other] == vertex:
                return int(other)
    return NO


@lean_kernel
def _follow(graph: Graph, problem: Problem, step: Step, robot: int, vertex: int) -> None:
    """Let `robot` come after its swap partner, into `vertex`, if that is legal now."""
    here = step.position[robot]
    if step.only[robot] != NO or step.status[robot] != UNDECIDED:
        return
    for slot in range(graph.out_ptr[here], graph.out_ptr[here + 1]):
        edge = graph.out_edges[slot]
        if graph.edge_to[edge] != vertex or not may_drive(graph, problem, robot, edge):
            continue
        if step.claims[problem.kind[robot], vertex] > 0 or is_full(graph, step.room, here, vertex):
            continue
        if _is_clear(graph, problem, step, robot, edge):
            _move(graph, problem, step, robot, edge)
            step.status[robot] = DECIDED
            return


@lean_kernel
def _is_clear(graph: Graph, problem: Problem, step: Step, robot: int, edge: int) -> bool:
    """Whether a robot may drive an edge now."""
    if step.clock[0] != NO_TIME:
        return leaving(graph, problem, step, robot, edge) == NO
    return in_the_way(graph, problem, step, robot, edge) == NO


@lean_kernel
def _move(graph: Graph, problem: Problem, step: Step, robot: int, edge: int) -> None:
    tail, head = graph.edge_from[edge], graph.edge_to[edge]
    if step.clock[0] != NO_TIME:
        step.standing[graph.vertex_count + graph.edge_segment[edge]] = robot
        step.end_s[robot] = step.clock[0] + graph.edge_time[problem.kind[robot], edge]
    else:
        step.standing[tail] = NO
    step.standing[head] = robot
    step.position[robot] = head
    count_zones(graph, step.room, tail, 1)
    count_zones(graph, step.room, head, -1)
    step.moves[step.moved[0], 0] = robot
    step.moves[step.moved[0], 1] = edge
    step.moved[0] += 1


@lean_kernel
def _turn_round(options: Ints, count: int) -> None:
    for place in range(count // 2):
        other = count - 1 - place
        options[place], options[other] = options[other], options[place]


@lean_kernel
def _begin(graph: Graph, problem: Problem, step: Step, robot: int, depth: int) -> None:
    """Put a robot on the stack of those deciding."""
    pusher = NO if depth == 0 else step.stack[depth - 1]
    step.status[robot] = DECIDING
    step.stack[depth] = robot
    step.choice[robot] = -1
    step.trying[robot] = NO
    step.counts[robot] = rank_options(graph, problem, step, robot, pusher)
    step.partner[robot] = partner_of(graph, problem, step, robot)
    if step.partner[robot] != NO:
        _turn_round(step.options[robot], step.counts[robot])


@lean_kernel
def decide(graph: Graph, problem: Problem, step: Step, first: int) -> None:
    """Let robot `first` take its best option, pushing others on.

    Every robot on the stack is tried on one option and waits for the next robot up to get out of its
    way. A robot decides once per step; one that finds no option clear of its pushers stays.
    """
    _begin(graph, problem, step, first, 0)
    depth = 1
    while depth > 0:
        robot = step.stack[depth - 1]
        kind = problem.kind[robot]
        here = step.position[robot]
        edge = step.trying[robot]
        if edge != NO:
            other = in_the_way(graph, problem, step, robot, edge)
            if other != NO and step.status[other] == UNDECIDED:
                _begin(graph, problem, step, other, depth)
                depth += 1
                continue
            step.trying[robot] = NO
            _claim(graph, step.claims, kind, edge, -1)
            if other == NO and not is_full(graph, step.room, here, graph.edge_to[edge]):
                is_clear = _is_clear(graph, problem, step, robot, edge)
                if is_clear or step.claims[kind, here] == 0:  # else others cannot wait until it is
                    step.status[robot] = DECIDED
                    depth -= 1
                    if is_clear:
                        _move(graph, problem, step, robot, edge)
                    if is_clear and step.partner[robot] != NO:
                        _follow(graph, problem, step, step.partner[robot], here)
                    continue
        step.choice[robot] += 1
        if step.choice[robot] == step.counts[robot]:
            step.status[robot] = DECIDED
            depth -= 1
            continue
        option = step.options[robot, step.choice[robot]]
        if option == STAY:
            if step.claims[kind, here] == 0:
                step.status[robot] = DECIDED
                depth -= 1
            continue
        head = graph.edge_to[option]
        if step.claims[kind, head] == 0 and not is_full(graph, step.room, here, head):
            step.trying[robot] = option
            _claim(graph, step.claims, kind, option, 1)


@lean_kernel
def take_configuration(
    graph: Graph,
    problem: Problem,
    step: Step,
    configuration: Ints,
    content: NDArray[np.bool_],
    room: Ints,
) -> None:
    """Set `step` to a configuration in which nobody has decided yet."""
    for robot in range(len(configuration)):
        step.standing[step.position[robot]] = NO
    for robot in range(len(configuration)):
        is_done = content[robot] and problem.until[robot] < np.inf
        step.aims[robot] = problem.aims[robot] and not is_done
        step.position[robot] = configuration[robot]
        step.standing[configuration[robot]] = robot
        step.status[robot] = UNDECIDED
        step.only[robot] = NO
    for zone in range(len(room)):
        step.room[zone] = room[zone]
    step.moved[0] = 0


@lean_kernel
def generate(
    graph: Graph, problem: Problem, step: Step, order: Ints, told: int, option: int
) -> bool:
    """Make the next configuration in `step`; False where robot `told` (or NO) does not get its option."""
    if told != NO:
        step.only[told] = option
        decide(graph, problem, step, told)
    for robot in order:
        if step.status[robot] == UNDECIDED:
            decide(graph, problem, step, robot)
    if told == NO or option == STAY:
        return True
    return bool(step.position[told] == graph.edge_to[option])


@lean_kernel
def go_alone(graph: Graph, problem: Problem, step: Step, robot: int, edge: int) -> bool:
    """Make the next configuration in `step`: one robot moves, if it may, past all others that stand."""
    here, there = step.position[robot], graph.edge_to[edge]
    if not may_drive(graph, problem, robot, edge) or is_full(graph, step.room, here, there):
        return False
    if in_the_way(graph, problem, step, robot, edge) != NO:
        return False
    _move(graph, problem, step, robot, edge)
    return True
