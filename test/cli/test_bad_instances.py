# SPDX-License-Identifier: Apache-2.0
"""Instance files that `suwon-fleet bench lifelong` cannot play: one clear error, at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from suwon_fleet.bench.lifelong import instance as reading
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main

FILE = {
    "mapFile": "m",
    "agentFile": "a",
    "taskFile": "t",
    "teamSize": 2,
    "numTasksReveal": 1,
    "taskAssignmentStrategy": "roundrobin",
}
MAP = "type octile\nheight 2\nwidth 3\nmap\n...\n...\n"
Capture = pytest.CaptureFixture[str]


def write(folder: Path, grid: str = MAP, tasks: str = "1\n3\n", **fields: Any) -> Path:
    (folder / "m").write_text(grid)
    (folder / "a").write_text("2\n0\n1\n")
    (folder / "t").write_text(tasks)
    path = folder / "problem.json"
    path.write_text(json.dumps(FILE | fields))
    return path


def complaint(path: Path, capsys: Capture) -> str:
    """The one line that is said about an instance."""
    assert main(["bench", "lifelong", "--instance", str(path), "--json"]) == Exit.BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    return line


@pytest.mark.parametrize(
    ("wrong", "where", "code"),
    [
        ({"teamSize": "two"}, "problem.json", "instance-format"),
        ({"mapFile": 5}, "problem.json", "instance-format"),
        ({"delayConfig": [1]}, "problem.json", "instance-format"),
        ({"numTasksReveal": 1e300}, "problem.json", "instance-number"),
        ({"teamSize": 3}, "a", "instance-starts"),
        ({"mapFile": "elsewhere/m"}, "elsewhere/m", "unreadable"),
        ({"taskFile": "."}, "", "unreadable"),
        ({"grid": MAP[:-4]}, "m", "grid-size"),
        ({"grid": MAP.replace("2", "999999999")}, "m", "grid-size"),
        ({"grid": ""}, "m", "grid-header"),
        ({"tasks": "2\n3\n"}, "t", "instance-format"),
        ({"tasks": "1\n3.5\n"}, "t", "instance-format"),
        ({"tasks": "1\n" + "9" * 40 + "\n"}, "t", "instance-format"),
        ({"tasks": "1\n6\n"}, "t", "instance-cell"),
    ],
)
def test_the_file_and_the_fault_are_named(
    wrong: dict[str, Any], where: str, code: str, tmp_path: Path, capsys: Capture
) -> None:
    said = complaint(write(tmp_path, **wrong), capsys)
    assert said.startswith(str(tmp_path / where))
    assert f"[{code}]; " in said


@pytest.mark.parametrize("content", [b"", b'{"mapFile": "m", "agent', b"[]", b"\xff\xfe\x00"])
def test_broken_and_truncated_files(content: bytes, tmp_path: Path, capsys: Capture) -> None:
    path = write(tmp_path)
    path.write_bytes(content)
    assert complaint(path, capsys).startswith(f"{path}: error: ")


def test_no_such_file(tmp_path: Path, capsys: Capture) -> None:
    assert "[unreadable]" in complaint(tmp_path / "none.json", capsys)


def test_a_file_that_is_far_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    path = write(tmp_path)
    monkeypatch.setattr(reading, "MOST_BYTES", path.stat().st_size - 1)
    assert "[too-large]" in complaint(path, capsys)


def test_more_robots_and_cells_than_memory_has_room_for(tmp_path: Path, capsys: Capture) -> None:
    """Each goal of a robot needs a row as long as the map: here some 430 GiB in all."""
    ground = ("." * 1700 + "\n") * 1700
    path = write(tmp_path, grid=f"type octile\nheight 1700\nwidth 1700\nmap\n{ground}")
    (tmp_path / "a").write_text("10000\n" + "".join(f"{cell}\n" for cell in range(10_000)))
    path.write_text(json.dumps(FILE | {"teamSize": 10_000, "version": "2026 LoRR"}))
    said = complaint(path, capsys)
    assert "[instance-too-large]; play fewer robots (teamSize)" in said
    assert "10,000 robots on 2,890,000 cells need about 4" in said
