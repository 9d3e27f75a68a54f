# SPDX-License-Identifier: Apache-2.0
"""Carries out a plan: grants each robot its next moves when their waits are over and their ground free.

Robots get a little more ground than they need to stop, no more: what is not granted can be planned anew.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import inner_kernel, kernel, lean_kernel
from suwon_fleet.traffic.ledger import Holdings, extend, find_holder, is_inside
from suwon_fleet.traffic.precedence import Plan
from suwon_fleet.traffic.problem import NO, Graph, holds
from suwon_fleet.traffic.roadmap import Floats, Ints

FREE, TURN, GROUND, ZONE = 0, 1, 2, 3
"""What is in the way of a move: nothing, a robot that goes first, a robot still there, a full zone."""


class Movers(NamedTuple):
    """What robots want, by slot: where to (NO: nowhere), how far ahead (m), and whether they can move.

    `stirred` are those that have moved on, or want or may do something else, since grants were last made;
    `granted` those that have been given ground while they are made.
    """

    goal: Ints
    reach_m: Floats
    mobile: NDArray[np.bool_]
    stirred: NDArray[np.bool_]
    granted: NDArray[np.bool_]


class Courses(NamedTuple):
    """A plan being carried out. Robot `i` of the plan is in slot `slot[i]`.

    `base[i]` is the path number of its front when the plan was made, so that its move `k` ends at vertex
    number `base[i] + k + 1`; `granted[i]` moves it has been given. `waits_for[i]` is the slot of the robot
    without whose moving on it will be given no more, its own if it needs no more.
    """

    plan: Plan
    slot: Ints
    base: Ints
    granted: Ints
    waits_for: Ints

    @classmethod
    def of(cls, plan: Plan, slot: Ints, held: Holdings) -> Courses:
        """All that is left to do of a plan just made."""
        base = held.first[slot] + held.length[slot] - 1
        granted = np.zeros(len(slot), dtype=np.int32)
        return cls(plan, slot, base.astype(np.int32), granted, slot.copy())


@kernel
def grant(
    graph: Graph,
    held: Holdings,
    movers: Movers,
    courses: Courses,
    edge_length: Floats,
    capacity: Ints,
    begin: int,
) -> tuple[int, Ints]:
    """Grant what is safe, in turn and needed to robots `begin` and on of the plan.

    Only those are looked at that are stirred, or wait for one that is: for the others it would come to
    the same as before. Returns where it stopped for want of room in `held` (else the number of robots),
    and (G, 2) rows of slot and vertex granted, robot by robot.
    """
    slots, vertices = [np.int32(0) for _ in range(0)], [np.int32(0) for _ in range(0)]
    for robot in range(begin, len(courses.slot)):
        slot = courses.slot[robot]
        if not (movers.stirred[slot] or movers.stirred[courses.waits_for[robot]]):
            continue
        first, last = courses.plan.ptr[robot], courses.plan.ptr[robot + 1]
        courses.waits_for[robot] = slot
        while (
            first + courses.granted[robot] < last
            and movers.mobile[slot]
            and needs_ground(held, movers, edge_length, slot)
        ):
            what, which = obstacle(graph, held, courses, capacity, robot)
            if what == ZONE:
                movers.granted[slot] = True  # anybody may leave it, so it is looked at again
                break
            if what != FREE:
                courses.waits_for[robot] = which
                break
            if held.length[slot] == held.vertices.shape[1]:
                movers.stirred[slot] = True
                return robot, _rows(slots, vertices)
            edge = courses.plan.edges[first + courses.granted[robot]]
            extend(graph, held, slot, edge)
            courses.granted[robot] += 1
            movers.stirred[slot] = movers.granted[slot] = True
            slots.append(np.int32(slot))
            vertices.append(np.int32(graph.edge_to[edge]))
    movers.stirred[:] = movers.granted
    movers.granted[:] = False
    return len(courses.slot), _rows(slots, vertices)


@inner_kernel
def _rows(slots: list[np.int32], vertices: list[np.int32]) -> Ints:
    rows = np.empty((len(slots), 2), dtype=np.int32)
    for row in range(len(slots)):
        rows[row, 0], rows[row, 1] = slots[row], vertices[row]
    return rows


@kernel
def needs_ground(held: Holdings, movers: Movers, edge_length: Floats, slot: int) -> bool:
    """Whether a robot would soon have to slow down for want of ground."""
    count = held.length[slot]
    if held.vertices[slot, count - 1] == movers.goal[slot]:
        return False  # it has business there first, whatever the plan does with it after
    ahead_m = 0.0
    for place in range(1, count - 1):
        ahead_m += edge_length[held.edges[slot, place]]
    return bool(count < 3 or ahead_m < movers.reach_m[slot])


@kernel
def obstacle(
    graph: Graph, held: Holdings, courses: Courses, capacity: Ints, robot: int
) -> tuple[int, int]:
    """What is in the way of a robot's next move, and which slot or zone that is."""
    plan, slot = courses.plan, courses.slot[robot]
    move = plan.ptr[robot] + courses.granted[robot]
    for wait in range(plan.wait_ptr[move], plan.wait_ptr[move + 1]):
        other = plan.wait_robot[wait]
        if not _is_done(held, courses, other, plan.wait_moves[wait]):
            return TURN, int(courses.slot[other])
    edge = plan.edges[move]
    element = graph.vertex_count + graph.edge_segment[edge]
    other = find_holder(graph, held, slot, held.kind[slot], element)
    if other != NO:
        return GROUND, int(other)
    tail, head = graph.edge_from[edge], graph.edge_to[edge]
    for place in range(graph.zone_ptr[head], graph.zone_ptr[head + 1]):
        zone = graph.zone_ids[place]
        is_full = held.inside[zone] >= capacity[zone]
        if is_full and not holds(graph, tail, zone) and not is_inside(graph, held, slot, zone):
            return ZONE, int(zone)
    return FREE, NO


@kernel
def left(courses: Courses, moves: Ints) -> Ints:
    """The moves not yet granted, (M, 2) rows of slot and edge; `moves` are all of the plan's."""
    passed = np.zeros(len(courses.slot), dtype=np.int32)
    rest = np.empty_like(moves)
    count = 0
    for move in range(len(moves)):
        robot = moves[move, 0]
        passed[robot] += 1
        if passed[robot] > courses.granted[robot]:
            rest[count, 0], rest[count, 1] = courses.slot[robot], moves[move, 1]
            count += 1
    return rest[:count].copy()


@lean_kernel
def _is_done(held: Holdings, courses: Courses, robot: int, moves: int) -> bool:
    """Whether a robot has finished `moves` moves of its course (been granted them, if negative)."""
    if moves < 0:
        return bool(courses.granted[robot] >= -moves)
    slot = courses.slot[robot]
    return bool(held.length[slot] == 0 or held.first[slot] - courses.base[robot] >= moves)
