# SPDX-License-Identifier: Apache-2.0
"""A peer that pushes: asynchronous PIBT, clean-room (after Okumura et al., Causal-PIBT, AAAI 2021).

At every tick the robots that rest decide anew, who has had its goal longest first. A robot takes the free
neighbour nearest to its goal; one that rests there is pushed on first, with its pusher's priority, and may
push in turn; one that is leaving is waited for. Nobody waits for a robot that waits for it, and nothing
is remembered but who holds which ground. Only one robot at a time may be in a dead-end branch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from suwon_fleet.bench.traffic.ground import Ground, blockers, rests, take
from suwon_fleet.bench.traffic.world import NO
from suwon_fleet.kernel import inner_kernel, kernel
from suwon_fleet.traffic.roadmap import Ints, Roadmap

UNDECIDED, STAYS, WAITS, GOES, ASKS = range(5)
MOST_OPTIONS = 16
"""Edges out of a vertex that are looked at."""
MOST_BLOCKERS = 8


class Pushing(NamedTuple):
    """What robots have decided in this tick."""

    branch: Ints
    """(V,) the dead-end branch a vertex lies in, or NO."""
    status: Ints
    waits_for: Ints
    """(N, MOST_BLOCKERS + 1) robots to be waited for, NO after the last."""
    options: Ints
    """(N, MOST_OPTIONS) edges, NO for staying, best first; `counts` of them; `choice` is looked at."""
    counts: Ints
    choice: Ints
    asked: Ints
    """(N,) which of those it waits for a robot asks to leave; -1 for none."""
    stack: Ints
    claim: Ints
    """(elements,) the robot that means to go there once it is free, or NO."""
    inside: Ints
    """Robots that hold ground in each branch."""
    grants: Ints
    """(1,) how many there are in this tick."""

    @staticmethod
    def of(ground: Ground, roadmap: Roadmap) -> Pushing:
        branch = dead_ends(roadmap)
        count = len(ground.kind)
        return Pushing(
            branch,
            np.zeros(count, dtype=np.int32),
            np.full((count, MOST_BLOCKERS + 1), NO, dtype=np.int32),
            np.zeros((count, MOST_OPTIONS), dtype=np.int32),
            np.zeros(count, dtype=np.int32),
            np.zeros(count, dtype=np.int32),
            np.zeros(count, dtype=np.int32),
            np.zeros(count, dtype=np.int32),
            np.full(len(ground.holder), NO, dtype=np.int32),
            np.zeros(int(branch.max(initial=NO)) + 1, dtype=np.int32),
            np.zeros(1, dtype=np.int32),
        )


def dead_ends(roadmap: Roadmap) -> Ints:
    """(V,) a number for each tree that hangs on the rest of the map by one vertex; NO off them."""
    count = roadmap.vertex_count
    near: list[set[int]] = [set() for _ in range(count)]
    for tail, head in zip(roadmap.edge_from.tolist(), roadmap.edge_to.tolist(), strict=True):
        near[tail].add(head)
        near[head].add(tail)
    degree = [len(others) for others in near]
    leaves = [vertex for vertex in range(count) if degree[vertex] == 1]
    stripped = set()
    while leaves:
        vertex = leaves.pop()
        stripped.add(vertex)
        for other in near[vertex] - stripped:
            degree[other] -= 1
            if degree[other] == 1:
                leaves.append(other)
    branch = np.full(count, NO, dtype=np.int32)
    number = 0
    for root in sorted(stripped):
        if branch[root] != NO:
            continue
        todo = [root]
        while todo:
            vertex = todo.pop()
            branch[vertex] = number
            todo += [other for other in near[vertex] & stripped if branch[other] == NO]
        number += 1
    return branch


@kernel
def push(ground: Ground, pushing: Pushing, tick: int) -> int:
    """Decide for all robots that rest; returns how many edges were granted."""
    pushing.status[:] = UNDECIDED
    pushing.waits_for[:] = NO
    pushing.claim[:] = NO
    pushing.grants[0] = 0
    _count_inside(ground, pushing)
    for robot in np.argsort(ground.since, kind="mergesort"):
        if pushing.status[robot] == UNDECIDED and ground.lives[robot] and rests(ground, robot):
            _decide(ground, pushing, robot, tick)
    return int(pushing.grants[0])


@inner_kernel
def _count_inside(ground: Ground, pushing: Pushing) -> None:
    pushing.inside[:] = 0
    for robot in range(len(ground.kind)):
        branch = pushing.branch[ground.front[robot]]
        if not rests(ground, robot) and branch == NO:  # it may be on its way out
            edge = ground.held[robot, ground.first[robot] % ground.held.shape[1]]
            branch = pushing.branch[ground.edge_from[edge]]
        if branch != NO:
            pushing.inside[branch] += 1


@inner_kernel
def _decide(ground: Ground, pushing: Pushing, first: int, tick: int) -> None:
    """Let a robot choose, pushing others on, which choose while it waits on the stack."""
    depth = _begin(ground, pushing, first, 0, tick)
    leaves = False  # whether the robot asked last will leave the ground it rests on
    while depth > 0:
        robot = pushing.stack[depth - 1]
        if pushing.asked[robot] >= 0:  # it has asked those in the way of an edge
            if not leaves:
                _give_up(ground, pushing, robot)
                continue
            pushing.asked[robot] += 1
        else:
            answer = _next_option(ground, pushing, robot)
            if answer != ASKS:
                leaves = answer == GOES
                depth -= 1
                continue
        other = pushing.waits_for[robot, pushing.asked[robot]]
        if other == NO:
            pushing.status[robot] = WAITS
            leaves = True
            depth -= 1
        elif _can_be_pushed(ground, pushing, other):
            depth = _begin(ground, pushing, other, depth, tick)
        else:
            leaves = _will_leave(ground, pushing, robot, other)


@inner_kernel
def _begin(ground: Ground, pushing: Pushing, robot: int, depth: int, tick: int) -> int:
    """Put a robot on the stack of those choosing; as long as it is there nobody may count on it."""
    pushing.status[robot] = STAYS
    pushing.choice[robot] = -1
    pushing.asked[robot] = -1
    pushing.counts[robot] = _rank(ground, robot, pushing.options[robot], tick)
    pushing.stack[depth] = robot
    return depth + 1


@inner_kernel
def _next_option(ground: Ground, pushing: Pushing, robot: int) -> int:
    """Look at a robot's next options: it STAYS, GOES, or ASKS others to clear an edge."""
    here = ground.front[robot]
    while True:
        pushing.choice[robot] += 1
        if pushing.choice[robot] == pushing.counts[robot]:
            return STAYS
        edge = pushing.options[robot, pushing.choice[robot]]
        if edge == NO:  # to stay
            if not _is_claimed(pushing, here, robot):
                return STAYS
            continue
        head = ground.edge_to[edge]
        if _is_claimed(pushing, head, robot) or _is_shut(ground, pushing, here, head):
            continue
        ways = pushing.waits_for[robot]
        number = blockers(ground, robot, ground.element[edge], ways[:MOST_BLOCKERS])
        ways[number:] = NO
        if number == 0:
            pushing.status[robot] = GOES
            _enter(ground, pushing, edge)
            pushing.grants[0] = take(ground, robot, edge, pushing.grants[0])
            return GOES
        pushing.claim[head] = robot
        pushing.asked[robot] = 0
        return ASKS


@inner_kernel
def _give_up(ground: Ground, pushing: Pushing, robot: int) -> None:
    """An edge cannot be cleared for a robot."""
    edge = pushing.options[robot, pushing.choice[robot]]
    pushing.claim[ground.edge_to[edge]] = NO
    pushing.waits_for[robot] = NO
    pushing.asked[robot] = -1


@inner_kernel
def _is_claimed(pushing: Pushing, vertex: int, robot: int) -> bool:
    """Whether another robot means to go to a vertex."""
    return bool(pushing.claim[vertex] != NO and pushing.claim[vertex] != robot)


@inner_kernel
def _is_shut(ground: Ground, pushing: Pushing, here: int, head: int) -> bool:
    """Whether `head` lies in a dead-end branch that somebody else is in."""
    branch = pushing.branch[head]
    is_other = branch != NO and branch != pushing.branch[here]
    return bool(is_other and pushing.inside[branch] > 0)


@inner_kernel
def _rank(ground: Ground, robot: int, options: Ints, tick: int) -> int:
    """Fill `options` with edges, nearest to the goal first, free ones before others; NO is to stay."""
    here = ground.front[robot]
    keys = np.empty(MOST_OPTIONS)
    keys[0] = ground.row[robot, here]
    options[0] = NO
    count = 1
    for slot in range(ground.out_ptr[here], ground.out_ptr[here + 1]):
        edge = ground.out_edges[slot]
        head = ground.edge_to[edge]
        if not ground.is_open[ground.kind[robot], edge] or count == MOST_OPTIONS:
            continue
        chance = ((tick * 31 + robot) * 2654435761 + edge * 40503) % 1009 / 1009.0
        key = ground.row[robot, head] + 1e-3 * (ground.holder[head] != NO) + 1e-4 * chance
        place = count
        while place > 0 and keys[place - 1] > key:
            keys[place], options[place] = keys[place - 1], options[place - 1]
            place -= 1
        keys[place], options[place] = key, edge
        count += 1
    return count


@inner_kernel
def _enter(ground: Ground, pushing: Pushing, edge: int) -> None:
    branch = pushing.branch[ground.edge_to[edge]]
    if branch != NO and branch != pushing.branch[ground.edge_from[edge]]:
        pushing.inside[branch] += 1


@inner_kernel
def _can_be_pushed(ground: Ground, pushing: Pushing, other: int) -> bool:
    is_undecided = pushing.status[other] == UNDECIDED
    return bool(is_undecided and ground.lives[other] and rests(ground, other))


@inner_kernel
def _will_leave(ground: Ground, pushing: Pushing, robot: int, other: int) -> bool:
    """Whether a robot in the way of what `robot` looks at, that cannot be pushed, is leaving."""
    if not ground.lives[other]:
        return False
    if not rests(ground, other):
        edge = pushing.options[robot, pushing.choice[robot]]
        return not _ends_near(ground, robot, edge, other)
    return bool(pushing.status[other] == WAITS and not _waits_for(pushing, other, robot))


@inner_kernel
def _ends_near(ground: Ground, robot: int, edge: int, other: int) -> bool:
    """Whether a moving robot will come to rest in the way of `edge`."""
    pair = ground.near.pair[ground.kind[robot], ground.kind[other]]
    element = ground.element[edge]
    for slot in range(ground.near.ptr[pair, element], ground.near.ptr[pair, element + 1]):
        if ground.near.elements[slot] == ground.front[other]:
            return True
    return False


@inner_kernel
def _waits_for(pushing: Pushing, one: int, other: int) -> bool:
    """Whether `one` waits, through any number of others, for `other`."""
    seen = np.zeros(len(pushing.status), dtype=np.bool_)
    todo = np.empty(len(pushing.status), dtype=np.int32)
    todo[0], count = one, 1
    seen[one] = True
    while count > 0:
        count -= 1
        here = todo[count]
        if here == other:
            return True
        for after in pushing.waits_for[here]:
            if after == NO:
                break
            if not seen[after]:
                seen[after] = True
                todo[count] = after
                count += 1
    return False
