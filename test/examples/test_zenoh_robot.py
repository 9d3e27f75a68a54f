# SPDX-License-Identifier: Apache-2.0
"""The example robot in a process of its own does jobs for a real fleet, over a real Zenoh session."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from zenoh_fleet import HOME, ZenohFleet

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobKind
from suwon_fleet.core.robots.report import StopState
from suwon_fleet.core.robots.states import Connection

PROGRAM = Path(__file__).parents[2] / "examples" / "zenoh_robot.py"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZenohFleet]:
    with ZenohFleet.in_folder(tmp_path_factory.mktemp("corridor")) as fleet:
        yield fleet


@contextmanager
def robot_at(fleet: ZenohFleet, x: float, y: float) -> Iterator[subprocess.Popen[bytes]]:
    """The robot's program runs; it stands there."""
    arguments = [fleet.endpoint, *HOME, "r-1", str(x), str(y)]
    robot = subprocess.Popen([sys.executable, str(PROGRAM), *arguments])
    try:
        yield robot
    finally:
        robot.kill()
        robot.wait()


def test_it_is_short() -> None:
    assert len(PROGRAM.read_text().splitlines()) <= 50


def test_it_joins_gets_a_job_and_does_it(fleet: ZenohFleet) -> None:
    with robot_at(fleet, 6.0, 0.5) as robot:
        fleet.until(lambda: "r-1" in fleet.state.robots)
        job = fleet.submit(JobKind.DELIVERY, "desk", "shop")
        fleet.until(lambda: fleet.state.robots["r-1"].states.compartment == "open")
        stop = fleet.ask(m.StopRobots("", "robot", "r-1", requester="kim", reason="a dog")).id
        fleet.until(lambda: fleet.state.robots["r-1"].states.stop is StopState.PROTECTIVE)
        fleet.ask(m.ReleaseRobots("", "kim", stop))
        fleet.until(lambda: fleet.state.jobs[job].status.is_over)
        assert fleet.state.jobs[job].status == "finished"
        pose = fleet.service.fleet.reports["r-1"].pose
        assert (pose.x_m, pose.y_m) == (0.0, 0.0)
        fleet.until(lambda: fleet.alerts() == [])
        fleet.until(lambda: fleet.link.unanswered == 0)
        counts = fleet.link.counts
        assert (counts.unusable.total(), counts.unanswered, counts.refused) == (0, 0, 0)

        os.kill(robot.pid, signal.SIGKILL)
        states = fleet.state.robots["r-1"].states
        fleet.until(lambda: fleet.state.robots["r-1"].states.connection is Connection.COMMS_LOST)
        assert states.connection is Connection.ONLINE


@pytest.mark.longest
def test_its_program_may_start_anew_in_the_middle_of_a_job(fleet: ZenohFleet) -> None:
    with robot_at(fleet, 0.0, 0.0):
        fleet.until(lambda: "r-1" in fleet.state.robots)
        fleet.until(lambda: fleet.state.robots["r-1"].states.connection is Connection.ONLINE)
        job = fleet.submit(JobKind.DELIVERY, "shop", "desk")
        fleet.until(lambda: fleet.state.jobs[job].robot_id == "r-1")
        fleet.until(lambda: fleet.state.robots["r-1"].states.compartment == "open")
    pose = fleet.service.fleet.reports["r-1"].pose
    with robot_at(fleet, pose.x_m, pose.y_m):
        fleet.until(lambda: fleet.state.jobs[job].status.is_over)
        assert fleet.state.jobs[job].status == "finished"
