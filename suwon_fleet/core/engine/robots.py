# SPDX-License-Identifier: Apache-2.0
"""Robots join, report, fall silent: how the fleet's picture of each follows what it hears."""

from __future__ import annotations

from typing import Any

from suwon_fleet.core.engine import alerts, events, jobs
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.errors import Reason, Rejected
from suwon_fleet.core.robots.ask import Ask
from suwon_fleet.core.robots.command import Grant, Pause, ReleaseStop, RequestStop, Resume
from suwon_fleet.core.robots.facts import Facts
from suwon_fleet.core.robots.report import ActionStatus, Factsheet, RobotReport, StopState
from suwon_fleet.core.robots.row import Row
from suwon_fleet.core.robots.states import Connection, Layer, RobotStates
from suwon_fleet.core.robots.trigger import Trigger


def facts(fleet: Fleet, robot: RobotRecord, **more: Any) -> Facts:
    """What the fleet knows of a robot beside its states."""
    report = fleet.reports.get(robot.robot_id)
    action = robot.busy_action
    known: dict[str, Any] = {
        "soc": report.battery_soc if report else None,
        "battery": fleet.kind_of(robot).battery,
        "tries": robot.tries,
        "stop_held": any(robot.robot_id in stop.robot_ids for stop in fleet.state.stops.values()),
        "unlock_asked": action is not None and action.kind.value in ("load", "unload"),
        "loaded": robot.laden,
    }
    return Facts(**(known | more))


def fire(fleet: Fleet, robot: RobotRecord, *triggers: Trigger, **more: Any) -> None:
    """Let triggers move the robot's states, one after another: all of them, or none.

    Raises Rejected with the reason of the first that cannot.
    """
    table, states, asks = fleet.table_of(robot), robot.states, []
    for trigger in triggers:
        fired = table.fire(states, trigger, facts(fleet, robot, **more))
        states = fired.states
        asks += [(trigger, ask) for ask in fired.asks]
    _change(fleet, robot, states, triggers)
    _do(fleet, robot, asks)


def try_fire(fleet: Fleet, robot: RobotRecord, *triggers: Trigger, **more: Any) -> bool:
    """As `fire`, but a refusal becomes the reason why the robot waits."""
    try:
        fire(fleet, robot, *triggers, **more)
    except Rejected as refused:
        fleet.waits[robot.robot_id] = refused.reason
        return False
    return True


def _change(
    fleet: Fleet, robot: RobotRecord, states: RobotStates, triggers: tuple[Trigger, ...]
) -> None:
    if states != robot.states:
        names = tuple(trigger.value for trigger in triggers)
        fleet.emit(events.RobotChanged(fleet.now_ns, robot.robot_id, states, names))
        fleet.dispatch_due = True


# Joining


def announce(fleet: Fleet, factsheet: Factsheet, report: RobotReport) -> None:
    """A robot says who it is. It joins if its kind is known and it stands on free ground."""
    if factsheet.robot_id in fleet.state.robots:
        heed(fleet, report)
        return
    refusal = _refusal(fleet, factsheet, report)
    if isinstance(refusal, Reason):
        if fleet.strangers.get(factsheet.robot_id) != refusal:
            alerts.raise_alert(fleet, alerts.WARNING, refusal, factsheet.robot_id)
        fleet.strangers[factsheet.robot_id] = refusal
        return
    if fleet.strangers.pop(factsheet.robot_id, None):
        alerts.close_of(fleet, factsheet.robot_id)
    fleet.emit(
        events.RobotJoined(
            fleet.now_ns,
            factsheet.robot_id,
            factsheet.kind,
            factsheet.session,
            factsheet.vendor,
            factsheet.serial,
            RobotStates.unheard(fleet.kinds[factsheet.kind]),
            refusal,
        )
    )
    fleet.traffic.place(factsheet.robot_id, factsheet.kind, [refusal], 0)
    heed(fleet, report)


def _refusal(fleet: Fleet, factsheet: Factsheet, report: RobotReport) -> Reason | str:
    """Why a robot cannot join, or the vertex where it does."""
    if factsheet.kind not in fleet.kinds:
        known = ", ".join(sorted(fleet.kinds))
        return Reason.of(
            "robot-kind-unknown", robot=factsheet.robot_id, kind=factsheet.kind, known=known
        )
    return _standing_place(fleet, factsheet.robot_id, factsheet.kind, report)


def _standing_place(fleet: Fleet, robot_id: str, kind: str, report: RobotReport) -> Reason | str:
    pose = report.pose
    vertex = fleet.traffic.locate(pose, fleet.settings.join_within_m)
    where = f"({pose.x_m:.2f}, {pose.y_m:.2f}) {pose.level}"
    if vertex is None:
        return Reason.of(
            "robot-off-the-map", robot=robot_id, where=where, within=fleet.settings.join_within_m
        )
    if owner := fleet.traffic.owner_near(kind, vertex):
        return Reason.of("robot-on-others-ground", robot=robot_id, where=where, owner=owner)
    return vertex


def _restart(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> bool:
    """A robot's program started anew: find where it stands; False when that is not possible yet."""
    held = (robot.path[:], robot.path_first)
    fleet.traffic.remove(robot.robot_id)
    place = _standing_place(fleet, robot.robot_id, robot.kind, report)
    if isinstance(place, Reason):
        fleet.traffic.place(robot.robot_id, robot.kind, *held)
        if fleet.strangers.get(robot.robot_id) != place:
            alerts.raise_alert(fleet, alerts.ERROR, place, robot.robot_id)
        fleet.strangers[robot.robot_id] = place
        return False
    fleet.strangers.pop(robot.robot_id, None)
    fleet.forget_sent(robot.robot_id)
    if action := robot.busy_action:
        fleet.emit(
            events.ActionEnded(
                fleet.now_ns, robot.robot_id, action.action_id, ActionStatus.FAILED, "restarted"
            )
        )
    destination = robot.destination
    fleet.emit(events.RobotRestarted(fleet.now_ns, robot.robot_id, report.session, place))
    fleet.traffic.place(robot.robot_id, robot.kind, [place], 0)
    if destination:
        fleet.emit(events.DestinationSet(fleet.now_ns, robot.robot_id, destination))
    return True


# Reports


def heed(fleet: Fleet, report: RobotReport) -> None:
    """Take a robot's report as the truth about it."""
    robot = fleet.state.robots.get(report.robot_id)
    if robot is None:
        fleet.strangers.setdefault(
            report.robot_id, Reason.of("robot-not-announced", robot=report.robot_id)
        )
        return
    if report.session != robot.session:
        if not _restart(fleet, robot, report):
            return
    else:
        before = fleet.reports.get(robot.robot_id)
        if before and before.session == report.session and report.sequence <= before.sequence:
            return  # late or doubled
    fleet.reports[robot.robot_id] = report
    _follow(fleet, robot, report)
    _progress(fleet, robot, report)
    _hear_action(fleet, robot, report)
    _hear_stops(fleet, robot, report)


def _follow(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> None:
    followed = fleet.table_of(robot).follow(robot.states, report, facts(fleet, robot))
    if followed.states == robot.states:
        return
    _change(fleet, robot, followed.states, tuple(row.trigger for row in followed.rows))
    for surprise in followed.surprises:
        reason = Reason.of(
            "robot-surprise",
            robot=robot.robot_id,
            layer=surprise.layer,
            before=surprise.before,
            told=surprise.told,
        )
        alerts.raise_alert(fleet, alerts.WARNING, reason, robot.robot_id)
    cause: dict[Ask, Row] = {}
    for row in followed.rows:
        for ask in row.asks:
            cause.setdefault(ask, row)
    _do(fleet, robot, [(cause[ask].trigger, ask) for ask in followed.asks])


def _progress(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> None:
    """Free what the robot has passed; tell it again of ground it does not know it has."""
    index = min(report.path_index, robot.front_index)
    if index > robot.path_first:
        fleet.emit(events.GroundReleased(fleet.now_ns, robot.robot_id, index))
        fleet.traffic.release(robot.robot_id, index)
    if report.granted_index < robot.front_index and fleet.may_resend(robot.robot_id, "grant"):
        tell_ground(fleet, robot, max(report.granted_index + 1, robot.path_first))


def tell_ground(fleet: Fleet, robot: RobotRecord, index: int) -> None:
    """Send the granted path from path vertex `index` on."""
    start = index - robot.path_first
    tails = [None, *robot.path] if start == 0 else robot.path[start - 1 :]
    waypoints = tuple(
        fleet.traffic.waypoint(robot.kind, tail, head)
        for tail, head in zip(tails, robot.path[start:], strict=False)
    )
    fleet.send(Grant(robot.robot_id, index, waypoints))
    fleet.sent_ns[robot.robot_id, "grant"] = fleet.now_ns


def _hear_action(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> None:
    action = robot.busy_action
    if action is None:
        return
    told = report.action
    if told is None or told.action_id != action.action_id:
        if fleet.may_resend(robot.robot_id, action.action_id):
            jobs.tell_action(fleet, robot)
    elif told.status.is_over:
        fleet.emit(
            events.ActionEnded(
                fleet.now_ns, robot.robot_id, action.action_id, told.status, told.result
            )
        )


def _hear_stops(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> None:
    """Note stops carried out; tell the robot again of those it has not heard, and of releases."""
    held = [stop for stop in fleet.state.stops.values() if robot.robot_id in stop.robot_ids]
    for stop in held:
        if report.stop_id == stop.stop_id:
            if robot.robot_id not in stop.confirmed:
                fleet.emit(events.StopConfirmed(fleet.now_ns, stop.stop_id, robot.robot_id))
    newest = held[-1] if held else None
    if newest and report.stop_id != newest.stop_id:
        if fleet.may_resend(robot.robot_id, newest.stop_id):
            fleet.send(RequestStop(robot.robot_id, newest.stop_id, newest.kind))
    elif not held and report.stop_id and report.stop is StopState.PROTECTIVE:
        if fleet.may_resend(robot.robot_id, "release"):
            fleet.send(ReleaseStop(robot.robot_id, report.stop_id))
    paused = jobs.is_paused(fleet, robot)
    if paused != (report.stop is StopState.PAUSED) and report.stop in (
        StopState.NONE,
        StopState.PAUSED,
    ):
        if fleet.may_resend(robot.robot_id, "pause"):
            fleet.send(Pause(robot.robot_id) if paused else Resume(robot.robot_id))


# Time


def watch(fleet: Fleet) -> None:
    """Notice silence, and everything else that takes too long."""
    for robot in list(fleet.state.robots.values()):
        for row in fleet.table_of(robot).timers(robot.states):
            if row.after_s is not None and _age_s(fleet, robot, row) >= row.after_s:
                _time_out(fleet, robot, row)
        if robot.states.connection is Connection.COMMS_LOST and robot.job_id:
            silent_s = fleet.seconds_since(robot.since_ns[Layer.CONNECTION])
            if silent_s >= fleet.settings.reassign_after_s:
                jobs.give_up(fleet, robot, Reason.of("robot-silent", robot=robot.robot_id))


def _age_s(fleet: Fleet, robot: RobotRecord, row: Row) -> float:
    report = fleet.reports.get(robot.robot_id)
    if row.trigger is Trigger.COMMS_LOST and report:
        return fleet.seconds_since(report.stamp_ns)
    return fleet.seconds_since(robot.since_ns[row.layer])


def _time_out(fleet: Fleet, robot: RobotRecord, row: Row) -> None:
    if row.trigger is Trigger.NO_SHOW and jobs.is_paused(fleet, robot):
        return
    if row.layer.is_fleets:
        before = robot.states.mission
        if try_fire(fleet, robot, row.trigger) and row.trigger is Trigger.NO_SHOW:
            jobs.nobody_came(fleet, robot, before)
        return
    reason = Reason.of(
        "robot-overdue",
        robot=robot.robot_id,
        layer=row.layer,
        state=robot.states.at(row.layer),
        expected=row.trigger,
        after=row.after_s,
    )
    alerts.raise_once(fleet, alerts.WARNING, reason, robot.robot_id)


# Asks


def _do(fleet: Fleet, robot: RobotRecord, asks: list[tuple[Trigger, Ask]]) -> None:
    """Carry out what transitions ask; what phases and errands do of themselves is left to them."""
    for trigger, ask in asks:
        reason = Reason.of(
            "robot-event", robot=robot.robot_id, event=trigger, meaning=trigger.meaning
        )
        if ask in (Ask.RAISE_ALERT, Ask.REPORT_LOAD_DROPPED):
            alerts.raise_alert(fleet, alerts.WARNING, reason, robot.robot_id)
        elif ask is Ask.REQUEST_ASSIST:
            alerts.raise_once(fleet, alerts.ERROR, reason, robot.robot_id, alerts.ASSIST_ANSWERS)
        elif ask is Ask.CLOSE_ALERT:
            alerts.close_of(fleet, robot.robot_id)
        elif ask is Ask.TELL_AGAIN:
            fleet.forget_sent(robot.robot_id)
        elif ask is Ask.RESUME:
            fleet.send(Resume(robot.robot_id))
        elif ask is Ask.CLOSE_LID:
            jobs.cancel_action(fleet, robot)
        elif ask in (Ask.CLEAR_JOB, Ask.REVIEW_JOB) and robot.job_id:
            if trigger is not Trigger.NO_SHOW:
                jobs.give_up(fleet, robot, reason)
        if ask is Ask.REPORT_LOAD_DROPPED and robot.job_id:
            jobs.abandon(fleet, robot, Reason.of("load-dropped", robot=robot.robot_id))

