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
from suwon_fleet.cli import demo
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.cli.processes import Processes
from suwon_fleet.cli.rehearsal import NotFinished, Progress, Report

pytestmark = [pytest.mark.ros, pytest.mark.timeout(900)]

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
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_heed_sigint,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _heed_sigint() -> None:
    """Also where the tests were started in the background, and ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


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
    with program(*arguments, "--rate", "1") as playing:
        assert playing.stdout is not None
        next(line for line in playing.stdout if "robots at work" in line)
        assert len(processes_that_name(yard.folder)) == 3
        playing.send_signal(signal.SIGINT)
        assert playing.wait(WALL_S) == Exit.INTERRUPTED
    assert not processes_that_name(yard.folder)


def test_a_demo_of_no_scenario_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--scenario", "none.yaml"]) == Exit.BAD_INPUT
    assert "none.yaml" in capsys.readouterr().err


def test_a_demo_makes_no_folder_for_its_journal(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = yard.folder / "nowhere"
    arguments = ["--scenario", str(yard.scenario), "--keep-journal", str(folder / "journal")]
    assert main(["demo", *arguments]) == Exit.BAD_INPUT
    assert f"there is no folder {folder} [no-folder]" in capsys.readouterr().err
    assert not folder.exists()


@pytest.mark.parametrize(("wall_s", "told"), [(0.01, False), (0.99, False), (1.0, True)])
def test_speed_is_told_once_there_is_one(wall_s: float, told: bool) -> None:
    words = demo._words(Progress(0, 5, 1, 4, sim_s=30.0, wall_s=wall_s))
    assert words.startswith("0/5 jobs done, 1/4 robots at work, 30 s simulated")
    assert words.endswith(", 30 times as fast") == told


def test_a_job_that_still_runs_has_no_reason(capsys: pytest.CaptureFixture[str]) -> None:
    undone = (
        NotFinished("", "job-1", "running", "", ""),
        NotFinished("r-2", "", "refused", "No.", ""),
    )
    report = Report(
        scenario="yard", site="yard", seed=3, robots=ROBOTS, jobs_submitted=2, jobs_finished=0,
        jobs_refused=1, jobs_failed=0, jobs_cancelled=0, jobs_unfinished=1, collisions=0,
        deadlocks=0, illegal_grants=0, sim_s=60.0, wall_s=1.0, setup_s=0.5, state_hash="",
        journal="", not_finished=undone, violations=(),
    )  # fmt: skip
    demo._print(report, None, "en")
    assert {"running: job-1", "refused: r-2: No."} <= set(capsys.readouterr().out.splitlines())


def test_a_demo_whose_node_dies_ends_with_its_last_words(
    yard: Yard, capsys: pytest.CaptureFixture[str]
) -> None:
    yard.journal.symlink_to(yard.folder / "nowhere" / "journal")
    arguments = ["--scenario", str(yard.scenario), "--keep-journal", str(yard.journal)]
    assert main(["demo", *arguments]) == Exit.FAILED
    assert "fleet_manager ended with exit code" in (err := capsys.readouterr().err)
    assert str(yard.journal) in err
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


@pytest.mark.parametrize("bad", ["nope", "yard.yaml", "scenario.yaml", "kinds"])
def test_up_starts_nothing_of_bad_files(
    bad: str, yard: Yard, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(yard.scenario), "--robots", str(yard.folder)] if bad == "kinds" else [bad]
    if bad.endswith(".yaml"):
        broken = yard.folder / bad
        broken.write_text(broken.read_text().replace("id: yard", "id: '?'"))
        arguments = [str(broken)]
    monkeypatch.setattr(Processes, "start", lambda *_: pytest.fail("it started a node"))
    assert main(["up", *arguments, "--journal", str(yard.journal)]) == Exit.BAD_INPUT
    shown = capsys.readouterr().err
    assert bad in shown or bad == "kinds"
    assert ": error: " in shown.splitlines()[0]


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


@pytest.mark.longest
def test_a_fleet_manager_that_is_killed_goes_on_by_its_journal(
    yard: Yard, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "killed.yaml"
    faults = (
        "faults:\n"
        "  - {at_s: 20, for_s: 2, target: fleet_manager, node: {kill: true}}\n"
        "  - {at_s: 60, for_s: 2, target: fleet_manager, node: {pause: true}}\n"
    )
    path.write_text(Path(yard.simulator["scenario"]).read_text("utf-8") + faults, "utf-8")
    assert main(["demo", "--scenario", str(path), "--json", "-"]) == Exit.GOOD
    told = json.loads(capsys.readouterr().out)
    assert told["jobs_finished"] == told["jobs_submitted"]
    assert (told["collisions"], told["illegal_grants"]) == (0, 0)
