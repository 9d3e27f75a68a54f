# SPDX-License-Identifier: Apache-2.0
"""A cheapest plan of one robot among those of all others, to the window's end.

A* over places and the times for which a robot may stay there undisturbed (SIPP: Phillips and Likhachev,
ICRA 2011): who has come in such a time can be there until its end, so that coming later is of use only if
it is cheaper than having waited there. The steps of a window are the bits of one word.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import lean_kernel
from suwon_fleet.traffic.window.ground import FAR, NO, Ints, TimedGround
from suwon_fleet.traffic.window.plans import Plans, driving_item, lone_cost, standing_item

MOST_NODES = 1 << 14
"""A search that needs more gives up."""
_BUCKETS = 1 << 12
_ALL = np.uint64(2**64 - 1)
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_PLACE = np.array([(0x03F79D71B4CB0A89 << bit) % 2**64 >> 58 for bit in range(64)]).argsort()
"""Which bit a word of one bit has, by the upper bits of what it makes of a de Bruijn sequence."""


class Scratch(NamedTuple):
    """What one search at a time needs. `side` says which items a search may use: those equal to its own.

    A node is where and when a robot arrives, by the edge it came by; NO: it has stood there.
    Nodes are kept in buckets by cost above that of the first node, the newest first. In search number
    `search[0]` vertices whose `met` is that number were reached on a stage in the steps whose bits are set
    in `steps_seen`; `paid` tells for how much.

    Where a robot waits for others is all the same to it, but not to them. If it `waits_early` they find
    more room where they all want to go; if late, a better plan may be found before it has to wait. The
    first is better where robots come late, the second where all goes by the plan.
    """

    waits_early: bool
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
    paid: Ints
    search: Ints
    path: Ints
    chance: NDArray[np.uint64]

    @classmethod
    def of(
        cls, vertices: int, window: int, stages: int, seed: int, *, waits_early: bool
    ) -> Scratch:
        """Scratch for ground and plans of that size; what is left to chance follows from the seed."""
        return cls(
            waits_early=waits_early,
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
            paid=np.zeros((vertices, stages + 1, window), dtype=np.int32),
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
def _place_of(bit: np.uint64) -> int:
    """Which bit is set in a word of one."""
    return int(_PLACE[(bit * _DE_BRUIJN) >> np.uint64(58)])


@lean_kernel
def _last_of(bits: np.uint64) -> np.uint64:
    """The highest bit that is set."""
    for shift in (1, 2, 4, 8, 16, 32):
        bits |= bits >> np.uint64(shift)
    return bits ^ (bits >> np.uint64(1))


@lean_kernel
def _taken(
    ground: TimedGround, plans: Plans, side: NDArray[np.uint8], own: int, item: int
) -> np.uint64:
    """The steps in which somebody occupies what an item reads; all, if it is on another side."""
    if side[item] != own:
        return _ALL
    taken = np.uint64(0)
    for slot in range(ground.read_ptr[item], ground.read_ptr[item + 1]):
        taken |= plans.taken[ground.reads[slot]]
    return taken


@lean_kernel
def _stay(taken: np.uint64, arrival: np.uint64) -> np.uint64:
    """The steps at whose beginning a robot may still be where it arrives in one step, as a bit.

    `taken` are those in which it may not stand there.
    """
    from_then = ~(arrival - np.uint64(1))
    later = taken & from_then
    return (later ^ (later - np.uint64(1))) & from_then


@lean_kernel
def _may_begin(taken: np.uint64, steps: int) -> np.uint64:
    """The steps in which a move may begin that takes so many; past the window all is free."""
    begun = np.uint64(0)
    for step in range(min(steps, 64)):
        begun |= taken >> np.uint64(step)
    return ~begun


@lean_kernel
def _is_seen(scratch: Scratch, vertex: int, stage: int, step: int, cost: int) -> bool:
    """Whether this search has been in a state for no more than that."""
    if scratch.met[vertex, stage] != scratch.search[0]:
        return False
    if not scratch.steps_seen[vertex, stage] >> np.uint64(step) & np.uint64(1):
        return False
    return bool(scratch.paid[vertex, stage, step] <= cost)


@lean_kernel
def _see(
    scratch: Scratch, vertex: int, stage: int, step: int, stay: np.uint64, cost: int, waiting: int
) -> None:
    """Note that a robot may be at a vertex from a step on, as long as it may stay, and what that costs."""
    if scratch.met[vertex, stage] != scratch.search[0]:
        scratch.met[vertex, stage] = scratch.search[0]
        scratch.steps_seen[vertex, stage] = 0
    seen = scratch.steps_seen[vertex, stage]
    for later in range(step, scratch.paid.shape[2]):
        if not stay >> np.uint64(later) & np.uint64(1):
            break
        if not seen >> np.uint64(later) & np.uint64(1) or cost < scratch.paid[vertex, stage, later]:
            scratch.paid[vertex, stage, later] = cost
        cost += waiting
    scratch.steps_seen[vertex, stage] = seen | stay


@lean_kernel
def _add(
    scratch: Scratch,
    used: int,
    parent: int,
    edge: int,
    vertex: int,
    step: int,
    stage: int,
    cost: int,
    bucket: int,
) -> int:
    """Add a node; how many there are now."""
    if used == MOST_NODES:
        return used
    scratch.vertex[used] = vertex
    scratch.step[used] = step
    scratch.stage[used] = stage
    scratch.edge[used] = edge
    scratch.parent[used] = parent
    scratch.cost[used] = cost
    scratch.after[used] = scratch.first[bucket]
    scratch.first[bucket] = used
    return used + 1


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
    """Put a cheapest plan of a robot into `scratch.path`; its cost, or NO if none costs at most `most`.

    The robot's own plan must be off the ground.
    """
    window = plans.edges.shape[1]
    least = plans.least[robot]
    last_bucket = min(most - least, _BUCKETS - 1)
    ready = plans.ready[robot]
    if last_bucket < 0 or ready >= window:
        return NO
    in_window = _ALL >> np.uint64(64 - window)
    scratch.search[0] += 1
    kind = plans.kind[robot]
    final = plans.stage_count[robot]
    one = np.uint64(1)
    begin = ready * ground.standing_price
    used = _add(scratch, 0, NO, NO, plans.start[robot], ready, 0, begin, 0)
    end = NO
    bucket = 0
    highest = 0
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
        arrival = one << np.uint64(step)
        if _is_seen(scratch, vertex, stage, step, scratch.cost[node]):
            continue
        taken = _taken(ground, plans, side, own, standing_item(ground, kind, vertex))
        waiting = ground.standing_price if stage < final else 0
        is_there = stage < final and ground.station[vertex] == plans.goals[robot, stage]
        stay = arrival if is_there else _stay(taken, arrival)
        _see(scratch, vertex, stage, step, stay, scratch.cost[node], waiting)
        low, high = ground.out_ptr[vertex], ground.out_ptr[vertex + 1]
        turn = draw(scratch, high - low + 1)
        for option in range(high - low + 1):
            place = option + turn
            if place > high - low:
                place -= high - low + 1
            if place == 0:
                until = step + 1 if is_there else window  # by standing there it is there anew
                to_stage = stage + 1 if is_there else stage
                cost = scratch.cost[node] + (until - step) * waiting
                above = cost + lone_cost(plans, rows, robot, vertex, to_stage) - least
                stands = arrival if is_there else ~(arrival - one)
                if taken & stands == 0 and above <= last_bucket:
                    used = _add(scratch, used, node, NO, vertex, until, to_stage, cost, above)
                    highest = max(highest, above)
                continue
            edge = low + place - 1
            there = ground.head[edge]
            steps = ground.duration[kind, edge]
            if steps == 0 or (stage < final and rows[plans.stages[robot, stage], there] == FAR):
                continue
            taken_there = _taken(ground, plans, side, own, driving_item(ground, kind, edge))
            begins = stay & _may_begin(taken_there, steps) & in_window
            if begins == 0:
                continue
            to_stage = stage
            price = 1  # who only makes way does not go about for nothing
            if stage < final:
                price = ground.price[kind, edge]
                if ground.station[there] == plans.goals[robot, stage]:
                    to_stage = stage + 1
            sum_of_all = scratch.cost[node] + price + lone_cost(plans, rows, robot, there, to_stage)
            least_above = sum_of_all - least
            if least_above > last_bucket:
                continue
            taken_there = _taken(ground, plans, side, own, standing_item(ground, kind, there))
            while begins != 0:
                begin_bit = begins & ~(begins - one)
                begins ^= begin_bit
                begun = _place_of(begin_bit)
                waited = (begun - step) * waiting
                above = least_above + waited
                if above > last_bucket:
                    break
                cost = scratch.cost[node] + price + waited
                arrives = begun + steps
                if arrives < window:
                    arrival_there = one << np.uint64(arrives)
                    stay_there = _stay(taken_there, arrival_there)
                    begins &= ~(stay_there >> np.uint64(steps))
                    if _is_seen(scratch, there, to_stage, arrives, cost):
                        continue
                else:
                    begins = np.uint64(0)
                used = _add(scratch, used, node, edge, there, arrives, to_stage, cost, above)
                highest = max(highest, above)
    for bucket in range(highest + 1):
        scratch.first[bucket] = NO
    if end == NO:
        return NO
    _trace(ground, plans, scratch, side, own, robot, end)
    alone = lone_cost(plans, rows, robot, scratch.vertex[end], scratch.stage[end])
    return int(scratch.cost[end] + alone)


@lean_kernel
def _trace(
    ground: TimedGround,
    plans: Plans,
    scratch: Scratch,
    side: NDArray[np.uint8],
    own: int,
    robot: int,
    end: int,
) -> None:
    """Write the way to node `end` into `scratch.path`, with waiting put earlier if that is wanted."""
    window = len(scratch.path)
    for step in range(window):
        scratch.path[step] = plans.edges[robot, step] if step < plans.ready[robot] else NO
    kind, final = plans.kind[robot], plans.stage_count[robot]
    node, leaves = end, NO
    while scratch.parent[node] != NO:
        parent, edge, arrives = scratch.parent[node], scratch.edge[node], scratch.step[node]
        if edge != NO:
            steps = ground.duration[kind, edge]
            begins = arrives - steps
            is_alike = scratch.stage[node] < final or scratch.stage[parent] == final
            if scratch.waits_early and leaves > arrives and is_alike:
                here = standing_item(ground, kind, scratch.vertex[parent])
                arrived = np.uint64(1) << np.uint64(scratch.step[parent])
                stay = _stay(_taken(ground, plans, side, own, here), arrived)
                taken = _taken(ground, plans, side, own, driving_item(ground, kind, edge))
                until = _ALL >> np.uint64(63 - (leaves - steps))
                begins = _place_of(_last_of(stay & _may_begin(taken, steps) & until))
            for driven in range(begins, min(begins + steps, window)):
                scratch.path[driven] = edge
            leaves = begins
        else:
            leaves = NO
        node = parent
