# SPDX-License-Identifier: Apache-2.0
"""The example rig keeps the contract, and stands in for a robot in lockstep with the simulator."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from yard import Yard
from zenoh_net import free_endpoint

from suwon_fleet.adapters.zenoh.session import SessionSettings
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.processes import Processes, node_command
from suwon_fleet.conform.book import Verdict
from suwon_fleet.conform.exam import Plan
from suwon_fleet.conform.zenoh import examine
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.sim.scenario import load_scenario

PROGRAM = Path(__file__).parents[2] / "examples" / "hil_rig.py"
ROBOT = "cart-1"
LONG_S = 600.0


def rig(endpoint: str, x: float, y: float, *options: str) -> list[str]:
    home = [endpoint, "yard", "hall", ROBOT, str(x), str(y)]
    return [sys.executable, str(PROGRAM), *home, *options]


def test_it_is_short() -> None:
    assert len(PROGRAM.read_text().splitlines()) <= 100


@pytest.mark.longest
def test_it_passes_every_clause() -> None:
    endpoint = free_endpoint()
    with Processes(lambda name, line: print(f"[{name}] {line}")) as processes:
        processes.start("rig", rig(endpoint, 0.0, 0.0))
        settings, plan = SessionSettings(connect=(endpoint,)), Plan(patience_s=30.0)
        findings = examine(settings, ROBOT, plan=plan, first_s=60.0)
    assert {f.clause.id: f.seen for f in findings if f.verdict is not Verdict.PASS} == {}


@pytest.mark.ros
@pytest.mark.longest
@pytest.mark.timeout(600)
def test_ten_simulated_minutes_in_lockstep_lose_no_tick(tmp_path: Path) -> None:
    pytest.importorskip("rclpy", reason="ROS 2 is not installed")
    from ros_fleet import echo, wait_for
    from std_msgs.msg import String

    from suwon_fleet.adapters.ros.client import FleetClient
    from suwon_fleet.adapters.ros.connection import LATCHED

    yard, endpoint = Yard.write(tmp_path), free_endpoint()
    start = load_scenario(yard.scenario, seed=None).world().poses()[ROBOT]
    given = {"lockstep": ROBOT, "external": ROBOT, "zenoh_listen": endpoint}
    met = {"zenoh_connect": endpoint}
    with isolated(), Processes(echo) as processes:
        processes.start("fleet_manager", node_command("fleet_manager", yard.manager | met))
        processes.start("simulator", node_command("simulator", yard.simulator | given))
        processes.start("rig", rig(endpoint, start.x_m, start.y_m, "--lockstep"))
        with FleetClient(timeout_s=60.0) as client:
            told = client._fleet.follow("/sim/summary", String, LATCHED)

            def summary() -> Any:
                message = told()
                return json.loads(message.data) if message else {"sim_s": 0.0, "lockstep": {}}

            wait_for(lambda: len(client.state().robots) == 4, processes)
            request = JobRequest(JobKind.DELIVERY, ("shop", "desk-1"), robot_id=ROBOT)
            (response,) = client.submit([request])
            assert response.accepted, response.reason_en
            wait_for(lambda: summary()["sim_s"] >= LONG_S, processes, 500.0)
            (job,) = client.jobs()
            assert (job.status, job.robot_id) == ("finished", ROBOT), job.reason_en
    found = summary()
    print(json.dumps(found["lockstep"]), f"{found['wall_s']} s")
    assert (found["collisions"], found["deadlocks"], found["illegal"]) == (0, 0, 0)
    assert found["lockstep"]["ticks"] >= 6000
    assert found["lockstep"]["lost"] == 0
    assert found["lockstep"]["participants"][ROBOT]["ticks"] >= 6000
