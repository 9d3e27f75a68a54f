# SPDX-License-Identifier: Apache-2.0
"""A table of distance rows that is filled as goals come up, and keeps those that may come up again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.traffic.window.ground import Ints, TimedGround, distance_row

Targets = Callable[[int], Ints]
"""The vertices at which a goal is reached."""


class Rows:
    """Distance rows by kind of robot and goal, each in a slot of `table`.

    A row stays as long as it is taken more often than given back, and then until its slot is needed.
    """

    def __init__(self, ground: TimedGround, targets: Targets, slots: int) -> None:
        self._ground, self._targets = ground, targets
        self.table: NDArray[np.uint16] = np.empty((slots, ground.vertex_count), np.uint16)
        self._slot_of: dict[tuple[int, int], int] = {}
        self._uses = [0] * slots
        self._key_of: list[tuple[int, int] | None] = [None] * slots
        self._unused = OrderedDict.fromkeys(range(slots))

    def take(self, kind: int, goal: int) -> int:
        """The slot of a goal's row, filled now if it is not there."""
        key = (kind, goal)
        slot = self._slot_of.get(key)
        if slot is None:
            slot, _ = self._unused.popitem(last=False)
            old = self._key_of[slot]
            if old is not None:
                del self._slot_of[old]
            distance_row(self._ground, kind, self._targets(goal), self.table[slot])
            self._slot_of[key], self._key_of[slot] = slot, key
        elif not self._uses[slot]:
            del self._unused[slot]
        self._uses[slot] += 1
        return slot

    def give_back(self, slot: int) -> None:
        """Say that a row once taken is not needed any more."""
        self._uses[slot] -= 1
        if not self._uses[slot]:
            self._unused[slot] = None

    def between(self, goal: int, slot: int) -> int:
        """What the way from a goal to that of a row costs at least."""
        return int(self.table[slot, self._targets(goal)].min())
