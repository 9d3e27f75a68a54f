# SPDX-License-Identifier: Apache-2.0
"""What a link counts, for diagnostics: nothing is dropped or refused in silence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from suwon_fleet.adapters.allowance import Allowance
from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.zenoh.happenings import CommandAnswer

MOST_PER_S, MOST_AT_ONCE = 200.0, 5_000
"""Messages by one key: far beyond what a robot has to say, also after an outage."""
_MOST_SENDERS = 1000
_OTHERS = "(others)"


@dataclass(slots=True)
class Counts:
    """Since the link was opened."""

    states: int = 0
    """Heard."""
    conflated: int = 0
    """Of those, how many a newer one replaced before they were looked at."""
    overruns: int = 0
    """How often a queue was full, so that the oldest in it were dropped."""
    events: int = 0
    events_missed: int = 0
    """Events that an outage longer than promised has cost."""
    events_doubled: int = 0
    events_dropped: int = 0
    """Events that nobody asked the link for."""
    commands: int = 0
    """Named ones, which are answered."""
    retries: int = 0
    unanswered: int = 0
    """Commands that nobody answered before they expired."""
    refused: int = 0
    """Commands that robots would not do."""
    last_refusal: CommandAnswer | None = None
    """The last of them: who would not, and why."""
    nowhere: int = 0
    """Commands for robots that this link has not heard of."""
    unusable: Counter[str] = field(default_factory=Counter)
    """Messages that could not be used, by the key they came by."""
    last_fault: BadInput | None = None
    allowance: Allowance = field(default_factory=lambda: Allowance(MOST_PER_S, MOST_AT_ONCE))
    """What one sender may say that is not a state; of those only the newest is looked at in any case."""

    def fault(self, key: str, error: BadInput) -> None:
        """A message could not be used."""
        known = key in self.unusable or len(self.unusable) < _MOST_SENDERS
        self.unusable[key if known else _OTHERS] += 1
        self.last_fault = error
