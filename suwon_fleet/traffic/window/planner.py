# SPDX-License-Identifier: Apache-2.0
"""Plans for a fleet on timed ground, step after step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.traffic.window.ground import FAR, Ints, TimedGround
from suwon_fleet.traffic.window.improve import improve, who_stays_inside
from suwon_fleet.traffic.window.plans import Plans, advance, extend, total_loss, weigh_all
from suwon_fleet.traffic.window.retime import retime
from suwon_fleet.traffic.window.rows import Rows
from suwon_fleet.traffic.window.search import Scratch
from suwon_fleet.traffic.window.sides import divide

WINDOW = 32
NOBODY = np.empty(0, dtype=np.int32)
TOGETHER = 5
"""Robots planned anew together, at most."""


class WindowPlanner:
    """Keeps a plan for the next steps of every robot, and makes them better whenever it is asked to.

    Pure: equal calls give equal plans, as long as those to :meth:`improve` for different sides, which
    may run on threads of their own, do not overlap with other calls. `stages` goals of a robot are looked
    ahead to; there must be `row_slots` for one more than all robots may have.
    """

    def __init__(
        self,
        ground: TimedGround,
        kind: Ints,
        start: Ints,
        *,
        row_slots: int,
        stages: int = 1,
        window: int = WINDOW,
        sides: int = 1,
        seed: int = 0,
    ) -> None:
        self._ground = ground
        self.plans = Plans.standing(ground, kind, start, window, stages)
        self.rows = Rows(ground, row_slots)
        vertices = ground.vertex_count
        self._scratch = [
            Scratch.of(vertices, window, stages, seed * 64 + number, waits_early=False)
            for number in range(sides)
        ]
        self._side = np.zeros(ground.item_count, dtype=np.uint8)
        self._movable = [np.zeros(len(start), dtype=np.bool_) for _ in range(sides)]
        self._chance = np.random.default_rng(seed)

    def aim(self, robot: int, goals: Sequence[int]) -> None:
        """Say to which stations a robot is to go, one after another; where it ends up then is all the same.

        Of goals that it has no way to the robot only makes way.
        """
        plans, kind = self.plans, int(self.plans.kind[robot])
        before = plans.stages[robot, : plans.stage_count[robot]].tolist()
        ahead = tuple(goals[: plans.stages.shape[1]])
        slots = self.rows.take(kind, ahead)
        for slot in before:
            self.rows.give_back(slot)
        if slots and self.rows.table[slots[0], plans.start[robot]] == FAR:
            for slot in slots:
                self.rows.give_back(slot)
            slots = []
        plans.stage_count[robot] = len(slots)
        plans.stages[robot, : len(slots)] = slots
        plans.goals[robot, : len(slots)] = ahead[: len(slots)]

    def weigh(self) -> int:
        """Extend plans to the window's end, and weigh them; what robots lose to each other.

        To be done after goals have changed.
        """
        extend(self._ground, self.plans, self.rows.table)
        weigh_all(self._ground, self.plans, self.rows.table)
        return int(total_loss(self.plans))

    def divide(self) -> None:
        """Draw a new border between the sides: half of the robots to either.

        To be done before :meth:`improve`, and again when plans were changed by anything else.
        """
        if len(self._scratch) > 1:
            origin = int(self._chance.integers(self._ground.vertex_count))
            divide(self._ground, self.plans, origin, self._side)
        for own, movable in enumerate(self._movable):
            movable[:] = who_stays_inside(self._ground, self.plans, self._side, own)

    def improve(self, iterations: int, side: int = 0) -> int:
        """Make plans of one side better; how many of so many tries did."""
        scratch = self._scratch[side]
        return int(
            improve(
                self._ground,
                self.plans,
                self.rows.table,
                scratch,
                self._side,
                side,
                self._movable[side],
                NOBODY,
                TOGETHER,
                iterations,
            )
        )

    def retime(self, ready: Ints) -> None:
        """Say when robots will be where their plans begin, and let others wait for them."""
        retime(self._ground, self.plans, ready.astype(np.int32))

    def advance(self) -> NDArray[np.int32]:
        """Let a step pass; the edges robots drove in it, NO for those that stood."""
        driven = self.plans.edges[:, 0].copy()
        advance(self._ground, self.plans)
        extend(self._ground, self.plans, self.rows.table)
        return driven
