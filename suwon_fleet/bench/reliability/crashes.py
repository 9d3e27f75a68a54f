# SPDX-License-Identifier: Apache-2.0
"""A fleet in this process whose manager dies at any moment: amid a turn, a write, a sync or a message.

The robots live on meanwhile, and what the dead one had sent may still come.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from suwon_fleet.adapters.chained_journal import examine
from suwon_fleet.bench.reliability.mortal import (
    Air,
    Died,
    Disk,
    Doom,
    End,
    MortalJournal,
    MortalLink,
    Sync,
)
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus
from suwon_fleet.nodes.judged_world import JudgedWorld
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.fleet_service import FleetService
from suwon_fleet.sim.scenario import Scenario

TURN_STEPS = 5
LONGEST_STEPS = 30_000
"""Of a life; jobs that are open then are lost."""
MOST_MOMENTS = 80
"""Of a life: it dies at any of them."""
MOST_DEAD_STEPS = 40
"""So many steps of the world may go by before another manager starts."""


class Customer:
    """Asks for deliveries one after another, again until each is answered."""

    def __init__(self, places: Sequence[str], jobs: int, chance: random.Random) -> None:
        routes = (chance.sample(list(places), 2) for _ in range(jobs))
        self._asks = deque(
            JobRequest(JobKind.DELIVERY, tuple(route), request_id=f"request-{number}")
            for number, route in enumerate(routes)
        )
        self._answer: Future[m.Answer] | None = None
        self.accepted: list[str] = []

    @property
    def is_done(self) -> bool:
        return not self._asks

    def visit(self, service: FleetService) -> None:
        """Take an answer that has come, and ask for the next."""
        if self._answer and self._answer.done():
            answer, self._answer = self._answer.result(), None
            assert answer.reason is None, answer.reason
            self.accepted.append(answer.id)
            self._asks.popleft()
        if self._asks and self._answer is None:
            self._answer = service.ask(m.SubmitJob("", self._asks[0]))

    def wait_no_longer(self) -> None:
        """Whoever was asked is dead."""
        self._answer = None


@dataclass(slots=True)
class Outcome:
    """What came of it."""

    crashes: int = 0
    accepted: int = 0
    lost: int = 0
    doubled: int = 0
    violations: list[str] = field(default_factory=list)


class _WorldClock:
    def __init__(self, judged: JudgedWorld) -> None:
        self._world = judged.world

    def now_ns(self) -> int:
        return self._world.now_ns


def crash(
    scenario: Scenario,
    places: Sequence[str],
    *,
    jobs: int,
    crashes: int,
    sync: Sync,
    ends: Sequence[End],
    seed: int,
) -> Outcome:
    """Let a manager die so often while robots work, then let the last one finish; what came of it."""
    chance = random.Random(seed)
    judged = JudgedWorld(scenario, "run")
    air, disk = Air(judged, chance), Disk()
    customer = Customer(places, jobs, chance)
    outcome = Outcome()
    for number in range(crashes + 1):
        is_last = number == crashes
        doom = Doom(chance.randint(1, MOST_MOMENTS), chance.choice(list(ends)))
        if is_last:
            doom = Doom(0, End.KILLED)
        service = _wake(scenario, judged, disk, sync, doom, air, chance)
        try:
            _live(service, customer, air, is_last=is_last)
        except (Died, OSError):
            outcome.crashes += 1
        if is_last:
            break
        customer.wait_no_longer()
        if doom.end is End.POWER:
            disk.lose_power(chance)
        for _ in range(chance.randint(0, MOST_DEAD_STEPS)):
            air.step()
    _judge(outcome, judged, customer, disk, service)
    return outcome


def _wake(
    scenario: Scenario,
    judged: JudgedWorld,
    disk: Disk,
    sync: Sync,
    doom: Doom,
    air: Air,
    chance: random.Random,
) -> FleetService:
    journal = MortalJournal(disk, sync, doom, chance)
    core = assemble(scenario.site, scenario.kinds, journal=journal.read())
    return FleetService(core, journal, MortalLink(judged, air, doom), _WorldClock(judged))


def _live(service: FleetService, customer: Customer, air: Air, *, is_last: bool) -> None:
    """Until it dies, or, if nothing kills it, all is done."""
    for _ in range(LONGEST_STEPS // TURN_STEPS):
        customer.visit(service)
        service.turn()
        for _ in range(TURN_STEPS):
            air.step()
        state = service.fleet.state
        if is_last and customer.is_done and not state.open_jobs:
            service.close()
            return


def _judge(
    outcome: Outcome, judged: JudgedWorld, customer: Customer, disk: Disk, service: FleetService
) -> None:
    accepted = customer.accepted
    done = Counter((action.rsplit(".", 2)[0], kind) for _, action, kind in judged.done())
    wanted = [(job, kind) for job in accepted for kind in ("load", "unload")]
    jobs = service.fleet.state.jobs
    finished = [job for job in accepted if job in jobs and jobs[job].status is JobStatus.FINISHED]
    outcome.accepted = len(accepted)
    outcome.lost = len(accepted) - len(finished) + sum(done[one] == 0 for one in wanted)
    outcome.doubled = len(accepted) - len(set(accepted)) + sum(done[one] > 1 for one in wanted)
    outcome.violations = judged.summary()["violations"]
    if examine(disk.records).bad:
        outcome.violations.append("the journal is not whole")
