# SPDX-License-Identifier: Apache-2.0
"""Jobs that are called off where they were asked for, while another group has them.

Nobody knows for sure who that is: a job goes on while it is looked for. So all are told, again and again,
and whoever has it does it once: that it has been done goes with the job.
"""

from __future__ import annotations

from suwon_fleet.core.engine import alerts, ending
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.group_state import Calling
from suwon_fleet.core.engine.state import JobRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation import events as ge
from suwon_fleet.core.federation.messages import CancelHeard, CancelThere


def cancel_elsewhere(fleet: Fleet, border: Border, order: m.CancelJob) -> bool:
    """Answer a person who calls off a job that is not here; False if it is, or nobody knows of it."""
    state, job_id = border.state, order.job_id
    if job_id in state.away and job_id not in state.origins:
        calling = state.calling.get(job_id)
        if calling and calling.is_done:
            fleet.answer(order.token, Reason.of("job-is-returning", job=job_id), id=job_id)
            return True
        if calling is None:
            number = state.counters.get("cancel", 0) + 1
            fleet.emit(ge.JobCancelAsked(fleet.now_ns, job_id, number, order.requester))
        fleet.answer(order.token, id=job_id)
        return True
    origin = state.origins.get(job_id) or job_id.partition(".")[0]
    is_here = job_id in state.jobs and job_id not in state.away
    if is_here or origin not in border.peers:
        return False
    reason = Reason.of("job-asked-elsewhere", job=job_id[:160], group=origin)
    fleet.answer(order.token, reason, id=job_id)
    return True


def why_not_yet(border: Border, job_id: str) -> Reason | None:
    """That people have called a job off, and whoever has it has not answered."""
    calling = border.state.calling.get(job_id)
    if calling is None or calling.is_done:
        return None
    return Reason.of("job-cancel-told", job=job_id, requester=calling.requester or "-")


def how_it_stands(fleet: Fleet, job: JobRecord) -> Reason | None:
    """That a job is elsewhere, and whether it was called off there; None for one that is here."""
    border = fleet.border
    group = border.state.away.get(job.job_id) if border else None
    if border is None or group is None or job.status.is_over:
        return None
    if told := why_not_yet(border, job.job_id):
        return told
    code = "job-cancelled-there" if job.job_id in border.state.calling else "job-elsewhere"
    return Reason.of(code, job=job.job_id, group=group)


# Where it was asked for


def _about(job_id: str) -> str:
    """What is told again and again is told about this; no robot or job is called so."""
    return f">cancel {job_id}"


def go_on(fleet: Fleet, border: Border) -> None:
    """Tell others what is to be called off; do it here if it has come back meanwhile."""
    for job_id, calling in list(border.state.calling.items()):
        if calling.is_done:
            continue
        if job_id not in border.state.away:
            _settle_here(fleet, border, job_id, calling)
        elif fleet.may_resend(_about(job_id), "peer"):
            told = CancelThere(job_id, calling.number, calling.requester)
            fleet.effects += [m.Tell(peer, told) for peer in border.peers]


def _settle_here(fleet: Fleet, border: Border, job_id: str, calling: Calling) -> None:
    """The job is back; it may have been called off before it came, and nobody has heard of that."""
    called = border.state.called.get(job_id)
    if called and called.number == calling.number:
        _settle(fleet, job_id, called.refusal)
    else:
        _settle(fleet, job_id, _cancel(fleet, job_id, calling.requester))


def _cancel(fleet: Fleet, job_id: str, requester: str) -> Reason | None:
    reason = Reason.of("cancelled-by", requester=requester or "-")
    return ending.cancel(fleet, fleet.state.jobs[job_id], reason)


def _settle(fleet: Fleet, job_id: str, refusal: Reason | None) -> None:
    """People were told that it would be called off: they hear of it if it is not."""
    fleet.emit(ge.JobCancelSettled(fleet.now_ns, job_id, refusal))
    forget(fleet, job_id)
    if refusal:
        reason = Reason.of("job-not-cancelled", job=job_id).because(refusal)
        alerts.raise_alert(fleet, alerts.WARNING, reason, job_id)


def forget(fleet: Fleet, job_id: str) -> None:
    """Nobody needs to be told any more."""
    fleet.forget_sent(_about(job_id))


def hear_heard(fleet: Fleet, border: Border, peer: str, said: CancelHeard) -> None:
    """Whoever has it has called it off, or has not: that is settled once."""
    calling = border.state.calling.get(said.job_id)
    if calling and calling.number == said.number and not calling.is_done:
        _settle(fleet, said.job_id, said.refusal)


# Where it is


def hear_there(fleet: Fleet, border: Border, peer: str, said: CancelThere) -> None:
    """Call a job off if we have it, once; one that has ended tells its end by itself."""
    state = border.state
    job = state.jobs.get(said.job_id)
    if job is None or job.status.is_over or said.job_id in state.away:
        return
    called = state.called.get(said.job_id)
    if called is None or called.number < said.number:
        refusal = _cancel(fleet, said.job_id, said.requester)
        heard = ge.JobCancelHeard(fleet.now_ns, said.job_id, said.number, said.requester, refusal)
        fleet.emit(heard)
    elif called.number == said.number:
        refusal = called.refusal
    else:
        return  # people have called it off again since
    fleet.effects.append(m.Tell(peer, CancelHeard(said.job_id, said.number, refusal)))
