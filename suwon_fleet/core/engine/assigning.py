# SPDX-License-Identifier: Apache-2.0
"""Gives waiting jobs to robots that are free, and says why no robot ever could."""

from __future__ import annotations

import math
from collections.abc import Iterable

from suwon_fleet.core.dispatch import Candidate, Errand, Worker
from suwon_fleet.core.engine import alerts, events, outlook
from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import ACTION_S, NEEDS, JobRequest, JobStatus, Phase
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.questions import is_immobile, may_take_job
from suwon_fleet.core.robots.states import BatteryLevel


def assign(fleet: Fleet) -> None:
    """Match jobs that wait with robots that are free; each decision is journalled with its reasons."""
    waiting = [job for job in fleet.state.jobs.values() if job.is_due(fleet.now_ns)]
    free = [robot for robot in fleet.state.robots.values() if not why_not_free(fleet, robot)]
    fleet.dispatch_due = False
    if not waiting or not free:
        return
    workers = [worker for robot in free if (worker := _worker(fleet, robot))]
    errands = [errand_of(fleet, job) for job in waiting]
    now = {worker.robot_id for worker in workers}
    workers += _workers_later(fleet)
    for decision in fleet.dispatcher.assign(errands, workers, fleet.traffic.travel_s):
        if decision.robot_id not in now:
            continue  # better to wait for this robot than to send another from far away
        chosen = decision.candidates[0]
        seconds = (chosen.pickup_s or 0.0) + (chosen.work_s or 0.0)
        fleet.emit(events.JobAssigned(fleet.now_ns, decision, fleet.now_ns + int(seconds * SECOND)))


def why_not_free(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    """Why a robot cannot be given a job now."""
    if robot.job_id:
        return Reason.of("robot-has-job", job=robot.job_id)
    if not robot.commissioned:
        return Reason.of("robot-not-commissioned", robot=robot.robot_id)
    if stops := fleet.stops_of(robot.robot_id):
        return Reason.of("stop-held", stop=stops[0].stop_id, requester=stops[0].requester or "-")
    if alerts.needs_help(fleet, robot.robot_id):
        return Reason.of("robot-awaits-help", robot=robot.robot_id)
    if robot.laden is not False:
        return Reason.of("robot-laden", robot=robot.robot_id)
    action = robot.busy_action
    if action and action.kind not in (ActionKind.DOCK, ActionKind.GET_READY):
        return Reason.of("robot-acts", action=action.kind)
    return may_take_job(robot.states)


def _worker(fleet: Fleet, robot: RobotRecord) -> Worker | None:
    report = fleet.reports.get(robot.robot_id)
    if report is None or report.battery_soc is None:
        return None
    kind, soc = fleet.kind_of(robot), report.battery_soc
    return Worker(robot.robot_id, kind, robot.path[-1], outlook.free_in_s(robot), soc)


def _workers_later(fleet: Fleet) -> list[Worker]:
    """Robots at work, as they will be when their jobs have ended."""
    robots = fleet.state.robots.values()
    return [worker for robot in robots if (worker := _worker_later(fleet, robot))]


def _worker_later(fleet: Fleet, robot: RobotRecord) -> Worker | None:
    """A robot at work, unless it is held up for nobody knows how long or must charge first."""
    job, report = fleet.job_of(robot), fleet.reports.get(robot.robot_id)
    if job is None or job.status is JobStatus.PAUSED or not robot.commissioned:
        return None
    if report is None or report.battery_soc is None:
        return None
    is_low = robot.states.battery is not BatteryLevel.ENOUGH
    if is_low or is_immobile(robot.states) or fleet.stops_of(robot.robot_id):
        return None
    if alerts.needs_help(fleet, robot.robot_id):
        return None
    left_s = outlook.left_s(fleet, job, robot)
    if math.isinf(left_s):
        return None
    last = fleet.vertex_of(job.phases[-1].place)
    kind, soc = fleet.kind_of(robot), report.battery_soc
    return Worker(robot.robot_id, kind, last, left_s, soc, is_busy=True)


def awaited(fleet: Fleet, job: JobRecord) -> Candidate | None:
    """The robot at work that a job is better off waiting for than with any that is free."""
    robots = fleet.state.robots.values()
    free = [
        worker
        for robot in robots
        if not why_not_free(fleet, robot) and (worker := _worker(fleet, robot))
    ]
    workers = [*free, *_workers_later(fleet)]
    travel_s = fleet.traffic.travel_s
    decisions = fleet.dispatcher.assign([errand_of(fleet, job)], workers, travel_s)
    if not decisions or decisions[0].robot_id in {worker.robot_id for worker in free}:
        return None
    return decisions[0].candidates[0]


def weigh_now(fleet: Fleet, job: JobRecord, robot: RobotRecord) -> Candidate | Reason:
    """A robot weighed for a job as it stands now, or why it cannot be weighed."""
    worker = _worker(fleet, robot)
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
