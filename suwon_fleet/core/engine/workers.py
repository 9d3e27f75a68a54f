# SPDX-License-Identifier: Apache-2.0
"""Robots as dispatch sees them: free now, on the way to a job they have not begun, or free later."""

from __future__ import annotations

import math
from collections.abc import Container
from dataclasses import replace

from suwon_fleet.core.dispatch import Worker
from suwon_fleet.core.engine import alerts, charging_ahead, outlook
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.questions import is_immobile, may_take_job
from suwon_fleet.core.robots.states import BatteryLevel, Mission, RobotStates

_SET_OUT = (Mission.TO_PICKUP, Mission.TO_STOP)


def why_not_free(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    """Why a robot cannot be given a job now."""
    if robot.job_id:
        return Reason.of("robot-has-job", job=robot.job_id)
    if charging_ahead.must_go_ahead(fleet, robot):
        return Reason.of("robot-charges-ahead", robot=robot.robot_id)
    return _why_not_able(fleet, robot, robot.states)


def may_change_hands(fleet: Fleet, robot: RobotRecord) -> bool:
    """Whether a robot's job may still go to another one: it has not got to where it begins."""
    job, states = fleet.job_of(robot), robot.states
    if job is None or job.phase_index > 0 or job.turned_at is not None:
        return False
    if job.status not in (JobStatus.ASSIGNED, JobStatus.RUNNING):
        return False
    if job.phase_index == 0:
        if states.mission not in _SET_OUT:
            return False
        states = replace(states, mission=Mission.IDLE)
    return _why_not_able(fleet, robot, states) is None


def is_at_hand(fleet: Fleet, robot: RobotRecord) -> bool:
    """Whether a robot could be given a job now, or another one than it is on the way to."""
    return why_not_free(fleet, robot) is None or may_change_hands(fleet, robot)


def _why_not_able(fleet: Fleet, robot: RobotRecord, states: RobotStates) -> Reason | None:
    if not robot.commissioned:
        return Reason.of("robot-not-commissioned", robot=robot.robot_id)
    if stops := fleet.stops_of(robot.robot_id):
        return Reason.of("stop-held", stop=stops[0].stop_id, requester=stops[0].requester or "-")
    if alerts.needs_help(fleet, robot.robot_id):
        return Reason.of("robot-awaits-help", robot=robot.robot_id)
    if fleet.border and fleet.border.is_crossing(robot.robot_id):
        return Reason.of("robot-crosses", robot=robot.robot_id)
    if fleet.border and fleet.border.is_in_line(robot.robot_id):
        return Reason.of("robot-in-line", robot=robot.robot_id)
    if robot.laden is not False:
        return Reason.of("robot-laden", robot=robot.robot_id)
    action = robot.busy_action
    if action and action.kind not in (ActionKind.DOCK, ActionKind.GET_READY):
        return Reason.of("robot-acts", action=action.kind)
    return may_take_job(states)


def worker(fleet: Fleet, robot: RobotRecord) -> Worker | None:
    """A robot as it is when it has done what it was granted; None while its charge is not known."""
    report = fleet.reports.get(robot.robot_id)
    if report is None or report.battery_soc is None:
        return None
    kind, soc = fleet.kind_of(robot), report.battery_soc
    free_in_s = outlook.free_in_s(robot) + fleet.ahead_s(robot)
    return Worker(robot.robot_id, kind, robot.path[-1], free_in_s, soc)


def crew(fleet: Fleet) -> list[Worker]:
    """Robots that could be given a job now."""
    free = [robot for robot in fleet.state.robots.values() if not why_not_free(fleet, robot)]
    return [one for robot in free if (one := worker(fleet, robot))]


def crew_later(fleet: Fleet, but: Container[str] = ()) -> list[Worker]:
    """Robots at work, but for some, as they will be when their jobs have ended."""
    busy = [robot for robot in fleet.state.robots.values() if robot.robot_id not in but]
    return [one for robot in busy if (one := worker_later(fleet, robot))]


def worker_later(fleet: Fleet, robot: RobotRecord) -> Worker | None:
    """A robot at work as it will be when its job has ended.

    None if it is held up for nobody knows how long, or must charge first.
    """
    job, report = fleet.job_of(robot), fleet.reports.get(robot.robot_id)
    if job is None or job.status is JobStatus.PAUSED or not robot.commissioned:
        return None
    if report is None or report.battery_soc is None:
        return None
    is_low = robot.states.battery is not BatteryLevel.ENOUGH
    if is_low or is_immobile(robot.states) or fleet.stops_of(robot.robot_id):
        return None
    if alerts.needs_help(fleet, robot.robot_id):
        return None
    left_s = outlook.left_s(fleet, job, robot)
    if math.isinf(left_s):
        return None
    last = fleet.vertex_of(job.phases[-1].place)
    kind, soc = fleet.kind_of(robot), report.battery_soc
    return Worker(robot.robot_id, kind, last, left_s, soc, is_busy=True)
