# SPDX-License-Identifier: Apache-2.0
"""What robots are asked to do where they stand: begin it, tell it, call it off when it is not wanted."""

from __future__ import annotations

from suwon_fleet.core.engine import alerts, events
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import Action, JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.command import Act, ActionKind, CancelAction
from suwon_fleet.core.robots.questions import may_act, needs_get_ready
from suwon_fleet.core.robots.report import ActionStatus, ControlMode
from suwon_fleet.core.robots.states import Mission, Release, RobotStates

MOST_TRIES = 3
"""An action that failed so often in a row is not tried again before a person has looked."""
ERRANDS = {
    Mission.DOCKING: ActionKind.DOCK,
    Mission.UNDOCKING: ActionKind.UNDOCK,
    Mission.BATTERY_SWAP: ActionKind.SWAP_BATTERY,
}
"""What a robot does in missions of its own."""


def begin(
    fleet: Fleet,
    robot: RobotRecord,
    kind: ActionKind,
    stem: str,
    params: tuple[tuple[str, str], ...] = (),
) -> None:
    """Ask a robot to do something; its id is `stem` and a number no action of the robot had before."""
    action_id = f"{stem}.{robot.actions_begun + 1}"
    fleet.emit(events.ActionBegun(fleet.now_ns, robot.robot_id, action_id, kind, params))
    tell(fleet, robot)


def tell(fleet: Fleet, robot: RobotRecord) -> None:
    """Send the action at hand; a robot that knows it does nothing new."""
    if action := robot.busy_action:
        fleet.sent_ns[robot.robot_id, "action"] = fleet.now_ns
        fleet.send(Act(robot.robot_id, action.action_id, action.kind, action.params))


def call_off(fleet: Fleet, robot: RobotRecord) -> None:
    """Ask a robot to end what it does, as soon as that is safe; told again until it has."""
    action = robot.busy_action
    if action and fleet.may_resend(robot.robot_id, "cancel"):
        fleet.send(CancelAction(robot.robot_id, action.action_id))


def phase_stem(job: JobRecord) -> str:
    """What the ids of the running phase's actions begin with."""
    return f"{job.job_id}.{job.phase_index}"


def is_wanted(fleet: Fleet, robot: RobotRecord, action: Action) -> bool:
    """Whether what a robot does is still what its job or its errand needs."""
    if action.kind is ActionKind.GET_READY:
        return True
    if action.kind in ERRANDS.values():
        return ERRANDS.get(robot.states.mission) is action.kind
    job = fleet.job_of(robot)
    is_of_phase = job is not None and action.stem == phase_stem(job)
    return job is not None and is_of_phase and not has_ended_early(robot, job)


def has_ended_early(robot: RobotRecord, job: JobRecord) -> bool:
    """The job has turned back in this phase; or a person took the load that was to be put down."""
    if job.turned_at is None:
        return False
    was_emptied = robot.states.mission is Mission.AT_RETURN and robot.laden is False
    return job.phase_index == job.turned_at or (was_emptied and robot.states.manipulation is None)


def is_down(states: RobotStates) -> bool:
    """A humanoid that is not on its feet, and that may be asked to get up."""
    has_fallen = states.control is ControlMode.FALLEN and states.release is Release.GIVEN
    return needs_get_ready(states) or has_fallen


def get_ready(fleet: Fleet, robot: RobotRecord) -> None:
    """Have a humanoid stand up; after too many failures people are asked to help."""
    action = robot.action
    if robot.busy_action:
        return
    if refusal := may_act(robot.states, ActionKind.GET_READY):
        fleet.waits[robot.robot_id] = refusal
    elif _has_failed(action) and robot.tries >= MOST_TRIES:
        ask_help(fleet, robot)
    else:
        begin(fleet, robot, ActionKind.GET_READY, f"{robot.robot_id}.ready")


def _has_failed(action: Action | None) -> bool:
    return (
        action is not None
        and action.kind is ActionKind.GET_READY
        and action.status is ActionStatus.FAILED
    )


def failure(robot: RobotRecord) -> Reason:
    """Why the newest action failed, in the robot's words."""
    assert robot.action is not None
    return Reason.of(
        "action-failed",
        robot=robot.robot_id,
        action=robot.action.kind,
        result=robot.action.result or "-",
    )


def ask_help(fleet: Fleet, robot: RobotRecord) -> None:
    """A person must look why an action fails; once they have, it is tried again."""
    reason = failure(robot)
    fleet.waits[robot.robot_id] = reason
    alerts.raise_alert(fleet, alerts.ERROR, reason, robot.robot_id, alerts.ASSIST_ANSWERS)
