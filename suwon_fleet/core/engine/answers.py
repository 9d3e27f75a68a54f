# SPDX-License-Identifier: Apache-2.0
"""Does what a person chose of an alert's answers."""

from __future__ import annotations

from dataclasses import replace

from suwon_fleet.core.engine import alerts, ending, events, firing, joining, orders
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobRequest
from suwon_fleet.core.robots.states import Mission, Release
from suwon_fleet.core.robots.trigger import Trigger


def answer_alert(fleet: Fleet, order: m.AnswerAlert) -> None:
    """Carry out the answer; the alert closes if that was possible."""
    alert = fleet.state.alerts.get(order.alert_id)
    if alert is None:
        fleet.answer(order.token, Reason.of("no-such-alert", alert=order.alert_id[:80]))
        return
    if order.answer not in alert.answers:
        known = ", ".join(alert.answers)
        reason = Reason.of("no-such-answer", answer=order.answer[:80], known=known)
        fleet.answer(order.token, reason)
        return
    if not order.requester:
        fleet.answer(order.token, Reason.of("person-needed"))
        return
    refusal = _carry_out(fleet, alert.subject, order)
    if refusal is None and order.alert_id in fleet.state.alerts:
        fleet.emit(events.AlertClosed(fleet.now_ns, order.alert_id, order.answer, order.requester))
    fleet.answer(order.token, refusal, id=order.alert_id)


def _carry_out(fleet: Fleet, subject: str, order: m.AnswerAlert) -> Reason | None:
    robot, job = fleet.state.robots.get(subject), fleet.state.jobs.get(subject)
    if order.answer == alerts.RELEASE and robot:
        return _release(fleet, robot, order.requester)
    if order.answer == alerts.REMOVE and robot:
        joining.leave(fleet, robot, order.requester)
    elif order.answer == alerts.CANCEL and job and not job.status.is_over:
        reason = Reason.of("cancelled-by", requester=order.requester)
        return ending.cancel(fleet, job, reason)
    elif order.answer == alerts.AGAIN and job:
        return _again(fleet, job, order.requester)
    return None


def _release(fleet: Fleet, robot: RobotRecord, person: str) -> Reason | None:
    """The robot may go on; a load that no job will move, the person has taken out of box or hands."""
    if robot.states.release is Release.NEEDED:
        trigger = Trigger.RELEASED_BY_PERSON
        if refusal := firing.why_not(fleet, robot, trigger, person=person):
            return refusal
        firing.fire(fleet, robot, trigger, person=person)
    job = fleet.job_of(robot)
    is_back = job is not None and robot.states.mission is Mission.AT_RETURN
    if robot.laden is not False and (job is None or is_back):
        fleet.emit(events.LoadTaken(fleet.now_ns, robot.robot_id, person))
    if job is None and ending.arms_are_out(robot):
        firing.fire(fleet, robot, Trigger.HANDS_CLEARED, person=person)
    return None


def _again(fleet: Fleet, job: JobRecord, person: str) -> Reason | None:
    """The same job once more, as a new one; and those again that failed because they were to follow it."""
    anew: dict[str, str] = {}
    lost = _lost_with(fleet, job)
    for one in [other for other in fleet.state.jobs.values() if other.job_id in lost]:
        after = tuple(anew.get(name, name) for name in one.request.after)
        result = orders.accept(fleet, _anew(fleet, one.request, after, person))
        if not isinstance(result, Reason):
            anew[one.job_id] = result
        elif one is job:
            return result
    return None


def _lost_with(fleet: Fleet, job: JobRecord) -> set[str]:
    """A job that has failed, and all that failed with it."""
    jobs, lost = fleet.state.jobs, [job.job_id]
    for name in lost:
        why = ending.was_to_follow(jobs[name])
        lost += [follower for follower in jobs[name].followers if jobs[follower].reason == why]
    return set(lost)


def _anew(fleet: Fleet, request: JobRequest, after: tuple[str, ...], person: str) -> JobRequest:
    """A request as it would be made now; a deadline that is over is dropped."""
    is_over = request.deadline_ns <= fleet.now_ns
    return replace(
        request,
        request_id="",
        job_id="",
        requester=person,
        earliest_start_ns=0,
        deadline_ns=0 if is_over else request.deadline_ns,
        after=after,
    )
