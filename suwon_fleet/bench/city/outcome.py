# SPDX-License-Identifier: Apache-2.0
"""One run of a day with one way to decide and to grant, and what came of it."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from statistics import fmean

import numpy as np

from suwon_fleet.bench.city.plain_dispatch import AsBefore, FirstCome, Matched, turns_of
from suwon_fleet.bench.city.plain_traffic import NextVertex, NoConflict
from suwon_fleet.bench.measure import percentile
from suwon_fleet.cli.simulate import Assemble, Simulation
from suwon_fleet.core.dispatch import Dispatcher
from suwon_fleet.core.engine.core import FleetCore
from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.engine.state import JobRecord
from suwon_fleet.core.jobs import ACTION_S, JobStatus
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import PlaceKind, SiteMap
from suwon_fleet.dispatch import RollingHorizon
from suwon_fleet.service.assemble import assemble
from suwon_fleet.sim.scenario import Scenario
from suwon_fleet.traffic import Coordinator

SECOND = 1_000_000_000
JOULES_PER_KWH = 3.6e6


class Way(StrEnum):
    """How a fleet decides who does what, and who goes first."""

    FULL = "suwon_fleet"
    MATCHED = "hungarian matching + our traffic"
    FIRST_COME = "first come first served + our traffic"
    OURS_RESERVING = "our dispatch + next-vertex reservation"
    FIRST_COME_RESERVING = "first come first served + next-vertex reservation"
    WITHOUT_CONFLICT = "our assignment, robots pass through each other"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run. Shares are 0..1; a job that did not end counts as if it had at the run's end.

    `alone_s` is the mean of the same jobs if each had found a robot where it begins and met no other.
    `replays` says that the journal alone leads to the same state.
    """

    jobs: int
    served: float
    on_time: float
    late_s: float
    mean_s: float
    p95_s: float
    alone_s: float
    driven_km: float
    empty_km: float
    energy_kwh: float
    collisions: int
    deadlocks: int
    illegal_grants: int
    simulated_s: float
    cpu_s: float
    wall_s: float
    state_hash: str
    replays: bool


Turns = dict[str, list[str]]
"""Which robot had which jobs, in order."""


def run_day(scenario: Scenario, way: Way, turns: Turns | None = None) -> tuple[Outcome, Turns]:
    """Run a day; what came of it, and who had which jobs. `turns` are another run's, to be repeated."""
    simulation = Simulation(scenario, _assemble(way, turns or {}))
    odometer = _Odometer(simulation)
    wall_s, cpu_s = time.perf_counter(), time.thread_time()
    while not simulation.is_over:
        simulation.turn()
        odometer.look()
    wall_s, cpu_s = time.perf_counter() - wall_s, time.thread_time() - cpu_s
    result = simulation.result(wall_s, 0.0)
    jobs = list(simulation.core.state.jobs.values())
    done = [job.status is JobStatus.FINISHED for job in jobs]
    ends_ns = [
        job.ended_ns if is_done else simulation.world.now_ns
        for job, is_done in zip(jobs, done, strict=True)
    ]
    took_s = [(end_ns - job.due_ns) / SECOND for job, end_ns in zip(jobs, ends_ns, strict=True)]
    late_s = [
        max(0, end_ns - job.request.deadline_ns) / SECOND if job.request.deadline_ns else 0.0
        for job, end_ns in zip(jobs, ends_ns, strict=True)
    ]
    is_on_time = [
        is_done and end_ns <= job.request.deadline_ns
        for job, is_done, end_ns in zip(jobs, done, ends_ns, strict=True)
    ]
    outcome = Outcome(
        jobs=len(jobs),
        served=fmean(done),
        on_time=fmean(is_on_time),
        late_s=fmean(late_s),
        mean_s=fmean(took_s),
        p95_s=percentile(took_s, 0.95),
        alone_s=fmean(_alone_s(simulation.core, job) for job in jobs),
        driven_km=odometer.driven_m / 1000,
        empty_km=odometer.empty_m / 1000,
        energy_kwh=odometer.joules / JOULES_PER_KWH,
        collisions=result.collisions,
        deadlocks=result.deadlocks,
        illegal_grants=result.illegal_grants,
        simulated_s=result.sim_s,
        cpu_s=cpu_s,
        wall_s=wall_s,
        state_hash=result.state_hash,
        replays=result.state_hash == result.replay_state_hash,
    )
    return outcome, turns_of(simulation.journal.read())


def _assemble(way: Way, turns: Turns) -> Assemble:
    match way:
        case Way.FULL:
            return assemble
        case Way.MATCHED:
            return partial(_other_fleet, Coordinator, Matched)
        case Way.FIRST_COME:
            return partial(_other_fleet, Coordinator, FirstCome)
        case Way.OURS_RESERVING:
            return partial(_other_fleet, NextVertex, RollingHorizon)
        case Way.FIRST_COME_RESERVING:
            return partial(_other_fleet, NextVertex, FirstCome)
        case Way.WITHOUT_CONFLICT:
            return partial(_other_fleet, NoConflict, partial(AsBefore, turns))


def _other_fleet(
    traffic: type[NoConflict | Coordinator],
    dispatcher: type[RollingHorizon] | partial[AsBefore],
    site: SiteMap,
    kinds: Mapping[str, RobotKind],
    *,
    journal: Iterable[Event] = (),
) -> FleetCore:
    """As `assemble`, with other traffic and dispatch."""
    deciding: Dispatcher = dispatcher([place.node for place in site.places_of(PlaceKind.CHARGER)])
    granting = traffic(site, list(kinds.values()))
    return FleetCore.replay(journal, site, kinds, traffic=granting, dispatcher=deciding)


def _alone_s(core: FleetCore, job: JobRecord) -> float:
    """The least time any robot of the fleet could need for a job, driving and acting without a wait."""
    fleet = core.fleet
    stops = [fleet.vertex_of(phase.place) for phase in job.phases if phase.action is None]
    acting_s = sum(ACTION_S.get(phase.action, 0.0) for phase in job.phases if phase.action)
    kinds = {robot.kind for robot in fleet.state.robots.values()}
    driving_s = min(
        (
            sum(fleet.traffic.travel_s(kind, a, b) for a, b in itertools.pairwise(stops))
            for kind in kinds
        ),
        default=math.inf,
    )
    return acting_s + driving_s


class _Odometer:
    """What all robots have driven, and what of it on no job or on the way to its first place."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._robots = simulation.world.robots.values()
        self._capacity_j = np.array([r.kind.battery.capacity_wh * 3600.0 for r in self._robots])
        self._at, self._soc = self._places(), self._charges()
        self.driven_m = self.empty_m = self.joules = 0.0

    def look(self) -> None:
        """Add what has been driven since it last looked."""
        at, soc = self._places(), self._charges()
        driven_m = np.abs(at - self._at)
        self.driven_m += float(driven_m.sum())
        self.empty_m += float(driven_m[self._are_empty()].sum())
        self.joules += float((np.maximum(self._soc - soc, 0.0) * self._capacity_j).sum())
        self._at, self._soc = at, soc

    def _places(self) -> np.ndarray[tuple[int], np.dtype[np.complex128]]:
        bodies = self._simulation.world.bodies
        return bodies.x + 1j * bodies.y

    def _charges(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([robot.soc for robot in self._robots])

    def _are_empty(self) -> list[bool]:
        state = self._simulation.core.state
        empty = []
        for robot in self._robots:
            record = state.robots.get(robot.robot_id)
            job = state.jobs[record.job_id] if record and record.job_id else None
            empty.append(job is None or job.phase_index <= 0)
        return empty
