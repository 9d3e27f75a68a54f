# SPDX-License-Identifier: Apache-2.0
"""Owners are killed while robots go between their groups: a robot has one owner, and a job ends once."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")
pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from ros_fleet import echo, wait_for
from std_srvs.srv import Trigger
from town import GROUPS, Town

from suwon_fleet.adapters.ros.client import FleetClient
from suwon_fleet.adapters.ros.connection import Connection
from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.bench.reliability.forge import forged, told_when_it_hangs, told_where_they_are
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.processes import Processes
from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.engine.group_state import GroupState
from suwon_fleet.core.federation.events import RobotTaken
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.resources import resource_path
from suwon_fleet.service.assemble import assemble
from suwon_fleet.wire.groups import load_groups
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site

SEED = 4
CARTS = 5
MOST_LIFE_S = 1.0
"""Of a fleet_manager that has answered once."""
SETTLED_S = 180.0


class Owners:
    """The fleet_managers of a town; one is killed and started again."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._alive = {group: forged(town.manager(group)) for group in GROUPS}
        self.in_the_middle = 0
        self.interrupted: set[str] = set()

    def __getitem__(self, group: str) -> BaseProcess:
        return self._alive[group]

    def processes(self) -> list[BaseProcess]:
        return list(self._alive.values())

    def kill(self, group: str) -> None:
        """Note what it was in the middle of, and start it again."""
        assert self._alive[group].is_alive(), "it ended of itself"
        self._end(group)
        state = self.state_of(group)
        self.in_the_middle += bool(state.leaving or state.coming)
        self.interrupted |= {
            one.handover_id for one in state.leaving.values()
        } | state.coming.keys()
        self._alive[group] = forged(self._town.manager(group))

    def state_of(self, group: str) -> GroupState:
        """What the journal of one that is dead says."""
        folder = self._town.folder
        site, kinds = load_site(folder / "town.yaml"), load_kinds(resource_path("config/robots"))
        groups = load_groups(folder / "groups.yaml", site)
        with closing(SqliteJournal(self._town.journal(group))) as journal:
            core = assemble(site, kinds, journal=journal.read(), groups=groups, own=group)
        assert isinstance(core.state, GroupState)
        return core.state

    def end(self) -> list[GroupState]:
        """End all; what each one's journal says."""
        for group in GROUPS:
            self._end(group)
        return [self.state_of(group) for group in GROUPS]

    def handovers(self) -> int:
        """How often a robot has changed hands, by the journals of all once they are dead."""
        events: list[Event] = []
        for group in GROUPS:
            with closing(SqliteJournal(self._town.journal(group))) as journal:
                events += journal.read()
        return sum(isinstance(event, RobotTaken) for event in events)

    def close(self) -> None:
        for process in self._alive.values():
            process.kill()
            process.join()

    def _end(self, group: str) -> None:
        self._alive[group].kill()
        self._alive[group].join()


class Customer:
    """Has goods carried from one end of the town to the other, both ways in turn."""

    def __init__(self, client: FleetClient) -> None:
        self._client = client
        self.asked: list[str] = []

    def ask(self, most: int) -> None:
        """Keep so many jobs at work."""
        unfinished = sum(job.status != "finished" for job in self._client.jobs())
        requests = []
        for number in range(len(self.asked), len(self.asked) + most - unfinished):
            ends = ("w3", "e3") if number % 2 else ("e3", "w3")
            requests.append(JobRequest(JobKind.DELIVERY, ends, f"job-{number}"))
        for answer in self._client.submit(requests) if requests else ():
            assert answer.accepted, answer.reason_en
            self.asked.append(answer.job_id)

    def has_all(self) -> bool:
        ended = {job.job_id for job in self._client.jobs() if job.status == "finished"}
        return ended >= set(self.asked)


@contextmanager
def clients_of(town: Town) -> Iterator[dict[str, FleetClient]]:
    with ExitStack() as stack:
        yield {
            group: stack.enter_context(FleetClient(timeout_s=180.0, namespace=f"/{group}/fleet"))
            for group in GROUPS
        }


@pytest.mark.ros
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("middles", "jobs"),
    [
        (1, 3),
        pytest.param(8, 8, marks=pytest.mark.long),
        pytest.param(200, 8, marks=pytest.mark.longest),
    ],
)
def test_a_robot_has_one_owner_whoever_is_killed(middles: int, jobs: int, tmp_path: Path) -> None:
    """`middles` times somebody is killed who has a robot on its way to or from another.

    There are always so many `jobs` that have not ended.
    """
    town, chance = Town.write(tmp_path, carts=CARTS), random.Random(SEED)
    with (
        told_when_it_hangs(3500.0),
        isolated(),
        Processes(echo) as processes,
        closing(Owners(town)) as owners,
        told_where_they_are(owners.processes),
        clients_of(town) as clients,
    ):
        processes.start("simulator", town.simulator(rate=10.0))

        def owned() -> Counter[str]:
            states = [client.state() for client in clients.values()]
            return Counter(robot.robot_id for state in states for robot in state.robots)

        wait_for(lambda: len(owned()) == CARTS, processes, SETTLED_S)
        customer, kills = Customer(clients["west"]), 0
        while owners.in_the_middle < middles:
            customer.ask(jobs)
            victim = GROUPS[kills % len(GROUPS)]  # who has lived longest
            clients[victim].state()
            owners[victim].join(chance.uniform(0.0, MOST_LIFE_S))
            owners.kill(victim)
            kills += 1
        wait_for(customer.has_all, processes, SETTLED_S)
        wait_for(lambda: [*owned().values()] == CARTS * [1], processes, SETTLED_S)
        with closing(Connection(60.0)) as world:
            answer = world.ask("/sim/record", Trigger, Trigger.Request())
        record, states = json.loads(answer.message), owners.end()

    handovers = owners.handovers()
    print(
        f"{handovers} handovers, {len(owners.interrupted)} of them or withdrawn ones interrupted;"
        f" {kills} killed, {owners.in_the_middle} of them in the middle"
    )
    owned_by = [set(state.robots) for state in states]
    assert handovers > 0
    assert sum(map(len, owned_by)) == len(set.union(*owned_by)) == CARTS
    assert record["collisions"] == record["illegal"] == 0
    done = Counter(
        (action.rsplit(".", 2)[0], kind)
        for _robot, action, kind in record["done"]
        if kind in ("load", "unload")
    )
    assert done == {(job, kind): 1 for job in customer.asked for kind in ("load", "unload")}
