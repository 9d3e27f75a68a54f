# SPDX-License-Identifier: Apache-2.0
"""Where jobs are by now: who has one that has gone on from group to group tells its origin so."""

from __future__ import annotations

from suwon_fleet.core.engine.border import Border
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.messages import Tell
from suwon_fleet.core.engine.ways_out import tell_again
from suwon_fleet.core.federation import events as ge
from suwon_fleet.core.federation.messages import JobIsHere, JobIsHereHeard


def _about(job_id: str) -> str:
    """What is told again and again is told about this; no robot or job is called so."""
    return f">here {job_id}"


def go_on(fleet: Fleet, border: Border) -> None:
    """Tell origins of jobs that are here, until they have heard."""
    for job_id, hops in border.state.unseen.items():
        origin = border.state.origins[job_id]
        tell_again(fleet, origin, _about(job_id), JobIsHere(job_id, hops))


def hear_here(fleet: Fleet, border: Border, peer: str, said: JobIsHere) -> None:
    """A job of ours has gone on; what is older than what we know is no news."""
    state = border.state
    is_ours = said.job_id in state.away and said.job_id not in state.origins
    if is_ours and said.hops > state.hops.get(said.job_id, 0):
        fleet.emit(ge.JobSeen(fleet.now_ns, said.job_id, peer, said.hops))
    fleet.effects.append(Tell(peer, JobIsHereHeard(said.job_id, said.hops)))


def hear_heard(fleet: Fleet, border: Border, peer: str, said: JobIsHereHeard) -> None:
    """Its origin knows."""
    if border.state.unseen.get(said.job_id) == said.hops:
        fleet.emit(ge.JobSeenHeard(fleet.now_ns, said.job_id))
        fleet.forget_sent(_about(said.job_id))
