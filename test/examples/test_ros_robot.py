# SPDX-License-Identifier: Apache-2.0
"""The example robot in a process of its own does jobs for a real fleet_manager."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from pages import askings, blocks
from rclpy.action import get_action_names_and_types
from ros_fleet import echo, wait_for

from suwon_fleet.adapters.ros.client import FleetClient, is_over
from suwon_fleet.adapters.ros.connection import Connection
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.processes import Processes, node_command
from suwon_fleet.core.jobs import JobKind, JobRequest

pytestmark = pytest.mark.ros
PROGRAM = Path(__file__).parents[2] / "examples" / "ros_robot.py"
SITE = """\
format: suwon_fleet/site@1
id: corridor
frame: {kind: local}
defaults: {lane: {kind: indoor, width_m: 2.0, speed_limit_mps: 3.0}}
places:
  - {id: shop, at: [0, 0], kinds: [pickup]}
  - {id: desk, at: [3, 0], kinds: [dropoff]}
  - {id: bay, at: [6, 0], kinds: [parking]}
lanes:
  - {path: [shop, desk, bay]}
"""


@dataclass
class Corridor:
    """A fleet_manager at work, and one robot on its site."""

    client: FleetClient
    manager: Processes

    @contextmanager
    def robot_at(self, x: float, y: float) -> Iterator[None]:
        """The robot's program runs; it stands there."""
        given = {"robot_id": "r-1", "kind": "courier", "speed": 3.0, "x": x, "y": y}
        with Processes(echo) as processes:
            processes.start("robot", [sys.executable, str(PROGRAM), *node_command("", given)[3:]])
            yield

    @property
    def robot(self) -> Any:
        """The fleet's view of it."""
        return next((r for r in self.client.state().robots if r.robot_id == "r-1"), None)

    def until(self, what: Callable[[], bool]) -> None:
        wait_for(what, self.manager)

    def submit(self, kind: JobKind, *places: str) -> str:
        request = JobRequest(kind, places, request_id=uuid.uuid4().hex)
        (response,) = self.client.submit([request])
        assert response.accepted, response.reason_en
        return str(response.job_id)

    def job(self, job_id: str) -> Any:
        return next(job for job in self.client.jobs() if job.job_id == job_id)

    def end_of(self, job_id: str) -> str:
        self.until(lambda: is_over(self.job(job_id)))
        return str(self.job(job_id).status)

    def alerts(self) -> list[str]:
        return [alert.text_en for alert in self.client.alerts()]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corridor]:
    folder = tmp_path_factory.mktemp("corridor")
    (folder / "corridor.yaml").write_text(SITE)
    (kind,) = blocks("adapters.md", "yaml")
    (folder / "robots").mkdir()
    (folder / "robots" / "courier.yaml").write_text(kind)
    parameters = {
        "site": folder / "corridor.yaml",
        "robots": folder / "robots",
        "journal": folder / "journal.sqlite",
        "state_hz": 20.0,
    }
    with isolated(), Processes(echo) as processes:
        processes.start("fleet_manager", node_command("fleet_manager", parameters))
        with FleetClient(timeout_s=60.0) as client:
            yield Corridor(client, processes)


def test_it_does_jobs_and_obeys_stops(site: Corridor) -> None:
    with site.robot_at(6.0, 0.5):
        site.until(lambda: site.robot is not None)
        assert site.end_of(site.submit(JobKind.GO_TO, "desk")) == "finished"
        site.until(lambda: (site.robot.pose.x, site.robot.pose.y) == (3.0, 0.0))

        job = site.submit(JobKind.DELIVERY, "desk", "shop")
        site.until(lambda: site.robot.compartment == "open")
        stop = site.client.stop("robot", "r-1", "", "kim", "a dog").stop_id
        site.until(lambda: site.robot.stop == "protective")
        assert site.client.release(stop, "", "", "kim").accepted
        assert site.end_of(job) == "finished"
        site.until(lambda: (site.robot.pose.x, site.robot.pose.y) == (0.0, 0.0))
        site.until(lambda: site.alerts() == [])


def test_the_docs_ask_for_what_is_there(site: Corridor) -> None:
    of_fleet = [asking for asking in askings("ros.md") if asking.whose == "fleet"]
    asked = {(f"/fleet/{asking.name}", f"suwon_fleet/{asking.kind}") for asking in of_fleet}
    with closing(Connection(30.0)) as connection:
        node = connection._node
        site.until(lambda: asked <= offered(node))


def offered(node: Any) -> set[tuple[str, str]]:
    """Names and types of the services, topics and actions that a node sees."""
    told = node.get_service_names_and_types() + node.get_topic_names_and_types()
    return {
        (name, kind) for name, kinds in told + get_action_names_and_types(node) for kind in kinds
    }


@pytest.mark.longest
def test_it_pauses_and_ends_early_what_is_called_off(site: Corridor) -> None:
    with site.robot_at(0.0, 0.2):
        job = site.submit(JobKind.DELIVERY, "shop", "desk")
        site.until(lambda: site.job(job).phase == "to_dropoff")
        assert site.client.change_job("pause", job, "kim").accepted
        site.until(lambda: site.robot.stop == "paused")
        assert site.client.change_job("resume", job, "kim").accepted
        assert site.end_of(job) == "finished"

        job = site.submit(JobKind.DELIVERY, "desk", "bay")
        site.until(lambda: site.robot.compartment == "open")
        assert site.client.change_job("cancel", job, "kim").accepted
        assert site.end_of(job) == "cancelled"
        site.until(lambda: site.robot.compartment == "closed")
        site.until(lambda: site.alerts() == [])


@pytest.mark.longest
def test_its_program_may_start_anew_in_the_middle_of_a_job(site: Corridor) -> None:
    with site.robot_at(3.0, 0.2):
        job = site.submit(JobKind.DELIVERY, "desk", "shop")
        site.until(lambda: site.job(job).phase == "to_dropoff")
    pose = site.robot.pose
    with site.robot_at(pose.x, pose.y):
        assert site.end_of(job) == "finished"
        site.until(lambda: site.alerts() == [])
