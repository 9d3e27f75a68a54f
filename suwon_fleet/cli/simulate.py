# SPDX-License-Identifier: Apache-2.0
"""A whole fleet in one process: the fleet's core and a simulated world, without ROS, under a judge."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import chain
from typing import Any

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.cli.chronicle import Chronicle
from suwon_fleet.cli.operator import OperatorAtWork
from suwon_fleet.cli.run_figures import RunFigures
from suwon_fleet.cli.run_metrics import Meter, metrics
from suwon_fleet.core.engine import motion, teams
from suwon_fleet.core.engine.core import FleetCore, Outcome
from suwon_fleet.core.engine.messages import Answer, Finding, Input, Send, SubmitJob
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.errors import BadInput, Reason
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.robots.command import Grant
from suwon_fleet.core.robots.questions import may_drive
from suwon_fleet.core.robots.states import LEGS
from suwon_fleet.kernel import Tell
from suwon_fleet.resources import resource_path
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.pipeline import Pipeline
from suwon_fleet.service.warm_up import warm_up as fleet_warm_up
from suwon_fleet.service.witness import Witness
from suwon_fleet.sim.faults.board import not_in_process
from suwon_fleet.sim.link import WorldLink
from suwon_fleet.sim.scenario import Scenario
from suwon_fleet.sim.scenario.expect import Expectations, Happened, Metric, Verdict
from suwon_fleet.sim.scenario.model import Ends
from suwon_fleet.sim.warm_up import warm_up as world_warm_up
from suwon_fleet.traffic.checker import Checker, Violation
from suwon_fleet.wire.kinds import load_kinds

SECOND = 1_000_000_000
STEPS_PER_TURN = 10
"""The fleet decides every so many steps of the world: robots report once a second."""
REVIEW_EVERY_NS = SECOND
LOOK_EVERY_NS = 5 * SECOND

Watch = Callable[["Simulation"], None]
Assemble = Callable[..., FleetCore]
"""Puts a fleet together as :func:`suwon_fleet.service.assemble.assemble` does."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that did not come to a good end, or was refused, and why."""

    request_id: str
    status: str
    reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(RunFigures):
    """What came of a simulation; most of its `setup_s` is compiling or loading kernels.

    `state_hash` is that of the fleet at the end, `replay_state_hash` that of a fleet made from the
    journal alone: they must be equal.
    """

    replay_state_hash: str
    not_finished: tuple[Ended, ...]
    violations: tuple[Violation, ...]
    metrics: Mapping[Metric, float]
    verdicts: tuple[Verdict, ...]

    @property
    def is_good(self) -> bool:
        """All went as expected."""
        return all(verdict.is_met for verdict in self.verdicts)

    def facts(self) -> dict[str, Any]:
        """The figures by name; all but the texts."""
        facts = asdict(self)
        for name in ("not_finished", "violations", "metrics", "verdicts"):
            del facts[name]
        return facts


def _nothing(_: object) -> None:
    """For those who want neither to watch nor to be told."""


def simulate(
    scenario: Scenario,
    watch: Watch = _nothing,
    tell: Tell = _nothing,
    prepare: Watch = _nothing,
) -> Result:
    """Run a scenario until it is over.

    `prepare` is called before the first turn, `watch` after every one, `tell` if kernels compile.
    """
    begun = time.perf_counter()
    warm_up(tell)
    simulation = Simulation(scenario)
    prepare(simulation)
    ready = time.perf_counter()
    while not simulation.is_over:
        simulation.turn()
        watch(simulation)
    return simulation.result(time.perf_counter() - ready, ready - begun)


@cache
def warm_up(tell: Tell = _nothing) -> None:
    """Have all kernels compiled, or loaded; `tell` is told when that takes long."""
    kinds = load_kinds(resource_path("config/robots"))
    fleet_warm_up(next(iter(kinds.values())), tell)
    world_warm_up(tell)


class Simulation:
    """One run of a scenario: the same scenario gives the same events and the same result.

    `assemble` makes its fleet, for whoever wants another than ours.
    """

    def __init__(self, scenario: Scenario, assemble: Assemble = assemble) -> None:
        if apart := [fault for fault in scenario.faults if fault.is_of_process]:
            raise BadInput([not_in_process(fault) for fault in apart])
        self.scenario = scenario
        self.world = scenario.world()
        self._assemble = assemble
        self.core = assemble(scenario.site, scenario.kinds)
        # What came of a run is told of all its jobs.
        self.core.fleet.settings = replace(self.core.fleet.settings, remember_ended_s=math.inf)
        self.journal = MemoryJournal()
        self._pipeline = Pipeline(self.core, self.journal, WorldLink(self.world))
        robots = self.world.robots.values()
        self._checker = Checker(scenario.site, {robot.robot_id: robot.kind for robot in robots})
        self._jobs = scenario.jobs()
        self._asked = 0
        self._tokens: set[str] = set()
        """Of jobs asked for."""
        self._refused: list[Ended] = []
        self._reviewed_ns = 0
        self._looked_ns = 0
        self._sessions: dict[str, str] = {}
        """Of the robots: with a new one a robot has forgotten its path."""
        self._witness = Witness()
        self._faults_told = 0
        self._chronicle = Chronicle()
        self._meter = Meter(self.world)
        self._expectations = Expectations(scenario.expectations)
        self.listeners: list[Callable[[Happened], object]] = [self._expectations.note]
        """Told of all that happens."""
        self._operator = OperatorAtWork(scenario.operator, self.core.state, self.world)

    @property
    def job_count(self) -> int:
        return len(self._jobs)

    @property
    def over_count(self) -> int:
        """Jobs that have ended or were refused."""
        tally = self.core.state.tally
        return tally.finished + tally.failed + tally.cancelled + tally.refused

    @property
    def is_over(self) -> bool:
        """The scenario's time is up, or all jobs were asked for and have ended and it waits for no more."""
        if self.world.now_ns >= self.scenario.duration_s * SECOND:
            return True
        if self.scenario.ends is Ends.TIME or self.over_count < self.job_count:
            return False
        return self.world.faults.is_quiet

    def turn(self) -> None:
        """Let the fleet decide once, and the world go on until it decides again."""
        world, at_s = self.world, self.world.now_ns / SECOND
        for robot in world.robots.values():
            if robot.session != self._sessions.setdefault(robot.robot_id, robot.session):
                self._sessions[robot.robot_id] = robot.session
                self._checker.restarted(robot.robot_id)
            self._checker.passed(robot.robot_id, int(world.bodies.reached[robot.row]))
        answers = self._operator.answers(world.now_ns)
        requests: list[Input] = [*self._requests(), *answers, *self._look()]
        self._take(self._pipeline.turn(world.now_ns, requests), at_s)
        for _ in range(STEPS_PER_TURN):
            world.step()
            points = world.bodies.x + 1j * world.bodies.y
            self._checker.see_points(world.now_ns / SECOND, points, self._level_of)
        self._meter.look()
        if world.now_ns - self._reviewed_ns >= REVIEW_EVERY_NS:
            self._reviewed_ns = world.now_ns
            wanting = [r.robot_id for r in self.core.state.robots.values() if self._wants_on(r)]
            self._checker.review(world.now_ns / SECOND, world.poses(), wanting)

    def _look(self) -> list[Finding]:
        """What the fleet's own witness finds; it has nothing to find where nothing goes wrong."""
        if not self.scenario.faults or self.world.now_ns < self._looked_ns + LOOK_EVERY_NS:
            return []
        self._looked_ns = self.world.now_ns
        return self._witness.look(self.core.fleet)

    def _level_of(self, robot_id: str) -> str:
        return self.world.robots[robot_id].way.level

    def _requests(self) -> list[SubmitJob]:
        due = []
        while self._asked < len(self._jobs) and self._jobs[self._asked].at_ns <= self.world.now_ns:
            request = self._jobs[self._asked].request
            due.append(SubmitJob(request.request_id, request))
            self._tokens.add(request.request_id)
            self._asked += 1
        return due

    def _take(self, outcome: Outcome, at_s: float) -> None:
        changes = self.world.faults.changes
        of_faults = map(self._chronicle.of_fault, changes[self._faults_told :])
        self._faults_told = len(changes)
        for happened in chain(of_faults, self._chronicle.read(outcome.events)):
            for listener in self.listeners:
                listener(happened)
        for effect in outcome.effects:
            match effect:
                case Send(Grant() as grant):
                    self._checker.granted(grant, at_s)
                case Answer(token, Reason() as reason) if token in self._tokens:
                    self._refused.append(Ended(token, "refused", reason))

    def _wants_on(self, robot: RobotRecord) -> bool:
        """Whether a robot has somewhere to go and nothing of its own that keeps it."""
        return (
            robot.destination != ""
            and robot.states.mission in LEGS
            and may_drive(robot.states) is None
            and motion.held_by(self.core.fleet, robot) is None
            and not teams.is_waiting(self.core.fleet, self.core.fleet.job_of(robot))
        )

    def result(self, wall_s: float, setup_s: float) -> Result:
        """What came of it; checks that the journal alone leads to the same state."""
        state, scenario, checker = self.core.state, self.scenario, self._checker
        replayed = self._assemble(scenario.site, scenario.kinds, journal=self.journal.read())
        figures = RunFigures(
            scenario=scenario.id,
            site=scenario.site.id,
            seed=scenario.seed,
            robots=len(self.world.robots),
            jobs_submitted=self._asked,
            jobs_finished=state.tally.finished,
            jobs_refused=state.tally.refused,
            jobs_failed=state.tally.failed,
            jobs_cancelled=state.tally.cancelled,
            jobs_unfinished=self.job_count - self.over_count,
            collisions=checker.collisions,
            deadlocks=checker.deadlocks,
            illegal_grants=checker.illegal,
            sim_s=self.world.now_ns / SECOND,
            wall_s=round(wall_s, 3),
            setup_s=round(setup_s, 3),
            state_hash=self.core.state_hash(),
        )
        replay_hash = replayed.state_hash()
        measured = metrics(
            figures,
            state,
            self.world,
            self._chronicle,
            self._meter,
            replays=figures.state_hash == replay_hash,
        )
        return Result(
            **asdict(figures),
            replay_state_hash=replay_hash,
            not_finished=(*self._refused, *self._not_finished()),
            violations=tuple(checker.violations),
            metrics=measured,
            verdicts=tuple(self._expectations.verdicts(measured)),
        )

    def _not_finished(self) -> list[Ended]:
        return [
            Ended(job.request.request_id, job.status, job.reason)
            for job in self.core.state.jobs.values()
            if job.status is not JobStatus.FINISHED and not job.part_of
        ]
