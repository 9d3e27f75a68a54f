# SPDX-License-Identifier: Apache-2.0
"""What people ask of jobs, and the one answer each request gets."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from suwon_fleet.core.engine import calling_off, ending, events, forwarding, roles, teams, weighing
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import JobRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import (
    JobKind,
    JobRequest,
    JobStatus,
    compose,
    compose_part,
    part_of,
)

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_PLACES = {JobKind.DELIVERY: 2, JobKind.MANIPULATION: 2, JobKind.GO_TO: 1, JobKind.JOINT: 0}
MAX_STOPS = 1000
"""Of one patrol, rounds included."""
MOST_AWAITED = 100
"""Jobs that one may follow."""


def submit(fleet: Fleet, order: m.SubmitJob) -> None:
    """Accept a job or refuse it, once: the same request_id again gets the same answer."""
    before = (
        fleet.state.answered.get(order.request.request_id) if order.request.request_id else None
    )
    if before is None:
        before = accept(fleet, order.request)
    if isinstance(before, Reason):
        fleet.answer(order.token, before)
    else:
        fleet.answer(order.token, id=before)


def accept(fleet: Fleet, request: JobRequest) -> str | Reason:
    """Journal a new job, or why it is refused; returns its id, or the reason."""
    if request.roles or request.after or not isinstance(request.payload_kg, float):
        request = replace(
            request,
            payload_kg=float(request.payload_kg),  # as the journal gives it back
            roles=tuple(replace(role, payload_kg=float(role.payload_kg)) for role in request.roles),
            after=tuple(dict.fromkeys(request.after)),
        )
    if fleet.border and request.job_id:
        request = replace(request, job_id=fleet.border.prefix + request.job_id)
    reason = _fault(fleet, request)
    phases = () if reason else compose(request)
    if not reason and (
        fleet.border is None or request.roles
    ):  # else another group may have a robot
        reason = weighing.why_never(fleet, request, phases)
    if reason:
        fleet.emit(events.JobRefused(fleet.now_ns, request, reason))
        return reason
    job_id = request.job_id or _fresh_job_id(fleet)
    fleet.emit(events.JobAccepted(fleet.now_ns, job_id, request, phases))
    for number, role in enumerate(request.roles, start=1):
        part, phases = part_of(request, role), compose_part(request, role)
        name = _part_id(job_id, number)
        fleet.emit(events.JobAccepted(fleet.now_ns, name, part, phases, part_of=job_id))
    fleet.dispatch_due = True
    return job_id


def _fresh_job_id(fleet: Fleet) -> str:
    number = fleet.state.counters.get("job", 0) + 1
    border = fleet.border
    stem = f"{border.prefix}job-{border.era}" if border else "job"
    while any(name in fleet.state.jobs for name in _ids(f"{stem}-{number}", roles.MOST)):
        number += 1
    return f"{stem}-{number}"


def _part_id(job_id: str, number: int) -> str:
    return f"{job_id}.{number}"


def _ids(job_id: str, parts: int) -> list[str]:
    """The ids that a job and its parts have."""
    return [job_id, *(_part_id(job_id, number) for number in range(1, parts + 1))]


def _fault(fleet: Fleet, request: JobRequest) -> Reason | None:
    """What is wrong with the request itself."""
    asked_id = request.job_id.removeprefix(fleet.border.prefix if fleet.border else "")
    if request.job_id and not ID.fullmatch(asked_id):
        return Reason.of("bad-id", field="job_id", value=asked_id[:80])
    for name in _ids(request.job_id, len(request.roles)) if request.job_id else ():
        if name in fleet.state.jobs:
            return Reason.of("job-exists", job=name)
    for payload_kg in (request.payload_kg, *(role.payload_kg for role in request.roles)):
        if not (math.isfinite(payload_kg) and payload_kg >= 0):
            return Reason.of("bad-value", field="payload_kg", value=payload_kg)
    if request.deadline_ns and request.deadline_ns <= max(fleet.now_ns, request.earliest_start_ns):
        return Reason.of("deadline-passed")
    return (
        roles.fault_of_number(request)
        or _fault_of_part(fleet, request, is_joint=bool(request.roles))
        or (_fault_of_roles(fleet, request) if request.roles else None)
        or _fault_of_order(fleet, request)
    )


def _fault_of_roles(fleet: Fleet, request: JobRequest) -> Reason | None:
    parts = (part_of(request, role) for role in request.roles)
    faults = (_fault_of_part(fleet, part, is_joint=True) for part in parts)
    return (
        next(filter(None, faults), None)
        or roles.fault_of_meetings(fleet, request.roles)
        or forwarding.fault_of_groups(fleet, request)
    )


def _fault_of_part(fleet: Fleet, part: JobRequest, *, is_joint: bool) -> Reason | None:
    may_be_elsewhere = fleet.border is not None and not is_joint
    return _fault_of_places(fleet, part) or _fault_of_robot(
        fleet, part.robot_id, may_be_elsewhere=may_be_elsewhere
    )


def _fault_of_places(fleet: Fleet, request: JobRequest) -> Reason | None:
    places, kind = request.places, request.kind
    wanted = _PLACES.get(kind)
    if wanted is not None and len(places) != wanted:
        return Reason.of("wrong-places", kind=kind, wanted=wanted, given=len(places))
    if kind is not JobKind.PATROL and request.rounds != 1:
        return Reason.of("only-patrols-repeat", kind=kind, rounds=request.rounds)
    if kind is JobKind.PATROL and not 1 <= len(places) * request.rounds <= MAX_STOPS:
        return Reason.of("wrong-rounds", stops=len(places) * request.rounds, most=MAX_STOPS)
    for place in places:
        if place not in fleet.site.place_by_id:
            return Reason.of("no-such-place", place=place[:80])
    if wanted == 2 and places[0] == places[1]:
        return Reason.of("same-place", place=places[0])
    return None


def _fault_of_robot(fleet: Fleet, robot_id: str, *, may_be_elsewhere: bool) -> Reason | None:
    robot = fleet.state.robots.get(robot_id)
    if robot_id and robot is None and not may_be_elsewhere:
        return Reason.of("no-such-robot", robot=robot_id[:80])
    if robot and not robot.commissioned:
        return Reason.of("robot-not-commissioned", robot=robot_id)
    return None


def _fault_of_order(fleet: Fleet, request: JobRequest) -> Reason | None:
    """A job follows jobs that are there already, so that no two ever wait for each other.

    They must have been asked for here, as only their origin hears how jobs end.
    """
    others = fleet.border.state.origins if fleet.border else ()
    if len(request.after) > MOST_AWAITED:
        return Reason.of("too-many-after", given=len(request.after), most=MOST_AWAITED)
    for name in request.after:
        if name == request.job_id:
            return Reason.of("after-itself", job=name)
        leader = fleet.state.jobs.get(name)
        if leader is None or name in others:
            return Reason.of("no-such-job", job=name[:80])
        if leader.status in (JobStatus.FAILED, JobStatus.CANCELLED):
            return ending.was_to_follow(leader)
    return None


def cancel(fleet: Fleet, order: m.CancelJob) -> None:
    """Call a job off, wherever it is; what was fetched is brought back first."""
    if fleet.border and calling_off.cancel_elsewhere(fleet, fleet.border, order):
        return
    job = _open_job(fleet, order.token, order.job_id)
    if job:
        reason = Reason.of("cancelled-by", requester=order.requester or "-")
        fleet.answer(order.token, ending.cancel(fleet, job, reason), id=job.job_id)


def pause(fleet: Fleet, order: m.PauseJob) -> None:
    """Pause a job or let it go on; its robots stop where they are and keep all they have."""
    job = _open_job(fleet, order.token, order.job_id)
    if not job:
        return
    if (job.status is JobStatus.PAUSED) == order.paused:
        code = "job-is-paused" if order.paused else "job-is-not-paused"
        fleet.answer(order.token, Reason.of(code, job=job.job_id), id=job.job_id)
        return
    for part in teams.parts_of(fleet, job) or [job]:
        if not part.status.is_over and (part.status is JobStatus.PAUSED) != order.paused:
            paused = events.JobPaused(fleet.now_ns, part.job_id, order.paused, order.requester)
            fleet.emit(paused)
    fleet.dispatch_due = True
    fleet.answer(order.token, id=job.job_id)


def _open_job(fleet: Fleet, token: str, job_id: str) -> JobRecord | None:
    """The job, a joint one for any of its parts, if it has not ended; else why not is answered."""
    job = fleet.state.jobs.get(job_id)
    if job is None:
        fleet.answer(token, Reason.of("no-such-job", job=job_id[:80]))
        return None
    job = fleet.state.jobs.get(job.part_of, job)
    if fleet.border and (group := fleet.border.state.away.get(job_id)):
        fleet.answer(token, Reason.of("job-elsewhere", job=job_id, group=group), id=job_id)
        return None
    if job.status.is_over:
        reason = Reason.of("job-is-over", job=job_id, status=job.status)
        fleet.answer(token, reason, id=job.job_id)
        return None
    return job
