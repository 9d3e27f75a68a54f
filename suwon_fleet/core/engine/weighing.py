# SPDX-License-Identifier: Apache-2.0
"""Jobs as dispatch sees them: what a robot would cost, and why nobody ever could."""

from __future__ import annotations

import math
from collections.abc import Iterable

from suwon_fleet.core.dispatch import Candidate, Errand, Worker
from suwon_fleet.core.engine import workers
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import ACTION_S, NEEDS, JobRequest, Phase


def weigh_now(fleet: Fleet, job: JobRecord, robot: RobotRecord) -> Candidate | Reason:
    """A robot weighed for a job as it stands now, or why it cannot be weighed."""
    worker = workers.worker(fleet, robot)
    if worker is None:
        return Reason.of("battery-unknown", robot=robot.robot_id)
    return fleet.dispatcher.weigh(errand_of(fleet, job), worker, fleet.traffic.travel_s)


def errand_of(fleet: Fleet, job: JobRecord) -> Errand:
    """A job as dispatch sees it."""
    deadline = job.request.deadline_ns
    return _errand(
        fleet,
        job.job_id,
        job.request,
        job.phases,
        waited_s=fleet.seconds_since(job.due_ns),
        slack_s=-fleet.seconds_since(deadline) if deadline else math.inf,
        held_by=job.robot_id,
    )


def _errand(
    fleet: Fleet,
    job_id: str,
    request: JobRequest,
    phases: Iterable[Phase],
    *,
    waited_s: float,
    slack_s: float,
    held_by: str = "",
) -> Errand:
    phases = tuple(phases)
    return Errand(
        job_id,
        tuple(fleet.vertex_of(phase.place) for phase in phases if phase.action is None),
        sum(ACTION_S[phase.action] for phase in phases if phase.action),
        NEEDS[request.kind],
        request.payload_kg,
        int(request.priority),
        waited_s,
        slack_s,
        request.robot_id,
        held_by,
    )


def why_never(fleet: Fleet, request: JobRequest, phases: tuple[Phase, ...]) -> Reason | None:
    """Why no robot could do a job even if it were free and charged; None if one could."""
    crew = [robot for robot in fleet.state.robots.values() if robot.commissioned]
    if not crew:
        return Reason.of("no-robots")
    errand = _errand(fleet, "", request, phases, waited_s=0.0, slack_s=math.inf)
    refusals = []
    for robot in crew:
        worker = Worker(
            robot.robot_id,
            fleet.kind_of(robot),
            robot.path[-1],
            0.0,
            fleet.kind_of(robot).battery.target_soc,
        )
        candidate = fleet.dispatcher.weigh(errand, worker, fleet.traffic.travel_s)
        if candidate.refusal is None:
            return None
        refusals.append(candidate)
    return _nearest_miss(fleet, request, refusals)


_NEAREST_FIRST = (
    "battery-too-small",
    "unreachable",
    "payload-too-heavy",
    "not-capable",
    "not-this-robot",
)


def _nearest_miss(fleet: Fleet, request: JobRequest, refusals: list[Candidate]) -> Reason:
    """Of many refusals, that of the robot that came nearest to doing it."""
    reasons = [candidate.refusal for candidate in refusals if candidate.refusal]
    best = min(reasons, key=lambda reason: _NEAREST_FIRST.index(reason.code))
    if best.code == "unreachable":
        for place in request.places:
            for zone in fleet.closed_zones():
                if fleet.is_in_zone(place, zone):
                    return Reason.of("zone-closed", zone=zone, place=place)
    return best
