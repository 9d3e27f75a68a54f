# SPDX-License-Identifier: Apache-2.0
"""The example robot over ROS keeps the contract; with lines of it changed each fault gets its name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from ros_fleet import echo, running

from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.cli.processes import Processes, node_command
from suwon_fleet.conform.book import Verdict
from suwon_fleet.conform.exam import Plan
from suwon_fleet.conform.ros import examine

pytestmark = pytest.mark.ros
PROGRAM = Path(__file__).parents[2] / "examples" / "ros_robot.py"
PLAN, PATIENT = Plan(room_m=0.6), Plan(room_m=0.6, patience_s=30.0)
FAULTS = {
    "seq": ("me.sequence += 1", "me.sequence = 7"),
    "not-its-own": ("if told.robot_id == self.me.robot_id:", "if True:"),
    "no-self-resume": ('told.RESUME and me.stop == "paused"', "told.RESUME"),
    "grant-gap": ("and told.first_index <= me.granted_index + 1:", ":"),
    "action-once": ("told.ACT and not is_my_action and", "told.ACT and"),
    "release-other": ("told.RELEASE_STOP and told.stop_id == me.stop_id:", "told.RELEASE_STOP:"),
}
"""By the clause that breaks: a line of the program, and what stands there instead."""


@contextmanager
def robot(program: Path) -> Iterator[None]:
    """It is at work in this process's domain."""
    given = {"robot_id": "r-1", "kind": "courier"}
    with isolated(), Processes(echo) as processes:
        processes.start("robot", [sys.executable, str(program), *node_command("", given)[3:]])
        yield


def test_the_example_passes() -> None:
    with robot(PROGRAM):
        findings = examine("/fleet", "r-1", plan=PATIENT, first_s=60.0)
    assert {f.clause.id: f.seen for f in findings if f.verdict is not Verdict.PASS} == {}


@pytest.mark.longest
def test_six_faults_are_named_and_nothing_else(tmp_path: Path) -> None:
    program = PROGRAM.read_text()
    for right, wrong in FAULTS.values():
        assert program.count(right) == 1
        program = program.replace(right, wrong)
    (tmp_path / "robot.py").write_text(program)
    with robot(tmp_path / "robot.py"):
        findings = examine("/fleet", "r-1", plan=PLAN, first_s=30.0)
    seen = {f.clause.id: f.seen for f in findings if f.verdict is Verdict.FAIL}
    assert seen.keys() == FAULTS.keys(), seen


def test_the_verb_says_who_did_not_come(capsys: pytest.CaptureFixture[str]) -> None:
    with isolated():
        assert main(["conform", "--ros", "/fleet", "--robot", "x", "--wait", "0.5"]) == Exit.FAILED
        assert main(["conform", "--ros", "1/2", "--robot", "x", "--wait", "0.5"]) == Exit.BAD_INPUT
    assert "fail" in capsys.readouterr().out


@pytest.mark.longest
def test_where_a_fleet_manager_is_at_work_it_does_not_interfere(tmp_path: Path) -> None:
    with running(tmp_path):
        assert main(["conform", "--ros", "/fleet", "--robot", "cart-1"]) == Exit.BAD_INPUT
