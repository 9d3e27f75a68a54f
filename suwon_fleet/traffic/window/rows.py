# SPDX-License-Identifier: Apache-2.0
"""A table of distance rows that is filled as goals come up, and keeps those that may come up again."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.traffic.window.ground import FAR, TimedGround, distance_row, pointers

Goals = tuple[int, ...]
"""Stations to visit, one after another."""


class Rows:
    """Distance rows by kind of robot and goals, each in a slot of `table`.

    A row stays as long as it is taken more often than given back, and then until its slot is needed.
    """

    def __init__(self, ground: TimedGround, slots: int) -> None:
        self._ground = ground
        self.table: NDArray[np.uint16] = np.empty((slots, ground.vertex_count), np.uint16)
        self._slot_of: dict[tuple[int, Goals], int] = {}
        self._uses = [0] * slots
        self._key_of: list[tuple[int, Goals] | None] = [None] * slots
        self._unused = OrderedDict.fromkeys(range(slots))
        self._at = np.argsort(ground.station, kind="stable").astype(np.int32)
        self._at_ptr = pointers(ground.station, int(ground.station.max(initial=-1)) + 1)

    def take(self, kind: int, goals: Goals) -> list[int]:
        """The slots of rows: to all the goals, to all but the first, and so on to the last."""
        slots: list[int] = []
        for first in reversed(range(len(goals))):
            slots.append(self._take(kind, goals[first:], slots[-1] if slots else None))
        return slots[::-1]

    def _take(self, kind: int, goals: Goals, onward: int | None) -> int:
        """The slot of a row, filled now if it is not there; `onward` is that of the goals but the first."""
        key = (kind, goals)
        slot = self._slot_of.get(key)
        if slot is None:
            slot, _ = self._unused.popitem(last=False)
            old = self._key_of[slot]
            if old is not None:
                del self._slot_of[old]
            targets = self._at[self._at_ptr[goals[0]] : self._at_ptr[goals[0] + 1]]
            rest = np.zeros(len(targets), dtype=np.int32)
            if onward is not None:
                rest[:] = self.table[onward, targets]
            is_way = rest < FAR
            distance_row(self._ground, kind, targets[is_way], rest[is_way], self.table[slot])
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
