# SPDX-License-Identifier: Apache-2.0
"""Managers stand by and take over, again and again: nothing is lost, done twice, or done by two at once."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import postgres
import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from nodes.test_crash import actions_of_jobs, record_of
from ros_fleet import echo, wait_for
from yard import PLACES, ROBOTS, Yard

from suwon_fleet.adapters.chained_journal import ChainedJournal
from suwon_fleet.adapters.journals import is_in_use, open_journal
from suwon_fleet.adapters.ros.client import FleetClient, is_over
from suwon_fleet.adapters.ros.connection import Connection
from suwon_fleet.bench.reliability.forge import forged, told_when_it_hangs
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.processes import Processes, node_command
from suwon_fleet.core.errors import BadInput, Unreachable
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus
from suwon_fleet.nodes.spinning import FAILED
from suwon_fleet.resources import resource_path
from suwon_fleet.service.assemble import assemble
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site

HANGS_AFTER_S = 840.0
pytestmark = pytest.mark.ros


class Relay:
    """Managers of one journal: one at work, and one that stands by."""

    def __init__(self, yard: Yard, journal: str, world: Connection) -> None:
        self._parameters = yard.manager | {"journal": journal}
        self._world = world
        self._all: list[tuple[str, BaseProcess]] = []
        self.active = self._add()
        self._wait(self.active, State.PRIMARY_STATE_ACTIVE)
        self._next = self._add()

    def _add(self) -> tuple[str, BaseProcess]:
        """Another manager, under a name of its own."""
        name = f"manager_{len(self._all)}"
        command = node_command("fleet_manager", self._parameters, {"__node": name})
        self._all.append((name, forged(command)))
        return self._all[-1]

    def _wait(self, manager: tuple[str, BaseProcess], *states: int) -> None:
        """Until a manager says that it is in one of these states of its life."""
        name, process = manager
        while True:
            assert process.is_alive(), f"{name} ended of itself"
            answer = self._world.ask(f"/fleet/{name}/get_state", GetState, GetState.Request())
            if answer.current_state.id in states:
                return

    def follow(self) -> None:
        """Wait until the one that stands by has taken over, and let another stand by."""
        self.active = self._next
        self._wait(self.active, State.PRIMARY_STATE_ACTIVE)
        self._next = self._add()

    def stand_by(self) -> None:
        """Wait until one stands by: it answers once it has prepared all.

        It may already be at work, as one that a busy machine held up too long loses its lease.
        """
        self._wait(self._next, State.PRIMARY_STATE_UNCONFIGURED, State.PRIMARY_STATE_ACTIVE)

    def close(self) -> None:
        """Kill them all."""
        for _, process in self._all:
            process.kill()
            process.join()


@contextmanager
def at_work(folder: Path, journal: str) -> Iterator[tuple[Relay, FleetClient, Connection]]:
    """A yard with a simulator, a manager at work and one that stands by."""
    yard = Yard.write(folder)
    with (
        told_when_it_hangs(HANGS_AFTER_S),
        isolated(),
        Processes(echo) as processes,
        closing(Connection(120.0)) as world,
        FleetClient(timeout_s=120.0) as client,
        closing(Relay(yard, journal, world)) as relay,
    ):
        processes.start("simulator", node_command("simulator", yard.simulator))
        wait_for(lambda: len(client.state().robots) == ROBOTS, processes)
        yield relay, client, world


def work(count: int, chance: random.Random) -> list[str]:
    """Ask for deliveries, one after another; their ids."""
    accepted = []
    with FleetClient(timeout_s=5.0) as client:
        for number in range(count):
            route = tuple(chance.sample(PLACES, 2))
            request = JobRequest(JobKind.DELIVERY, route, request_id=f"request-{number}")
            accepted.append(ask(client, request))
    return accepted


def ask(client: FleetClient, request: JobRequest) -> str:
    """The id of a job, asked for until somebody answers: one that is stopped does not."""
    while True:
        with suppress(Unreachable):
            (answer,) = client.submit([request])
            assert answer.accepted, answer.reason_en
            return str(answer.job_id)


def judge(client: FleetClient, world: Connection, jobs: list[str]) -> None:
    """All jobs are done, each once, nobody was in anybody's way, and the journal says the same."""
    ended = {job.job_id: job.status for job in client.watch_jobs(jobs) if is_over(job)}
    assert ended == dict.fromkeys(jobs, JobStatus.FINISHED)
    record = record_of(world)
    assert record["collisions"] == record["illegal"] == 0
    done = Counter((job, kind) for job, kind in actions_of_jobs(record) if job in ended)
    assert done == {(job, kind): 1 for job in jobs for kind in ("load", "unload")}


def replayed(folder: Path, journal: str) -> dict[str, JobStatus]:
    """What the journal alone says of all jobs; it is whole."""
    with closing(left(journal)) as kept:
        assert kept.surprises == []
        kinds = load_kinds(resource_path("config/robots"))
        core = assemble(load_site(folder / "yard.yaml"), kinds, journal=kept.read())
    return {job.job_id: job.status for job in core.state.jobs.values()}


def left(journal: str) -> ChainedJournal:
    """A journal whose writer was killed: its lease runs out soon."""
    while True:
        try:
            return open_journal(journal)
        except BadInput as error:
            if not is_in_use(error):
                raise


def take_over(folder: Path, journal: str, times: int) -> None:
    """Kill whoever is at work, so many times, while robots work."""
    chance = random.Random(times)
    with at_work(folder, journal) as (relay, client, world), ThreadPoolExecutor(1) as thread:
        asking = thread.submit(work, 3 * times, chance)
        for _ in range(times):
            relay.stand_by()
            _, active = relay.active
            active.join(chance.uniform(0.0, 1.0))
            active.kill()
            active.join()
            relay.follow()
        judge(client, world, asking.result())
    assert set(replayed(folder, journal).values()) == {JobStatus.FINISHED}


def pause(folder: Path, journal: str, seconds: float, times: int) -> None:
    """Stop whoever is at work; when it wakes up another is at work, and it ends."""
    with at_work(folder, journal) as (relay, client, world), ThreadPoolExecutor(1) as thread:
        asking = thread.submit(work, 6, random.Random(7))
        for _ in range(times):
            relay.stand_by()
            _, old = relay.active
            old.join(0.3)
            assert old.pid
            os.kill(old.pid, signal.SIGSTOP)
            relay.follow()
            relay.active[1].join(seconds)
            os.kill(old.pid, signal.SIGCONT)
            old.join()
            assert old.exitcode == FAILED, "it found that another has its journal"
        judge(client, world, asking.result())
    assert set(replayed(folder, journal).values()) == {JobStatus.FINISHED}


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_file_is_taken_over_from_who_is_killed(tmp_path: Path) -> None:
    take_over(tmp_path, str(tmp_path / "j.sqlite"), 5)


@pytest.mark.timeout(900)
def test_who_wakes_up_after_another_took_over_ends(tmp_path: Path) -> None:
    pause(tmp_path, postgres.url(), 0.0, 1)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("times", [10, pytest.param(50, marks=pytest.mark.longest)])
def test_many_take_over_one_after_another(tmp_path: Path, times: int) -> None:
    take_over(tmp_path, postgres.url(), times)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("times", [1, pytest.param(3, marks=pytest.mark.longest)])
def test_who_wakes_up_after_ten_seconds_ends(tmp_path: Path, times: int) -> None:
    pause(tmp_path, postgres.url(), 10.0, times)
