# SPDX-License-Identifier: Apache-2.0
"""What people ask for, and the one answer each request gets."""

from __future__ import annotations

import math
import re

from suwon_fleet.core.engine import alerts, assigning, events, jobs, robots
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason, Rejected
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus, compose
from suwon_fleet.core.robots.command import RequestStop
from suwon_fleet.core.robots.command import ReleaseStop as ReleaseCommand
from suwon_fleet.core.robots.trigger import Trigger

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_PLACES = {JobKind.DELIVERY: 2, JobKind.MANIPULATION: 2, JobKind.GO_TO: 1}
MAX_STOPS = 1000
"""Of one patrol, rounds included."""
SCOPES = ("robot", "zone", "site", "all")


def submit(fleet: Fleet, order: m.SubmitJob) -> None:
    """Accept a job or refuse it, once: the same request_id again gets the same answer."""
    request = order.request
    if request.request_id and request.request_id in fleet.state.answered:
        before = fleet.state.answered[request.request_id]
        if isinstance(before, Reason):
            fleet.answer(order.token, before)
        else:
            fleet.answer(order.token, id=before)
        return
    reason = _fault(fleet, request)
    phases = () if reason else compose(request)
    reason = reason or assigning.why_never(fleet, request, phases)
    if reason:
        fleet.emit(events.JobRefused(fleet.now_ns, request, reason))
        fleet.answer(order.token, reason)
        return
    job_id = request.job_id or _fresh_job_id(fleet)
    fleet.emit(events.JobAccepted(fleet.now_ns, job_id, request, phases))
    fleet.dispatch_due = True
    fleet.answer(order.token, id=job_id)


def _fresh_job_id(fleet: Fleet) -> str:
    number = fleet.state.counters.get("job", 0) + 1
    while f"job-{number}" in fleet.state.jobs:
        number += 1
    return f"job-{number}"


def _fault(fleet: Fleet, request: JobRequest) -> Reason | None:
    """What is wrong with the request itself."""
    places = request.places
    if request.job_id and not ID.fullmatch(request.job_id):
        return Reason.of("bad-id", field="job_id", value=request.job_id[:80])
    if request.job_id in fleet.state.jobs:
        return Reason.of("job-exists", job=request.job_id)
    if request.kind in _PLACES and len(places) != _PLACES[request.kind]:
        return Reason.of(
            "wrong-places", kind=request.kind, wanted=_PLACES[request.kind], given=len(places)
        )
    if not 1 <= len(places) * request.rounds <= MAX_STOPS:
        return Reason.of("wrong-rounds", stops=len(places) * request.rounds, most=MAX_STOPS)
    for place in places:
        if place not in fleet.site.place_by_id:
            return Reason.of("no-such-place", place=place[:80])
    if len(places) == 2 and places[0] == places[1] and request.kind in _PLACES:
        return Reason.of("same-place", place=places[0])
    if not (math.isfinite(request.payload_kg) and request.payload_kg >= 0):
        return Reason.of("bad-value", field="payload_kg", value=request.payload_kg)
    if request.deadline_ns and request.deadline_ns <= max(fleet.now_ns, request.earliest_start_ns):
        return Reason.of("deadline-passed")
    if request.robot_id and request.robot_id not in fleet.state.robots:
        return Reason.of("no-such-robot", robot=request.robot_id[:80])
    return None


def cancel(fleet: Fleet, order: m.CancelJob) -> None:
    """Call a job off; what was fetched is brought back first."""
    job = _open_job(fleet, order.token, order.job_id)
    if job:
        reason = Reason.of("cancelled-by", requester=order.requester or "-")
        fleet.answer(order.token, jobs.cancel(fleet, job, reason), id=job.job_id)


def pause(fleet: Fleet, order: m.PauseJob) -> None:
    """Pause a job or let it go on; its robot stops where it is and keeps all it has."""
    job = _open_job(fleet, order.token, order.job_id)
    if not job:
        return
    if (job.status is JobStatus.PAUSED) == order.paused:
        code = "job-is-paused" if order.paused else "job-is-not-paused"
        fleet.answer(order.token, Reason.of(code, job=job.job_id), id=job.job_id)
        return
    fleet.emit(events.JobPaused(fleet.now_ns, job.job_id, order.paused, order.requester))
    fleet.dispatch_due = True
    fleet.answer(order.token, id=job.job_id)


def _open_job(fleet: Fleet, token: str, job_id: str) -> JobRecord | None:
    """The job, if it has not ended; else the request is answered with why not."""
    job = fleet.state.jobs.get(job_id)
    if job is None:
        fleet.answer(token, Reason.of("no-such-job", job=job_id[:80]))
    elif job.status.is_over:
        reason = Reason.of("job-is-over", job=job_id, status=job.status)
        fleet.answer(token, reason, id=job_id)
    else:
        return job
    return None


def stop(fleet: Fleet, order: m.StopRobots) -> None:
    """Request robots to stop and hold, until a person releases the request."""
    chosen = _in_scope(fleet, order.scope, order.id)
    if isinstance(chosen, Reason):
        fleet.answer(order.token, chosen)
        return
    ids = tuple(robot.robot_id for robot in chosen)
    stop_id = fleet.next_id("stop")
    fleet.emit(
        events.StopRequested(
            fleet.now_ns,
            stop_id,
            order.scope,
            order.id,
            order.kind,
            ids,
            order.requester,
            order.reason,
        )
    )
    for robot_id in ids:
        fleet.sent_ns[robot_id, stop_id] = fleet.now_ns
        fleet.send(RequestStop(robot_id, stop_id, order.kind))
    fleet.answer(order.token, id=stop_id, robot_ids=ids)


def release(fleet: Fleet, order: m.ReleaseRobots) -> None:
    """A person lets robots go on; one held by its own emergency stop takes no notice."""
    if not order.requester:
        fleet.answer(order.token, Reason.of("person-needed"))
        return
    if order.stop_id:
        found = [s for s in fleet.state.stops.values() if s.stop_id == order.stop_id]
    else:
        found = [
            s for s in fleet.state.stops.values() if (s.scope, s.id) == (order.scope, order.id)
        ]
    robots_free = _release_robot(fleet, order) if order.scope == "robot" else ()
    if not found and not robots_free:
        what = order.stop_id or f"{order.scope} {order.id}".strip()
        fleet.answer(order.token, Reason.of("no-such-stop", stop=what))
        return
    freed = list(robots_free)
    for record in found:
        fleet.emit(events.StopReleased(fleet.now_ns, record.stop_id, order.requester))
        for robot_id in record.robot_ids:
            if robot_id in fleet.state.robots and not _is_held(fleet, robot_id):
                fleet.send(ReleaseCommand(robot_id, record.stop_id))
                freed.append(robot_id)
    fleet.answer(order.token, id=order.stop_id, robot_ids=tuple(dict.fromkeys(freed)))


def _release_robot(fleet: Fleet, order: m.ReleaseRobots) -> tuple[str, ...]:
    """A person lets a robot go on after its own safety stop."""
    robot = fleet.state.robots.get(order.id)
    if robot and _release_by_person(fleet, robot, order.requester):
        return (robot.robot_id,)
    return ()


def _release_by_person(fleet: Fleet, robot: RobotRecord, person: str) -> bool:
    try:
        robots.fire(fleet, robot, Trigger.RELEASED_BY_PERSON, person=person)
    except Rejected:
        return False
    return True


def _is_held(fleet: Fleet, robot_id: str) -> bool:
    return any(robot_id in record.robot_ids for record in fleet.state.stops.values())


def _in_scope(fleet: Fleet, scope: str, id: str) -> list[RobotRecord] | Reason:
    everyone = list(fleet.state.robots.values())
    match scope:
        case "robot" if id in fleet.state.robots:
            return [fleet.state.robots[id]]
        case "robot":
            return Reason.of("no-such-robot", robot=id[:80])
        case "zone" if id in fleet.site.zone_by_id:
            return [robot for robot in everyone if fleet.touches_zone(robot, id)]
        case "zone":
            return Reason.of("no-such-zone", zone=id[:80])
        case "site" | "all":
            return everyone
        case _:
            return Reason.of("no-such-scope", scope=scope[:80], known=", ".join(SCOPES))


def commission(fleet: Fleet, order: m.CommissionRobot) -> None:
    """Let a robot take jobs, or no more of them; it finishes the one it has."""
    if order.robot_id not in fleet.state.robots:
        fleet.answer(order.token, Reason.of("no-such-robot", robot=order.robot_id[:80]))
        return
    fleet.emit(
        events.RobotCommissioned(
            fleet.now_ns, order.robot_id, order.commissioned, order.requester
        )
    )
    fleet.dispatch_due = True
    fleet.answer(order.token, id=order.robot_id)


def remove(fleet: Fleet, order: m.RemoveRobot) -> None:
    """Free the ground of a robot that a person says is gone; its job goes to another."""
    robot = fleet.state.robots.get(order.robot_id)
    if robot is None:
        fleet.answer(order.token, Reason.of("no-such-robot", robot=order.robot_id[:80]))
    elif not order.requester:
        fleet.answer(order.token, Reason.of("person-needed"))
    else:
        _remove(fleet, robot, order.requester)
        fleet.answer(order.token, id=order.robot_id)


def _remove(fleet: Fleet, robot: RobotRecord, requester: str) -> None:
    reason = Reason.of("robot-removed", robot=robot.robot_id, requester=requester)
    if job := fleet.job_of(robot):
        if robot.laden is False:
            fleet.emit(events.JobUnassigned(fleet.now_ns, job.job_id, reason))
        else:
            fleet.emit(
                events.JobEnded(fleet.now_ns, job.job_id, JobStatus.FAILED, reason)
            )
    alerts.close_of(fleet, robot.robot_id)
    fleet.traffic.remove(robot.robot_id)
    fleet.emit(events.RobotRemoved(fleet.now_ns, robot.robot_id, requester))
    fleet.reports.pop(robot.robot_id, None)
    fleet.dispatch_due = True


def set_zone(fleet: Fleet, order: m.SetZone) -> None:
    """Open or close a zone; robots inside a closed one may leave, none may enter."""
    if order.zone_id not in fleet.site.zone_by_id:
        fleet.answer(order.token, Reason.of("no-such-zone", zone=order.zone_id[:80]))
        return
    fleet.emit(
        events.ZoneSet(
            fleet.now_ns, order.zone_id, order.is_open, order.requester, order.reason
        )
    )
    fleet.traffic.set_open(order.zone_id, order.is_open)
    fleet.dispatch_due = True
    fleet.answer(order.token, id=order.zone_id)


def answer_alert(fleet: Fleet, order: m.AnswerAlert) -> None:
    """Do what a person chose of an alert's answers."""
    alert = fleet.state.alerts.get(order.alert_id)
    if alert is None:
        fleet.answer(order.token, Reason.of("no-such-alert", alert=order.alert_id[:80]))
        return
    if order.answer not in alert.answers:
        known = ", ".join(alert.answers) or "-"
        fleet.answer(
            order.token, Reason.of("no-such-answer", answer=order.answer[:80], known=known)
        )
        return
    if not order.requester:
        fleet.answer(order.token, Reason.of("person-needed"))
        return
    refusal = _carry_out(fleet, alert.subject, order)
    if refusal is None and order.alert_id in fleet.state.alerts:
        fleet.emit(
            events.AlertClosed(fleet.now_ns, order.alert_id, order.answer, order.requester)
        )
    fleet.answer(order.token, refusal, id=order.alert_id)


def _carry_out(fleet: Fleet, subject: str, order: m.AnswerAlert) -> Reason | None:
    robot, job = fleet.state.robots.get(subject), fleet.state.jobs.get(subject)
    if order.answer == alerts.RELEASE and robot:
        facts = robots.facts(fleet, robot, person=order.requester)
        if not _release_by_person(fleet, robot, order.requester):
            return fleet.table_of(robot).can(robot.states, Trigger.RELEASED_BY_PERSON, facts)
    elif order.answer == alerts.REMOVE and robot:
        _remove(fleet, robot, order.requester)
    elif order.answer == alerts.CANCEL and job and not job.status.is_over:
        return jobs.cancel(fleet, job, Reason.of("cancelled-by", requester=order.requester))
    return None
