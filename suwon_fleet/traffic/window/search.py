# SPDX-License-Identifier: Apache-2.0
"""The cheapest plan of one robot among those of all others: A* in space and time, to the window's end."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import lean_kernel
from suwon_fleet.traffic.window.ground import FAR, NO, Ints, TimedGround
from suwon_fleet.traffic.window.plans import (
    Plans,
    driving_item,
    is_free,
    lone_cost,
    standing_item,
)

MOST_NODES = 1 << 14
"""A search that needs more gives up."""
_BUCKETS = 1 << 12


class Scratch(NamedTuple):
    """What one search at a time needs. `side` says which items a search may use: those equal to its own.

    Nodes are kept in buckets by cost above that of the first node, the newest first. In search number
    `search[0]` vertices whose `met` is that number were reached on a stage in the steps whose bits are set
    in `steps_seen`, at the cheapest.
    """

    vertex: Ints
    step: Ints
    stage: Ints
    edge: Ints
    parent: Ints
    cost: Ints
    after: Ints
    first: Ints
    met: Ints
    steps_seen: NDArray[np.uint64]
    search: Ints
    path: Ints
    chance: NDArray[np.uint64]

    @classmethod
    def of(cls, vertices: int, window: int, stages: int, seed: int) -> Scratch:
        """Scratch for ground and plans of that size; what is left to chance follows from the seed."""
        return cls(
            vertex=np.zeros(MOST_NODES, dtype=np.int32),
            step=np.zeros(MOST_NODES, dtype=np.int32),
            stage=np.zeros(MOST_NODES, dtype=np.int32),
            edge=np.zeros(MOST_NODES, dtype=np.int32),
            parent=np.zeros(MOST_NODES, dtype=np.int32),
            cost=np.zeros(MOST_NODES, dtype=np.int32),
            after=np.zeros(MOST_NODES, dtype=np.int32),
            first=np.full(_BUCKETS, NO, dtype=np.int32),
            met=np.zeros((vertices, stages + 1), dtype=np.int32),
            steps_seen=np.zeros((vertices, stages + 1), dtype=np.uint64),
            search=np.zeros(1, dtype=np.int32),
            path=np.zeros(window, dtype=np.int32),
            chance=np.array([seed * 2 + 1], dtype=np.uint64),
        )


@lean_kernel
def draw(scratch: Scratch, below: int) -> int:
    """A random whole number from 0 to `below - 1` (xorshift, Marsaglia 2003)."""
    state = scratch.chance[0]
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    scratch.chance[0] = state
    return int((state >> np.uint64(33)) % np.uint64(below))


@lean_kernel
def _is_seen(scratch: Scratch, vertex: int, stage: int, step: int) -> bool:
    """Whether this search has been in a state; the window's end is another each time."""
    if scratch.met[vertex, stage] != scratch.search[0]:
        return False
    return bool(scratch.steps_seen[vertex, stage] >> np.uint64(step) & np.uint64(1))


@lean_kernel
def _see(scratch: Scratch, vertex: int, stage: int, step: int) -> None:
    if scratch.met[vertex, stage] != scratch.search[0]:
        scratch.met[vertex, stage] = scratch.search[0]
        scratch.steps_seen[vertex, stage] = 0
    scratch.steps_seen[vertex, stage] |= np.uint64(1) << np.uint64(step)


@lean_kernel
def _open(scratch: Scratch, node: int, bucket: int) -> None:
    scratch.after[node] = scratch.first[bucket]
    scratch.first[bucket] = node


@lean_kernel
def plan_alone(
    ground: TimedGround,
    plans: Plans,
    rows: NDArray[np.uint16],
    scratch: Scratch,
    side: NDArray[np.uint8],
    own: int,
    robot: int,
    most: int,
) -> int:
    """Put the cheapest plan of a robot into `scratch.path`; its cost, or NO if none costs at most `most`.

    The robot's own plan must be off the ground.
    """
    window = plans.edges.shape[1]
    least = plans.least[robot]
    last_bucket = min(most - least, _BUCKETS - 1)
    ready = plans.ready[robot]
    if last_bucket < 0 or ready >= window:
        return NO
    scratch.search[0] += 1
    kind = plans.kind[robot]
    final = plans.stage_count[robot]
    scratch.vertex[0] = plans.start[robot]
    scratch.step[0] = ready
    scratch.stage[0] = 0
    scratch.edge[0] = NO
    scratch.parent[0] = NO
    scratch.cost[0] = ready * ground.standing_price
    used = 1
    end = NO
    bucket = 0
    highest = 0
    _open(scratch, 0, 0)
    while bucket <= highest:
        node = scratch.first[bucket]
        if node == NO:
            bucket += 1
            continue
        scratch.first[bucket] = scratch.after[node]
        step = scratch.step[node]
        if step >= window:
            end = node
            break
        vertex = scratch.vertex[node]
        stage = scratch.stage[node]
        if _is_seen(scratch, vertex, stage, step):
            continue
        _see(scratch, vertex, stage, step)
        low, high = ground.out_ptr[vertex], ground.out_ptr[vertex + 1]
        turn = draw(scratch, high - low + 1)
        for option in range(high - low + 1):
            place = option + turn
            if place > high - low:
                place -= high - low + 1
            edge = low + place - 1 if place > 0 else NO
            if edge == NO:
                item = standing_item(ground, kind, vertex)
                steps, price, there = 1, ground.standing_price, vertex
            else:
                item = driving_item(ground, kind, edge)
                steps, price = ground.duration[kind, edge], ground.price[kind, edge]
                there = ground.head[edge]
                if steps == 0:
                    continue
            if side[item] != own:
                continue
            bits = ((np.uint64(1) << np.uint64(steps)) - np.uint64(1)) << np.uint64(step)
            if not is_free(ground, plans, item, bits):
                continue
            to_stage = stage
            cost = scratch.cost[node]
            if stage < final:
                cost += price
                if rows[plans.stages[robot, stage], there] == FAR:
                    continue
                if ground.station[there] == plans.goals[robot, stage]:
                    to_stage = stage + 1
            elif edge != NO:
                cost += 1  # who only makes way does not go about for nothing
            above = cost + lone_cost(plans, rows, robot, there, to_stage) - least
            if above > last_bucket or used == MOST_NODES:
                continue
            if step + steps < window and _is_seen(scratch, there, to_stage, step + steps):
                continue
            scratch.vertex[used] = there
            scratch.step[used] = step + steps
            scratch.stage[used] = to_stage
            scratch.edge[used] = edge
            scratch.parent[used] = node
            scratch.cost[used] = cost
            _open(scratch, used, above)
            highest = max(highest, above)
            used += 1
    for bucket in range(highest + 1):
        scratch.first[bucket] = NO
    if end == NO:
        return NO
    _trace(plans, scratch, robot, end)
    alone = lone_cost(plans, rows, robot, scratch.vertex[end], scratch.stage[end])
    return int(scratch.cost[end] + alone)


@lean_kernel
def _trace(plans: Plans, scratch: Scratch, robot: int, end: int) -> None:
    """Write the way to node `end` into `scratch.path`."""
    window = len(scratch.path)
    for step in range(plans.ready[robot]):
        scratch.path[step] = plans.edges[robot, step]
    node = end
    while scratch.parent[node] != NO:
        parent = scratch.parent[node]
        for step in range(scratch.step[parent], min(scratch.step[node], window)):
            scratch.path[step] = scratch.edge[node]
        node = parent
