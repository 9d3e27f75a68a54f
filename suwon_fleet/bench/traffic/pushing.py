# SPDX-License-Identifier: Apache-2.0
"""Where a robot of the pushing peer may go, in which order, and what it has decided so far."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from suwon_fleet.bench.traffic.ground import Ground, rests
from suwon_fleet.bench.traffic.world import NO
from suwon_fleet.kernel import inner_kernel
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


@inner_kernel
def count_inside(ground: Ground, pushing: Pushing) -> None:
    pushing.inside[:] = 0
    for robot in range(len(ground.kind)):
        branch = pushing.branch[ground.front[robot]]
        if not rests(ground, robot) and branch == NO:  # it may be on its way out
            edge = ground.held[robot, ground.first[robot] % ground.held.shape[1]]
            branch = pushing.branch[ground.edge_from[edge]]
        if branch != NO:
            pushing.inside[branch] += 1


@inner_kernel
def enter(ground: Ground, pushing: Pushing, edge: int) -> None:
    branch = pushing.branch[ground.edge_to[edge]]
    if branch != NO and branch != pushing.branch[ground.edge_from[edge]]:
        pushing.inside[branch] += 1


@inner_kernel
def is_claimed(pushing: Pushing, vertex: int, robot: int) -> bool:
    """Whether another robot means to go to a vertex."""
    return bool(pushing.claim[vertex] != NO and pushing.claim[vertex] != robot)


@inner_kernel
def is_shut(ground: Ground, pushing: Pushing, here: int, head: int) -> bool:
    """Whether `head` lies in a dead-end branch that somebody else is in."""
    branch = pushing.branch[head]
    is_other = branch != NO and branch != pushing.branch[here]
    return bool(is_other and pushing.inside[branch] > 0)


@inner_kernel
def rank(ground: Ground, robot: int, options: Ints, tick: int) -> int:
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
def is_near(ground: Ground, pushing: Pushing, robot: int, other: int, vertex: int) -> bool:
    """Whether `other`, at `vertex`, would be in the way of the edge that `robot` looks at."""
    edge = pushing.options[robot, pushing.choice[robot]]
    pair = ground.near.pair[ground.kind[robot], ground.kind[other]]
    element = ground.element[edge]
    for slot in range(ground.near.ptr[pair, element], ground.near.ptr[pair, element + 1]):
        if ground.near.elements[slot] == vertex:
            return True
    return False
