# SPDX-License-Identifier: Apache-2.0
"""Jobs that begin on another group's ground go there, and ends of jobs go to where they were asked for."""

from __future__ import annotations

from suwon_fleet.core.engine import alerts, calling_off, ending, stranded, weighing
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.messages import Tell
from suwon_fleet.core.engine.state import JobRecord
from suwon_fleet.core.engine.ways_out import tell_again
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation import events as ge
from suwon_fleet.core.federation.messages import JobHeard, JobOver, JobOverHeard, SendJob
from suwon_fleet.core.jobs import JobKind, JobRequest

LOOK_AGAIN_S = 60.0
"""A job that no group has a robot for is offered to all of them so often."""


def owner_of(fleet: Fleet, border: Border, place: str) -> str:
    """The group on whose ground a place is."""
    return border.ground.group_of(fleet.vertex_of(place))


def fault_of_groups(fleet: Fleet, request: JobRequest) -> Reason | None:
    """Robots that work together have one owner, and so have all places of their job."""
    if fleet.border is None or request.kind is not JobKind.JOINT:
        return None
    own = fleet.border.ground.own
    for role in request.roles:
        for place in role.places:
            if (owner := owner_of(fleet, fleet.border, place)) != own:
                return Reason.of("joint-across-groups", place=place, group=owner, own=own)
    return None


def send_out(fleet: Fleet, border: Border) -> None:
    """Forward the jobs that could begin now, and are another group's to do; the others are kept."""
    waiting = [
        job
        for job in fleet.state.open_jobs
        if job.is_due(fleet.now_ns) and not (job.parts or job.part_of)
    ]
    names = {job.job_id for job in waiting}
    border.kept = {job_id: at_ns for job_id, at_ns in border.kept.items() if job_id in names}
    for job in waiting:
        kept_ns = border.kept.get(job.job_id)
        is_time = kept_ns is not None and fleet.seconds_since(kept_ns) >= LOOK_AGAIN_S
        if kept_ns is not None and not is_time and not fleet.crew_changed:
            continue
        first = owner_of(fleet, border, job.request.places[0])
        looked = _looked(border, job, begins_anew=is_time and first == border.ground.own)
        if peer := _whose(fleet, border, job, first, looked):
            alerts.close_of(fleet, job.job_id)
            fleet.emit(ge.JobForwarded(fleet.now_ns, job.job_id, peer, looked))
        elif kept_ns is None or is_time:
            border.kept[job.job_id] = fleet.now_ns
            stranded.review(fleet, job)


def _looked(border: Border, job: JobRecord, *, begins_anew: bool) -> tuple[str, ...]:
    """The groups that have looked for a robot, us included; when all have, it may begin anew with us."""
    own = border.ground.own
    if begins_anew and border.have_all_looked(job.job_id):
        return (own,)
    return tuple(sorted({*border.state.looked.get(job.job_id, ()), own}))


def _whose(
    fleet: Fleet, border: Border, job: JobRecord, first: str, looked: tuple[str, ...]
) -> str | None:
    """The group a job goes to: to the `first`, where it begins, then to any that has a robot.

    None: it stays. When all have looked in vain it waits where it begins.
    """
    own = border.ground.own
    if job.request.robot_id in fleet.state.robots:
        return None
    if own != first and first not in looked:
        return first
    if weighing.why_never(fleet, job.request, job.phases) is None:
        return None
    rest = [group for group in border.ground.groups if group not in looked]
    return rest[0] if rest else None if own == first else first


def go_on(fleet: Fleet, border: Border) -> None:
    """Tell what has not been heard yet."""
    for job_id, sent in border.state.sent.items():
        tell_again(fleet, sent.peer, job_id, SendJob(sent.job))
    for job_id, origin in border.state.owed.items():
        job = fleet.state.jobs[job_id]
        tell_again(fleet, origin, job_id, JobOver(job_id, job.status, job.reason))


def hear_job(fleet: Fleet, border: Border, peer: str, said: SendJob) -> None:
    """A job is ours to do; it is so once."""
    job = said.job
    if job.hops > border.state.hops.get(job.job_id, 0):
        fleet.emit(ge.JobArrived(fleet.now_ns, job.job_id, job))
        fleet.dispatch_due = True
    fleet.effects.append(Tell(peer, JobHeard(job.job_id, job.hops)))


def hear_heard(fleet: Fleet, border: Border, peer: str, said: JobHeard) -> None:
    """The other group has it."""
    sent = border.state.sent.get(said.job_id)
    if sent and sent.peer == peer and sent.job.hops == said.hops:
        fleet.emit(ge.JobDelivered(fleet.now_ns, said.job_id))
        fleet.forget_sent(said.job_id)


def hear_over(fleet: Fleet, border: Border, peer: str, said: JobOver) -> None:
    """A job that was asked for here has ended elsewhere."""
    if said.job_id in border.state.away and said.job_id not in border.state.origins:
        fleet.emit(ge.JobCameBack(fleet.now_ns, said.job_id))
        fleet.forget_sent(said.job_id)
        calling_off.forget(fleet, said.job_id)
        ending.end(fleet, fleet.state.jobs[said.job_id], said.status, said.reason)
    fleet.effects.append(Tell(peer, JobOverHeard(said.job_id)))


def hear_over_heard(fleet: Fleet, border: Border, peer: str, said: JobOverHeard) -> None:
    """Who asked for a job knows how it has ended."""
    if border.state.owed.get(said.job_id) == peer:
        fleet.emit(ge.JobEndHeard(fleet.now_ns, said.job_id))
        fleet.forget_sent(said.job_id)
