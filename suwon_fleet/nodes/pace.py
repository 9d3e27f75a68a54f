# SPDX-License-Identifier: Apache-2.0
"""How fast simulated time goes."""

from __future__ import annotations

POLL_S = 0.05
"""How often to look whether the fleet has come nearer."""
SLIP_S = 1.0
"""A simulation this far behind its rate goes on from where it is, instead of running after it."""


class Pace:
    """Says when the next step may be made. Times: wall in seconds, simulated in nanoseconds.

    With a `rate`, simulated seconds per wall second. With rate 0 as fast as the fleet keeps up: never
    more than `lead_ns` past the newest time heard from it, and not before it was heard at all.
    """

    def __init__(self, rate: float, lead_ns: int) -> None:
        self._rate, self._lead_ns = rate, lead_ns
        self._began: tuple[float, int] | None = None
        self.late_s = 0.0
        """How much later than due the last look was; with rate 0 nothing is due."""

    def begin_anew(self) -> None:
        """Time stood still, or was set back: from now on."""
        self._began = None

    def wait_s(self, wall_s: float, sim_ns: int, heard_ns: int | None) -> float:
        """Seconds to wait before the step from `sim_ns` on; 0 when it is due."""
        if self._rate == 0.0:
            return POLL_S if heard_ns is None or sim_ns >= heard_ns + self._lead_ns else 0.0
        if self._began is None:
            self._began = wall_s, sim_ns
        due_s = self._began[0] + (sim_ns - self._began[1]) / 1e9 / self._rate
        self.late_s = max(0.0, wall_s - due_s)
        if self.late_s > SLIP_S:
            self._began, due_s = (wall_s, sim_ns), wall_s
        return max(0.0, due_s - wall_s)
