# SPDX-License-Identifier: Apache-2.0
"""How the fleet's picture of a robot follows its reports; what it has not heard it is told again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter

from suwon_fleet.core.engine import actions, alerts, events, firing, joining, stops, workers
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.robots.command import (
    Grant,
    Pause,
    ReleaseStop,
    RequestStop,
    Resume,
    Waypoint,
)
from suwon_fleet.core.robots.layers.energy import level_of
from suwon_fleet.core.robots.report import RobotReport, StopState
from suwon_fleet.core.robots.states import Connection, Manipulation, RobotStates


def announce(fleet: Fleet, said: m.Announced) -> None:
    """A robot says who it is and how it stands; it joins if it can."""
    sheet = said.factsheet
    if sheet.robot_id not in fleet.state.robots and _is_others(fleet, said.report):
        joining.forget_refusal(fleet, sheet.robot_id)
        return
    if sheet.robot_id in fleet.state.robots or joining.join(fleet, sheet, said.report):
        heed(fleet, said)


def _is_others(fleet: Fleet, report: RobotReport) -> bool:
    """Whether a robot that is not ours is another group's: it is on its ground, or at a gate."""
    border = fleet.border
    if border is None:
        return False
    is_expected = border.is_expected(report.robot_id)
    return is_expected or not border.ground.is_own_ground(report.pose)


def heed(fleet: Fleet, said: m.Reported | m.Announced) -> None:
    """Take a robot's report as the truth about it."""
    report = said.report
    robot = fleet.state.robots.get(report.robot_id)
    if robot is None and _is_others(fleet, report):
        joining.forget_refusal(fleet, report.robot_id)
        return
    if robot is None:
        robot = _stranger(fleet, report)
    if robot is None:
        return
    before = fleet.reports.get(report.robot_id)
    if report.session != robot.session:
        if not joining.restart(fleet, robot, report):
            return
    elif before and before.session == report.session and report.sequence <= before.sequence:
        return  # late or doubled
    fleet.reports[report.robot_id] = report
    told = _told(report)
    if (
        before is not None
        and told == fleet.settled.get(report.robot_id)
        and (before.battery_soc == report.battery_soc or _is_as_charged(fleet, robot, report))
    ):
        return
    if _is_stale(fleet, robot, report):
        return
    states = None if _follow(fleet, robot, report) else robot.states
    _hear_progress(fleet, robot, report)
    _hear_action(fleet, robot, report)
    _hear_stops(fleet, robot, report)
    _hear_pause(fleet, robot, report)
    if _is_settled(fleet, robot, report, states):
        fleet.settled[robot.robot_id] = told


def _is_stale(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> bool:
    """Whether a silent robot's report comes so late that it would be silent again at once."""
    if robot.states.connection not in (Connection.COMMS_LOST, Connection.NOT_LOCATED):
        return False
    return fleet.seconds_since(report.stamp_ns) >= fleet.table_of(robot).silent_after_s


_told: Callable[[RobotReport], tuple[object, ...]] = attrgetter(
    "path_index",
    "granted_index",
    "mode",
    "navigation",
    "compartment",
    "lift",
    "stop",
    "power",
    "control",
    "posture",
    "action",
    "stop_id",
)
"""What of a report asks for something, beside the charge: not where a robot is, nor how fast."""


def _is_as_charged(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> bool:
    battery, level = fleet.kind_of(robot).battery, robot.states.battery
    return battery is None or level_of(report.battery_soc, battery, level) is level


def _is_settled(
    fleet: Fleet, robot: RobotRecord, report: RobotReport, known: RobotStates | None
) -> bool:
    """Whether a report like this one, heard again, would leave nothing to do and nothing to tell.

    `known` are states to which it told nothing new.
    """
    if report.stop is not StopState.NONE or report.stop_id or robot.busy_action is not None:
        return False
    if report.path_index > robot.path_first or report.granted_index < robot.front_index:
        return False
    job = fleet.job_of(robot)
    if job is not None and job.status is JobStatus.PAUSED:
        return False
    if fleet.stops_of(robot.robot_id):
        return False
    return robot.states is known or not _has_news(fleet, robot, report)


def _stranger(fleet: Fleet, report: RobotReport) -> RobotRecord | None:
    """A robot that is not in the fleet reports: if it said who it is, perhaps it may join now."""
    factsheet = fleet.factsheets.get(report.robot_id)
    if factsheet and factsheet.session == report.session:
        return joining.join(fleet, factsheet, report)
    fleet.strangers[report.robot_id] = Reason.of("robot-not-announced", robot=report.robot_id)
    return None


def _has_news(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> bool:
    kind = fleet.kind_of(robot)
    return fleet.table_of(robot).has_news(robot.states, report, kind.battery)


def _follow(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> bool:
    """Let the robot's states be what it tells; whether that was anything new."""
    if not _has_news(fleet, robot, report):
        return False
    followed = fleet.table_of(robot).follow(robot.states, report, firing.facts(fleet, robot))
    if followed.states == robot.states:
        return True
    triggers = tuple(row.trigger for row in followed.rows)
    firing.change(fleet, robot, followed.states, triggers, followed.rows)
    for surprise in followed.surprises:
        reason = Reason.of(
            "robot-surprise",
            robot=robot.robot_id,
            layer=surprise.layer,
            before=surprise.before,
            told=surprise.told,
        )
        alerts.raise_alert(fleet, alerts.WARNING, reason, robot.robot_id)
    return True


def _hear_progress(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> None:
    """Free what the robot has passed; tell it again of ground it does not know it has."""
    index = min(report.path_index, robot.front_index)
    if index > robot.path_first:
        fleet.emit(events.GroundReleased(fleet.now_ns, robot.robot_id, index))
        fleet.traffic.release(robot.robot_id, index)
    unheard = report.granted_index < robot.front_index
    if unheard and fleet.may_resend(robot.robot_id, "grant"):
        tell_ground(fleet, robot, max(report.granted_index + 1, robot.path_first))


def tell_ground(fleet: Fleet, robot: RobotRecord, index: int) -> None:
    """Send the granted path from path vertex `index` on."""
    start = index - robot.path_first
    tails = [None, *robot.path] if start == 0 else robot.path[start - 1 :]
    carries = robot.states.manipulation is Manipulation.TRANSPORT
    most_mps = fleet.kind_of(robot).carrying_speed_mps if carries else None
    waypoints = tuple(
        _slowed(fleet.traffic.waypoint(robot.kind, tail, head), most_mps)
        for tail, head in zip(tails, robot.path[start:], strict=False)
    )
    fleet.send(Grant(robot.robot_id, index, waypoints))
    fleet.sent_ns[robot.robot_id, "grant"] = fleet.now_ns


def _slowed(waypoint: Waypoint, most_mps: float | None) -> Waypoint:
    if most_mps is None or waypoint.speed_limit_mps <= most_mps:
        return waypoint
    return replace(waypoint, speed_limit_mps=most_mps)


def _hear_action(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> None:
    """Note how the action at hand ended; tell it again, or that it is not wanted any more."""
    action = robot.busy_action
    if action is None:
        return
    told = report.action
    if told is None or told.action_id != action.action_id:
        if fleet.may_resend(robot.robot_id, "action"):
            actions.tell(fleet, robot)
    elif told.status.is_over:
        fleet.emit(
            events.ActionEnded(
                fleet.now_ns, robot.robot_id, action.action_id, told.status, told.result
            )
        )
        fleet.dispatch_due |= workers.is_at_hand(fleet, robot)
    elif not actions.is_wanted(fleet, robot, action):
        actions.call_off(fleet, robot)


def _hear_stops(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> None:
    """Note stops carried out; tell the robot again of those it has not heard, and of releases."""
    if report.stop_id and stops.find(fleet, robot, report.stop_id):
        return
    held = fleet.stops_of(robot.robot_id)
    for stop in held:
        if report.stop_id == stop.stop_id and robot.robot_id not in stop.confirmed:
            fleet.emit(events.StopConfirmed(fleet.now_ns, stop.stop_id, robot.robot_id))
    if held:
        newest = held[-1]
        unheard = report.stop_id != newest.stop_id
        if unheard and fleet.may_resend(robot.robot_id, "stop"):
            fleet.send(RequestStop(robot.robot_id, newest.stop_id, newest.kind))
        return
    still_stopped = report.stop_id != "" and report.stop is StopState.PROTECTIVE
    if still_stopped and fleet.may_resend(robot.robot_id, "release"):
        fleet.send(ReleaseStop(robot.robot_id, report.stop_id))


def _hear_pause(fleet: Fleet, robot: RobotRecord, report: RobotReport) -> None:
    """A robot is paused exactly while its job is, unless something stronger stops it."""
    if report.stop not in (StopState.NONE, StopState.PAUSED):
        return
    job = fleet.job_of(robot)
    should = job is not None and job.status is JobStatus.PAUSED
    differs = should != (report.stop is StopState.PAUSED)
    if differs and fleet.may_resend(robot.robot_id, "pause"):
        fleet.send(Pause(robot.robot_id) if should else Resume(robot.robot_id))
