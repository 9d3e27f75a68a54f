# SPDX-License-Identifier: Apache-2.0
"""A town of three fleet_managers in processes of their own: robots are handed over, jobs come to an end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")
pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from ros_fleet import echo, wait_for
from town import GROUPS, Town

from suwon_fleet.adapters.ros.client import FleetClient
from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.cli.processes import Processes
from suwon_fleet.core.federation.events import PlaceLeased
from suwon_fleet.core.jobs import JobKind, JobRequest

LONGEST_S = 180.0


@contextmanager
def run(town: Town, *of: str) -> Iterator[tuple[Processes, dict[str, FleetClient]]]:
    """All of the town at work, and clients of some of its groups."""
    with isolated(), Processes(echo) as processes, ExitStack() as stack:
        for group in GROUPS:
            processes.start(group, town.manager(group))
        processes.start("simulator", town.simulator(rate=10.0))
        yield (
            processes,
            {
                group: stack.enter_context(
                    FleetClient(timeout_s=120.0, namespace=f"/{group}/fleet")
                )
                for group in of
            },
        )


@pytest.mark.ros
@pytest.mark.timeout(900)
def test_a_job_goes_from_one_end_of_the_town_to_the_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = Town.write(tmp_path)
    with run(town, *GROUPS) as (processes, clients):

        def robots_of(group: str) -> set[str]:
            return {robot.robot_id for robot in clients[group].state().robots}

        def status(job_id: str) -> str:
            return next(job.status for job in west.jobs() if job.job_id == job_id)

        west, east = clients["west"], clients["east"]
        wait_for(lambda: bool(robots_of("west") and robots_of("east")), processes, LONGEST_S)
        (robot,) = robots_of("west")
        request = JobRequest(JobKind.DELIVERY, ("w3", "e3"), "one", robot_id=robot)
        (answer,) = west.submit([request])
        assert answer.accepted, answer.reason_en

        def owners() -> list[str]:
            return [group for group in GROUPS if robot in robots_of(group)]

        wait_for(lambda: owners() == ["east"], processes, LONGEST_S)
        wait_for(lambda: status(answer.job_id) == "finished", processes, LONGEST_S)
        assert [job.status for job in east.jobs()] == ["finished"]

        def alerts() -> list[str]:
            return [alert.text_en for client in clients.values() for alert in client.alerts()]

        wait_for(lambda: not alerts(), processes, LONGEST_S)

        slowly = f"{{target: {robot}, actuator: {{speed_share: 0.02}}}}"  # it is there when we come
        assert east.inject_fault(slowly).accepted
        back = JobRequest(JobKind.DELIVERY, ("e3", "w3"), "two", robot_id=robot)
        (answer,) = west.submit([back])
        assert answer.accepted, answer.reason_en

        def is_begun_there() -> bool:
            at_work = [job.job_id for job in east.jobs() if job.status == "running"]
            return at_work == [answer.job_id]

        wait_for(is_begun_there, processes, LONGEST_S)
        stop = east.stop("robot", robot, "protective", "ana", "so that it stays there")
        assert stop.accepted, stop.reason_en
        at = {group: ["--fleet", f"/{group}/fleet", "--timeout", "120"] for group in GROUPS}
        assert main(["job", "pause", answer.job_id, *at["west"]]) == Exit.FAILED
        assert "[job-elsewhere]" in capsys.readouterr().err
        for verb in ("pause", "resume"):
            assert main(["job", verb, answer.job_id, *at["east"]]) == Exit.GOOD
        assert main(["job", "cancel", answer.job_id, "--wait", "180", *at["west"]]) == Exit.GOOD
        assert f"{answer.job_id}: cancelled" in capsys.readouterr().out
        assert east.release(stop.stop_id, "robot", robot, "ana").accepted
        wait_for(lambda: status(answer.job_id) == "cancelled", processes, LONGEST_S)

        def closed() -> list[str]:
            states = {group: client.zones().zones for group, client in clients.items()}
            return [group for group in GROUPS for zone in states[group] if not zone.open]

        assert east.set_zone("east", False, "ana", "wet floor").accepted
        wait_for(lambda: closed() == [*GROUPS], processes, LONGEST_S)


@pytest.mark.ros
@pytest.mark.timeout(900)
def test_a_robot_without_a_charger_of_its_own_charges_at_another_groups(tmp_path: Path) -> None:
    town = Town.write(tmp_path, carts=1, is_low=True)
    with run(town, "east") as (processes, clients):
        east = clients["east"]

        def at_work() -> list[tuple[str, str]]:
            return [(robot.mission, robot.goal) for robot in east.state().robots]

        wait_for(lambda: at_work() == [("charging", "e2")], processes, LONGEST_S)
    with closing(SqliteJournal(town.journal("east"))) as journal:
        lent = [event for event in journal.read() if isinstance(event, PlaceLeased)]
    assert {(event.place, event.peer) for event in lent} <= {("e2", "west"), ("e2", "yard")}
    assert lent


@pytest.mark.ros
@pytest.mark.timeout(900)
def test_a_zone_is_given_to_another_owner_with_the_robot_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town = Town.write(tmp_path)
    with run(town, *GROUPS) as (processes, clients):
        west, east = clients["west"], clients["east"]
        wait_for(lambda: bool(west.state().robots and east.state().robots), processes, LONGEST_S)
        (robot,) = {robot.robot_id for robot in east.state().robots}
        request = JobRequest(JobKind.GO_TO, ("e3",), "one", robot_id=robot)
        (answer,) = east.submit([request])
        assert answer.accepted, answer.reason_en

        fleet = ["--fleet", "/east/fleet", "--timeout", "120"]
        assert main(["zone", "give", "east", "--to", "nobody", *fleet]) == Exit.FAILED
        assert "[no-such-group]" in capsys.readouterr().err
        assert main(["zone", "give", "east", "--to", "west", "--wait", "180", *fleet]) == Exit.GOOD
        assert "east: west has it\n" in capsys.readouterr().out

        def owners() -> list[set[str]]:
            """Whose the east is, by each of them."""
            told = [client.zones().zones for client in clients.values()]
            return [{zone.owner for zone in zones if zone.zone_id == "east"} for zones in told]

        wait_for(lambda: owners() == 3 * [{"west"}], processes, LONGEST_S)
        wait_for(lambda: len(west.state().robots) == 2, processes, LONGEST_S)
        wait_for(lambda: not east.state().robots, processes, LONGEST_S)

        def status() -> str:
            return next(job.status for job in east.jobs() if job.job_id == answer.job_id)

        wait_for(lambda: status() == "finished", processes, LONGEST_S)
