# SPDX-License-Identifier: Apache-2.0
"""Plans of robots that come later than was thought: the same moves in the same order, at new times."""

from __future__ import annotations

import numpy as np

from suwon_fleet.kernel import kernel, lean_kernel
from suwon_fleet.traffic.window.ground import NO, Ints, TimedGround
from suwon_fleet.traffic.window.plans import Plans, driving_item, occupy_all, standing_item


@kernel
def retime(ground: TimedGround, plans: Plans, ready: Ints) -> None:
    """Let robots stand where they begin until `ready`, and then move as soon as those before them allow.

    What two robots both want, who had it first has first. Moves that come to lie beyond the window are
    forgotten, as are those that robots only could make at the same time, in a ring. For ground where no
    resource is written by two robots at once.
    """
    robots, window = plans.edges.shape
    edges = np.full((robots, window), NO, dtype=np.int32)
    until = np.zeros(ground.resource_count, dtype=np.int32)
    holder = np.full(ground.resource_count, NO, dtype=np.int32)
    now = np.zeros(robots, dtype=np.int32)
    vertex = plans.start.copy()
    acts = (
        plans.ready.copy()
    )  # the old step of the next action; beyond the window when there is none
    for robot in range(robots):
        kind = plans.kind[robot]
        now[robot] = ready[robot]
        _stand(ground, holder, robot, standing_item(ground, kind, vertex[robot]))
    for step in range(window):
        went = True
        while went:  # who follows another in the same step comes after it
            went = False
            for robot in range(robots):
                if acts[robot] != step:
                    continue
                edge = plans.edges[robot, step]
                if edge == NO:
                    acts[robot] += 1
                    continue
                kind = plans.kind[robot]
                item = driving_item(ground, kind, edge)
                start = _soonest(ground, until, holder, robot, item, now[robot])
                end = start + ground.duration[kind, edge]
                if start == NO or end > window:
                    continue
                here = standing_item(ground, kind, vertex[robot])
                for slot in range(ground.write_ptr[here], ground.write_ptr[here + 1]):
                    resource = ground.writes[slot]
                    holder[resource] = NO
                    until[resource] = max(until[resource], start)
                for slot in range(ground.write_ptr[item], ground.write_ptr[item + 1]):
                    resource = ground.writes[slot]
                    until[resource] = max(until[resource], end)
                vertex[robot] = ground.head[edge]
                _stand(ground, holder, robot, standing_item(ground, kind, vertex[robot]))
                edges[robot, start:end] = edge
                now[robot] = end
                acts[robot] = step + ground.duration[kind, edge]
                went = True
        for robot in range(robots):
            if acts[robot] == step:
                acts[robot] = window
    plans.edges[:] = edges
    plans.ready[:] = ready
    occupy_all(ground, plans)


@lean_kernel
def _stand(ground: TimedGround, holder: Ints, robot: int, item: int) -> None:
    for slot in range(ground.write_ptr[item], ground.write_ptr[item + 1]):
        holder[ground.writes[slot]] = robot


@lean_kernel
def _soonest(
    ground: TimedGround, until: Ints, holder: Ints, robot: int, item: int, now: int
) -> int:
    """When all that an item reads is free of others, NO if not known yet."""
    soonest = now
    for slot in range(ground.read_ptr[item], ground.read_ptr[item + 1]):
        resource = ground.reads[slot]
        if holder[resource] != NO and holder[resource] != robot:
            return NO
        soonest = max(soonest, until[resource])
    return soonest
