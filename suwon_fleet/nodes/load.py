# SPDX-License-Identifier: Apache-2.0
"""Whether deciding takes longer than there is time for. Topics give way then, before decisions do."""

from __future__ import annotations

SLOWER = 5
"""While there is too much to do, state, zones and markers are told this many times less often."""
IN_A_ROW = 3
"""Reviews that must find the same before it counts: one long plan is no overload."""
_EASY = 0.7
"""Of the time between turns: it is over when they take no more than that."""


class Load:
    """Told of every turn, it is asked now and then. Times are CPU seconds of the thread that decides.

    CPU and not wall time: a machine that is busy with something else for a moment is no overload of the
    fleet, and turns that came late are told of anyhow.
    """

    def __init__(self, tick_s: float) -> None:
        self.is_over = False
        """Whether there is too much to do."""
        self.mean_s = 0.0
        """How long turns took that the last review looked at."""
        self._tick_s = tick_s
        self._turns, self._total_s, self._against, self._asked = 0, 0.0, 0, 0

    def note(self, turn_s: float) -> None:
        """A turn has taken so long."""
        self._turns += 1
        self._total_s += turn_s

    def review(self) -> bool:
        """Look at the turns since the last review; whether overload has begun or ended."""
        if not self._turns:
            return False
        self.mean_s = self._total_s / self._turns
        self._turns, self._total_s = 0, 0.0
        bound_s = self._tick_s * (_EASY if self.is_over else 1.0)
        self._against = self._against + 1 if (self.mean_s > bound_s) != self.is_over else 0
        if self._against < IN_A_ROW:
            return False
        self.is_over, self._against = not self.is_over, 0
        return True

    def lets_tell(self) -> bool:
        """Whether the topics that are told at a rate are told this time."""
        self._asked += 1
        return not self.is_over or self._asked % SLOWER == 0
