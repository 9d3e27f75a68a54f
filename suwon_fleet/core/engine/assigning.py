# SPDX-License-Identifier: Apache-2.0
"""Gives waiting jobs to robots that are free, and says why no robot ever could."""

from __future__ import annotations

import math
from collections.abc import Iterable

from suwon_fleet.core.dispatch import Candidate, Errand, Worker
from suwon_fleet.core.engine import events
from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import ACTION_S, NEEDS, JobRequest, JobStatus, Phase
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.questions import may_take_job, needs_get_ready
from suwon_fleet.core.robots.states import Mission

GET_READY_S = 20.0
"""To stand up, and to leave a charger, for estimates (assumptions)."""
UNDOCK_S = 10.0


def assign(fleet: Fleet) -> None:
    """Match jobs that wait with robots that are free, and journal each decision with its reasons."""
    waiting = [job for job in fleet.state.jobs.values() if _is_due(fleet, job)]
    free = [robot for robot in fleet.state.robots.values() if not why_not_free(fleet, robot)]
    fleet.dispatch_due = False
    if not waiting or not free:
        return
    workers = [worker for robot in free if (worker := _worker(fleet, robot))]
    errands = [errand_of(fleet, job) for job in waiting]
    for decision in fleet.dispatcher.assign(errands, workers, fleet.traffic.travel_s):
        chosen = decision.candidates[0]
        seconds = (chosen.pickup_s or 0.0) + (chosen.work_s or 0.0)
        fleet.emit(
            events.JobAssigned(fleet.now_ns, decision, fleet.now_ns + int(seconds * SECOND))
        )


def _is_due(fleet: Fleet, job: JobRecord) -> bool:
    return job.status is JobStatus.QUEUED and job.due_ns <= fleet.now_ns


def why_not_free(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    """Why a robot cannot be given a job now."""
    if robot.job_id:
        return Reason.of("robot-has-job", job=robot.job_id)
    if not robot.commissioned:
        return Reason.of("robot-not-commissioned", robot=robot.robot_id)
    for stop in fleet.state.stops.values():
        if robot.robot_id in stop.robot_ids:
            return Reason.of("stop-held", stop=stop.stop_id, requester=stop.requester or "-")
    if action := robot.busy_action:
        if action.kind not in (ActionKind.DOCK, ActionKind.GET_READY):
            return Reason.of("robot-acts", action=action.kind)
    return may_take_job(robot.states)


def _worker(fleet: Fleet, robot: RobotRecord) -> Worker | None:
    report = fleet.reports.get(robot.robot_id)
    if report is None or report.battery_soc is None:
        return None
    free_in_s = 0.0
    if robot.states.mission is Mission.CHARGING:
        free_in_s += UNDOCK_S
    if needs_get_ready(robot.states):
        free_in_s += GET_READY_S
    return Worker(
        robot.robot_id, fleet.kind_of(robot), robot.path[-1], free_in_s, report.battery_soc
    )


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
    )


def _errand(
    fleet: Fleet,
    job_id: str,
    request: JobRequest,
    phases: Iterable[Phase],
    *,
    waited_s: float,
    slack_s: float,
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
    )


def why_never(fleet: Fleet, request: JobRequest, phases: tuple[Phase, ...]) -> Reason | None:
    """Why no robot of the fleet could do a job even if it were free and charged; None if one could."""
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


_BY_DISTANCE_FROM_YES = (
    "battery-too-small",
    "unreachable",
    "payload-too-heavy",
    "not-capable",
    "not-this-robot",
)


def _nearest_miss(fleet: Fleet, request: JobRequest, refusals: list[Candidate]) -> Reason:
    """Of many refusals, that of the robot that came nearest to doing it."""
    reasons = [candidate.refusal for candidate in refusals if candidate.refusal]
    best = min(reasons, key=lambda reason: _BY_DISTANCE_FROM_YES.index(reason.code))
    if best.code == "unreachable":
        for place in request.places:
            for zone in fleet.closed_zones():
                if fleet.is_in_zone(place, zone):
                    return Reason.of("zone-closed", zone=zone, place=place)
    return best
