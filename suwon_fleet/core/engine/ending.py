# SPDX-License-Identifier: Apache-2.0
"""How jobs end other than by their last phase: called off, given back, given up, turned back."""

from __future__ import annotations

from suwon_fleet.core.engine import actions, alerts, events, firing
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobStatus, Phase, return_phases
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.states import HOLDING, Manipulation, Mission
from suwon_fleet.core.robots.trigger import Trigger

_PUTS_DOWN = (Manipulation.PLACE, Manipulation.RELEASE, Manipulation.RETREAT)


def cancel(fleet: Fleet, job: JobRecord, reason: Reason) -> Reason | None:
    """Call a job off, a joint one with all its parts; returns why that is not possible now."""
    whole = fleet.state.jobs.get(job.part_of, job)
    parts = [fleet.state.jobs[name] for name in whole.parts]
    still_open = [part for part in parts if not part.status.is_over]
    if parts and not any(part.robot_id for part in still_open):
        end(fleet, whole, JobStatus.CANCELLED, reason)
        return None
    refusals = [cancel_one(fleet, part, reason) for part in still_open or [whole]]
    return refusals[0] if all(refusals) else None


def cancel_one(fleet: Fleet, job: JobRecord, reason: Reason) -> Reason | None:
    """Call off a job, or one part of a joint one."""
    robot = fleet.state.robots.get(job.robot_id)
    if robot and (refusal := _why_not_cancel(fleet, robot, job)):
        return refusal
    if job.status is JobStatus.PAUSED:
        fleet.emit(events.JobPaused(fleet.now_ns, job.job_id, False, ""))
    if robot is None or job.phase_index < 0:
        end(fleet, job, JobStatus.CANCELLED, reason)
    elif _reaches_out(robot):
        put_hands_down(fleet, job, reason, JobStatus.CANCELLED)
    else:
        turn_back(fleet, robot, job, reason, JobStatus.CANCELLED)
    return None


def _why_not_cancel(fleet: Fleet, robot: RobotRecord, job: JobRecord) -> Reason | None:
    if job.turned_at is not None:
        return Reason.of("job-is-returning", job=job.job_id)
    if robot.states.manipulation in _PUTS_DOWN:
        return Reason.of("job-nearly-done", job=job.job_id)
    if job.phase_index < 0:
        return None
    return firing.why_not(fleet, robot, Trigger.CANCELLED)


def _reaches_out(robot: RobotRecord) -> bool:
    """Its arms are out, and hold nothing."""
    return arms_are_out(robot) and robot.states.manipulation not in HOLDING


def put_hands_down(fleet: Fleet, job: JobRecord, reason: Reason, ends_as: JobStatus) -> None:
    """Nothing is held: the arms go to rest, and that ends the job."""
    retreat = Phase(ActionKind.RETREAT.value, job.request.places[0], ActionKind.RETREAT)
    fleet.emit(events.JobTurnedBack(fleet.now_ns, job.job_id, (retreat,), reason, ends_as))


def turn_back(
    fleet: Fleet, robot: RobotRecord, job: JobRecord, reason: Reason, ends_as: JobStatus
) -> None:
    """Bring back what was fetched; where nothing was, the job ends."""
    if not firing.try_fire(fleet, robot, Trigger.CANCELLED):
        return
    actions.call_off(fleet, robot)
    if robot.states.mission is Mission.IDLE:
        end(fleet, job, ends_as, reason)
        return
    phases = return_phases(job.request)
    if robot.states.mission is Mission.AT_RETURN:
        phases = phases[1:]
    fleet.emit(events.JobTurnedBack(fleet.now_ns, job.job_id, phases, reason, ends_as))


def nobody_came(fleet: Fleet, robot: RobotRecord, mission: Mission) -> None:
    """The robot's states have turned after a no-show in `mission`; let the job follow."""
    job = fleet.job_of(robot)
    if job is None or job.phase is None:
        return
    reason = Reason.of("no-show", place=job.phase.place)
    actions.call_off(fleet, robot)
    if mission is Mission.AT_PICKUP:
        end(fleet, job, JobStatus.FAILED, reason)
    elif mission is Mission.AT_DROPOFF:
        phases = return_phases(job.request)
        fleet.emit(events.JobTurnedBack(fleet.now_ns, job.job_id, phases, reason, JobStatus.FAILED))


def finish_after_all(fleet: Fleet, robot: RobotRecord, job: JobRecord) -> None:
    """The load was taken while the job was being called off: it is delivered, nothing goes back."""
    if firing.try_fire(fleet, robot, Trigger.CANCELLED):
        end(fleet, job, JobStatus.FINISHED)


def give_up(fleet: Fleet, robot: RobotRecord, reason: Reason) -> None:
    """The robot cannot go on with its job: another takes it if nothing was fetched, else ask people."""
    job = fleet.state.jobs[robot.job_id]
    if has_fetched(robot):
        if robot.states.mission is Mission.IDLE:  # it has dropped its orders
            end(fleet, job, JobStatus.FAILED, reason)
        else:
            alerts.raise_once(fleet, alerts.ERROR, reason, job.job_id, alerts.JOB_ANSWERS)
        return
    if robot.states.mission is not Mission.IDLE:
        firing.try_fire(fleet, robot, Trigger.CANCELLED)
    actions.call_off(fleet, robot)
    if job.turned_at is None:
        fleet.emit(events.JobUnassigned(fleet.now_ns, job.job_id, reason))
        fleet.dispatch_due = True
    else:
        end(fleet, job, job.ends_as)


def hand_on(fleet: Fleet, robot: RobotRecord, reason: Reason) -> None:
    """A robot lets go of a job that it is on its way to; it goes on with whatever it gets next."""
    job = fleet.state.jobs[robot.job_id]
    if job.phase_index == 0:
        firing.fire(fleet, robot, Trigger.CANCELLED)
    fleet.emit(events.JobUnassigned(fleet.now_ns, job.job_id, reason))
    fleet.dispatch_due = True


def has_fetched(robot: RobotRecord) -> bool:
    """Whether it may hold something of the job, or has its arms out for it."""
    return robot.laden is not False or arms_are_out(robot)


def arms_are_out(robot: RobotRecord) -> bool:
    """Its hands are in the middle of work, whether they hold something or not."""
    return robot.states.manipulation not in (None, Manipulation.NONE)


def abandon(fleet: Fleet, robot: RobotRecord, reason: Reason) -> None:
    """The job has failed, and the robot carries nothing of it."""
    firing.try_fire(fleet, robot, Trigger.CANCELLED)
    end(fleet, fleet.state.jobs[robot.job_id], JobStatus.FAILED, reason)


def lose(fleet: Fleet, job: JobRecord, robot: RobotRecord, reason: Reason) -> None:
    """The robot leaves the fleet with its job: another takes it, unless something was fetched."""
    if has_fetched(robot) or job.turned_at is not None:
        end(fleet, job, JobStatus.FAILED, reason)
    else:
        fleet.emit(events.JobUnassigned(fleet.now_ns, job.job_id, reason))


def end(fleet: Fleet, job: JobRecord, status: JobStatus, reason: Reason | None = None) -> None:
    """The job is over; people are told of one that failed, and may ask for it again: where they asked.

    Unless it has finished, those that were to follow it end as it did.
    """
    _close(fleet, job, status, reason)
    if status is not JobStatus.FINISHED:
        _end_followers(fleet, job)
    is_others = fleet.border is not None and job.job_id in fleet.border.state.origins
    if status is JobStatus.FAILED and job.reason and not job.part_of and not is_others:
        failed = Reason.of("job-failed", job=job.job_id).because(job.reason)
        alerts.raise_alert(fleet, alerts.WARNING, failed, job.job_id, alerts.FAILED_ANSWERS)


def _close(fleet: Fleet, job: JobRecord, status: JobStatus, reason: Reason | None) -> None:
    for name in (*job.parts, job.job_id):
        if not fleet.state.jobs[name].status.is_over:
            fleet.emit(events.JobEnded(fleet.now_ns, name, status, reason))
            alerts.close_of(fleet, name)
    fleet.dispatch_due = True


def _end_followers(fleet: Fleet, job: JobRecord) -> None:
    """What was to follow a job cannot begin any more, nor what was to follow that, and so on."""
    ended = [job]
    for leader in ended:
        ended += [fleet.state.jobs[part] for part in leader.parts]
        if leader.status is JobStatus.FINISHED:
            continue
        for name in leader.followers:
            follower = fleet.state.jobs[name]
            if not follower.status.is_over:
                _close(fleet, follower, leader.status, was_to_follow(leader))
                ended.append(follower)


def was_to_follow(leader: JobRecord) -> Reason:
    """Why a job cannot begin that was to follow one which did not finish."""
    return Reason.of("after-ended", after=leader.job_id, status=leader.status)
