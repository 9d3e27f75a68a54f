# SPDX-License-Identifier: Apache-2.0
"""Why a job is where it is and a robot does what it does: pure questions, answered in reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from suwon_fleet.core.dispatch import Candidate, Decision
from suwon_fleet.core.engine import (
    alerts,
    calling_off,
    motion,
    outlook,
    teams,
    weighing,
    workers,
    zones,
)
from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.robots.questions import may_command, may_make_way
from suwon_fleet.core.robots.report import Navigation
from suwon_fleet.core.robots.states import LEGS, Mission

_NAMED = 5
"""Robots named one by one where many have the same reason."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Reasons, one a paragraph, and the decisions behind them, oldest first."""

    reasons: tuple[Reason, ...]
    decisions: tuple[Decision, ...] = ()


# Jobs


def explain_job(fleet: Fleet, job_id: str) -> Explanation | None:
    """How a job stands, why this robot has it or none, when it ends; None for an unknown job."""
    job = fleet.state.jobs.get(job_id)
    if job is None:
        return None
    reasons = [_standing(fleet, job)]
    if fleet.border and (called_off := calling_off.why_not_yet(fleet.border, job_id)):
        reasons.append(called_off)
    if job.reason:
        reasons.append(job.reason)
    reasons += _of_team(fleet, job)
    if job.is_due(fleet.now_ns) and not job.parts:
        reasons += _why_nobody(fleet, job)
    if job.robot_id and job.decisions:
        reasons += [job.moved] if job.moved else []
        reasons += _why_this_robot(job.decisions[-1])
    reasons += _outlook(fleet, job)
    robot = fleet.state.robots.get(job.robot_id)
    if robot and not job.status.is_over:
        reasons += _chain(fleet, robot)
    reasons += _alerts(fleet, job_id)
    return Explanation(_each_once(reasons), job.decisions)


def why_not_begun(job: JobRecord) -> Reason | None:
    """The jobs that one which is queued has to wait for, if there are any."""
    if job.status is not JobStatus.QUEUED or not job.awaits:
        return None
    shown = ", ".join(job.awaits[:_NAMED]) + (" …" if len(job.awaits) > _NAMED else "")
    return Reason.of("job-follows", job=job.job_id, kind=job.request.kind, jobs=shown)


def _standing(fleet: Fleet, job: JobRecord) -> Reason:
    """The job's status, with what there is to say of it."""
    kind, robot = job.request.kind, job.robot_id
    phase, number, total = job.phase, job.phase_index + 1, len(job.phases)
    if waits := why_not_begun(job):
        return waits
    if fleet.border and (group := fleet.border.state.away.get(job.job_id)):
        return Reason.of("job-elsewhere", job=job.job_id, group=group)
    match job.status:
        case JobStatus.QUEUED if job.due_ns > fleet.now_ns:
            starts_in = -fleet.seconds_since(job.due_ns)
            return Reason.of("job-not-due", job=job.job_id, kind=kind, starts_in=_s(starts_in))
        case JobStatus.QUEUED if not job.parts:
            waited = fleet.seconds_since(job.due_ns)
            return Reason.of("job-queued", job=job.job_id, kind=kind, waited=_s(waited))
        case JobStatus.FINISHED | JobStatus.FAILED | JobStatus.CANCELLED:
            took = (job.ended_ns - job.submitted_ns) / SECOND
            return Reason.of(
                "job-ended",
                job=job.job_id,
                kind=kind,
                status=job.status,
                robot=robot or "-",
                took=_s(took),
            )
        case JobStatus.PAUSED if phase is None:
            return Reason.of("job-paused", job=job.job_id)
        case _ if job.parts:
            return Reason.of(
                "job-joint", job=job.job_id, kind=kind, status=job.status, parts=len(job.parts)
            )
        case _ if phase is None:
            return Reason.of("job-assigned", job=job.job_id, kind=kind, robot=robot)
        case _:
            return Reason.of(
                "job-in-phase",
                job=job.job_id,
                kind=kind,
                status=job.status,
                robot=robot,
                phase=phase.name,
                place=phase.place,
                number=number,
                total=total,
            )


def _of_team(fleet: Fleet, job: JobRecord) -> Iterable[Reason]:
    """How the parts of a joint job stand; of a part, what it belongs to."""
    if job.part_of:
        yield Reason.of("job-is-part", job=job.part_of)
    for part in teams.parts_of(fleet, job):
        yield _standing(fleet, part)


def _why_this_robot(decision: Decision) -> Iterable[Reason]:
    """What the choice cost, what decided, and what the others would have cost."""
    chosen, *others = decision.candidates
    cost_s = chosen.cost_s or 0.0
    yield Reason.of(
        "choice-cost",
        robot=chosen.robot_id,
        cost=_s(cost_s),
        pickup=_s(chosen.pickup_s or 0.0),
        work=_s(chosen.work_s or 0.0),
        battery=f"{chosen.soc_after or 0.0:.0%}",
    )
    yield decision.reason
    able = [other for other in others if other.cost_s is not None]
    if able:
        next_s = able[0].cost_s or 0.0
        code = "choice-next-best" if next_s >= cost_s else "choice-next-sooner"
        yield Reason.of(
            code, robot=able[0].robot_id, cost=_s(next_s), difference=_s(abs(next_s - cost_s))
        )
    else:
        yield Reason.of("choice-only-one", robot=chosen.robot_id)
    if decision.unable:
        yield Reason.of("choice-unable", count=decision.unable)
    yield from _grouped((other.robot_id, other.refusal) for other in others if other.refusal)


def _why_nobody(fleet: Fleet, job: JobRecord) -> Iterable[Reason]:
    """Why no robot has a job that waits: each robot's reason, robots with the same one together."""
    if not fleet.state.robots:
        yield Reason.of("no-robots")
    if forecast := fleet.planned.get(job.job_id):
        yield Reason.of("job-planned", robot=forecast.robot_id, before=forecast.before)
        if parts := fleet.planned_parts:
            yield Reason.of(
                "plan-parts",
                jobs=parts.jobs,
                completion=_s(parts.completion_s),
                late=_s(parts.late_s),
                empty=_s(parts.empty_s),
            )
    yield from _grouped(
        (robot.robot_id, _why_not_this(fleet, job, robot)) for robot in fleet.state.robots.values()
    )


def _why_not_this(fleet: Fleet, job: JobRecord, robot: RobotRecord) -> Reason:
    """Never able comes before busy: busy passes."""
    candidate = weighing.weigh_now(fleet, job, robot)
    if isinstance(candidate, Candidate) and candidate.refusal:
        return candidate.refusal
    return workers.why_not_free(fleet, robot) or (
        candidate if isinstance(candidate, Reason) else Reason.of("robot-next-in-line")
    )


def _grouped(reasons: Iterable[tuple[str, Reason]]) -> Iterable[Reason]:
    """One reason for all robots that have it; the first one's facts stand for the others'."""
    groups: dict[str, list[tuple[str, Reason]]] = {}
    for robot_id, reason in reasons:
        groups.setdefault(reason.code, []).append((robot_id, reason))
    for members in sorted(groups.values(), key=len, reverse=True):
        names = [robot_id for robot_id, _ in members]
        shown = ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
        outer = Reason.of("robots-cannot", count=len(names), robots=shown)
        yield outer.because(members[0][1])


def _outlook(fleet: Fleet, job: JobRecord) -> Iterable[Reason]:
    """When it ends, and whether that is in time."""
    end_ns, late_s = outlook.expected_end_ns(fleet, job), outlook.late_s(fleet, job)
    if end_ns and not job.status.is_over:
        yield Reason.of("job-ends-in", left=_s(max(0.0, -fleet.seconds_since(end_ns))))
    if late_s:
        code = "job-was-late" if job.status.is_over else "job-is-late"
        yield Reason.of(code, job=job.job_id, late=_s(late_s))
    elif job.request.deadline_ns and end_ns:
        spare_s = (job.request.deadline_ns - end_ns) / SECOND
        yield Reason.of("job-in-time", spare=_s(spare_s))


# Robots


def explain_robot(fleet: Fleet, robot_id: str) -> Explanation | None:
    """What a robot does, for which job, why it waits and for whom; None for an unknown robot."""
    robot = fleet.state.robots.get(robot_id)
    if robot is None:
        stranger = fleet.strangers.get(robot_id)
        return Explanation((stranger,)) if stranger else None
    report = fleet.reports.get(robot_id)
    soc = report.battery_soc if report else None
    reasons = [
        Reason.of(
            "robot-does",
            robot=robot_id,
            kind=robot.kind,
            mission=robot.states.mission,
            battery="-" if soc is None else f"{soc:.0%}",
        )
    ]
    job = fleet.job_of(robot)
    if job:
        reasons.append(_standing(fleet, job))
    elif not robot.commissioned:
        reasons.append(Reason.of("robot-not-commissioned", robot=robot_id))
    reasons += _chain(fleet, robot)
    if not job and (refusal := workers.why_not_free(fleet, robot)):
        reasons.append(refusal)
    reasons += _alerts(fleet, robot_id)
    return Explanation(_each_once(reasons), job.decisions if job else ())


def why_waits(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    """Why a robot that has something to do does not move; None when it moves or has nothing to do."""
    states = robot.states
    if not robot.job_id and states.mission in (Mission.IDLE, Mission.CHARGING):
        return None
    refusal = may_command(states) or motion.held_by(fleet, robot)
    if refusal is None and states.mission in LEGS:
        refusal = may_make_way(states)
    if refusal or states.navigation is Navigation.MOVING:
        return refusal
    if states.navigation in (Navigation.BLOCKED, Navigation.RECOVERY):
        return Reason.of("robot-blocked", state=states.navigation)
    if teams.is_waiting(fleet, fleet.job_of(robot)):
        return fleet.waits.get(robot.robot_id) or Reason.of("wait-next-step")
    if robot.destination and (refusal := zones.why_no_way(fleet, robot, robot.destination)):
        return refusal
    wait = fleet.traffic.wait_of(robot.robot_id) if robot.destination else None
    if wait:
        return motion.reason_of(wait)
    return fleet.waits.get(robot.robot_id) or Reason.of("wait-next-step")


def _chain(fleet: Fleet, robot: RobotRecord) -> Iterable[Reason]:
    """Why a robot waits, why the one it waits for does, and so on to the one that holds them all."""
    seen: set[str] = set()
    waiting: RobotRecord | None = robot
    while waiting and waiting.robot_id not in seen:
        seen.add(waiting.robot_id)
        reason = why_waits(fleet, waiting)
        if waiting is not robot and reason is None:
            reason = motion.why_immobile(fleet, waiting)
        if reason is None:
            if waiting is not robot:
                yield Reason.of("robot-goes-on", robot=waiting.robot_id)
            return
        yield Reason.of("robot-waits", who=waiting.robot_id).because(reason)
        awaited = dict(reason.facts).get("robot", "")
        waiting = fleet.state.robots.get(awaited)


def _alerts(fleet: Fleet, subject: str) -> list[Reason]:
    return [alert.reason for alert in alerts.about(fleet, subject)]


def _each_once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons))


def _s(seconds: float) -> str:
    return f"{seconds:.0f}"
