# SPDX-License-Identifier: Apache-2.0
"""The keeper: who dies is followed by another, who ends as it should is not."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import wait_for

PATIENCE_S = 60.0
PROGRAM = """\
import os, signal, sys
from pathlib import Path
from suwon_fleet.nodes import keeper

keeper.PAUSE_S = 0.0
lives, plan = Path(sys.argv[1]), sys.argv[2:]

def work():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    number = len(lives.read_text()) if lives.exists() else 0
    with lives.open("a") as written:
        written.write(".")
    match plan[number]:
        case "wait":
            signal.sigwait({signal.SIGTERM})
            return 0
        case "raise":
            raise RuntimeError("a fault")
        case code if int(code) < 0:
            os.kill(os.getpid(), -int(code))
        case code:
            return int(code)

sys.exit(keeper.Keeper(work, good=(0, 2)).run())
"""


@pytest.fixture
def lives(tmp_path: Path) -> Path:
    return tmp_path / "lives"


def kept(lives: Path, *plan: str) -> subprocess.Popen[str]:
    """A keeper of children that end as planned, one after the other."""
    command = [sys.executable, "-c", PROGRAM, str(lives), *plan]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (("0",), 0),
        (("2",), 2),
        (("-9", "0"), 0),
        (("-11", "-9", "2"), 2),
        (("1", "1", "0"), 0),
        (("raise", "0"), 0),
    ],
)
def test_it_lets_another_live_until_one_ends_as_it_should(
    lives: Path, plan: tuple[str, ...], code: int
) -> None:
    process = kept(lives, *plan)
    _, said = process.communicate()
    assert process.returncode == code, said
    assert len(lives.read_text()) == len(plan)
    assert said.count("starting another") == len(plan) - 1


def test_asked_to_end_it_asks_its_child_and_ends_with_it(lives: Path) -> None:
    process = kept(lives, "-9", "wait")
    wait_for(lambda: lives.exists() and len(lives.read_text()) == 2, PATIENCE_S)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert len(lives.read_text()) == 2


def test_no_child_lives_without_it(lives: Path) -> None:
    process = kept(lives, "wait")
    wait_for(lives.exists, PATIENCE_S)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    child = int(children.read_text())
    process.kill()
    process.communicate()
    wait_for(lambda: not is_alive(child), PATIENCE_S)


def is_alive(process_id: int) -> bool:
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it may also end while that is read
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
