# SPDX-License-Identifier: Apache-2.0
"""Jobs as messages: requests in, answers, states and decisions out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import suwon_fleet.msg as msg
from suwon_fleet.adapters.ros import fields
from suwon_fleet.core.dispatch import Candidate, Decision
from suwon_fleet.core.engine import calling_off, outlook
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.explain import why_not_begun
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.orders import MAX_STOPS, MOST_AWAITED
from suwon_fleet.core.engine.roles import MOST as MOST_ROLES
from suwon_fleet.core.engine.state import JobRecord
from suwon_fleet.core.engine.teams import parts_of
from suwon_fleet.core.errors import Reason, Rejected
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus, Priority, Role
from suwon_fleet.core.texts import say

E = TypeVar("E", bound=StrEnum)

JOB_KINDS = fields.words(JobKind)
STATUSES = fields.words(JobStatus)

LONGEST_TEXT = 200
"""Characters that a text of a request may have: all of them are kept in the journal for good."""
_TEXTS = ("request_id", "job_id", "object", "robot_id", "requester")

Asked = m.SubmitJob | m.CancelJob | m.PauseJob


def chosen(known: Mapping[str, E], value: str, field: str) -> E:
    """The member a request's word names. Raises Rejected."""
    member = known.get(value)
    if member is None:
        refusal = Reason.of("unknown-word", field=field, value=value[:40], known=", ".join(known))
        raise Rejected(refusal)
    return member


def asked_by(message: Any, request_id: str) -> Asked:
    """What a JobRequest asks for, as the request `request_id`. Raises Rejected."""
    known = msg.JobRequest.VERSION
    if message.version not in (0, known):
        raise Rejected(Reason.of("unknown-version", version=message.version, known=known))
    _check_lengths(message)
    match message.verb:
        case "" | msg.JobRequest.SUBMIT:
            return m.SubmitJob("", _job(message, request_id))
        case msg.JobRequest.CANCEL:
            return m.CancelJob("", message.job_id, message.requester)
        case msg.JobRequest.PAUSE | msg.JobRequest.RESUME as verb:
            paused = verb == msg.JobRequest.PAUSE
            return m.PauseJob("", message.job_id, paused, message.requester)
    raise Rejected(
        Reason.of(
            "unknown-word",
            field="verb",
            value=message.verb[:40],
            known="submit, cancel, pause, resume",
        )
    )


def _check_lengths(message: Any) -> None:
    """Raises Rejected when a request has more in it than any job needs."""
    if len(message.places) > MAX_STOPS:
        refusal = Reason.of("too-many-places", given=len(message.places), most=MAX_STOPS)
        raise Rejected(refusal)
    if len(message.after) > MOST_AWAITED:
        raise Rejected(Reason.of("too-many-after", given=len(message.after), most=MOST_AWAITED))
    texts = {name: getattr(message, name) for name in _TEXTS}
    for field in ("places", "after"):
        texts |= {f"{field}[{n}]": text for n, text in enumerate(getattr(message, field))}
    texts |= _texts_of_roles(message.roles)
    for field, text in texts.items():
        if len(text) > LONGEST_TEXT:
            refusal = Reason.of("text-too-long", field=field, given=len(text), most=LONGEST_TEXT)
            raise Rejected(refusal)


def _texts_of_roles(roles: Sequence[Any]) -> dict[str, str]:
    """Raises Rejected when there are more roles, or more places of one, than any job needs."""
    if len(roles) > MOST_ROLES:
        kind = JobKind.JOINT
        raise Rejected(Reason.of("wrong-roles", kind=kind, most=MOST_ROLES, given=len(roles)))
    texts: dict[str, str] = {}
    for number, role in enumerate(roles):
        where = f"roles[{number}]"
        for field in ("places", "meet_at"):
            given: Sequence[str] = getattr(role, field)
            if len(given) > MAX_STOPS:
                raise Rejected(Reason.of("too-many-places", given=len(given), most=MAX_STOPS))
            texts |= {f"{where}.{field}[{n}]": text for n, text in enumerate(given)}
        texts |= {f"{where}.object": role.object, f"{where}.robot_id": role.robot_id}
    return texts


def _role(message: Any) -> Role:
    return Role(
        kind=chosen(JOB_KINDS, message.kind, "roles.kind"),
        places=tuple(message.places),
        meet_at=tuple(message.meet_at),
        payload_kg=message.payload_kg,
        object=message.object,
        robot_id=message.robot_id,
    )


def _job(message: Any, request_id: str) -> JobRequest:
    kind = chosen(JOB_KINDS, message.kind, "kind")
    if message.priority not in set(Priority):
        levels = ", ".join(str(level.value) for level in Priority)
        raise Rejected(
            Reason.of("unknown-word", field="priority", value=message.priority, known=levels)
        )
    return JobRequest(
        kind=kind,
        places=tuple(message.places),
        request_id=request_id,
        job_id=message.job_id,
        rounds=message.rounds or 1,
        payload_kg=message.payload_kg,
        object=message.object,
        priority=Priority(message.priority),
        earliest_start_ns=fields.ns_of(message.earliest_start),
        deadline_ns=fields.ns_of(message.deadline),
        robot_id=message.robot_id,
        requester=message.requester,
        after=tuple(message.after),
        roles=tuple(map(_role, message.roles)),
    )


def request_message(request: JobRequest) -> Any:
    """A JobRequest message that submits a job."""
    return msg.JobRequest(
        version=msg.JobRequest.VERSION,
        verb=msg.JobRequest.SUBMIT,
        request_id=request.request_id,
        job_id=request.job_id,
        kind=request.kind.value,
        places=list(request.places),
        rounds=request.rounds,
        payload_kg=request.payload_kg,
        object=request.object,
        priority=int(request.priority),
        earliest_start=fields.stamp(request.earliest_start_ns),
        deadline=fields.stamp(request.deadline_ns),
        robot_id=request.robot_id,
        requester=request.requester,
        after=list(request.after),
        roles=[_role_message(role) for role in request.roles],
    )


def _role_message(role: Role) -> Any:
    return msg.JobRole(
        kind=role.kind.value,
        places=list(role.places),
        meet_at=list(role.meet_at),
        payload_kg=role.payload_kg,
        object=role.object,
        robot_id=role.robot_id,
    )


def tell_reason(message: Any, reason: Reason | None) -> None:
    """Fill the fields code, reason_en and reason_ko that many messages have."""
    if reason:
        message.code = reason.code
        message.reason_en, message.reason_ko = say(reason, "en"), say(reason, "ko")


def response_message(answer: m.Answer, request_id: str) -> Any:
    """The JobResponse to a request."""
    message = msg.JobResponse(version=msg.JobResponse.VERSION, request_id=request_id)
    message.job_id, message.accepted = answer.id, answer.reason is None
    tell_reason(message, answer.reason)
    return message


def state_message(fleet: Fleet, job: JobRecord) -> Any:
    """The JobState of a job now."""
    message = msg.JobState(version=msg.JobState.VERSION, stamp=fields.stamp(fleet.now_ns))
    message.job_id, message.kind = job.job_id, job.request.kind.value
    message.status, message.robot_id = job.status.value, job.robot_id
    if job.phase:
        message.phase, message.phase_index = job.phase.name, job.phase_index
    message.phase_count, message.progress = len(job.phases), progress(fleet, job)
    message.priority = int(job.request.priority)
    message.submitted = fields.stamp(job.submitted_ns)
    message.deadline = fields.stamp(job.request.deadline_ns)
    message.expected_end = fields.stamp(outlook.expected_end_ns(fleet, job))
    message.ended = fields.stamp(job.ended_ns)
    message.late = outlook.late_s(fleet, job) > 0.0
    message.parts, message.part_of = job.parts, job.part_of
    message.after = list(job.awaits)
    elsewhere = calling_off.how_it_stands(fleet, job)
    tell_reason(message, elsewhere or job.reason or why_not_begun(job))
    return message


def progress(fleet: Fleet, job: JobRecord) -> float:
    """How much of a job's phases is behind it, 0..1; of a joint job, on the average of its parts."""
    if job.status is JobStatus.FINISHED:
        return 1.0
    if job.parts:
        parts = [progress(fleet, part) for part in parts_of(fleet, job)]
        return math.fsum(parts) / len(parts)
    return max(0, job.phase_index) / len(job.phases)


def decision_message(
    at_ns: int,
    what: str,
    job_id: str,
    robot_id: str,
    reason: Reason,
    candidates: tuple[Candidate, ...] = (),
) -> Any:
    """A choice the fleet made: `what` is assigned, unassigned or refused."""
    message = msg.Decision(version=msg.Decision.VERSION, stamp=fields.stamp(at_ns))
    message.job_id, message.robot_id, message.what = job_id, robot_id, what
    message.reason_en, message.reason_ko = say(reason, "en"), say(reason, "ko")
    message.candidates = [_candidate(candidate) for candidate in candidates]
    return message


def assignment_message(decision: Decision) -> Any:
    """A decision that gave a job to a robot."""
    return decision_message(
        decision.at_ns,
        "assigned",
        decision.job_id,
        decision.robot_id,
        decision.reason,
        decision.candidates,
    )


def _candidate(candidate: Candidate) -> Any:
    message = msg.Candidate(robot_id=candidate.robot_id, feasible=candidate.refusal is None)
    message.cost = _known(candidate.cost_s)
    message.pickup_s, message.work_s = _known(candidate.pickup_s), _known(candidate.work_s)
    message.battery_after = _known(candidate.soc_after)
    if candidate.refusal:
        message.reason_en = say(candidate.refusal, "en")
        message.reason_ko = say(candidate.refusal, "ko")
    return message


def _known(value: float | None) -> float:
    return math.nan if value is None else value
