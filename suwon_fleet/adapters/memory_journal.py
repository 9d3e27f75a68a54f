# SPDX-License-Identifier: Apache-2.0
"""A journal that lasts as long as the process: for simulations that nobody will resume."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.errors import Problem
from suwon_fleet.wire.journal import decode, encode


class MemoryJournal:
    """Keeps events as the bytes a file would hold, so that what it gives back is what a file would."""

    def __init__(self) -> None:
        self.surprises: list[Problem] = []
        self._records: list[tuple[str, bytes]] = []

    def append(self, events: Sequence[Event]) -> None:
        """Keep events."""
        self._records += [encode(event) for event in events]

    def unkept(self) -> int:
        """None: it is kept for as long as the process lasts."""
        return 0

    def flush(self) -> None:
        """Nothing to wait for."""

    def read(self) -> Iterator[Event]:
        """All events, oldest first."""
        for number, (name, body) in enumerate(self._records, start=1):
            yield decode(name, body, f"record {number}")

    def close(self) -> None:
        """Nothing to close."""
