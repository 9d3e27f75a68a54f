# SPDX-License-Identifier: Apache-2.0
"""Motion: tells traffic where each robot wants to be and whether it can move, and hands out grants."""

from __future__ import annotations

from dataclasses import replace

from suwon_fleet.core.engine import events, robots
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.questions import may_drive
from suwon_fleet.core.robots.states import LEGS, Mission, RobotStates
from suwon_fleet.core.traffic import Wait, WaitReason


def coordinate(fleet: Fleet) -> None:
    """Grant robots the ground they may have now."""
    for robot in fleet.state.robots.values():
        _tell_wish(fleet, robot)
    for extension in fleet.traffic.step(fleet.now_ns):
        robot = fleet.state.robots[extension.robot_id]
        first_new = robot.front_index + 1
        fleet.emit(
            events.GroundGranted(fleet.now_ns, extension.robot_id, extension.vertices)
        )
        robots.tell_ground(fleet, robot, first_new)


def _tell_wish(fleet: Fleet, robot: RobotRecord) -> None:
    refusal = held_by(fleet, robot) or why_not_move(robot.states)
    fleet.traffic.set_mobile(robot.robot_id, refusal is None)
    goal = None
    if refusal is None and robot.destination and robot.states.mission in LEGS:
        goal = fleet.vertex_of(robot.destination)
    job = fleet.job_of(robot)
    urgency = float(job.request.priority) if job else 0.0
    fleet.traffic.aim(robot.robot_id, goal, urgency=urgency, now_ns=fleet.now_ns)


def why_not_move(states: RobotStates) -> Reason | None:
    """Why a robot can be given no ground; an idle one may have some, to make way for others."""
    if states.mission is Mission.IDLE:
        states = replace(states, mission=Mission.TO_PARKING)
    return may_drive(states)


def held_by(fleet: Fleet, robot: RobotRecord) -> Reason | None:
    """A stop, a pause or an action that keeps a robot where it is."""
    for stop in fleet.state.stops.values():
        if robot.robot_id in stop.robot_ids:
            return Reason.of("stop-held", stop=stop.stop_id, requester=stop.requester or "-")
    if (job := fleet.job_of(robot)) and job.status.value == "paused":
        return Reason.of("job-paused", job=job.job_id)
    if action := robot.busy_action:
        return Reason.of("robot-acts", action=action.kind)
    return None


def reason_of(wait: Wait) -> Reason:
    """A wait in traffic, as a reason people can be told."""
    match wait.reason:
        case WaitReason.ZONE_FULL:
            return Reason.of("wait-zone-full", zone=wait.zone_id)
        case WaitReason.PUT_OFF:
            return Reason.of("wait-put-off")
        case _:
            return Reason.of(f"wait-{wait.reason.replace('_', '-')}", robot=wait.robot_id or "-")
