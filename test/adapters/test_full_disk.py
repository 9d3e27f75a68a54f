# SPDX-License-Identifier: Apache-2.0
"""A disk that is truly full: the kernel lets no file of this process grow any more."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from suwon_fleet.adapters.group_journal import GroupJournal
from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.core.engine.events import JobPaused


def paused(number: int) -> JobPaused:
    return JobPaused(number, "j" * 500, True, "me")


@contextmanager
def full(room: int) -> Iterator[None]:
    """Within it files end at so many bytes; Python lets SIGXFSZ be, so that a write fails instead."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def is_kept(journal: GroupJournal | SqliteJournal, number: int) -> bool:
    """Whether one more event could be kept; the disk is full, or it could."""
    try:
        journal.append([paused(number)])
        journal.flush()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("is_group", [False, True])
def test_what_was_kept_is_there_when_there_is_room_again(tmp_path: Path, is_group: bool) -> None:
    path = tmp_path / "j.sqlite"
    kept = 0
    with closing(SqliteJournal(path)) as file, full(200_000):
        journal = GroupJournal(file) if is_group else file
        while is_kept(journal, kept):
            kept += 1
        assert kept > 10
        if isinstance(journal, GroupJournal):
            with pytest.raises(OSError, match="cannot write"):
                journal.append([paused(kept)])
            with pytest.raises(OSError, match="cannot write"):
                journal.unkept()
    with closing(SqliteJournal(path)) as file:
        assert list(file.read()) == [paused(number) for number in range(kept)]
        file.append([paused(kept)])
        assert len(list(file.read())) == kept + 1
