# SPDX-License-Identifier: Apache-2.0
"""Orders of moves become plans in time, and plans become orders of moves.

For ground where a move owns all it sweeps, both its ends too, from its first step to its last.
"""

from __future__ import annotations

import numpy as np

from suwon_fleet.kernel import kernel, lean_kernel
from suwon_fleet.traffic.window.ground import NO, Ints, TimedGround
from suwon_fleet.traffic.window.plans import Plans, driving_item, occupy_all, standing_item


@kernel
def schedule(ground: TimedGround, plans: Plans, timed_edge: Ints, moves: Ints) -> None:
    """Put a legal order of moves, rows of robot and edge, into plans: each as soon as those before allow.

    A robot's moves from the first on that is not possible now, or not over in the window, are left out.
    """
    robots, window = plans.edges.shape
    until = np.zeros(ground.resource_count, dtype=np.int32)
    standing = np.zeros(ground.resource_count, dtype=np.int32)
    now, vertex = plans.ready.copy(), plans.start.copy()
    for robot in range(robots):
        _count(ground, standing, standing_item(ground, plans.kind[robot], vertex[robot]), 1)
    for move in range(len(moves)):
        robot, edge = moves[move, 0], timed_edge[moves[move, 1]]
        kind = plans.kind[robot]
        begin = now[robot]
        if begin >= window:
            continue
        here, item = standing_item(ground, kind, vertex[robot]), driving_item(ground, kind, edge)
        _count(ground, standing, here, -1)
        is_free = ground.duration[kind, edge] > 0 and ground.tail[edge] == vertex[robot]
        for slot in range(ground.read_ptr[item], ground.read_ptr[item + 1]):
            is_free &= standing[ground.reads[slot]] == 0
            begin = max(begin, until[ground.reads[slot]])
        end = begin + ground.duration[kind, edge]
        if is_free and end <= window:
            plans.edges[robot, begin:end] = edge
            vertex[robot], now[robot] = ground.head[edge], end
            for slot in range(ground.write_ptr[item], ground.write_ptr[item + 1]):
                until[ground.writes[slot]] = max(until[ground.writes[slot]], end)
        else:
            now[robot] = window
        _count(ground, standing, standing_item(ground, kind, vertex[robot]), 1)
    occupy_all(ground, plans)


@lean_kernel
def _count(ground: TimedGround, standing: Ints, item: int, change: int) -> None:
    for slot in range(ground.write_ptr[item], ground.write_ptr[item + 1]):
        standing[ground.writes[slot]] += change


@kernel
def moves_of(ground: TimedGround, plans: Plans) -> Ints:
    """The moves of plans, (M, 2) rows of robot and edge of the ground in the order they begin."""
    robots, window = plans.edges.shape
    next_step = plans.ready.copy()
    moves = np.empty((robots * window, 2), dtype=np.int32)
    count = 0
    for step in range(window):
        for robot in range(robots):
            if next_step[robot] != step:
                continue
            edge = plans.edges[robot, step]
            next_step[robot] += 1 if edge == NO else ground.duration[plans.kind[robot], edge]
            if edge != NO:
                moves[count, 0], moves[count, 1] = robot, edge
                count += 1
    return moves[:count].copy()
