# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from suwon_fleet.adapters.sqlite_journal import APPLICATION, SqliteJournal
from suwon_fleet.core.engine.events import Event, JobPaused
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.journal import SCHEMA, encode
from suwon_fleet.wire.journal_chain import Head, link

FRAME = 24 + 4096
"""Bytes of a frame of the write-ahead log."""

WRITER = """
import sys
from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.core.engine.events import JobPaused

journal = SqliteJournal(sys.argv[1])
number = sum(1 for _ in journal.read())
while True:
    journal.append([JobPaused(number + k, "j", True, "x" * 50) for k in range(3)])
    number += 3
    print(number, flush=True)
"""


def paused(number: int, requester: str = "me") -> Event:
    return JobPaused(number, "j", True, requester)


def written(path: Path, appends: int = 10) -> list[Event]:
    """A closed journal of `appends` appends of three events each."""
    journal = SqliteJournal(path, sync="normal")
    events = [paused(number, "x" * 50) for number in range(3 * appends)]
    for at in range(0, len(events), 3):
        journal.append(events[at : at + 3])
    journal.close()
    return events


def read(path: Path) -> list[Event]:
    journal = SqliteJournal(path)
    try:
        return list(journal.read())
    finally:
        journal.close()


def look_at(path: Path) -> tuple[list[Event], list[Problem]]:
    """What a journal holds, and what was surprising about it."""
    with closing(SqliteJournal(path)) as journal:
        return list(journal.read()), journal.surprises


def problem_of(path: Path) -> Problem:
    """The one problem of a journal that cannot be opened, or not be read."""
    with pytest.raises(BadInput) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert problem.where.startswith(str(path))
    return problem


def apart(act: Callable[[], None]) -> None:
    """Do something in a process of its own, so that its limits and rights are not ours."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException as error:
            print(f"in the child: {error!r}", file=sys.__stderr__, flush=True)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_is_there_after_it_was_closed(tmp_path: Path) -> None:
    events = written(tmp_path / "j.db")
    assert read(tmp_path / "j.db") == events
    assert [file.name for file in tmp_path.iterdir()] == ["j.db"]


def test_may_be_used_by_another_thread_than_it_was_opened_in(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "j.db")
    thread = threading.Thread(target=journal.append, args=([paused(1)],))
    thread.start()
    thread.join()
    assert list(journal.read()) == [paused(1)]
    journal.close()


def test_a_writer_killed_at_any_moment_loses_nothing_it_was_told_is_kept(tmp_path: Path) -> None:
    """`kill -9`, five times in the same file; each new writer finds the lock free."""
    path = tmp_path / "j.db"
    for kill in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout
        for _ in range(3 + 4 * kill):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        told = [int(line) for line in writer.stdout.read().split("\n") if line]
        writer.stdout.close()
        writer.wait()
        events = read(path)
        assert events == [paused(number, "x" * 50) for number in range(len(events))]
        assert len(events) >= max(told, default=0)
        assert len(events) % 3 == 0, "an append is there whole, or not at all"
        assert len(events) > 0


def test_a_write_ahead_log_cut_short_gives_whole_appends(tmp_path: Path) -> None:
    """As after a power cut: whatever became of the end of the log, what is read is a beginning."""
    path = tmp_path / "j.db"
    journal = SqliteJournal(path, sync="normal")
    events = [paused(number, "x" * 50) for number in range(30)]
    for at in range(0, 30, 3):
        journal.append(events[at : at + 3])
    lengths = set()
    size = (tmp_path / "j.db-wal").stat().st_size
    for cut in range(0, size + 1, size // 16):
        copy = tmp_path / f"copy{cut}.db"
        shutil.copy(path, copy)
        log = (tmp_path / "j.db-wal").read_bytes()[:cut]
        (tmp_path / f"copy{cut}.db-wal").write_bytes(log)
        found, surprises = look_at(copy)
        assert found == events[: len(found)]
        is_whole = cut in (0, 32) or (cut > 32 and (cut - 32) % FRAME == 0)
        assert bool(surprises) != is_whole, "what was cut short is told, and nothing else"
        assert len(found) % 3 == 0
        lengths.add(len(found))
    journal.close()
    assert max(lengths) >= 27
    assert len(lengths) > 3


def test_a_second_opener_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    journal = SqliteJournal(path)
    problem = problem_of(path)
    assert problem.code == "journal-in-use"
    assert "stop that process" in problem.mend
    journal.append([paused(1)])
    journal.close()
    assert read(path) == [paused(1)]


@pytest.mark.parametrize("text", [b"not a journal at all" * 300, b"\x00" * 4096])
def test_a_file_that_is_no_database(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "j.db"
    path.write_bytes(text)
    assert problem_of(path).code == "journal-unusable"
    assert path.read_bytes() == text


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE music (title TEXT)")
    other.close()
    before = path.read_bytes()
    problem = problem_of(path)
    assert problem.code == "journal-unusable"
    assert "something else" in problem.what
    assert path.read_bytes() == before


def test_a_journal_of_another_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    written(path)
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    problem = problem_of(path)
    assert problem.code == "journal-of-another-version"
    assert "99" in problem.what
    assert "version that wrote it" in problem.mend


def test_a_damaged_page_is_told_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    written(path, appends=400)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    problem = problem_of(path)
    assert problem.code == "journal-unusable"
    assert "damaged" in problem.what


def test_a_file_cut_short_is_told_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    written(path, appends=400)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert problem_of(path).code == "journal-unusable"


def test_a_record_that_cannot_be_read_is_told_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    written(path)
    with sqlite3.connect(path) as other:
        (before,) = other.execute("SELECT hash FROM records WHERE number = 30").fetchone()
        (strange,) = link(Head(30, before), [("JobPaused", b"\xc1")])
        other.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?)", strange)
    other.close()
    problem = problem_of(path)
    assert problem.where == f"{path}: record 31"
    assert problem.code == "journal-record-unreadable"


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records SET body = x'c1' WHERE number >= 28",
        "UPDATE records SET hash = x'00' WHERE number >= 28",
        "UPDATE records SET name = 'JobEnded' WHERE number >= 28",
    ],
)
def test_a_damaged_end_is_cut_off_told_and_kept_aside(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "j.db"
    events = written(path)
    change(path, statement)
    found, (surprise,) = look_at(path)
    assert found == events[:27]
    assert surprise.code == "journal-tail-bad"
    assert surprise.where == f"{path}: record 28"
    assert "the first of 3 at the end that are bad; cut off" in surprise.what
    aside = [json.loads(line) for line in (tmp_path / "j.db.cut-1").read_text().splitlines()]
    assert [record["number"] for record in aside] == [28, 29, 30]
    with closing(SqliteJournal(path)) as journal:
        assert not journal.surprises
        journal.append([paused(99)])
    assert look_at(path) == ([*events[:27], paused(99)], [])


@pytest.mark.parametrize(
    ("statement", "number", "what"),
    [
        ("UPDATE records SET body = x'c1' WHERE number = 4", 4, "not as it was written"),
        ("DELETE FROM records WHERE number = 4", 5, "follows record 3"),
        ("DELETE FROM records WHERE number = 1", 2, "follows record 0"),
        ("UPDATE records SET number = 31 WHERE number = 4", 5, "follows record 3"),
    ],
)
def test_damage_in_the_middle_is_refused_and_left_alone(
    tmp_path: Path, statement: str, number: int, what: str
) -> None:
    path = tmp_path / "j.db"
    written(path)
    change(path, statement)
    problem = problem_of(path)
    assert problem.code == "journal-damaged"
    assert problem.where == f"{path}: record {number}"
    assert what in problem.what
    assert "put back a copy" in problem.mend
    assert problem_of(path) == problem, "it is not mended behind anyone's back"


def test_a_record_of_another_journal_does_not_fit(tmp_path: Path) -> None:
    one, other = tmp_path / "one.db", tmp_path / "other.db"
    written(one)
    with closing(SqliteJournal(other)) as journal:
        journal.append([paused(-1)] * 30)
    with closing(sqlite3.connect(one)) as db, db:
        db.execute(f"ATTACH '{other}' AS other")
        db.execute("DELETE FROM records WHERE number = 30")
        db.execute("INSERT INTO records SELECT * FROM other.records WHERE number = 30")
    assert "does not belong after record 29" in problem_of(one).what


def test_a_journal_from_before_there_were_hashes_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    events = [paused(number) for number in range(5)]
    with closing(sqlite3.connect(path)) as old, old:
        old.execute(f"PRAGMA application_id = {APPLICATION}")
        old.execute("PRAGMA user_version = 1")
        old.execute(
            "CREATE TABLE events (number INTEGER PRIMARY KEY, name TEXT NOT NULL, body BLOB NOT NULL)"
        )
        old.executemany("INSERT INTO events (name, body) VALUES (?, ?)", map(encode, events))
    with closing(SqliteJournal(path)) as journal:
        assert list(journal.read()) == events
        journal.append([paused(5)])
    assert read(path) == [*events, paused(5)]
    with closing(sqlite3.connect(path)) as new:
        assert new.execute("PRAGMA user_version").fetchone() == (SCHEMA,)


def test_an_append_that_was_cut_short_is_told_and_its_bytes_are_kept(tmp_path: Path) -> None:
    """As after a power cut in the middle of a write: nobody was told of that append."""
    path, copy = tmp_path / "j.db", tmp_path / "copy.db"
    with closing(SqliteJournal(path)) as journal:
        journal.append([paused(1)])
        shutil.copy(path, copy)
        size = (tmp_path / "j.db-wal").stat().st_size
        journal.append([paused(2)])
        log = (tmp_path / "j.db-wal").read_bytes()
    (tmp_path / "copy.db-wal").write_bytes(log[: size + 1000])
    found, (surprise,) = look_at(copy)
    assert found == [paused(1)]
    assert surprise.code == "journal-torn"
    assert "1000 bytes" in surprise.what
    assert (tmp_path / "copy.db.cut-1").read_bytes() == log[size : size + 1000]


def test_what_an_earlier_log_has_left_is_nothing_to_tell_of(tmp_path: Path) -> None:
    path, copy = tmp_path / "j.db", tmp_path / "copy.db"
    with closing(SqliteJournal(path, sync="normal")) as journal:
        for number in range(700):  # the log is begun anew after some 300
            journal.append([paused(number, "x" * 9000)])
        shutil.copy(path, copy)
        shutil.copy(tmp_path / "j.db-wal", tmp_path / "copy.db-wal")
        assert look_at(copy)[1] == []


def test_a_folder_that_does_not_exist_or_no_folder_at_all(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "none" / "j.db", tmp_path / "file" / "j.db", tmp_path):
        problem = problem_of(path)
        assert problem.code == "journal-not-accessible"
        assert "folder that exists" in problem.mend


@pytest.mark.parametrize("exists", [False, True])
def test_a_folder_that_may_not_be_written(
    tmp_path_factory: pytest.TempPathFactory, exists: bool
) -> None:
    folder = tmp_path_factory.mktemp("read only")
    path = folder / "j.db"
    if exists:
        written(path)
        path.chmod(0o444)
    folder.chmod(0o555)

    def open_as_nobody() -> None:
        os.chdir(folder)
        if os.geteuid() == 0:
            os.seteuid(65534)  # root may write anywhere
        problem = problem_of(Path("j.db"))
        assert problem.code == "journal-not-accessible", problem

    try:
        apart(open_as_nobody)
    finally:
        folder.chmod(0o755)


def test_a_full_disk_fails_an_append_whole_and_the_next_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "j.db"

    def fill() -> None:
        journal = SqliteJournal(path)
        kept: list[Event] = []

        def append() -> None:
            events = [paused(len(kept)), paused(len(kept) + 1, "x" * 2000)]
            journal.append(events)
            kept.extend(events)

        def append_without_end() -> None:
            while True:
                append()

        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 1024, hard))
        with pytest.raises(OSError, match=str(path)):
            append_without_end()
        assert list(journal.read()) == kept
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        append()

    apart(fill)
    events = read(path)
    assert [event.at_ns for event in events] == list(range(len(events)))
    assert len(events) > 20


def test_an_append_that_finds_no_room_half_way_leaves_none_of_its_events(tmp_path: Path) -> None:
    """Here SQLite itself runs out of pages, and leaves it to us to end the transaction."""
    journal = SqliteJournal(tmp_path / "j.db")
    journal.append([paused(0)])
    journal._store._db.execute("PRAGMA max_page_count = 8")
    with pytest.raises(OSError, match="full"):
        journal.append([paused(number, "x" * 1000) for number in range(1, 100)])
    assert list(journal.read()) == [paused(0)]
    journal._store._db.execute("PRAGMA max_page_count = 1000")
    journal.append([paused(1)])
    assert list(journal.read()) == [paused(0), paused(1)]
    journal.close()


def test_durability_is_full_or_normal(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="full or normal, not 'off'"):
        SqliteJournal(tmp_path / "j.db", sync="off")


def test_a_full_disk_when_it_is_opened(tmp_path: Path) -> None:
    def open_it() -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
        problem = problem_of(tmp_path / "j.db")
        assert problem.code == "journal-not-accessible"
        assert "room" in problem.mend

    apart(open_it)
