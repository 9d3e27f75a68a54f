# SPDX-License-Identifier: Apache-2.0
"""The fleet_manager is killed again and again: nothing accepted is lost, and nothing is done twice."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from ros_fleet import echo, wait_for
from std_srvs.srv import Trigger
from yard import PLACES, ROBOTS, Yard

from suwon_fleet.adapters.ros.client import FleetClient, is_over
from suwon_fleet.adapters.ros.connection import Connection
from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.bench.reliability.forge import forged, told_when_it_hangs
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.processes import Processes, node_command
from suwon_fleet.core.engine.core import FleetCore
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus
from suwon_fleet.resources import resource_path
from suwon_fleet.service.assemble import assemble
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site

KILLS = 20
SEED = 20
JOBS = 40
MOST_LIFE_S = 4.0
"""DDS takes up to 3 s to bring a new manager together with those who were there before."""
HANGS_AFTER_S = 840.0
"""Then every thread tells where it is, before pytest's own timeout ends the test."""


@contextmanager
def manager_of(yard: Yard) -> Iterator[BaseProcess]:
    """A fleet_manager at work, killed at the end of the block."""
    process = forged(node_command("fleet_manager", yard.manager))
    try:
        yield process
    finally:
        process.kill()
        process.join()


class Customer:
    """Asks for jobs one after another, as many as are let in, whether the manager lives or not."""

    def __init__(self, client: FleetClient) -> None:
        self._client = client
        self._door: SimpleQueue[bool] = SimpleQueue()
        self.let_in = 0
        self.accepted: list[str] = []

    def let(self, count: int) -> None:
        """Let so many more requests in, of JOBS in all."""
        for _ in range(min(count, JOBS - self.let_in)):
            self.let_in += 1
            self._door.put(True)

    def close(self) -> None:
        """Let no more in."""
        self._door.put(False)

    def ask(self) -> None:
        """Ask until the door is closed."""
        chance = random.Random(SEED)
        while self._door.get():
            request = JobRequest(
                JobKind.DELIVERY,
                tuple(chance.sample(PLACES, 2)),
                request_id=f"request-{len(self.accepted)}",
            )
            (answer,) = self._client.submit([request])
            assert answer.accepted, answer.reason_en
            self.accepted.append(answer.job_id)


def live_a_while(
    manager: BaseProcess,
    client: FleetClient,
    customer: Customer,
    processes: Processes,
    chance: random.Random,
) -> None:
    """Until the moment of death: any time, or when it has moved robots and, at times, answered all."""
    customer.let(chance.randrange(5))
    if chance.random() < 0.5:
        manager.join(chance.uniform(0.0, MOST_LIFE_S))
        return
    now_ns, waits_for_answers = client.follow_clock(), chance.random() < 0.6
    until_ns = now_ns() + round(chance.uniform(0.1, 30.0) * 1e9)

    def had_its_time() -> bool:
        is_answered = len(customer.accepted) == customer.let_in
        return now_ns() >= until_ns and (is_answered or not waits_for_answers)

    wait_for(lambda: had_its_time() or not manager.is_alive(), processes)
    manager.join(chance.uniform(0.0, 0.02))  # not only just after a clock tick


def record_of(connection: Connection) -> dict[str, Any]:
    """What the world itself says was done, and what its judge has seen."""
    return dict(json.loads(connection.ask("/sim/record", Trigger, Trigger.Request()).message))


@pytest.mark.ros
@pytest.mark.timeout(900)
def test_nothing_is_lost_or_done_twice_when_the_manager_is_killed(tmp_path: Path) -> None:
    yard, chance = Yard.write(tmp_path), random.Random(SEED)
    with (
        told_when_it_hangs(HANGS_AFTER_S),
        isolated(),
        Processes(echo) as processes,
        FleetClient(timeout_s=300.0) as client,
        ThreadPoolExecutor(1) as thread,
        closing(Customer(client)) as customer,
    ):
        processes.start("simulator", node_command("simulator", yard.simulator))
        with manager_of(yard):
            wait_for(lambda: len(client.state().robots) == ROBOTS, processes)
        asking = thread.submit(customer.ask)
        for _ in range(KILLS - 1):
            with manager_of(yard) as manager:
                live_a_while(manager, client, customer, processes, chance)
                assert manager.is_alive(), "it ended of itself"
        customer.let(JOBS)
        customer.close()
        with manager_of(yard), closing(Connection(120.0)) as world:
            asking.result()
            accepted = customer.accepted
            ended = {job.job_id: job.status for job in client.watch_jobs(accepted) if is_over(job)}
            record = record_of(world)

    assert ended == dict.fromkeys(accepted, JobStatus.FINISHED)
    assert len(set(accepted)) == JOBS
    assert record["violations"] == []
    done = Counter((job, kind) for job, kind in actions_of_jobs(record) if job in ended)
    assert done == {(job, kind): 1 for job in accepted for kind in ("load", "unload")}

    once, again = (replayed(yard) for _ in range(2))
    assert once.state_hash() == again.state_hash()
    assert {job.job_id: job.status for job in once.state.jobs.values()} == ended


def actions_of_jobs(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The job and the kind of every action that was done; ids are JOB.PHASE.NUMBER."""
    for _robot, action_id, kind in record["done"]:
        job, _, _ = action_id.rsplit(".", 2)
        yield job, kind


def replayed(yard: Yard) -> FleetCore:
    """The fleet that the journal alone makes."""
    journal = SqliteJournal(yard.journal)
    try:
        kinds = load_kinds(resource_path("config/robots"))
        return assemble(load_site(yard.folder / "yard.yaml"), kinds, journal=journal.read())
    finally:
        journal.close()
