# SPDX-License-Identifier: Apache-2.0
"""Jobs at work: a robot goes through the phases of its job, and what happens when one cannot be done.

Every function looks only at durable state, so a fleet that starts anew goes on where it was.
"""

from __future__ import annotations

from suwon_fleet.core.engine import alerts, events, robots
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.state import Action, JobRecord, RobotRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobStatus, Phase, closing, return_phases
from suwon_fleet.core.robots.command import Act, ActionKind, CancelAction
from suwon_fleet.core.robots.layers.hands import GRASP_TRIES, TRIGGER_OF
from suwon_fleet.core.robots.questions import may_act, needs_get_ready
from suwon_fleet.core.robots.report import ActionStatus, Navigation
from suwon_fleet.core.robots.states import LEGS, Manipulation, Mission
from suwon_fleet.core.robots.trigger import Trigger

_RETRIED = (ActionKind.GRASP, ActionKind.VERIFY)


def advance(fleet: Fleet, robot: RobotRecord) -> None:
    """Take a robot as far through its job as it can go now."""
    job = fleet.state.jobs[robot.job_id]
    if job.status is JobStatus.PAUSED:
        return
    phase = job.phase
    if phase is None:
        _set_out(fleet, robot, job)
    elif phase.action is None:
        if has_arrived(fleet, robot) and robots.try_fire(fleet, robot, Trigger.GOAL_REACHED):
            fleet.emit(events.DestinationSet(fleet.now_ns, robot.robot_id, ""))
        if robot.states.mission not in LEGS:
            _next(fleet, robot, job)
    else:
        _act(fleet, robot, job, phase)


def has_arrived(fleet: Fleet, robot: RobotRecord) -> bool:
    """Whether a robot stands at its destination, at the end of its granted path."""
    return (
        robot.destination != ""
        and len(robot.path) == 1
        and robot.path[0] == fleet.vertex_of(robot.destination)
        and robot.states.navigation is Navigation.STANDING
    )


def _set_out(fleet: Fleet, robot: RobotRecord, job: JobRecord) -> None:
    """Begin a job, once the robot is off its charger and on its feet."""
    if robot.busy_action or robot.states.mission not in (Mission.IDLE, Mission.TO_PARKING):
        return
    if needs_get_ready(robot.states):
        get_ready(fleet, robot)
        return
    _begin(fleet, robot, job, 0)


def get_ready(fleet: Fleet, robot: RobotRecord) -> None:
    """Have a humanoid stand up."""
    if refusal := may_act(robot.states, ActionKind.GET_READY):
        fleet.waits[robot.robot_id] = refusal
    else:
        begin_action(fleet, robot, ActionKind.GET_READY, f"{robot.robot_id}.ready")


def _next(fleet: Fleet, robot: RobotRecord, job: JobRecord) -> None:
    if job.phase_index + 1 < len(job.phases):
        _begin(fleet, robot, job, job.phase_index + 1)
    elif job.ends_as is not JobStatus.FINISHED and robot.states.mission is Mission.IDLE:
        _end(fleet, job, job.ends_as)
    elif robots.try_fire(fleet, robot, *closing(job.request.kind)):
        _end(fleet, job, job.ends_as)


def _begin(fleet: Fleet, robot: RobotRecord, job: JobRecord, index: int) -> None:
    """Begin a phase, if the robot's states allow."""
    phase = job.phases[index]
    if phase.action is None:
        if phase.enter and not robots.try_fire(fleet, robot, *phase.enter):
            return
        fleet.emit(events.JobPhaseBegun(fleet.now_ns, job.job_id, index))
        fleet.emit(events.DestinationSet(fleet.now_ns, robot.robot_id, phase.place))
        return
    if refusal := may_act(robot.states, phase.action):
        fleet.waits[robot.robot_id] = refusal
        return
    if _enter_hands(fleet, robot, phase.action):
        fleet.emit(events.JobPhaseBegun(fleet.now_ns, job.job_id, index))
        _begin_phase_action(fleet, robot, job, phase)


def _enter_hands(fleet: Fleet, robot: RobotRecord, kind: ActionKind) -> bool:
    """Move the hands' phase for an action of the hands; True when that is so, or not needed."""
    trigger = TRIGGER_OF.get(kind)
    return trigger is None or robots.try_fire(fleet, robot, trigger)


def _begin_phase_action(
    fleet: Fleet, robot: RobotRecord, job: JobRecord, phase: Phase
) -> None:
    assert phase.action is not None
    params = [("place", phase.place)]
    if job.request.object:
        params.append(("object", job.request.object))
    stem = f"{job.job_id}.{job.phase_index}"
    begin_action(fleet, robot, phase.action, stem, tuple(params))


def begin_action(
    fleet: Fleet,
    robot: RobotRecord,
    kind: ActionKind,
    stem: str,
    params: tuple[tuple[str, str], ...] = (),
) -> None:
    """Ask a robot to do something; its id is `stem` and a number no action of the robot had before."""
    action_id = f"{stem}.{robot.actions_begun + 1}"
    fleet.emit(events.ActionBegun(fleet.now_ns, robot.robot_id, action_id, kind, params))
    tell_action(fleet, robot)


def tell_action(fleet: Fleet, robot: RobotRecord) -> None:
    """Send the action at hand; a robot that knows it does nothing new."""
    if action := robot.busy_action:
        fleet.sent_ns[robot.robot_id, action.action_id] = fleet.now_ns
        fleet.send(Act(robot.robot_id, action.action_id, action.kind, action.params))


def cancel_action(fleet: Fleet, robot: RobotRecord) -> None:
    """Ask a robot to end what it does, as soon as that is safe."""
    if action := robot.busy_action:
        fleet.send(CancelAction(robot.robot_id, action.action_id))


def _act(fleet: Fleet, robot: RobotRecord, job: JobRecord, phase: Phase) -> None:
    """Go on after an action; begin one that was to begin."""
    action = robot.action
    if action is None or not action.action_id.startswith(f"{job.job_id}.{job.phase_index}."):
        _resume_action(fleet, robot, job, phase)
    elif action.status is ActionStatus.FINISHED or (
        action.status is ActionStatus.FAILED and job.ends_as is not JobStatus.FINISHED
    ):
        _next(fleet, robot, job)
    elif action.status is ActionStatus.FAILED:
        _failed(fleet, robot, job, phase, action)


def _resume_action(fleet: Fleet, robot: RobotRecord, job: JobRecord, phase: Phase) -> None:
    assert phase.action is not None
    if robot.busy_action is None and may_act(robot.states, phase.action) is None:
        _begin_phase_action(fleet, robot, job, phase)


def _failed(
    fleet: Fleet, robot: RobotRecord, job: JobRecord, phase: Phase, action: Action
) -> None:
    """An action failed: try again where that makes sense, else give the job up in good order."""
    reason = Reason.of(
        "action-failed", robot=robot.robot_id, action=action.kind, result=action.result or "-"
    )
    if phase.action in _RETRIED and robot.actions_begun and _grasp_tries(robot) < GRASP_TRIES:
        perceive = next(
            index
            for index in range(job.phase_index, -1, -1)
            if job.phases[index].action is ActionKind.PERCEIVE
        )
        _begin(fleet, robot, job, perceive)
    elif robot.states.manipulation not in (None, Manipulation.NONE):
        _put_hands_down(fleet, robot, job, reason)
    elif robot.laden is False or phase.action is ActionKind.INSPECT:
        abandon(fleet, robot, reason)
    else:
        _turn_back(fleet, robot, job, reason, JobStatus.FAILED)


def _grasp_tries(robot: RobotRecord) -> int:
    return robot.tries


def _put_hands_down(
    fleet: Fleet, robot: RobotRecord, job: JobRecord, reason: Reason
) -> None:
    """Nothing is held: bring the arms to rest, then the job has failed."""
    place = job.request.places[0]
    retreat = Phase(ActionKind.RETREAT.value, place, ActionKind.RETREAT)
    fleet.emit(
        events.JobTurnedBack(fleet.now_ns, job.job_id, (retreat,), reason, JobStatus.FAILED)
    )
    _next(fleet, robot, job)


def nobody_came(fleet: Fleet, robot: RobotRecord, mission: Mission) -> None:
    """The robot's states have turned after a no-show in `mission`; let the job follow."""
    job = fleet.job_of(robot)
    if job is None:
        return
    place = job.phase.place if job.phase else ""
    reason = Reason.of("no-show", place=place)
    if mission is Mission.AT_PICKUP:
        _end(fleet, job, JobStatus.FAILED, reason)
    elif mission is Mission.AT_DROPOFF:
        fleet.emit(
            events.JobTurnedBack(
                fleet.now_ns, job.job_id, return_phases(job.request), reason, JobStatus.FAILED
            )
        )


def _turn_back(
    fleet: Fleet, robot: RobotRecord, job: JobRecord, reason: Reason, ends_as: JobStatus
) -> None:
    """Bring back what was fetched."""
    if not robots.try_fire(fleet, robot, Trigger.CANCELLED):
        return
    _after_cancel(fleet, robot, job, reason, ends_as)


def _after_cancel(
    fleet: Fleet, robot: RobotRecord, job: JobRecord, reason: Reason, ends_as: JobStatus
) -> None:
    """The robot's states have taken a cancel: end the job, or follow it back."""
    if robot.states.mission is Mission.IDLE:
        if robot.destination:
            fleet.emit(events.DestinationSet(fleet.now_ns, robot.robot_id, ""))
        _end(fleet, job, ends_as, reason)
        return
    phases = return_phases(job.request)
    if robot.states.mission is Mission.AT_RETURN:
        phases = phases[1:]
    fleet.emit(events.JobTurnedBack(fleet.now_ns, job.job_id, phases, reason, ends_as))
    if job.phase and job.phase.action is None:
        _next(fleet, robot, job)


def cancel(fleet: Fleet, job: JobRecord, reason: Reason) -> Reason | None:
    """Call a job off; returns why that is not possible now."""
    if not job.robot_id:
        _end(fleet, job, JobStatus.CANCELLED, reason)
        return None
    robot = fleet.state.robots[job.robot_id]
    if job.status is JobStatus.PAUSED:
        fleet.emit(events.JobPaused(fleet.now_ns, job.job_id, False, ""))
    if job.status is JobStatus.RETURNING:
        return Reason.of("job-is-returning", job=job.job_id)
    if job.phase_index < 0:
        _end(fleet, job, JobStatus.CANCELLED, reason)
        return None
    if refusal := fleet.table_of(robot).can(
        robot.states, Trigger.CANCELLED, robots.facts(fleet, robot)
    ):
        return refusal
    robots.fire(fleet, robot, Trigger.CANCELLED)
    _after_cancel(fleet, robot, job, reason, JobStatus.CANCELLED)
    return None


def give_up(fleet: Fleet, robot: RobotRecord, reason: Reason) -> None:
    """The robot cannot go on with its job: another takes it if nothing was fetched, else ask people."""
    job = fleet.state.jobs[robot.job_id]
    fetched = robot.laden is not False or robot.states.manipulation not in (
        None,
        Manipulation.NONE,
    )
    if robot.states.mission is Mission.IDLE and fetched:
        alerts.raise_alert(fleet, alerts.ERROR, reason, job.job_id)
        _end(fleet, job, JobStatus.FAILED, reason)
    elif fetched:
        alerts.raise_once(fleet, alerts.ERROR, reason, job.job_id, alerts.JOB_ANSWERS)
    else:
        if robot.states.mission is not Mission.IDLE:
            robots.try_fire(fleet, robot, Trigger.CANCELLED)
        if robot.destination:
            fleet.emit(events.DestinationSet(fleet.now_ns, robot.robot_id, ""))
        cancel_action(fleet, robot)
        fleet.emit(events.JobUnassigned(fleet.now_ns, job.job_id, reason))
        fleet.dispatch_due = True


def abandon(fleet: Fleet, robot: RobotRecord, reason: Reason) -> None:
    """The job has failed, and the robot carries nothing of it."""
    job = fleet.state.jobs[robot.job_id]
    robots.try_fire(fleet, robot, Trigger.CANCELLED)
    if robot.destination:
        fleet.emit(events.DestinationSet(fleet.now_ns, robot.robot_id, ""))
    _end(fleet, job, JobStatus.FAILED, reason)


def is_paused(fleet: Fleet, robot: RobotRecord) -> bool:
    """Whether the robot's job is paused."""
    job = fleet.job_of(robot)
    return job is not None and job.status is JobStatus.PAUSED


def _end(
    fleet: Fleet, job: JobRecord, status: JobStatus, reason: Reason | None = None
) -> None:
    fleet.emit(events.JobEnded(fleet.now_ns, job.job_id, status, reason))
    alerts.close_of(fleet, job.job_id)
    fleet.dispatch_due = True
