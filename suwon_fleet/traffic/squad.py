# SPDX-License-Identifier: Apache-2.0
"""The robots of a coordinator as arrays: where each wants to be, how urgently, and since when."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.traffic.courses import Movers
from suwon_fleet.traffic.problem import NO
from suwon_fleet.traffic.roadmap import Floats, Ints

LOOK_AHEAD_S = 2.0
"""Ground is granted for this long at full speed, beyond the stopping distance."""
PATIENCE_S = 300.0
"""A robot late by this much on top of five times its travel time is starving."""
STANDING_S = 30.0
"""Who wants to go on, and has got no ground for so long, is to be let on by the others in a crowd."""
STUCK_S = 120.0
"""So is one that has got no ground for so long."""
OLDER_S = 60.0
"""A wish is twice as urgent after this long, three times after twice as long."""


class Squad:
    """Robots by slot, a small number that stays while the robot does, and may be another's afterwards.

    Arrays have one entry per slot. `goal` is a vertex or NO; `since_ns` is when it was set, on the
    fleet's clock, `moved_ns` when the robot last got ground; `expected_s` what the way was then expected to
    take; `place_in_plan` is its index there, or NO. `stirred` and `granted` are those of
    :class:`.courses.Movers`.
    """

    def __init__(self, kinds: Sequence[RobotKind]) -> None:
        self._reach_m = [
            kind.stopping_distance_m + kind.max_speed_mps * LOOK_AHEAD_S for kind in kinds
        ]
        self.slots: dict[str, int] = {}
        self.names: dict[int, str] = {}
        self._free: list[int] = []
        self.kind = np.zeros(0, dtype=np.int32)
        self.goal = np.zeros(0, dtype=np.int32)
        self.urgency = np.zeros(0)
        self.since_ns = np.zeros(0, dtype=np.int64)
        self.expected_s = np.zeros(0)
        self.moved_ns = np.zeros(0, dtype=np.int64)
        self.mobile = np.zeros(0, dtype=np.bool_)
        self.reach_m = np.zeros(0)
        self.place_in_plan = np.zeros(0, dtype=np.int32)
        self.stirred = np.zeros(0, dtype=np.bool_)
        self.granted = np.zeros(0, dtype=np.bool_)

    def free_slot(self) -> int:
        """The slot the next robot gets."""
        return self._free[-1] if self._free else len(self.names)

    def add(self, robot_id: str, slot: int, kind: int) -> None:
        """Put a robot that wants nothing yet into a free slot."""
        if self._free:
            self._free.pop()
        if slot >= len(self.kind):
            self._grow(max(16, 2 * len(self.kind)))
        self.slots[robot_id], self.names[slot] = slot, robot_id
        self.kind[slot], self.reach_m[slot] = kind, self._reach_m[kind]
        self.goal[slot], self.urgency[slot], self.mobile[slot] = NO, 0.0, True
        self.place_in_plan[slot] = NO

    def remove(self, robot_id: str) -> int:
        """Forget a robot; the slot it had."""
        slot = self.slots.pop(robot_id)
        del self.names[slot]
        self._free.append(slot)
        self.goal[slot], self.place_in_plan[slot] = NO, NO
        return slot

    def _grow(self, slots: int) -> None:
        more = (0, slots - len(self.kind))
        self.kind = np.pad(self.kind, more)
        self.goal = np.pad(self.goal, more, constant_values=NO)
        self.urgency = np.pad(self.urgency, more)
        self.since_ns = np.pad(self.since_ns, more)
        self.expected_s = np.pad(self.expected_s, more)
        self.moved_ns = np.pad(self.moved_ns, more)
        self.mobile = np.pad(self.mobile, more)
        self.reach_m = np.pad(self.reach_m, more)
        self.place_in_plan = np.pad(self.place_in_plan, more, constant_values=NO)
        self.stirred = np.pad(self.stirred, more)
        self.granted = np.pad(self.granted, more)

    @property
    def movers(self) -> Movers:
        """What granting needs to know of them."""
        return Movers(self.goal, self.reach_m, self.mobile, self.stirred, self.granted)

    def wanting(self, fronts: Ints) -> NDArray[np.intp]:
        """Slots of those that may move and are not to end where they want to be; `fronts` is by slot."""
        count = min(len(self.goal), len(fronts))
        goal = self.goal[:count]
        return np.flatnonzero(self.mobile[:count] & (goal != NO) & (goal != fronts[:count]))

    def waited_s(self, slots: NDArray[np.integer], now_ns: int) -> Floats:
        """Seconds since each got its goal."""
        waited_s: Floats = (now_ns - self.since_ns[slots]) / 1e9
        return waited_s

    def priority(self, slots: NDArray[np.integer], now_ns: int) -> Floats:
        """How urgent the wishes are by now: it grows for ever, so that none waits for ever."""
        age: Floats = 1.0 + self.waited_s(slots, now_ns) / OLDER_S
        priority: Floats = (1.0 + self.urgency[slots]) * age
        return priority

    def starving(self, slots: NDArray[np.integer], now_ns: int) -> NDArray[np.bool_]:
        """Which are very late, or have not moved on for long.

        New plans may each be good for the fleet and yet move one robot to and fro; a plan that is kept
        for a while brings it nearer to its goal for certain.
        """
        late_s = self.waited_s(slots, now_ns) - 5 * self.expected_s[slots]
        starving: NDArray[np.bool_] = late_s > PATIENCE_S
        starving |= self._still_s(slots, now_ns) > STUCK_S
        return starving

    def standing(self, slots: NDArray[np.integer], now_ns: int) -> NDArray[np.bool_]:
        """Which have not moved on for a while."""
        standing: NDArray[np.bool_] = self._still_s(slots, now_ns) > STANDING_S
        return standing

    def _still_s(self, slots: NDArray[np.integer], now_ns: int) -> Floats:
        """Seconds since each got ground, or its goal."""
        still_s: Floats = (now_ns - np.maximum(self.moved_ns[slots], self.since_ns[slots])) / 1e9
        return still_s
