# SPDX-License-Identifier: Apache-2.0
"""The search for one robot against one that looks at every vertex in every step."""

from __future__ import annotations

from heapq import heappop, heappush

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.traffic.window.ground import NO, TimedGround, timed_ground
from suwon_fleet.traffic.window.plans import Plans, mark, weigh_all
from suwon_fleet.traffic.window.rows import Rows
from suwon_fleet.traffic.window.search import Scratch, plan_alone

WINDOW = 12
PLENTY = 10_000


@numba.njit
def planned_alone(ground, plans, rows, scratch, side, robot, most):  # type: ignore[no-untyped-def]
    """The cost of its plan, which is put on the ground; nothing of it may be there before."""
    cost = plan_alone(ground, plans, rows, scratch, side, 0, robot, most)
    if cost != NO:
        for step in range(len(scratch.path)):
            plans.edges[robot, step] = scratch.path[step]
        mark(ground, plans, robot, 1)
    return cost


def ring(size: int, durations: list[int], prices: list[int], standing: int) -> TimedGround:
    """A two-way ring with a way across it; a move owns both its ends for its whole time."""
    ways = [(v, (v + 1) % size) for v in range(size)] + [(0, size // 2)]
    moves = sorted([*ways, *((b, a) for a, b in ways)])
    tail, head = (np.array(column, dtype=np.int32) for column in zip(*moves, strict=True))
    number = {frozenset(way): index for index, way in enumerate(ways)}
    of = [number[frozenset(move)] for move in moves]
    owned = [[v] for v in range(size)] + [[a, b] for a, b in moves]
    pointers = np.concatenate(([0], np.cumsum([len(one) for one in owned]))).astype(np.int32)
    lists = pointers, np.concatenate(owned).astype(np.int32)
    duration = np.array([[durations[way] for way in of]], dtype=np.int32)
    price = np.array([[prices[way] for way in of]], dtype=np.int32)
    station = np.arange(size, dtype=np.int32)
    return timed_ground(tail, head, duration, price, standing, lists, lists, station)


@st.composite
def tasks(draw):
    """Ground, in what steps others are where, and a robot with goals."""
    size = draw(st.integers(4, 7))
    durations = draw(st.lists(st.integers(1, 4), min_size=size + 1, max_size=size + 1))
    prices = draw(st.lists(st.integers(1, 9), min_size=size + 1, max_size=size + 1))
    ground = ring(size, durations, prices, draw(st.integers(1, 9)))
    start, ready = draw(st.integers(0, size - 1)), draw(st.integers(0, 3))
    goals = draw(st.lists(st.integers(0, size - 1), max_size=2))
    taken = np.array(draw(st.lists(st.integers(0, 2**WINDOW - 1), min_size=size, max_size=size)))
    sparse = np.array(draw(st.lists(st.integers(0, 2**WINDOW - 1), min_size=size, max_size=size)))
    plans = Plans.off_ground(
        ground, np.zeros(1, np.int32), np.array([start], np.int32), WINDOW, max(1, len(goals))
    )
    plans.users[:] = 0
    plans.taken[:] = taken & sparse
    plans.taken[start] &= np.uint64(~(2**ready - 1) % 2**64)  # it is there, or about to be
    plans.ready[0] = ready
    rows = Rows(ground, 4)
    slots = rows.take(0, tuple(goals))
    plans.goals[0, : len(goals)], plans.stages[0, : len(goals)] = goals, slots
    plans.stage_count[0] = len(goals)
    return ground, plans, rows.table


def cheapest(ground: TimedGround, plans: Plans, rows) -> int | None:
    """What the best plan costs to the window's end, and then alone."""

    def alone(vertex: int, stage: int) -> int:
        return 0 if stage == final else int(rows[plans.stages[0, stage], vertex])

    def is_free(item: int, first: int, steps: int) -> bool:
        reads = ground.reads[ground.read_ptr[item] : ground.read_ptr[item + 1]]
        bits = list(range(first, min(first + steps, WINDOW)))
        return not any(int(plans.taken[one]) >> step & 1 for one in reads for step in bits)

    final, ready, vertices = int(plans.stage_count[0]), int(plans.ready[0]), ground.vertex_count
    open_nodes = [(ready * ground.standing_price, ready, int(plans.start[0]), 0)]
    done = set()
    ends = []
    while open_nodes:
        cost, step, vertex, stage = heappop(open_nodes)
        if step >= WINDOW:
            ends.append(cost + alone(vertex, stage))
            continue
        if (step, vertex, stage) in done:
            continue
        done.add((step, vertex, stage))
        if is_free(vertex, step, 1):
            is_goal = stage < final and vertex == plans.goals[0, stage]
            paid = ground.standing_price if stage < final else 0
            heappush(open_nodes, (cost + paid, step + 1, vertex, stage + is_goal))
        for edge in range(ground.out_ptr[vertex], ground.out_ptr[vertex + 1]):
            there, steps = int(ground.head[edge]), int(ground.duration[0, edge])
            if is_free(vertices + edge, step, steps):
                is_goal = stage < final and there == plans.goals[0, stage]
                paid = int(ground.price[0, edge]) if stage < final else 1
                heappush(open_nodes, (cost + paid, step + steps, there, stage + is_goal))
    return min(ends, default=None)


@pytest.mark.parametrize("waits_early", [False, True])
@settings(deadline=None, max_examples=300)
@given(task=tasks())
def test_no_plan_is_cheaper_and_the_plan_costs_what_is_said(waits_early, task):
    ground, plans, rows = task
    weigh_all(ground, plans, rows)  # for what it would cost a lone robot
    expected = cheapest(ground, plans, rows)
    scratch = Scratch.of(ground.vertex_count, WINDOW, 2, seed=1, waits_early=waits_early)
    side = np.zeros(ground.item_count, dtype=np.uint8)
    taken = plans.taken.copy()
    cost = planned_alone(ground, plans, rows, scratch, side, 0, PLENTY)
    assert cost == (NO if expected is None else expected)
    if expected is None:
        return
    weigh_all(ground, plans, rows)
    assert plans.cost[0] == cost
    ready = int(plans.ready[0])
    for resource in range(ground.vertex_count):
        own = [step for step in range(ready, WINDOW) if plans.users[resource, step]]
        assert not any(int(taken[resource]) >> step & 1 for step in own), "it is where others are"
    plans.taken[:], plans.users[:] = taken, 0
    assert planned_alone(ground, plans, rows, scratch, side, 0, cost - 1) == NO, "none is cheaper"
