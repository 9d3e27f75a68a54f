# SPDX-License-Identifier: Apache-2.0
"""Jobs at work: a robot goes through the phases of its job.

Every function looks only at durable state, so a fleet that starts anew goes on where it was.
"""

from __future__ import annotations

from suwon_fleet.core.engine import actions, charging, ending, events, firing, teams
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobStatus, Phase, closing
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.layers.hands import GRASP_TRIES, TRIGGER_OF
from suwon_fleet.core.robots.questions import may_act
from suwon_fleet.core.robots.report import ActionStatus
from suwon_fleet.core.robots.states import LEGS, Manipulation, Mission
from suwon_fleet.core.robots.trigger import Trigger

_LEFT_FROM = (Mission.IDLE, Mission.TO_PARKING)


def advance(fleet: Fleet, robot: RobotRecord) -> None:
    """Take a robot as far through its job as it can go now."""
    job = fleet.state.jobs[robot.job_id]
    if job.status is JobStatus.PAUSED:
        return
    phase = job.phase
    if phase is None:
        _set_out(fleet, robot, job)
    elif actions.is_down(robot.states):
        actions.get_ready(fleet, robot)  # a stop made it sit down
    elif phase.action is None:
        _travel(fleet, robot, job)
    else:
        _act(fleet, robot, job, phase)


def _set_out(fleet: Fleet, robot: RobotRecord, job: JobRecord) -> None:
    """Begin a job, once the robot is off its charger and on its feet."""
    if robot.busy_action or robot.states.mission not in _LEFT_FROM:
        return
    if actions.is_down(robot.states):
        actions.get_ready(fleet, robot)
    else:
        _begin(fleet, robot, job, 0)


def _travel(fleet: Fleet, robot: RobotRecord, job: JobRecord) -> None:
    """On a leg: see whether it is over."""
    if job.phase_index == job.turned_at:
        _next(fleet, robot, job)
        return
    has_come = fleet.has_arrived(robot)
    if job.part_of and teams.has_made_way_in_vain(fleet, robot, job, has_come=has_come):
        reason = Reason.of("cannot-meet", place=job.phases[job.phase_index].place)
        ending.turn_back(fleet, robot, job, reason, JobStatus.FAILED)
        return
    if has_come:
        if missing := teams.why_not_begin(fleet, job):
            fleet.waits[robot.robot_id] = missing
        elif firing.try_fire(fleet, robot, Trigger.GOAL_REACHED):
            fleet.emit(events.DestinationSet(fleet.now_ns, robot.robot_id, ""))
    if robot.states.mission not in LEGS:
        _next(fleet, robot, job)


def _next(fleet: Fleet, robot: RobotRecord, job: JobRecord) -> None:
    """Begin the next phase; after the last the job is over. Who met others leaves when all are done."""
    is_last = job.phase_index + 1 == len(job.phases)
    leaves = is_last or job.phases[job.phase_index + 1].action is None
    if leaves and (busy := teams.why_not_go_on(fleet, job)):
        fleet.waits[robot.robot_id] = busy
    elif not is_last:
        _begin(fleet, robot, job, job.phase_index + 1)
    elif _take_leave(fleet, robot, job):
        ending.end(fleet, job, job.ends_as)


def _take_leave(fleet: Fleet, robot: RobotRecord, job: JobRecord) -> bool:
    """Let the robot's states leave the job behind, if they can."""
    if job.turned_at is None:
        return firing.try_fire(fleet, robot, *closing(job.request.kind))
    if robot.states.mission is Mission.IDLE:
        return True
    hands_out = robot.states.manipulation in (Manipulation.RETREAT, Manipulation.RELEASE)
    rest = (Trigger.HANDS_DONE,) if hands_out else ()
    is_back = robot.states.mission is Mission.AT_RETURN
    last = Trigger.UNLOADED if is_back else Trigger.CANCELLED
    return firing.try_fire(fleet, robot, *rest, last)


def _begin(fleet: Fleet, robot: RobotRecord, job: JobRecord, index: int) -> None:
    """Begin a phase, if the robot's states allow."""
    phase = job.phases[index]
    if phase.action is None:
        if phase.enter and not firing.try_fire(fleet, robot, *phase.enter):
            return
        fleet.emit(events.JobPhaseBegun(fleet.now_ns, job.job_id, index))
        fleet.emit(events.DestinationSet(fleet.now_ns, robot.robot_id, phase.place))
        return
    if refusal := may_act(robot.states, phase.action):
        fleet.waits[robot.robot_id] = refusal
        return
    trigger = TRIGGER_OF.get(phase.action)
    if trigger is None or firing.try_fire(fleet, robot, trigger):
        fleet.emit(events.JobPhaseBegun(fleet.now_ns, job.job_id, index))
        _begin_action(fleet, robot, job, phase)
    elif charging.is_low(robot) and not ending.has_fetched(robot):
        # it has run low on the way: its arms do not set out before it has charged
        low = Reason.of("robot-battery-low", state=robot.states.battery)
        ending.give_up(fleet, robot, low)


def _begin_action(fleet: Fleet, robot: RobotRecord, job: JobRecord, phase: Phase) -> None:
    """Ask for the phase's action, for the first time or again."""
    assert phase.action is not None
    if refusal := may_act(robot.states, phase.action):
        fleet.waits[robot.robot_id] = refusal
        return
    params = [("place", phase.place)]
    if job.request.object:
        params.append(("object", job.request.object))
    actions.begin(fleet, robot, phase.action, actions.phase_stem(job), tuple(params))


def _act(fleet: Fleet, robot: RobotRecord, job: JobRecord, phase: Phase) -> None:
    """Go on after an action; begin one that was to begin."""
    action = robot.action
    if robot.busy_action:
        return
    is_phases = action is not None and action.stem == actions.phase_stem(job)
    if is_phases and _was_handed_over(robot, job):
        ending.finish_after_all(fleet, robot, job)
    elif actions.has_ended_early(robot, job):
        _next(fleet, robot, job)
    elif action is None or not is_phases:
        _begin_action(fleet, robot, job, phase)
    elif action.status is ActionStatus.FINISHED:
        _next(fleet, robot, job)
    else:
        _failed(fleet, robot, job, phase)


def _was_handed_over(robot: RobotRecord, job: JobRecord) -> bool:
    """It turned back too late: the load had been taken by then."""
    action = robot.action
    return (
        action is not None
        and job.phase_index == job.turned_at
        and action.kind is ActionKind.UNLOAD
        and action.status is ActionStatus.FINISHED
    )


def _failed(fleet: Fleet, robot: RobotRecord, job: JobRecord, phase: Phase) -> None:
    """An action failed: try again where that makes sense, else give the job up in good order."""
    kind = phase.action
    reason = actions.failure(robot)
    if kind in (ActionKind.LOAD, ActionKind.INSPECT):
        ending.abandon(fleet, robot, reason)
    elif kind is ActionKind.UNLOAD and job.turned_at is None:
        ending.turn_back(fleet, robot, job, reason, JobStatus.FAILED)
    elif kind in (ActionKind.GRASP, ActionKind.VERIFY):
        if job.grasps < GRASP_TRIES:
            _begin(fleet, robot, job, _last_look(job))
        else:
            ending.put_hands_down(fleet, job, reason, JobStatus.FAILED)
    elif kind in TRIGGER_OF and robot.tries < actions.MOST_TRIES:
        _begin_action(fleet, robot, job, phase)
    elif kind in (ActionKind.APPROACH, ActionKind.PERCEIVE):
        ending.put_hands_down(fleet, job, reason, JobStatus.FAILED)
    elif kind is ActionKind.LIFT_OBJECT:
        ending.turn_back(fleet, robot, job, reason, JobStatus.FAILED)
    else:
        actions.ask_help(fleet, robot)


def _last_look(job: JobRecord) -> int:
    """The phase to go back to after a grasp that did not hold."""
    return next(
        index
        for index in range(job.phase_index, -1, -1)
        if job.phases[index].action is ActionKind.PERCEIVE
    )
