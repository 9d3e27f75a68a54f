# SPDX-License-Identifier: Apache-2.0
"""Clocks a fleet may live by, and how far ahead of them a robot's stamp may be."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median_low

SECOND = 1_000_000_000
SKEW_S = 60.0
"""How far ahead a robot's clock may be of the fleet's wall clock."""
LEAP_S = 10.0
"""How far simulated time may go from one message to the next, beside what FASTEST allows."""
FASTEST = 1000.0
"""Simulated seconds per wall second at most."""


class WallClock:
    """Real time: nanoseconds since 1970 (UTC)."""

    def now_ns(self) -> int:
        return time.time_ns()

    def hear(self, stamps_ns: Sequence[int]) -> int:
        """Robots have sent these, in one message; gives the latest stamp (ns) that can be true."""
        return self.now_ns() + round(SKEW_S * SECOND)


class HeardClock:
    """Simulated time: the newest stamp that robots have sent and that can be true.

    It moves exactly with what the fleet knows, however fast the simulation runs: no report is ever from
    the future, and none looks old because a clock message came before it. One robot with a wrong clock
    must not take the fleet along, for the fleet's time never goes back: a stamp is believed if the
    simulation can have come so far since the last one.
    """

    def __init__(self, wall_s: Callable[[], float] = time.monotonic) -> None:
        """`wall_s` gives seconds that always go on."""
        self._wall_s = wall_s
        self._newest_ns: int | None = None
        self._heard_s = 0.0

    def now_ns(self) -> int:
        """0 before the first stamp."""
        return self._newest_ns or 0

    def hear(self, stamps_ns: Sequence[int]) -> int:
        """Robots have sent these, in one message; gives the latest stamp (ns) that can be true."""
        wall_s = self._wall_s()
        if self._newest_ns is None:  # nothing to go by but what most say
            latest_ns = median_low(stamps_ns or [0]) + round(LEAP_S * SECOND)
        else:
            most_s = LEAP_S + FASTEST * (wall_s - self._heard_s)
            latest_ns = self._newest_ns + round(most_s * SECOND)
        if believed := [stamp for stamp in stamps_ns if stamp <= latest_ns]:
            self._newest_ns = max(self._newest_ns or 0, *believed)
            self._heard_s = wall_s
        return latest_ns
