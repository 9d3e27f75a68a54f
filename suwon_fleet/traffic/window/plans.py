# SPDX-License-Identifier: Apache-2.0
"""Plans of all robots for the next W steps, and who occupies what of the ground when."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel, lean_kernel
from suwon_fleet.traffic.window.ground import NO, Ints, TimedGround

ONE = 1 << 24
"""More than the numbers of all users of a resource can add up to."""
LONGEST_WINDOW = 64
"""The steps in which a resource is taken are the bits of one word."""


class Plans(NamedTuple):
    """N robots, W steps, up to G stages each, R resources.

    Robot `i` of `kind[i]` is at vertex `start[i]` from the beginning of step `ready[i]` on. `edges[i, t]`
    is the edge it drives in step `t`, NO while it stands. It wants to be, at the end of some step, at
    station `goals[i, 0]`, then at the next one, and so on; from the last one on it only makes way. Row
    `stages[i, g]` of the distance table tells what is left to pay before goal `g`. `cost[i]` is what its
    plan costs: up to the last goal, or in the window and then alone; `least[i]` is what it would cost a
    lone robot. What a robot loses to others counts `weight[i]` times.

    `taken[r]` has bit `t` set if resource `r` is occupied in step `t`. `users[r, t]` adds up `ONE` and the
    number of each robot that occupies it, so it names the robot if it is one.
    """

    kind: Ints
    start: Ints
    ready: Ints
    edges: Ints
    goals: Ints
    stages: Ints
    stage_count: Ints
    cost: Ints
    least: Ints
    weight: Ints
    taken: NDArray[np.uint64]
    users: Ints

    @classmethod
    def standing(
        cls, ground: TimedGround, kind: Ints, start: Ints, window: int, most_stages: int
    ) -> Plans:
        """Robots that stand where they are and want nothing."""
        plans = cls.off_ground(ground, kind, start, window, most_stages)
        occupy_all(ground, plans)
        return plans

    @classmethod
    def off_ground(
        cls, ground: TimedGround, kind: Ints, start: Ints, window: int, most_stages: int
    ) -> Plans:
        """The same before they have been put on the ground: who occupies what is not filled in."""
        if not 1 <= window <= LONGEST_WINDOW:
            raise ValueError(f"a window of {window} steps; it must have 1 to {LONGEST_WINDOW}")
        robots = len(start)
        return cls(
            kind=kind.astype(np.int32),
            start=start.astype(np.int32),
            ready=np.zeros(robots, dtype=np.int32),
            edges=np.full((robots, window), NO, dtype=np.int32),
            goals=np.zeros((robots, most_stages), dtype=np.int32),
            stages=np.zeros((robots, most_stages), dtype=np.int32),
            stage_count=np.zeros(robots, dtype=np.int32),
            cost=np.zeros(robots, dtype=np.int32),
            least=np.zeros(robots, dtype=np.int32),
            weight=np.ones(robots, dtype=np.int32),
            taken=np.empty(ground.resource_count, dtype=np.uint64),
            users=np.empty((ground.resource_count, window), dtype=np.int32),
        )


@lean_kernel
def standing_item(ground: TimedGround, kind: int, vertex: int) -> int:
    return kind * (len(ground.out_ptr) - 1 + len(ground.head)) + vertex


@lean_kernel
def driving_item(ground: TimedGround, kind: int, edge: int) -> int:
    vertices = len(ground.out_ptr) - 1
    return kind * (vertices + len(ground.head)) + vertices + edge


@lean_kernel
def item_at(ground: TimedGround, plans: Plans, robot: int, vertex: int, step: int) -> int:
    """What a robot does in a step, when it is at `vertex` if it stands."""
    edge = plans.edges[robot, step]
    if edge == NO:
        return standing_item(ground, plans.kind[robot], vertex)
    return driving_item(ground, plans.kind[robot], edge)


@lean_kernel
def write(ground: TimedGround, plans: Plans, robot: int, item: int, step: int, change: int) -> None:
    """Put what a robot does in one step on the ground (`change` 1), or take it off (-1)."""
    bit = np.uint64(1) << np.uint64(step)
    for slot in range(ground.write_ptr[item], ground.write_ptr[item + 1]):
        resource = ground.writes[slot]
        plans.users[resource, step] += change * (ONE + robot)
        if plans.users[resource, step] == 0:
            plans.taken[resource] &= ~bit
        else:
            plans.taken[resource] |= bit


@lean_kernel
def mark(ground: TimedGround, plans: Plans, robot: int, change: int) -> None:
    """Put a robot's plan on the ground (`change` 1), or take it off (-1)."""
    window = plans.edges.shape[1]
    vertex = plans.start[robot]
    for step in range(window):
        write(ground, plans, robot, item_at(ground, plans, robot, vertex, step), step, change)
        edge = plans.edges[robot, step]
        if edge != NO and step >= plans.ready[robot]:
            vertex = ground.head[edge]


@kernel
def occupy_all(ground: TimedGround, plans: Plans) -> None:
    """Put all plans on the ground anew."""
    plans.taken[:] = 0
    plans.users[:] = 0
    for robot in range(len(plans.start)):
        mark(ground, plans, robot, 1)


@lean_kernel
def is_free(ground: TimedGround, plans: Plans, item: int, bits: np.uint64) -> bool:
    """Whether nobody occupies in those steps what an item reads."""
    for slot in range(ground.read_ptr[item], ground.read_ptr[item + 1]):
        if plans.taken[ground.reads[slot]] & bits:
            return False
    return True


@lean_kernel
def loss(plans: Plans, robot: int) -> int:
    """What a robot loses to others, as it counts."""
    return int(plans.weight[robot]) * int(plans.cost[robot] - plans.least[robot])


@kernel
def total_loss(plans: Plans) -> int:
    """What all robots lose to each other, as it counts."""
    total = 0
    for robot in range(len(plans.start)):
        total += loss(plans, robot)
    return total


@lean_kernel
def lone_cost(plans: Plans, rows: NDArray[np.uint16], robot: int, vertex: int, stage: int) -> int:
    """What is left to pay at a vertex for a robot alone on the ground."""
    if stage == plans.stage_count[robot]:
        return 0
    return int(rows[plans.stages[robot, stage], vertex])


@lean_kernel
def _follow(
    ground: TimedGround, plans: Plans, rows: NDArray[np.uint16], robot: int, until: int
) -> tuple[int, int, int, int]:
    """Step, vertex, stage and cost of a robot's plan at the first end of an action from `until` on."""
    kind = plans.kind[robot]
    vertex = plans.start[robot]
    step = plans.ready[robot]
    cost = step * ground.standing_price
    stage = 0
    while step < until:
        edge = plans.edges[robot, step]
        price = ground.standing_price
        if edge == NO:
            step += 1
        else:
            step += ground.duration[kind, edge]
            price = ground.price[kind, edge]
            vertex = ground.head[edge]
        if stage < plans.stage_count[robot]:
            cost += price
            if ground.station[vertex] == plans.goals[robot, stage]:
                stage += 1
        elif edge != NO:
            cost += 1
    return step, vertex, stage, cost


@kernel
def weigh_all(ground: TimedGround, plans: Plans, rows: NDArray[np.uint16]) -> None:
    """Work out what every plan costs, and would cost a lone robot."""
    window = plans.edges.shape[1]
    for robot in range(len(plans.start)):
        waiting = plans.ready[robot] * ground.standing_price
        plans.least[robot] = waiting + lone_cost(plans, rows, robot, plans.start[robot], 0)
        _, vertex, stage, cost = _follow(ground, plans, rows, robot, window)
        plans.cost[robot] = cost + lone_cost(plans, rows, robot, vertex, stage)


@kernel
def extend(ground: TimedGround, plans: Plans, rows: NDArray[np.uint16]) -> None:
    """Let robots that stand in the last step go on in it where that is free and brings them nearer."""
    window = plans.edges.shape[1]
    robots = len(plans.start)
    at = np.full(robots, NO, dtype=np.int32)
    stage_of = np.zeros(robots, dtype=np.int32)
    for robot in range(robots):
        step, vertex, stage, _ = _follow(ground, plans, rows, robot, window - 1)
        if step == window - 1 and plans.edges[robot, step] == NO:
            at[robot], stage_of[robot] = vertex, stage
    moved = True
    while moved:  # who goes may make way for others
        moved = False
        for robot in range(robots):
            if at[robot] == NO or stage_of[robot] == plans.stage_count[robot]:
                continue
            edge = _best_free(ground, plans, rows, robot, at[robot], stage_of[robot])
            if edge != NO:
                standing = standing_item(ground, plans.kind[robot], at[robot])
                write(ground, plans, robot, standing, window - 1, -1)
                write(
                    ground,
                    plans,
                    robot,
                    driving_item(ground, plans.kind[robot], edge),
                    window - 1,
                    1,
                )
                plans.edges[robot, window - 1] = edge
                at[robot] = NO
                moved = True


@lean_kernel
def _best_free(
    ground: TimedGround, plans: Plans, rows: NDArray[np.uint16], robot: int, vertex: int, stage: int
) -> int:
    """The free edge in the last step that brings a standing robot nearest to its goal; NO if none does."""
    kind = plans.kind[robot]
    last = plans.edges.shape[1] - 1
    row = rows[plans.stages[robot, stage]]
    best, best_cost = NO, np.int64(row[vertex]) + ground.standing_price
    write(ground, plans, robot, standing_item(ground, kind, vertex), last, -1)
    for edge in range(ground.out_ptr[vertex], ground.out_ptr[vertex + 1]):
        cost = np.int64(row[ground.head[edge]]) + ground.price[kind, edge]
        if ground.duration[kind, edge] == 0 or cost >= best_cost:
            continue
        if is_free(
            ground, plans, driving_item(ground, kind, edge), np.uint64(1) << np.uint64(last)
        ):
            best, best_cost = edge, cost
    write(ground, plans, robot, standing_item(ground, kind, vertex), last, 1)
    return best


@kernel
def advance(ground: TimedGround, plans: Plans) -> None:
    """Let one step pass: robots have done what they planned for it, and stand in the new last step."""
    window = plans.edges.shape[1]
    for robot in range(len(plans.start)):
        kind = plans.kind[robot]
        busy_until = plans.ready[robot]
        while busy_until < window:
            edge = plans.edges[robot, busy_until]
            busy_until += 1 if edge == NO else ground.duration[kind, edge]
        first = plans.edges[robot, 0]
        last = plans.edges[robot, window - 1]
        if plans.ready[robot] > 0:
            plans.ready[robot] -= 1
        elif first != NO:
            plans.start[robot] = ground.head[first]
            plans.ready[robot] = ground.duration[kind, first] - 1
        for step in range(window - 1):
            plans.edges[robot, step] = plans.edges[robot, step + 1]
        plans.edges[robot, window - 1] = last if busy_until > window else NO
    occupy_all(ground, plans)
