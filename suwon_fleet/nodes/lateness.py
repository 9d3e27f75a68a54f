# SPDX-License-Identifier: Apache-2.0
"""Whether a simulated world keeps its rate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus

from suwon_fleet.nodes.statuses import OK, WARN, status
from suwon_fleet.sim.spread import Spread
from suwon_fleet.sim.world import STEP_NS

SECOND = 1_000_000_000


class Lateness:
    """How much later than due steps are made, where the world keeps a rate."""

    def __init__(self, rate: float) -> None:
        self._step_s = STEP_NS / SECOND / rate if rate else 0.0
        self._late, self._overruns = Spread(), 0

    def note(self, late_s: float) -> None:
        """A step is made, so late."""
        if self._step_s:
            self._late.note(late_s)
            self._overruns += late_s > self._step_s

    def figures(self) -> dict[str, Any]:
        """What there is to report: an overrun is a step that came a whole step late."""
        return {"steps": self._late.count, "overruns": self._overruns, **self._late.figures()}

    def status(self) -> DiagnosticStatus:
        """For /diagnostics."""
        level = WARN if self._overruns else OK
        text = f"{self._overruns} steps came too late" if self._overruns else "in time"
        return status("simulator: pace", level, text, **self.figures())

    def last_words(self) -> Iterable[str]:
        """How it was, in a line."""
        if self._late.count:
            counts = f"{self._late.count} steps, {self._overruns} overruns"
            yield f"pace: {counts}; late by {self._late.in_words()}"
