# SPDX-License-Identifier: Apache-2.0
"""Robots that are not heard any more: how soon that is shown, and another has the job."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.bench.reliability.yard import PLACES
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.state import JobRecord
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.core.robots.states import Connection, Mission
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.pipeline import Pipeline
from suwon_fleet.sim.link import WorldLink
from suwon_fleet.sim.scenario import Scenario
from suwon_fleet.sim.world import World

LONGEST_S = 60.0
_SECOND = 1_000_000_000


@dataclass(slots=True)
class Taken:
    """Seconds from a robot's last sign of life."""

    shown_s: list[float] = field(default_factory=list)
    reassigned_s: list[float] = field(default_factory=list)
    never: int = 0
    """Robots that were not shown as lost, or kept their job."""


class _Day:
    """A fleet at work, turned each step of the world."""

    def __init__(self, scenario: Scenario) -> None:
        self.world: World = scenario.world()
        self.core = assemble(scenario.site, scenario.kinds)
        self._pipeline = Pipeline(self.core, MemoryJournal(), WorldLink(self.world))

    def turn(self, *requests: m.Input) -> None:
        self._pipeline.turn(self.world.now_ns, requests)
        self.world.step()

    @property
    def jobs(self) -> list[JobRecord]:
        return list(self.core.state.jobs.values())

    def since_s(self, then_ns: int) -> float:
        """Seconds up to the turn that was just made."""
        return (self.core.fleet.now_ns - then_ns) / _SECOND


def lose(scenario: Scenario, times: int, seed: int) -> Taken:
    """Let robots fall silent on their way to a pick-up, at any time; each on a day of its own."""
    chance, taken = random.Random(seed), Taken()
    for _ in range(times):
        day = _Day(scenario)
        for _ in range(20):
            day.turn()
        route = tuple(chance.sample(PLACES, 2))
        day.turn(m.SubmitJob("t", JobRequest(JobKind.DELIVERY, route)))
        (job,) = day.jobs
        for _ in range(chance.randint(1, 10)):
            day.turn()
        robot = day.core.state.robots[job.robot_id]
        if robot.states.mission is not Mission.TO_PICKUP:  # it stood there already
            continue
        _watch(day, job, taken)
    return taken


def _watch(day: _Day, job: JobRecord, taken: Taken) -> None:
    name, last_ns = job.robot_id, day.core.fleet.reports[job.robot_id].stamp_ns
    day.world.robots[name].is_silent = True
    robot = day.core.state.robots[name]
    shown_s = None
    while day.since_s(last_ns) < LONGEST_S:
        day.turn()
        if shown_s is None and robot.states.connection is not Connection.ONLINE:
            shown_s = day.since_s(last_ns)
            taken.shown_s.append(shown_s)
        if job.robot_id not in ("", name):
            taken.reassigned_s.append(day.since_s(last_ns))
            return
    taken.never += 1
