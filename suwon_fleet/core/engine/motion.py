# SPDX-License-Identifier: Apache-2.0
"""Motion: tells traffic where each robot wants to be and whether it can move, and hands out grants."""

from __future__ import annotations

from collections.abc import Iterable

from suwon_fleet.core.engine import events, hearing, teams, ways_out
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.robots.questions import may_make_way
from suwon_fleet.core.robots.states import LEGS
from suwon_fleet.core.traffic import Wait, WaitReason


def coordinate(fleet: Fleet, touched: Iterable[RobotRecord]) -> None:
    """Grant robots the ground they may have now; `touched` are those that may want something new."""
    for robot in touched:
        _tell_wish(fleet, robot)
    for extension in fleet.traffic.step(fleet.now_ns):
        robot = fleet.state.robots[extension.robot_id]
        first_new = robot.front_index + 1
        fleet.emit(events.GroundGranted(fleet.now_ns, extension.robot_id, extension.vertices))
        hearing.tell_ground(fleet, robot, first_new)


def _tell_wish(fleet: Fleet, robot: RobotRecord) -> None:
    refusal = why_immobile(fleet, robot)
    fleet.traffic.set_mobile(robot.robot_id, refusal is None)
    goal = None
    job = fleet.job_of(robot)
    is_bound = robot.destination != "" and robot.states.mission in LEGS
    # Who waits for its team makes way for others, and comes back.
    if refusal is None and is_bound and not teams.is_waiting(fleet, job):
        goal = fleet.vertex_of(robot.destination)
    if fleet.border:
        goal = ways_out.heading(fleet, fleet.border, robot, goal)
    urgency = float(job.request.priority) if job else 0.0
    fleet.traffic.aim(robot.robot_id, goal, urgency=urgency, now_ns=fleet.now_ns)


def why_immobile(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    """Why a robot can be given no ground now, not even to make way."""
    return held_by(fleet, robot) or may_make_way(robot.states)


def held_by(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    """A stop, a pause, an action or a gate that keeps a robot where it is, or on its way."""
    if held := _kept_by(fleet, robot):
        return held
    if fleet.border and fleet.border.is_crossing(robot.robot_id):
        return Reason.of("robot-crosses", robot=robot.robot_id)
    if fleet.border and (giving := fleet.border.state.giving) and fleet.border.is_going(robot):
        return Reason.of("zone-is-given", zone=giving.zone_id, group=giving.peer)
    return None


def why_not_drive(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    """Why a robot can be given no ground now, through a gate neither."""
    return _kept_by(fleet, robot) or may_make_way(robot.states)


def _kept_by(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    if stops := fleet.stops_of(robot.robot_id):
        return Reason.of("stop-held", stop=stops[0].stop_id, requester=stops[0].requester or "-")
    if (job := fleet.job_of(robot)) and job.status is JobStatus.PAUSED:
        return Reason.of("job-paused", job=job.job_id)
    if action := robot.busy_action:
        return Reason.of("robot-acts", action=action.kind)
    return None


def reason_of(wait: Wait) -> Reason:
    """A wait in traffic, as a reason people can be told."""
    other = wait.robot_id or "-"
    match wait.reason:
        case WaitReason.TURN:
            return Reason.of("wait-turn", robot=other)
        case WaitReason.GROUND:
            return Reason.of("wait-ground", robot=other)
        case WaitReason.NO_WAY:
            return Reason.of("wait-no-way", robot=other)
        case WaitReason.ZONE_FULL:
            return Reason.of("wait-zone-full", zone=wait.zone_id)
        case WaitReason.PUT_OFF:
            return Reason.of("wait-put-off")
