# SPDX-License-Identifier: Apache-2.0
"""What was said last of a zone, and which of two such words counts, whoever hears them in which order."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 2**53
"""No zone is opened and closed so often."""


@dataclass(frozen=True, slots=True)
class ZoneWord:
    """A zone was opened or closed at the owner of `group`, who knew of `number` - 1 such words before."""

    zone_id: str
    is_open: bool
    requester: str
    reason: str
    number: int
    group: str

    def outranks(self, other: ZoneWord | None) -> bool:
        """Whether this counts and not the other: of two said at once, the one that closes the zone."""
        return other is None or self._rank > other._rank

    @property
    def _rank(self) -> tuple[int, bool, str]:
        return self.number, not self.is_open, self.group
