# SPDX-License-Identifier: Apache-2.0
"""`demo` and `up`: the nodes as child processes, and none left behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from yard import ROBOTS, Yard

from suwon_fleet.adapters.ros.client import FleetClient
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main

pytestmark = [pytest.mark.ros, pytest.mark.timeout(300)]

COUNTS = ("jobs_submitted", "jobs_finished", "jobs_refused", "collisions", "deadlocks")
WALL_S = 120.0
"""How long a program may take here at most."""


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard.write(tmp_path)


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """suwon-fleet in a process of its own; its output is that of both streams."""
    command = [sys.executable, "-m", "suwon_fleet.cli.main", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def processes_that_name(path: Path) -> list[str]:
    """Command lines of the processes that run with a file."""
    lines = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has just ended
            continue
        if str(path) in line:
            lines.append(line)
    return lines


def test_a_demo_plays_a_scenario_to_its_end(yard: Yard, capsys: pytest.CaptureFixture[str]) -> None:
    result = yard.folder / "result.json"
    arguments = ["--scenario", str(yard.scenario), "--keep-journal", str(yard.journal)]
    assert main(["demo", *arguments, "--jobs", "5", "--json", str(result)]) == Exit.GOOD
    shown = capsys.readouterr()
    assert "5 submitted: 5 finished" in shown.out
    assert "is finished" in shown.out, "one job is explained"
    assert f"{ROBOTS} robots, 5 jobs" in shown.err
    facts = json.loads(result.read_text())
    assert [facts[name] for name in COUNTS] == [5, 5, 0, 0, 0]
    assert facts["illegal_grants"] == 0
    assert facts["sim_s"] > 0
    assert facts["journal"] == str(yard.journal)
    assert len(facts["state_hash"]) == 32
    assert not processes_that_name(yard.folder)
    assert main(["demo", *arguments]) == Exit.BAD_INPUT, "the journal is there already"
    assert "[journal-exists]" in capsys.readouterr().err


def test_an_interrupted_demo_leaves_nothing_behind(yard: Yard) -> None:
    arguments = ("demo", "--scenario", str(yard.scenario), "--keep-journal", str(yard.journal))
    with program(*arguments, "--rate", "1") as demo:
        assert demo.stdout is not None
        next(line for line in demo.stdout if "robots at work" in line)
        assert len(processes_that_name(yard.folder)) == 3
        demo.send_signal(signal.SIGINT)
        assert demo.wait(WALL_S) == Exit.INTERRUPTED
    assert not processes_that_name(yard.folder)


def test_a_demo_of_no_scenario_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--scenario", "none.yaml"]) == Exit.BAD_INPUT
    assert "none.yaml" in capsys.readouterr().err


def test_a_demo_whose_node_dies_ends_with_its_last_words(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = yard.folder / "no folder"
    folder.write_text("a file")
    arguments = ["--scenario", str(yard.scenario), "--keep-journal", str(folder / "journal")]
    assert main(["demo", *arguments]) == Exit.FAILED
    assert "fleet_manager ended with exit code" in (err := capsys.readouterr().err)
    assert "no folder" in err
    assert not processes_that_name(yard.folder)


def test_up_runs_until_it_is_asked_to_end(yard: Yard) -> None:
    arguments = (str(yard.scenario), "--journal", str(yard.journal), "--rate", "20")
    with (
        isolated(),
        program("up", *arguments) as up,
        FleetClient(timeout_s=WALL_S) as client,
    ):
        assert up.stdout is not None
        lines = up.stdout
        next(line for line in lines if line.startswith("[simulator]"))
        states = iter(client.state, None)
        assert next(state for state in states if len(state.robots) == ROBOTS)
        up.send_signal(signal.SIGTERM)
        assert "up: ended" in lines.read()
        assert up.wait(WALL_S) == Exit.GOOD
    assert not processes_that_name(yard.folder)


def test_up_ends_with_the_node_that_finds_its_input_bad(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    with isolated():
        code = main(
            [
                "up",
                str(yard.folder / "yard.yaml"),
                "--fleet",
                "lorry:1",
                "--journal",
                str(yard.journal),
            ]
        )
    assert code == Exit.BAD_INPUT
    shown = capsys.readouterr()
    assert "'lorry:1' is not KIND:COUNT" in shown.out
    assert "simulator ended with exit code 2" in shown.err
    assert not processes_that_name(yard.folder)
