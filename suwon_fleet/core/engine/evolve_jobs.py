# SPDX-License-Identifier: Apache-2.0
"""What events make of jobs; see :mod:`.evolve`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from suwon_fleet.core.engine import events as e
from suwon_fleet.core.engine.state import FleetState, JobRecord
from suwon_fleet.core.jobs import JobStatus

_KEPT_DECISIONS = 3


def _accepted(state: FleetState, event: e.JobAccepted) -> None:
    if event.part_of:
        state.jobs[event.part_of].parts.append(event.job_id)
    else:
        state.count("job")
        state.tally.submitted += 1
    # Old journals have jobs that follow another group's, which is forgotten once it has passed through.
    after = [state.jobs[name] for name in event.request.after if name in state.jobs]
    awaited = [job for job in after if job.status is not JobStatus.FINISHED]
    for job in awaited:
        job.followers.append(event.job_id)
    state.jobs[event.job_id] = JobRecord(
        event.job_id,
        event.request,
        event.phases,
        event.at_ns,
        awaits=tuple(job.job_id for job in awaited),
        part_of=event.part_of,
    )
    state.index.open_jobs[event.job_id] = None
    if event.request.request_id:
        state.answered[event.request.request_id] = event.job_id


def _refused(state: FleetState, event: e.JobRefused) -> None:
    state.tally.submitted += 1
    state.tally.refused += 1
    if event.request.request_id:
        state.answered[event.request.request_id] = event.reason
        state.refused_ns[event.request.request_id] = event.at_ns


def _assigned(state: FleetState, event: e.JobAssigned) -> None:
    decision = event.decision
    job, robot = state.jobs[decision.job_id], state.robots[decision.robot_id]
    job.status, job.robot_id, job.reason = JobStatus.ASSIGNED, robot.robot_id, None
    job.expected_end_ns = event.expected_end_ns
    decision = replace(decision, at_ns=event.at_ns)
    job.decisions = (*job.decisions, decision)[-_KEPT_DECISIONS:]
    robot.job_id = job.job_id
    _sum_up(state, job)


def _unassigned(state: FleetState, event: e.JobUnassigned) -> None:
    """A paused job stays paused, and waits for a robot once it is resumed."""
    job = state.jobs[event.job_id]
    state.robots[job.robot_id].job_id = ""
    job.robot_id, job.phase_index, job.grasps = "", -1, 0
    job.reason = job.moved = event.reason
    job.expected_end_ns = 0
    if job.status is JobStatus.PAUSED:
        job.status_before_pause = JobStatus.QUEUED
    else:
        job.status = JobStatus.QUEUED
    _sum_up(state, job)


def _phase_begun(state: FleetState, event: e.JobPhaseBegun) -> None:
    job = state.jobs[event.job_id]
    job.phase_index = event.index
    job.kept = None
    if job.status is JobStatus.ASSIGNED:
        job.status = JobStatus.RUNNING
        _sum_up(state, job)


def _turned_back(state: FleetState, event: e.JobTurnedBack) -> None:
    job = state.jobs[event.job_id]
    done = job.phases[: job.phase_index + 1]
    job.phases = (*done, *event.phases)
    job.turned_at = job.phase_index
    job.status, job.reason, job.ends_as = JobStatus.RETURNING, event.reason, event.ends_as
    _sum_up(state, job)


def _paused(state: FleetState, event: e.JobPaused) -> None:
    job = state.jobs[event.job_id]
    if event.paused:
        job.status_before_pause, job.status = job.status, JobStatus.PAUSED
    else:
        job.status = job.status_before_pause
    _sum_up(state, job)


def _ended(state: FleetState, event: e.JobEnded) -> None:
    """The job keeps the name of the robot that had it last, for the record."""
    job = state.jobs[event.job_id]
    if job.robot_id:
        state.robots[job.robot_id].job_id = ""
    job.status, job.ended_ns = event.status, event.at_ns
    del state.index.open_jobs[job.job_id]
    job.reason = event.reason or job.reason
    if event.status is JobStatus.FINISHED:
        _free_followers(state, job)
    if job.part_of:
        _sum_up(state, job)
        return
    if not state.note_end(job.job_id):
        return
    match event.status:
        case JobStatus.FINISHED:
            state.tally.finished += 1
        case JobStatus.FAILED:
            state.tally.failed += 1
        case _:
            state.tally.cancelled += 1


def _forgotten(state: FleetState, event: e.JobsForgotten) -> None:
    for job_id in event.job_ids:
        state.forget(job_id)
    for request_id in event.request_ids:
        del state.answered[request_id], state.refused_ns[request_id]


_TELLING = (
    JobStatus.PAUSED,
    JobStatus.RETURNING,
    JobStatus.RUNNING,
    JobStatus.ASSIGNED,
    JobStatus.QUEUED,
)
"""The first of these that a part has is the status of a joint job; it ends by an event of its own."""


def _sum_up(state: FleetState, part: JobRecord) -> None:
    """What a part has come to shows in the joint job."""
    whole = state.jobs.get(part.part_of)
    if whole and not whole.status.is_over:
        told = {state.jobs[name].status for name in whole.parts}
        whole.status = next((status for status in _TELLING if status in told), whole.status)


def _free_followers(state: FleetState, job: JobRecord) -> None:
    for name in job.followers:
        follower = state.jobs[name]
        follower.awaits = tuple(awaited for awaited in follower.awaits if awaited != job.job_id)
        follower.freed_ns = job.ended_ns


JOB_EVENTS: Mapping[type, Callable[[FleetState, Any], None]] = {
    e.JobAccepted: _accepted,
    e.JobRefused: _refused,
    e.JobAssigned: _assigned,
    e.JobUnassigned: _unassigned,
    e.JobPhaseBegun: _phase_begun,
    e.JobTurnedBack: _turned_back,
    e.JobPaused: _paused,
    e.JobEnded: _ended,
    e.JobsForgotten: _forgotten,
}
