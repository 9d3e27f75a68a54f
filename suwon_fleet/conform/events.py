# SPDX-License-Identifier: Apache-2.0
"""Judges the numbers of events: without a gap, and heard again by who comes back."""

from __future__ import annotations

from suwon_fleet.conform.book import Book
from suwon_fleet.wire.zenoh.happenings import RobotEvent


class Events:
    """All events of one robot's session, over several connections."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known: set[int] = set()
        self._before: set[int] = set()
        """What was known when the connection broke, and has not been heard again."""

    @property
    def count(self) -> int:
        """Different ones that were heard."""
        return len(self._known)

    def hear(self, event: RobotEvent) -> None:
        """One more, which may have been heard before."""
        self._known.add(event.sequence)
        self._before.discard(event.sequence)

    def reconnected(self) -> None:
        """From now on all that is known is to be heard again."""
        self._before = set(self._known)

    @property
    def is_heard_again(self) -> bool:
        """Whether nothing is missing of what was known when the connection broke."""
        return not self._before

    def judge_again(self) -> None:
        """Once there was time for it: whether all that was known has come again."""
        if self._known:
            seen = f"{len(self._before)} of {len(self._known)} did not come again"
            self._book.judge("events-replayed", self.is_heard_again, seen)

    def end(self) -> None:
        """Judge the numbers."""
        if not self._known:
            why = "it told no event; let something happen to it meanwhile"
            self._book.not_seen(why, "events-gap-free", "events-replayed")
            return
        first, last = min(self._known), max(self._known)  # caches forget the oldest
        missing = sorted({*range(first, last + 1)} - self._known)
        seen = f"{first} to {last}" + (f", without {missing[:5]}" if missing else "")
        self._book.judge("events-gap-free", not missing, seen)
