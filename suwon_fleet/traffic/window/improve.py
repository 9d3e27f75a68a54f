# SPDX-License-Identifier: Apache-2.0
"""Large-neighbourhood search: plans of a few robots are thrown away and made anew, and kept if no worse.

After MAPF-LNS (Li et al., IJCAI 2021) on windows, as in WPPL (Jiang et al., 2024).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel, lean_kernel
from suwon_fleet.traffic.window.ground import FAR, NO, Ints, TimedGround
from suwon_fleet.traffic.window.plans import ONE, Plans, driving_item, item_at, loss, mark
from suwon_fleet.traffic.window.search import Scratch, draw, plan_alone

MOST_TOGETHER = 16
"""Robots planned anew together, at most."""
_CONTESTANTS = 3
_PATIENCE = 4


@kernel
def who_stays_inside(
    ground: TimedGround, plans: Plans, side: NDArray[np.uint8], own: int
) -> NDArray[np.bool_]:
    """Robots that may change their plans, and whose plans are on the own side only."""
    robots, window = plans.edges.shape
    inside: NDArray[np.bool_] = plans.ready < window
    for robot in range(robots):
        vertex = plans.start[robot]
        for step in range(window):
            if not inside[robot]:
                break
            inside[robot] = side[item_at(ground, plans, robot, vertex, step)] == own
            edge = plans.edges[robot, step]
            if edge != NO and step >= plans.ready[robot]:
                vertex = ground.head[edge]
    return inside


@lean_kernel
def _note_owners(
    ground: TimedGround, plans: Plans, item: int, step: int, found: Ints, count: int, most: int
) -> int:
    """Add the robots that occupy in a step what an item reads; how many are found now."""
    for slot in range(ground.read_ptr[item], ground.read_ptr[item + 1]):
        resource = ground.reads[slot]
        users = plans.users[resource, step]
        if count < most and ONE <= users < 2 * ONE:
            owner = users - ONE
            is_known = False
            for place in range(count):
                is_known |= found[place] == owner
            if not is_known:
                found[count] = owner
                count += 1
    return count


@lean_kernel
def _note_blockers(
    ground: TimedGround,
    plans: Plans,
    rows: NDArray[np.uint16],
    scratch: Scratch,
    side: NDArray[np.uint8],
    own: int,
    found: Ints,
    most: int,
) -> int:
    """Add the robots in the way of robot `found[0]`, were it to go straight to where it wants to be."""
    robot = found[0]
    kind = plans.kind[robot]
    window = plans.edges.shape[1]
    vertex = plans.start[robot]
    step = plans.ready[robot]
    stage = 0
    count = 1
    while step < window and stage < plans.stage_count[robot] and count < most:
        row = rows[plans.stages[robot, stage]]
        best, best_cost, ties = NO, np.int64(FAR), 1
        for edge in range(ground.out_ptr[vertex], ground.out_ptr[vertex + 1]):
            if ground.duration[kind, edge] == 0:
                continue
            cost = np.int64(row[ground.head[edge]]) + ground.price[kind, edge]
            if cost == best_cost:
                ties += 1
            if cost < best_cost or (cost == best_cost and draw(scratch, ties) == 0):
                best, best_cost = edge, cost
        if best == NO:
            break
        item = driving_item(ground, kind, best)
        if side[item] != own:
            break
        until = min(step + ground.duration[kind, best], window)
        while step < until:
            count = _note_owners(ground, plans, item, step, found, count, most)
            step += 1
        vertex = ground.head[best]
        if ground.station[vertex] == plans.goals[robot, stage]:
            stage += 1
    return count


@lean_kernel
def _note_neighbours(
    ground: TimedGround,
    plans: Plans,
    scratch: Scratch,
    side: NDArray[np.uint8],
    own: int,
    found: Ints,
    count: int,
    most: int,
) -> int:
    """Add the robots met on aimless walks from robot `found[0]`."""
    robot = found[0]
    kind = plans.kind[robot]
    window = plans.edges.shape[1]
    for _ in range(_PATIENCE):
        vertex = plans.start[robot]
        step = plans.ready[robot]
        while step < window and count < most:
            low, high = ground.out_ptr[vertex], ground.out_ptr[vertex + 1]
            if low == high:
                break
            edge = low + draw(scratch, high - low)
            item = driving_item(ground, kind, edge)
            if ground.duration[kind, edge] == 0 or side[item] != own:
                step += 1
                continue
            count = _note_owners(ground, plans, item, step, found, count, most)
            vertex = ground.head[edge]
            step += ground.duration[kind, edge]
    return count


@lean_kernel
def _pick(plans: Plans, scratch: Scratch, choice: Ints, count: int) -> int:
    """A robot that loses much to others, more or less."""
    best = int(choice[draw(scratch, count)])
    for _ in range(draw(scratch, _CONTESTANTS)):
        other = int(choice[draw(scratch, count)])
        if loss(plans, other) > loss(plans, best):
            best = other
    return best


@kernel
def improve(
    ground: TimedGround,
    plans: Plans,
    rows: NDArray[np.uint16],
    scratch: Scratch,
    side: NDArray[np.uint8],
    own: int,
    movable: NDArray[np.bool_],
    first: Ints,
    together: int,
    iterations: int,
) -> int:
    """Try so many neighbourhoods of up to `together` robots; how many made plans cheaper.

    They are round the robots `first`, in turn, where there are any; else round robots that lose much.
    Only robots that are `movable` are touched, and stay on the own side, so two threads may improve two
    sides at once.
    """
    window = plans.edges.shape[1]
    choice = np.flatnonzero(movable).astype(np.int32)
    count = len(choice)
    if count == 0:
        return 0
    found = np.empty(MOST_TOGETHER, dtype=np.int32)
    before = np.empty((MOST_TOGETHER, window), dtype=np.int32)
    after = np.empty(MOST_TOGETHER, dtype=np.int32)
    better = 0
    for turn in range(iterations):
        most = 2 + draw(scratch, together - 1)
        if len(first) > 0:
            found[0] = first[turn % len(first)]
        else:
            found[0] = _pick(plans, scratch, choice, count)
        size = 1
        if draw(scratch, 4) > 0:
            size = _note_blockers(ground, plans, rows, scratch, side, own, found, most)
        size = _note_neighbours(ground, plans, scratch, side, own, found, size, most)
        kept = 0
        for place in range(size):
            if movable[found[place]]:
                found[kept] = found[place]
                kept += 1
        if _replan(ground, plans, rows, scratch, side, own, found, kept, before, after):
            better += 1
    return better


@lean_kernel
def _copy(source: Ints, target: Ints) -> None:
    for place in range(len(source)):
        target[place] = source[place]


@lean_kernel
def _replan(
    ground: TimedGround,
    plans: Plans,
    rows: NDArray[np.uint16],
    scratch: Scratch,
    side: NDArray[np.uint8],
    own: int,
    found: Ints,
    size: int,
    before: Ints,
    after: Ints,
) -> bool:
    """Plan robots anew one after another, in random order; keep it if no worse, say whether better."""
    for place in range(size - 1, 0, -1):
        other = draw(scratch, place + 1)
        found[place], found[other] = found[other], found[place]
    spare = 0  # what they pay together above what they would pay alone
    for place in range(size):
        robot = found[place]
        spare += loss(plans, robot)
        _copy(plans.edges[robot], before[place])
        mark(ground, plans, robot, -1)
    done = 0
    while done < size:
        robot = found[done]
        most = plans.least[robot] + spare // plans.weight[robot]
        cost = plan_alone(ground, plans, rows, scratch, side, own, robot, most)
        if cost == NO:
            break
        spare -= plans.weight[robot] * (cost - plans.least[robot])
        after[done] = cost
        _copy(scratch.path, plans.edges[robot])
        mark(ground, plans, robot, 1)
        done += 1
    if done == size and spare >= 0:
        for place in range(size):
            plans.cost[found[place]] = after[place]
        return spare > 0
    for place in range(done):
        mark(ground, plans, found[place], -1)
    for place in range(size):
        _copy(before[place], plans.edges[found[place]])
        mark(ground, plans, found[place], 1)
    return False
