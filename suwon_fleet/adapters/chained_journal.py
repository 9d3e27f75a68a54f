# SPDX-License-Identifier: Apache-2.0
"""A journal of hash-chained records, wherever they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.errors import BadInput, Problem, Severity
from suwon_fleet.wire.journal import decode, encode
from suwon_fleet.wire.journal_chain import Head, Record, head_of, link

IN_USE = "journal-in-use"
"""Code of the problem that another process writes the journal."""


class RecordStore(Protocol):
    """Where records are kept. `name` is what people know it by, `surprises` what it found on opening.

    `rows` and `cut` raise BadInput, and `write` OSError, when that cannot be done; `write` then keeps
    none of its records.
    """

    name: str
    surprises: list[Problem]

    def rows(self) -> Iterator[Record]:
        """All records, by number."""

    def write(self, records: Sequence[Record]) -> None:
        """Keep records; they are durable on return."""

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


def examine(records: Iterable[Record]) -> Examined:
    """Check records against the chain."""
    good = Head()
    bad: list[Record] = []
    for record in records:
        if not bad and good.is_followed_by(record):
            good = head_of(record)
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
        try:
            self.head = self._examine()
        except BaseException:
            store.close()
            raise

    def _examine(self) -> Head:
        found = examine(self._store.rows())
        if found.is_middle:
            raise BadInput([found.problem(self._store.name)])
        if found.bad:
            where = self._store.cut(found.bad)
            told = found.problem(self._store.name)
            what = f"{told.what}; cut off, and kept in {where}"
            mend = "look at the disk; the fleet goes on from the last good record"
            self.surprises.append(replace(told, what=what, mend=mend, severity=Severity.WARNING))
        return found.head

    def append(self, events: Sequence[Event]) -> None:
        """Keep events, all or none. Raises OSError, and keeps none, when that fails."""
        self.keep(list(link(self.head, map(encode, events))))

    def keep(self, records: Sequence[Record]) -> None:
        """Keep records that are linked to the head. Raises OSError, and keeps none, when that fails."""
        if records:
            self._store.write(records)
            self.head = head_of(records[-1])

    def unkept(self) -> int:
        """None: an append that has returned is kept. Raises OSError when another may write the journal."""
        self._store.check()
        return 0

    def flush(self) -> None:
        """Nothing to wait for."""

    def records(self) -> Iterator[Record]:
        """All records, oldest first, as they are kept."""
        return self._store.rows()

    def read(self) -> Iterator[Event]:
        """All events, oldest first. Raises BadInput at a record that cannot be read."""
        for record in self._store.rows():
            yield decode(record.name, record.body, f"{self._store.name}: record {record.number}")

    def close(self) -> None:
        """Let go of where records are kept."""
        self._store.close()
