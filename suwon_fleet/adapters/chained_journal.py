# SPDX-License-Identifier: Apache-2.0
"""A journal of hash-chained records, wherever they are kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from suwon_fleet.core.engine.events import Event, StateKept
from suwon_fleet.core.errors import BadInput, Problem, Severity
from suwon_fleet.wire.journal import decode, encode
from suwon_fleet.wire.journal_chain import Head, Record, head_of, link

_SNAPSHOT = StateKept.__name__
_TIDIED = 500
"""So many records are moved at a time, so that no append waits long."""
IN_USE = "journal-in-use"
"""Code of the problem that another process writes the journal."""


class RecordStore(Protocol):
    """Where records are kept. `name` is what people know it by, `surprises` what it found on opening.

    `rows`, `archived` and `cut` raise BadInput, and `write` and `archive` OSError, when that cannot be
    done; `write` then keeps none of its records.
    """

    name: str
    surprises: list[Problem]

    def rows(self, first: int = 0) -> Iterator[Record]:
        """Records from one on that are not in the archive, by number."""

    def archived(self) -> Iterator[Record]:
        """Records in the archive, by number; none when it is not here any more."""

    def archive_head(self) -> Head:
        """Where the chain in the archive ends, also when that is not here any more."""

    def write(self, records: Sequence[Record]) -> None:
        """Keep records; they are durable on return."""

    def archive(self, before: int, most: int) -> bool:
        """Move up to `most` records with numbers less than `before` into the archive; whether any was."""

    def cut(self, records: Sequence[Record]) -> str:
        """Take the last records out, and keep them aside; where."""

    def check(self) -> None:
        """Raises OSError when another may write the journal now."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Examined:
    """How good the records of a journal are: the chain up to `head` is, and then come `bad` ones.

    `is_middle` when one after the first bad one is whole; that is the last of `bad` then.
    """

    head: Head
    bad: list[Record]
    is_middle: bool

    def problem(self, name: str) -> Problem:
        """What is wrong with the first bad one, of the journal of that name."""
        bad, last = self.bad[0], self.head.number
        what = "is not as it was written"
        if bad.number != last + 1:
            what = f"follows record {last}: those between are missing"
        elif bad.is_whole:
            what = f"does not belong after record {last}"
        after = f"it is the first of {len(self.bad)} at the end that are bad"
        if self.is_middle:
            after = f"good records follow (the first is {self.bad[-1].number})"
        return Problem(
            "journal-damaged" if self.is_middle else "journal-tail-bad",
            f"{name}: record {bad.number}",
            f"it {what}, and {after}",
            f"put back a copy; or give up all after record {last}: "
            f"suwon-fleet journal cut {name} --after {last}",
        )


def examine(
    records: Iterable[Record],
    start: Head | None = None,
    note: Callable[[Record], None] = lambda _: None,
) -> Examined:
    """Check records against the chain, which begins after `start`; `note` gets each good one."""
    good = start or Head()
    bad: list[Record] = []
    for record in records:
        if not bad and good.is_followed_by(record):
            good = head_of(record)
            note(record)
            continue
        bad.append(record)
        if record.is_whole:
            return Examined(good, bad, True)
    return Examined(good, bad, False)


class ChainedJournal:
    """Appends are durable when `append` returns. Not thread-safe; any one thread at a time may use it.

    Opened, every record is checked against the chain. Records at the end that are not as they were
    written are cut off, kept aside, and told in `surprises`. One in the middle is not mended but refused:
    what came after it was decided with it.
    """

    def __init__(self, store: RecordStore) -> None:
        """Raises BadInput when a record in the middle is damaged."""
        self._store = store
        self.surprises: list[Problem] = store.surprises
        self._snapshots = deque([0, 0], maxlen=2)  # numbers of the last two
        self._archives = False  # whether there may be something to move
        try:
            self.head = self._examine()
        except BaseException:
            store.close()
            raise

    def _examine(self) -> Head:
        found = examine(self._store.rows(), self._store.archive_head(), self._note)
        if found.is_middle:
            raise BadInput([found.problem(self._store.name)])
        if found.bad:
            where = self._store.cut(found.bad)
            told = found.problem(self._store.name)
            what = f"{told.what}; cut off, and kept in {where}"
            mend = "look at the disk; the fleet goes on from the last good record"
            self.surprises.append(replace(told, what=what, mend=mend, severity=Severity.WARNING))
        return found.head

    def _note(self, record: Record) -> None:
        if record.name == _SNAPSHOT and record.number > self._snapshots[-1]:
            self._snapshots.append(record.number)
            self._archives = True

    def append(self, events: Sequence[Event]) -> None:
        """Keep events, all or none. Raises OSError, and keeps none, when that fails."""
        self.keep(list(link(self.head, map(encode, events))))
        self.tidy()

    def tidy(self) -> None:
        """Move some of what is before the last snapshot but one into the archive.

        When that fails it is told in `surprises`, and tried again after the next snapshot: the journal is
        good without.
        """
        try:
            if self._archives and self._snapshots[0]:
                self._archives = self._store.archive(self._snapshots[0], _TIDIED)
        except OSError as error:
            self._archives = False
            what = f"old records cannot be archived: {error}"
            mend = "make room, and let the folder be written"
            told = Problem("journal-not-archived", self._store.name, what, mend, Severity.WARNING)
            if told not in self.surprises:
                self.surprises.append(told)

    def keep(self, records: Sequence[Record]) -> None:
        """Keep records that are linked to the head. Raises OSError, and keeps none, when that fails."""
        if records:
            self._store.write(records)
            self.head = head_of(records[-1])
            for record in records:
                self._note(record)

    def unkept(self) -> int:
        """None: an append that has returned is kept. Raises OSError when another may write the journal."""
        self._store.check()
        return 0

    def flush(self) -> None:
        """Nothing to wait for."""

    def read(self) -> Iterator[Event]:
        """The last snapshot, if there is one, and all events after it, oldest first.

        Raises BadInput at a record that cannot be read.
        """
        for record in self._store.rows(self._snapshots[-1]):
            yield decode(record.name, record.body, f"{self._store.name}: record {record.number}")

    def close(self) -> None:
        """Let go of where records are kept."""
        self._store.close()
