# SPDX-License-Identifier: Apache-2.0
"""Notices what takes too long or does not happen: silence, no progress, jobs nobody can do."""

from __future__ import annotations

from suwon_fleet.core.engine import actions, alerts, ending, firing, motion, stranded, teams, zones
from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.messages import Finding, Vanished
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.questions import is_immobile
from suwon_fleet.core.robots.report import OperatingMode, StopState
from suwon_fleet.core.robots.row import Row
from suwon_fleet.core.robots.states import Connection, Layer, Release
from suwon_fleet.core.robots.trigger import Trigger

_ON_PURPOSE = (StopState.PAUSED, StopState.PROTECTIVE)
_LEFT = ("load-without-job", "arms-without-job")
_HELD_UP = ("robot-silent", "robot-held-up", "robot-stuck", "robot-event")
STUCK_AFTER_S = 180.0
"""A robot that may go, and does not get on for so long, needs help."""
MOST_CALM_S = 5.0
"""A robot to which nothing happens is looked at this often all the same."""
_LONGEST_DRIVE_S = 600.0
"""What is allowed for one piece of way at most."""


def listen(fleet: Fleet, robot: RobotRecord) -> None:
    """Look whether a robot is still heard; one that is not does not keep its job for long."""
    report = fleet.reports.get(robot.robot_id)
    if (
        report is None
        or fleet.seconds_since(report.stamp_ns) < fleet.table_of(robot).silent_after_s
    ):
        return
    if robot.states.connection is Connection.ONLINE:
        firing.try_fire(fleet, robot, Trigger.COMMS_LOST)
    elif robot.job_id and (reason := _silent(fleet, robot)):
        ending.give_up(fleet, robot, reason)


def watch(fleet: Fleet, robot: RobotRecord) -> None:
    """Look at a robot, unless it is known that there is nothing to notice yet."""
    if fleet.now_ns < fleet.calm_until_ns.get(robot.robot_id, 0):
        return
    decided = len(fleet.events)
    for row in fleet.table_of(robot).timers(robot.states):
        if row.after_s is not None and _age_s(fleet, robot, row) >= row.after_s:
            _time_out(fleet, robot, row)
    _review(fleet, robot)
    _notice_no_way(fleet, robot)
    _notice_load(fleet, robot)
    _notice_unreleased(fleet, robot)
    if len(fleet.events) == decided:
        calm_ns = int(_calm_s(fleet, robot) * SECOND)
        fleet.calm_until_ns[robot.robot_id] = fleet.now_ns + calm_ns


def _calm_s(fleet: Fleet, robot: RobotRecord) -> float:
    """For how long time alone makes nothing of a robot worth noticing.

    That it falls silent is seen by who listens.
    """
    is_heard = robot.states.connection is Connection.ONLINE
    if not is_heard or is_immobile(robot.states) or alerts.about(fleet, robot.robot_id):
        return 0.0
    timers = fleet.table_of(robot).timers(robot.states)
    left_s = [
        row.after_s - _age_s(fleet, robot, row)
        for row in timers
        if row.after_s is not None and row.trigger is not Trigger.COMMS_LOST
    ]
    if len(robot.path) > 1:
        left_s.append(STUCK_AFTER_S - fleet.seconds_awake_since(robot.moved_ns))
    return max(0.0, min([MOST_CALM_S, *left_s]))


def watch_jobs(fleet: Fleet) -> None:
    """Look at all jobs that are not over."""
    teams.review(fleet)
    _notice_late(fleet)
    if fleet.crew_changed:
        fleet.crew_changed = False
        for job in fleet.state.open_jobs:
            stranded.review(fleet, job)


def tell_finding(fleet: Fleet, finding: Finding) -> None:
    """Tell people what an independent check found; it stays open until somebody has seen it.

    Found again meanwhile, be it a little elsewhere, it is the same.
    """
    reason = Reason.of(
        "check-failed", robots=", ".join(finding.robots), what=finding.what, detail=finding.detail
    )
    level = alerts.WARNING if finding.what == "off-its-ground" else alerts.ERROR
    told = alerts.about(fleet, finding.robots[0], reason.code)
    if all(alert.reason.facts[:-1] != reason.facts[:-1] for alert in told):
        alerts.raise_alert(fleet, level, reason, finding.robots[0])


def lose(fleet: Fleet, gone: Vanished) -> None:
    """A robot is known to be out of reach: what its silence would bring about happens now."""
    robot = fleet.state.robots.get(gone.robot_id)
    if robot and robot.states.connection is Connection.ONLINE:
        firing.try_fire(fleet, robot, Trigger.COMMS_LOST)


# Timers of the state tables


def _age_s(fleet: Fleet, robot: RobotRecord, row: Row) -> float:
    """How long a row's layer has been where it is; what happened while we slept does not count."""
    report = fleet.reports.get(robot.robot_id)
    if row.trigger is Trigger.COMMS_LOST and report:
        return fleet.seconds_since(report.stamp_ns)
    since_ns = robot.since_ns[row.layer]
    if row.trigger is Trigger.NO_SHOW:
        since_ns = max(since_ns, robot.since_ns[Layer.STOP])  # nobody is served while it is stopped
    return fleet.seconds_awake_since(since_ns)


def _time_out(fleet: Fleet, robot: RobotRecord, row: Row) -> None:
    is_heard = robot.states.connection is Connection.ONLINE
    if row.trigger is Trigger.NO_SHOW:
        if is_heard and robot.states.stop is StopState.NONE and not _waits_for_team(fleet, robot):
            before = robot.states.mission
            if firing.try_fire(fleet, robot, row.trigger):
                ending.nobody_came(fleet, robot, before)
    elif row.layer.is_fleets:
        firing.try_fire(fleet, robot, row.trigger)
    elif is_heard:
        reason = Reason.of(
            "robot-overdue",
            robot=robot.robot_id,
            layer=row.layer,
            state=robot.states.at(row.layer),
            expected=row.trigger,
            after=row.after_s,
        )
        alerts.raise_alert(fleet, alerts.WARNING, reason, robot.robot_id)


def _waits_for_team(fleet: Fleet, robot: RobotRecord) -> bool:
    """Whether a robot has been served, and waits for those it works with."""
    job = fleet.job_of(robot)
    return (
        job is not None
        and robot.busy_action is None
        and teams.why_not_go_on(fleet, job) is not None
    )


# Robots that cannot go on


def _review(fleet: Fleet, robot: RobotRecord) -> None:
    """A robot that nobody knows when it goes on does not keep its job, if another may take it."""
    held_up = _held_up(fleet, robot) if robot.job_id else None
    stuck = None if held_up else _stuck(fleet, robot)
    if stuck:
        alerts.raise_once(fleet, alerts.ERROR, stuck, robot.robot_id, alerts.ASSIST_ANSWERS)
    else:
        alerts.close_of(fleet, robot.robot_id, "robot-stuck")
    if not robot.job_id:
        return
    if reason := held_up or stuck or _needs_help(fleet, robot):
        ending.give_up(fleet, robot, reason)
    else:
        alerts.close_of(fleet, robot.job_id, *_HELD_UP)


def _held_up(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    """Why a robot has not been able to go on for a while; a stop or a pause is somebody's wish."""
    states = robot.states
    refusal = is_immobile(states)
    if refusal is None:
        return None
    if silent := _silent(fleet, robot):
        return silent
    layers = (Layer.CONNECTION, Layer.MODE, Layer.STOP, Layer.CONTROL, Layer.BATTERY)
    unchanged_s = fleet.seconds_awake_since(max(robot.since_ns[layer] for layer in layers))
    if unchanged_s < fleet.settings.reassign_after_s:
        return None
    if states.connection is not Connection.ONLINE:
        return None
    if states.stop in _ON_PURPOSE or states.mode is OperatingMode.INTERVENED:
        return None
    if actions.is_down(states) and states.release is Release.GIVEN:
        return None
    return Reason.of("robot-held-up", robot=robot.robot_id).because(refusal)


def _silent(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    """That it has not been heard for too long to keep its job."""
    if robot.states.connection is Connection.ONLINE:
        return None
    report = fleet.reports.get(robot.robot_id)
    heard_ns = report.stamp_ns if report else robot.since_ns[Layer.CONNECTION]
    if fleet.seconds_awake_since(heard_ns) < fleet.settings.reassign_silent_after_s:
        return None
    return Reason.of("robot-silent", robot=robot.robot_id)


def _needs_help(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    """It waits for a person: what it has not begun, another can do."""
    if alerts.needs_help(fleet, robot.robot_id) and not ending.has_fetched(robot):
        return Reason.of("robot-awaits-help", robot=robot.robot_id)
    return None


def _stuck(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    """It has ground ahead, may go, and has not passed a vertex for long."""
    standing_s = fleet.seconds_awake_since(robot.moved_ns)
    if len(robot.path) == 1 or standing_s < STUCK_AFTER_S:
        return None
    rear, ahead = robot.path[:2]
    drive_s = min(fleet.traffic.travel_s(robot.kind, rear, ahead), _LONGEST_DRIVE_S)
    if standing_s < STUCK_AFTER_S + drive_s:
        return None
    if motion.why_not_drive(fleet, robot):
        return None
    return Reason.of("robot-stuck", robot=robot.robot_id, after=f"{standing_s:.0f}")


def _notice_no_way(fleet: Fleet, robot: RobotRecord) -> None:
    """A zone was closed between a robot and where it goes."""
    goal = robot.destination
    reason = zones.why_no_way(fleet, robot, goal) if goal else None
    for alert in alerts.about(fleet, robot.robot_id, "goal-unreachable"):
        if alert.reason != reason:
            alerts.close(fleet, alert)
    if reason:
        alerts.raise_alert(fleet, alerts.WARNING, reason, robot.robot_id)


def _notice_load(fleet: Fleet, robot: RobotRecord) -> None:
    """A load, or arms that are out, were left behind by a job that was taken from the robot half done."""
    left = None
    if robot.laden is True and not robot.job_id:
        left = Reason.of("load-without-job", robot=robot.robot_id)
    elif ending.arms_are_out(robot) and not robot.job_id:
        left = Reason.of("arms-without-job", robot=robot.robot_id)
    over = [code for code in _LEFT if left is None or code != left.code]
    alerts.close_of(fleet, robot.robot_id, *over)
    if left:
        alerts.raise_alert(fleet, alerts.ERROR, left, robot.robot_id, alerts.ASSIST_ANSWERS)


def _notice_unreleased(fleet: Fleet, robot: RobotRecord) -> None:
    """Whatever people were told before: that a robot waits for them must be open somewhere."""
    if robot.states.release is Release.GIVEN:
        alerts.close_of(fleet, robot.robot_id, "robot-needs-release")
    elif not alerts.needs_help(fleet, robot.robot_id):
        reason = Reason.of("robot-needs-release", state=robot.states.release)
        alerts.raise_alert(fleet, alerts.ERROR, reason, robot.robot_id, alerts.ASSIST_ANSWERS)


# Jobs


def _notice_late(fleet: Fleet) -> None:
    for job in fleet.state.open_jobs:
        deadline_ns = job.request.deadline_ns
        if deadline_ns and deadline_ns < fleet.now_ns:
            reason = Reason.of("deadline-missed", job=job.job_id)
            alerts.raise_alert(fleet, alerts.WARNING, reason, job.job_id)
