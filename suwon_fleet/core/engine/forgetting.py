# SPDX-License-Identifier: Apache-2.0
"""Jobs that ended long ago leave the state: the journal has them, and what is worked with stays small.

What may still be asked for stays: whatever an open job, an alert or another group refers to.
"""

from __future__ import annotations

from collections.abc import Container

from suwon_fleet.core.engine import events
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import JobRecord

MOST_AT_ONCE = 1000
"""Jobs in one event; the rest have their turn with the next."""


def review(fleet: Fleet) -> None:
    """Forget what ended long ago, with the request ids that made it, and refusals of as long ago."""
    jobs, refusals = _jobs(fleet), _refusals(fleet)
    if not jobs and not refusals:
        return
    fleet.emit(events.JobsForgotten(fleet.now_ns, tuple(jobs), tuple(refusals)))
    fleet.standing.difference_update(jobs)
    for job_id in jobs:
        fleet.made_way.pop(job_id, None)


def _jobs(fleet: Fleet) -> list[str]:
    """Ids of the jobs to forget, joint ones with their parts; the newest stay, however old they are."""
    state, settings = fleet.state, fleet.settings
    if len(state.jobs) <= settings.remember_jobs + len(state.index.open_jobs):
        return []
    ended = [job for job in state.jobs.values() if job.status.is_over and not job.part_of]
    ended.sort(key=lambda job: job.ended_ns)
    old = {
        job.job_id
        for job in ended[: max(0, len(ended) - settings.remember_jobs)]
        if fleet.seconds_since(job.ended_ns) >= settings.remember_ended_s
    }
    gone: dict[str, None] = {}
    # In the order they were asked for, so that leaders go with their followers or before them.
    for job in (job for job in state.jobs.values() if job.job_id in old):
        family = [job, *(state.jobs[name] for name in job.parts)]
        if not any(_is_needed(fleet, one, gone) for one in family):
            gone |= dict.fromkeys(one.job_id for one in family)
        if len(gone) >= MOST_AT_ONCE:
            break
    return list(gone)


def _is_needed(fleet: Fleet, job: JobRecord, gone: Container[str]) -> bool:
    """Whether a job that has ended is still referred to.

    A follower stays as long as any that it followed: who asks for that one again asks for both.
    """
    state = fleet.state
    return (
        job.job_id in state.index.alerts
        or not state.is_settled(job.job_id)
        or any(not state.jobs[name].status.is_over for name in job.followers)
        or any(name in state.jobs and name not in gone for name in job.request.after)
    )


def _refusals(fleet: Fleet) -> list[str]:
    """Request ids whose refusal is as old as a job to forget; they are in the order of refusal."""
    old: list[str] = []
    for request_id, at_ns in fleet.state.refused_ns.items():
        if fleet.seconds_since(at_ns) < fleet.settings.remember_ended_s or len(old) >= MOST_AT_ONCE:
            break
        old.append(request_id)
    return old
