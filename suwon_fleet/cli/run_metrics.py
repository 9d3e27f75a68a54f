# SPDX-License-Identifier: Apache-2.0
"""The figures of a run that its scenario may expect something of."""

from __future__ import annotations

import math
from collections.abc import Collection
from statistics import fmean

import numpy as np

from suwon_fleet.cli.chronicle import Chronicle
from suwon_fleet.cli.run_figures import RunFigures
from suwon_fleet.core.engine.state import FleetState
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.sim.scenario.expect import Metric
from suwon_fleet.sim.world import World

SECOND = 1_000_000_000


class Meter:
    """What must be measured while the world moves on: way driven and the lowest charge."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._at = self._points()
        self.driven_m = 0.0
        self.lowest_soc = self.lowest_soc_now

    def look(self) -> None:
        """A little time has gone by: all ways are taken as straight since the last look."""
        now = self._points()
        self.driven_m += float(np.abs(now - self._at).sum())
        self._at = now
        self.lowest_soc = min(self.lowest_soc, self.lowest_soc_now)

    @property
    def lowest_soc_now(self) -> float:
        return min((robot.soc for robot in self._world.robots.values()), default=math.nan)

    def _points(self) -> np.ndarray[tuple[int], np.dtype[np.complex128]]:
        return self._world.bodies.x + 1j * self._world.bodies.y


def metrics(
    figures: RunFigures,
    state: FleetState,
    world: World,
    chronicle: Chronicle,
    meter: Meter,
    *,
    replays: bool,
) -> dict[Metric, float]:
    """All of them; those that cannot be said are not numbers."""
    waits = [
        at_ns - chronicle.asked_ns[job_id]
        for job_id, at_ns in chronicle.set_out_ns.items()
        if job_id in chronicle.asked_ns
    ]
    services = [
        at_ns - chronicle.asked_ns[job_id]
        for job_id, at_ns in chronicle.finished_ns.items()
        if job_id in chronicle.asked_ns
    ]
    late = [
        job
        for job in state.jobs.values()
        if job.request.deadline_ns
        and not job.part_of
        and (job.status is not JobStatus.FINISHED or job.ended_ns > job.request.deadline_ns)
    ]
    undone = figures.jobs_failed + figures.jobs_cancelled + figures.jobs_unfinished
    hours = figures.sim_s / 3600.0
    return {
        Metric.JOBS_SUBMITTED: figures.jobs_submitted,
        Metric.JOBS_FINISHED: figures.jobs_finished,
        Metric.JOBS_REFUSED: figures.jobs_refused,
        Metric.JOBS_FAILED: figures.jobs_failed,
        Metric.JOBS_CANCELLED: figures.jobs_cancelled,
        Metric.JOBS_UNFINISHED: figures.jobs_unfinished,
        Metric.JOBS_UNDONE: undone,
        Metric.JOBS_LATE: len(late),
        Metric.JOBS_PER_HOUR: figures.jobs_finished / hours if hours else math.nan,
        Metric.WAIT_MEAN_S: _mean_s(waits),
        Metric.WAIT_P95_S: _p95_s(waits),
        Metric.SERVICE_MEAN_S: _mean_s(services),
        Metric.SERVICE_P95_S: _p95_s(services),
        Metric.COLLISIONS: figures.collisions,
        Metric.DEADLOCKS: figures.deadlocks,
        Metric.ILLEGAL_GRANTS: figures.illegal_grants,
        Metric.REPLAY_DIFFERS: 0 if replays else 1,
        Metric.ROBOTS_JOINED: len(state.robots),
        Metric.SOC_MIN: meter.lowest_soc,
        Metric.SOC_END_MIN: meter.lowest_soc_now,
        Metric.CHARGES: _done(world, ActionKind.DOCK),
        Metric.SWAPS: _done(world, ActionKind.SWAP_BATTERY),
        Metric.DISTANCE_KM: meter.driven_m / 1000.0,
        Metric.MESSAGES_LOST: world.faults.radio.lost,
        Metric.ALERTS_RAISED: chronicle.alerts_raised,
        Metric.ALERTS_OPEN: len(state.alerts),
        Metric.SIM_S: figures.sim_s,
    }


def _done(world: World, kind: ActionKind) -> int:
    """How often the robots themselves carried an action out."""
    return sum(what is kind for robot in world.robots.values() for _, what in robot.done)


def _mean_s(times_ns: Collection[int]) -> float:
    return fmean(times_ns) / SECOND if times_ns else math.nan


def _p95_s(times_ns: Collection[int]) -> float:
    return float(np.percentile(list(times_ns), 95)) / SECOND if times_ns else math.nan
