# SPDX-License-Identifier: Apache-2.0
"""Old records are moved into an archive, and the chain goes on across."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import postgres
import pytest

from suwon_fleet.adapters import chained_journal
from suwon_fleet.adapters.chained_journal import ChainedJournal
from suwon_fleet.adapters.group_journal import GroupJournal
from suwon_fleet.adapters.journals import open_journal
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.core.engine.events import Event, JobPaused, StateKept

Capture = pytest.CaptureFixture[str]


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "j.db")
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    return postgres.url()


def paused(number: int) -> Event:
    return JobPaused(number, f"j{number}", True, "me")


def kept(number: int) -> Event:
    return StateKept(number, "", "", b"all")


def fill(journal: ChainedJournal | GroupJournal, first: int, count: int) -> list[Event]:
    """Appends of three events, the last of them a snapshot; all of them."""
    events = [paused(number) for number in range(first, first + count)] + [kept(first + count)]
    for at in range(0, len(events), 3):
        journal.append(events[at : at + 3])
    return events


def verified(where: str, capsys: Capture) -> tuple[int, int]:
    """How many records are good, and how many of them in the archive."""
    assert main(["journal", "verify", where, "--json"]) == Exit.GOOD
    told = json.loads(capsys.readouterr().out)
    return told["records"], told["archived"]


def exported(where: str, capsys: Capture) -> list[int]:
    assert main(["journal", "export", where]) == Exit.GOOD
    return [json.loads(line)["record"] for line in capsys.readouterr().out.splitlines()]


def test_a_start_reads_from_the_last_snapshot(where: str) -> None:
    with closing(open_journal(where)) as journal:
        events = fill(journal, 0, 20) + fill(journal, 30, 20) + [paused(90)]
        journal.append(events[-1:])
        assert list(journal.read()) == events[-2:]
    with closing(open_journal(where)) as journal:
        assert list(journal.read()) == events[-2:]


@pytest.mark.parametrize("wrap", [lambda journal: journal, GroupJournal])
def test_what_is_before_the_last_but_one_is_archived_little_by_little(
    where: str,
    wrap: Callable[[ChainedJournal], ChainedJournal],
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chained_journal, "_TIDIED", 7)
    with closing(wrap(open_journal(where))) as journal:
        fill(journal, 0, 20)
        fill(journal, 30, 20)
        fill(journal, 60, 20)
        journal.flush()
        newest = list(journal.read())
    records, archived = verified(where, capsys)
    assert records == 63
    assert 0 < archived <= 41
    with closing(open_journal(where)) as journal:
        assert list(journal.read()) == newest
        for number in range(10):
            journal.append([paused(number)])
        assert journal.surprises == []
    assert verified(where, capsys) == (73, 41), "the last snapshot but one is record 42"
    assert exported(where, capsys) == list(range(1, 74))


def test_a_bad_snapshot_at_the_end_is_cut_and_the_one_before_it_serves(where: str) -> None:
    with closing(open_journal(where)) as journal:
        events = [*fill(journal, 0, 20), *fill(journal, 30, 20), *fill(journal, 60, 5)]
    statement = "UPDATE records SET hash = before WHERE number = 48"
    if where.startswith("postgres"):
        postgres.run(statement, where)
    else:
        with closing(sqlite3.connect(where)) as db, db:
            db.execute(statement)
    with closing(open_journal(where)) as journal:
        (surprise,) = journal.surprises
        assert "record 48" in surprise.where
        assert list(journal.read()) == events[41:47]


def test_an_archive_that_was_moved_away_is_told_and_holds_nothing_up(
    tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "j.db"
    with closing(open_journal(str(path))) as journal:
        fill(journal, 0, 20)
        fill(journal, 30, 20)
        fill(journal, 60, 20)
        journal.append([paused(99)])
    archive = Path(f"{path}.archive")
    archive.rename(tmp_path / "elsewhere")
    assert main(["journal", "verify", str(path)]) == Exit.GOOD
    assert "not here" in capsys.readouterr().out
    with closing(open_journal(str(path))) as journal:
        journal.append([paused(100)])
    (tmp_path / "elsewhere").rename(archive)
    assert verified(str(path), capsys)[0] == 65


def test_damage_in_the_archive_is_told(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "j.db"
    with closing(open_journal(str(path))) as journal:
        fill(journal, 0, 20)
        fill(journal, 30, 20)
        fill(journal, 60, 20)
    for statement, told in (
        ("UPDATE records SET name = 'X' WHERE number = 4", "archive: record 4"),
        ("DELETE FROM records WHERE number > 4", "archive: record 4"),
        ("DELETE FROM records WHERE number >= 4", "it ends at record 3"),
    ):
        with closing(sqlite3.connect(f"{path}.archive")) as db, db:
            db.execute(statement)
        assert main(["journal", "verify", str(path)]) == Exit.FAILED
        assert told in capsys.readouterr().err


def test_records_that_are_there_twice_after_a_crash_count_once(
    tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "j.db"
    with closing(open_journal(str(path))) as journal:
        fill(journal, 0, 20)
        fill(journal, 30, 20)
        drop = journal._store._drop
        journal._store._drop = lambda head: None  # as if it died before they were dropped
        fill(journal, 60, 2)
        journal._store._drop = drop
    with closing(sqlite3.connect(f"{path}.archive")) as db:
        assert db.execute("SELECT count(*) FROM records").fetchone() == (41,)
    assert exported(str(path), capsys) == list(range(1, 46))
    with closing(open_journal(str(path))) as journal:
        journal.append([paused(99)])
    assert verified(str(path), capsys) == (46, 41)


def test_a_disk_that_is_too_full_for_the_archive_holds_nothing_up(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    Path(f"{path}.archive").mkdir()
    with closing(open_journal(str(path))) as journal:
        fill(journal, 0, 20)
        fill(journal, 30, 20)
        fill(journal, 60, 20)
        (surprise,) = journal.surprises
        assert surprise.code == "journal-not-archived"
        journal.append([paused(99)])
    with closing(open_journal(str(path))) as journal:
        assert list(journal.read())[-1] == paused(99)
