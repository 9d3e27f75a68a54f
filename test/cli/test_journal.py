# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet journal`: what it prints, what it leaves alone, its exit codes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.core.engine.events import JobPaused, ZoneSet

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of ten records."""
    path = tmp_path / "j.sqlite"
    with closing(SqliteJournal(path, sync="normal")) as journal:
        journal.append(
            [JobPaused(number * 10**9, f"job-{number}", True, "민수") for number in range(1, 9)]
        )
        journal.append([ZoneSet(9 * 10**9, "hall", False, "people", "me")] * 2)
    return path


def journal(*arguments: object) -> int:
    return main(["journal", *map(str, arguments)])


def damage(path: Path, number: int) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE records SET body = x'c1' WHERE number = ?", (number,))


def test_a_whole_journal_is_verified_and_left_as_it_is(path: Path, capsys: Capture) -> None:
    before = path.read_bytes()
    assert journal("verify", path, "--json") == Exit.GOOD
    told = json.loads(capsys.readouterr().out)
    assert (told["is_whole"], told["records"], told["problem"]) == (True, 10, None)
    assert journal("verify", path) == Exit.GOOD
    assert told["head"] in capsys.readouterr().out
    assert path.read_bytes() == before


@pytest.mark.parametrize(("number", "good"), [(4, 3), (10, 9)])
def test_damage_is_told_and_left_alone(path: Path, capsys: Capture, number: int, good: int) -> None:
    damage(path, number)
    before = path.read_bytes()
    assert journal("verify", path, "--json") == Exit.FAILED
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert (told["is_whole"], told["records"]) == (False, good)
    assert f"record {number}" in err
    assert f"journal cut {path} --after {good}" in err
    assert path.read_bytes() == before


def test_what_is_damaged_can_be_given_up(path: Path, capsys: Capture) -> None:
    damage(path, 4)
    assert journal("cut", path, "--after", 3) == Exit.GOOD
    assert f"7 records cut off, and kept in {path}.cut-1" in capsys.readouterr().err
    assert len(Path(f"{path}.cut-1").read_text().splitlines()) == 7
    assert journal("verify", path) == Exit.GOOD
    assert journal("cut", path, "--after", 3) == Exit.BAD_INPUT
    assert "there is no record after 3" in capsys.readouterr().err


def test_shows_the_newest_or_those_asked_for(path: Path, capsys: Capture) -> None:
    def shown(*options: object) -> list[int]:
        assert journal("show", path, "--json", *options) == Exit.GOOD
        return [json.loads(line)["record"] for line in capsys.readouterr().out.splitlines()]

    assert shown() == list(range(1, 11))
    assert shown("--count", 2) == [9, 10]
    assert shown("--first", 3, "--last", 5) == [3, 4, 5]
    assert shown("--event", "ZoneSet") == [9, 10]
    assert shown("--about", "job-7") == [7]
    assert shown("--about", "job") == []
    assert journal("show", path, "--about", "job-7") == Exit.GOOD
    assert "JobPaused" in (text := capsys.readouterr().out)
    assert "민수" in text


def test_exports_all_as_lines_of_json(path: Path, tmp_path: Path, capsys: Capture) -> None:
    assert journal("export", path) == Exit.GOOD
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    first, second = map(json.loads, lines[:2])
    assert first["event"] == "JobPaused"
    assert (first["job_id"], first["at_ns"]) == ("job-1", 10**9)
    assert second["before"] == first["hash"]
    file = tmp_path / "all.jsonl"
    assert journal("export", path, "-o", file) == Exit.GOOD
    assert file.read_text().splitlines() == lines
    assert journal("export", path, "-o", file) == Exit.BAD_INPUT, "nothing is written over"
    assert "unwritable" in capsys.readouterr().err


def test_no_journal_is_made_by_looking_for_one(tmp_path: Path, capsys: Capture) -> None:
    for verb in (["verify"], ["show"], ["export"], ["cut", "--after", "1"]):
        assert journal(*verb[:1], tmp_path / "none.sqlite", *verb[1:]) == Exit.BAD_INPUT
        assert "journal-not-accessible" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_journal_at_work_is_not_touched(path: Path, capsys: Capture) -> None:
    with closing(SqliteJournal(path)):
        assert journal("verify", path) == Exit.BAD_INPUT
    assert "journal-in-use" in capsys.readouterr().err
