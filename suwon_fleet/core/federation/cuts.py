# SPDX-License-Identifier: Apache-2.0
"""Which zones have been given to other groups since the map was divided.

Only the owner of a zone gives it away, so the words of one zone follow each other: whoever hears them, in
whichever order, ends with the last.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ownership:
    """A zone is a group's since it was given away for the `number`-th time."""

    zone_id: str
    group: str
    number: int

    def outranks(self, other: Ownership | None) -> bool:
        """Whether this was said after the other."""
        return other is None or self.number > other.number
