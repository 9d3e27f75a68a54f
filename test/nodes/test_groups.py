# SPDX-License-Identifier: Apache-2.0
"""A town of three fleet_managers in processes of their own: robots are handed over, jobs come to an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")
pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from ros_fleet import echo, wait_for
from zenoh_fleet import free_endpoint

from suwon_fleet.adapters.ros.client import FleetClient
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.processes import Processes, node_command
from suwon_fleet.core.jobs import JobKind, JobRequest

pytestmark = pytest.mark.ros

GROUPS = ("yard", "west", "east")
"""The first is the router of the others."""
SITE = """\
format: suwon_fleet/site@1
id: town
frame: {kind: local}
defaults: {lane: {kind: indoor, width_m: 2.0, speed_limit_mps: 3.0}}
zones:
  - {id: west, kind: campus, polygon: [[-5, -5], [11, -5], [11, 13], [-5, 13]]}
  - {id: east, kind: campus, polygon: [[29, -5], [45, -5], [45, 13], [29, 13]]}
nodes:
  m: [16, 4]
  n: [24, 4]
places:
  - {id: w1, at: [0, 0], kinds: [charger]}
  - {id: w2, at: [8, 0], kinds: [parking]}
  - {id: w3, at: [8, 8], kinds: [pickup, dropoff]}
  - {id: w4, at: [0, 8], kinds: [parking]}
  - {id: e1, at: [32, 0], kinds: [parking]}
  - {id: e2, at: [40, 0], kinds: [charger]}
  - {id: e3, at: [40, 8], kinds: [pickup, dropoff]}
  - {id: e4, at: [32, 8], kinds: [parking]}
lanes:
  - {path: [w1, w2, w3, w4, w1]}
  - {path: [w2, m, n, e1]}
  - {path: [e1, e2, e3, e4, e1]}
"""
SHARED_OUT = """\
format: suwon_fleet/groups@1
site: town
rest: yard
groups: {west: [west], east: [east]}
"""
SCENARIO = """\
format: suwon_fleet/scenario@1
id: town
site: town.yaml
duration_s: 3600
people: {handover_min_s: 1, handover_max_s: 2, no_show: 0, blocks_per_hour: 0}
fleets:
  - {id: cart, kind: delivery_indoor, count: 2, start: {kinds: [charger]}, charge: [0.9, 1.0]}
"""


@dataclass
class Town:
    """Its processes; one client for each owner."""

    folder: Path
    processes: Processes
    clients: dict[str, FleetClient]
    hub: str

    def start(self, group: str) -> None:
        """Start an owner, on its journal if it has one."""
        ways = (
            {"zenoh_mode": "router", "zenoh_listen": self.hub}
            if group == GROUPS[0]
            else {"zenoh_mode": "client", "zenoh_connect": self.hub}
        )
        parameters = {
            "site": str(self.folder / "town.yaml"),
            "groups": str(self.folder / "groups.yaml"),
            "group": group,
            "journal": str(self.folder / f"{group}.sqlite"),
            "use_sim_time": True,
            **ways,
        }
        shared = {name: f"/fleet/{name}" for name in ("robot_reports", "robot_commands")}
        remaps = {"__ns": f"/{group}/fleet", **shared}
        self.processes.start(group, node_command("fleet_manager", parameters, remaps))

    def robots_of(self, group: str) -> set[str]:
        return {robot.robot_id for robot in self.clients[group].state().robots}

    def wait_for(self, what: Callable[[], Any]) -> None:
        wait_for(what, self.processes, 90.0)


@contextmanager
def town_in(folder: Path) -> Iterator[Town]:
    (folder / "town.yaml").write_text(SITE)
    (folder / "groups.yaml").write_text(SHARED_OUT)
    (folder / "scenario.yaml").write_text(SCENARIO)
    with isolated(), Processes(echo) as processes, ExitStack() as stack:
        clients = {
            group: stack.enter_context(FleetClient(timeout_s=60.0, namespace=f"/{group}/fleet"))
            for group in GROUPS
        }
        town = Town(folder, processes, clients, free_endpoint())
        for group in GROUPS:
            town.start(group)
            clients[group].state()  # a client needs its router to be there
        parameters = {
            "scenario": str(folder / "scenario.yaml"),
            "rate": 10.0,
            "managers": [f"/{group}/fleet" for group in GROUPS],
        }
        processes.start("simulator", node_command("simulator", parameters))
        yield town


@pytest.mark.timeout(240)
def test_a_job_goes_from_one_end_of_the_town_to_the_other(tmp_path: Path) -> None:
    with town_in(tmp_path) as town:
        west, east = town.clients["west"], town.clients["east"]
        town.wait_for(lambda: town.robots_of("west") and town.robots_of("east"))
        (robot,) = town.robots_of("west")
        request = JobRequest(JobKind.DELIVERY, ("w3", "e3"), "one", robot_id=robot)
        (answer,) = west.submit([request])
        assert answer.accepted, answer.reason_en
        town.wait_for(lambda: [g for g in GROUPS if robot in town.robots_of(g)] == ["east"])
        town.wait_for(lambda: _status(west, answer.job_id) == "finished")
        assert [job.status for job in east.jobs()] == ["finished"]
        assert not [alert for client in town.clients.values() for alert in client.alerts()]


def _status(client: FleetClient, job_id: str) -> str:
    return next(job.status for job in client.jobs() if job.job_id == job_id)
