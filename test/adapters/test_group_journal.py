# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest

from suwon_fleet.adapters.group_journal import MOST_WAITING, GroupJournal
from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.core.engine.events import JobPaused
from suwon_fleet.wire.journal_chain import Record


def paused(number: int) -> JobPaused:
    return JobPaused(number, "j", True, "me")


class Gated(SqliteJournal):
    """A journal whose disk syncs when it is let, and fails when it is told to."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, sync="normal")
        self.is_asked, self.may = Flag(), Flag()
        self.fails = False
        self.groups: list[int] = []

    def keep(self, records: Sequence[Record]) -> None:
        self.is_asked.set()
        self.may.wait()
        if self.fails:
            raise OSError("no space left on device")
        self.groups.append(len(records))
        super().keep(records)


def test_what_comes_while_the_disk_syncs_is_kept_together(tmp_path: Path) -> None:
    gated = Gated(tmp_path / "j.db")
    told = []
    with closing(GroupJournal(gated, lambda: told.append(True))) as journal:
        journal.append([paused(0)])
        gated.is_asked.wait()
        for number in range(1, 6):
            journal.append([paused(number)])
        assert journal.unkept() == 6
        gated.may.set()
        journal.flush()
        assert journal.unkept() == 0
        assert gated.groups == [1, 5]
        assert list(journal.read()) == [paused(number) for number in range(6)]
    assert len(told) == 2
    with closing(SqliteJournal(tmp_path / "j.db")) as kept:
        assert not kept.surprises
        assert list(kept.read()) == [paused(number) for number in range(6)]


def test_once_the_disk_fails_nothing_is_kept_any_more(tmp_path: Path) -> None:
    gated = Gated(tmp_path / "j.db")
    told = Flag()
    with closing(GroupJournal(gated, told.set)) as journal:
        gated.fails = True
        journal.append([paused(0)])
        gated.may.set()
        told.wait()
        gated.fails = False
        for ask in (journal.unkept, journal.flush, lambda: journal.append([paused(1)])):
            with pytest.raises(OSError, match="no space left"):
                ask()
    with closing(SqliteJournal(tmp_path / "j.db")) as kept:
        assert list(kept.read()) == []


def test_appends_wait_for_room_when_the_disk_is_far_behind(tmp_path: Path) -> None:
    gated = Gated(tmp_path / "j.db")
    with closing(GroupJournal(gated)) as journal:
        journal.append([paused(0)])
        gated.is_asked.wait()  # that one is with the disk: the others wait
        for number in range(MOST_WAITING):
            journal.append([paused(number)])
        more = Thread(target=journal.append, args=([paused(99)],))
        more.start()
        assert more.is_alive()
        assert journal.unkept() == MOST_WAITING + 1
        gated.may.set()
        more.join()
        journal.flush()
        assert len(list(journal.read())) == MOST_WAITING + 2


def test_closed_it_keeps_what_was_appended(tmp_path: Path) -> None:
    with closing(GroupJournal(SqliteJournal(tmp_path / "j.db"))) as journal:
        for number in range(50):
            journal.append([paused(number)])
    with closing(SqliteJournal(tmp_path / "j.db")) as kept:
        assert len(list(kept.read())) == 50
