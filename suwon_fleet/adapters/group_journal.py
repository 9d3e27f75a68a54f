# SPDX-License-Identifier: Apache-2.0
"""Group commit: one sync keeps all that was appended while the last one ran."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Condition, Thread

from suwon_fleet.adapters.chained_journal import ChainedJournal
from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.errors import Problem
from suwon_fleet.wire.journal import encode
from suwon_fleet.wire.journal_chain import Record, head_of, link

MOST_WAITING = 64
"""Appends that may wait for a sync; another one waits for room."""


class GroupJournal:
    """A journal whose appends return at once, and are kept by a thread of its own.

    The thread never waits for more to come: what is appended while it syncs is the next group. So an
    append is kept after two syncs at the latest, and after one when nothing else is going on. Once one
    could not be kept none is any more. One thread may use it.
    """

    def __init__(self, journal: ChainedJournal, on_kept: Callable[[], None] | None = None) -> None:
        """Own a journal from now on; `on_kept` is called on the thread whenever more is kept."""
        self._journal, self._on_kept = journal, on_kept
        self.surprises: list[Problem] = journal.surprises
        self._head = journal.head
        self._changed = Condition()
        self._waiting: list[list[Record]] = []
        self._appended = self._kept = 0
        self._failure: OSError | None = None
        self._is_open = True
        self._thread = Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def append(self, events: Sequence[Event]) -> None:
        """Hand events over to be kept. Raises OSError when an earlier append could not be."""
        records = list(link(self._head, map(encode, events)))
        with self._changed:
            self._changed.wait_for(lambda: self._failure or len(self._waiting) < MOST_WAITING)
            self._raise_failure()
            self._appended += 1
            self._waiting.append(records)
            self._changed.notify_all()
        if records:
            self._head = head_of(records[-1])

    def unkept(self) -> int:
        """How many of the newest appends may still be lost. Raises OSError when they will be."""
        with self._changed:
            self._raise_failure()
            waiting = self._appended - self._kept
        self._journal.unkept()
        return waiting

    def flush(self) -> None:
        """Return when all is kept. Raises OSError when it cannot be."""
        with self._changed:
            self._changed.wait_for(lambda: self._failure or self._kept == self._appended)
            self._raise_failure()

    def read(self) -> Iterator[Event]:
        """As the journal it owns does, once all is kept."""
        self.flush()
        return self._journal.read()

    def close(self) -> None:
        """Keep what still can be, and let go of the journal."""
        with self._changed:
            self._is_open = False
            self._changed.notify_all()
        self._thread.join()
        self._journal.close()

    def _raise_failure(self) -> None:
        if self._failure:
            raise OSError(str(self._failure)) from self._failure

    def _work(self) -> None:
        while group := self._next_group():
            try:
                self._journal.keep([record for records in group for record in records])
            except OSError as error:
                self._end(error)
                return
            with self._changed:
                self._kept += len(group)
                self._changed.notify_all()
            if self._on_kept:
                self._on_kept()
            self._journal.tidy()

    def _next_group(self) -> list[list[Record]]:
        """All appends that wait, as soon as there is one; none at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or not self._is_open)
            group, self._waiting = self._waiting, []
            self._changed.notify_all()
            return group

    def _end(self, error: OSError) -> None:
        with self._changed:
            self._failure = error
            self._changed.notify_all()
        if self._on_kept:  # whoever waits is to hear of it
            self._on_kept()
