# SPDX-License-Identifier: Apache-2.0
"""What each event makes of the state. No decisions here: replaying a journal runs only this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from suwon_fleet.core.engine import events as e
from suwon_fleet.core.engine.state import (
    Action,
    AlertRecord,
    FleetState,
    JobRecord,
    RobotRecord,
    StopRecord,
)
from suwon_fleet.core.jobs import JobStatus
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.report import ActionStatus
from suwon_fleet.core.robots.states import Layer

_LAYERS = tuple(Layer)
_KEPT_DECISIONS = 3
_LOADS = frozenset({ActionKind.LOAD, ActionKind.GRASP})
_UNLOADS = frozenset({ActionKind.UNLOAD, ActionKind.RELEASE})

_appliers: dict[type, Callable[[FleetState, Any], None]] = {}


def evolve(state: FleetState, event: e.Event) -> None:
    """Change `state` by one event."""
    state.now_ns = event.at_ns
    _appliers[type(event)](state, event)


def _on(kind: type) -> Callable[[Callable[[FleetState, Any], None]], None]:
    def register(function: Callable[[FleetState, Any], None]) -> None:
        _appliers[kind] = function

    return register


def _count(state: FleetState, what: str) -> None:
    state.counters[what] = state.counters.get(what, 0) + 1


@_on(e.SiteOpened)
def _(state: FleetState, event: e.SiteOpened) -> None:
    state.site_id, state.site_hash = event.site_id, event.site_hash


# Jobs


@_on(e.JobAccepted)
def _(state: FleetState, event: e.JobAccepted) -> None:
    _count(state, "job")
    state.tally.submitted += 1
    state.jobs[event.job_id] = JobRecord(event.job_id, event.request, event.phases, event.at_ns)
    if event.request.request_id:
        state.answered[event.request.request_id] = event.job_id


@_on(e.JobRefused)
def _(state: FleetState, event: e.JobRefused) -> None:
    state.tally.submitted += 1
    state.tally.refused += 1
    if event.request.request_id:
        state.answered[event.request.request_id] = event.reason


@_on(e.JobAssigned)
def _(state: FleetState, event: e.JobAssigned) -> None:
    decision = event.decision
    job, robot = state.jobs[decision.job_id], state.robots[decision.robot_id]
    job.status, job.robot_id, job.reason = JobStatus.ASSIGNED, robot.robot_id, None
    job.expected_end_ns = event.expected_end_ns
    job.decisions = (*job.decisions, decision)[-_KEPT_DECISIONS:]
    robot.job_id = job.job_id


@_on(e.JobUnassigned)
def _(state: FleetState, event: e.JobUnassigned) -> None:
    job = state.jobs[event.job_id]
    _part(state, job)
    job.status, job.phase_index = JobStatus.QUEUED, -1
    job.reason, job.expected_end_ns = event.reason, 0


@_on(e.JobPhaseBegun)
def _(state: FleetState, event: e.JobPhaseBegun) -> None:
    job = state.jobs[event.job_id]
    job.phase_index = event.index
    if job.status is JobStatus.ASSIGNED:
        job.status = JobStatus.RUNNING
    state.robots[job.robot_id].tries = 0


@_on(e.JobTurnedBack)
def _(state: FleetState, event: e.JobTurnedBack) -> None:
    job = state.jobs[event.job_id]
    done = job.phases[: job.phase_index + 1]
    job.phases = (*done, *event.phases)
    job.status, job.reason, job.ends_as = JobStatus.RETURNING, event.reason, event.ends_as
    job.status_before_pause = JobStatus.RETURNING


@_on(e.JobPaused)
def _(state: FleetState, event: e.JobPaused) -> None:
    job = state.jobs[event.job_id]
    if event.paused:
        job.status_before_pause, job.status = job.status, JobStatus.PAUSED
    else:
        job.status = job.status_before_pause


@_on(e.JobEnded)
def _(state: FleetState, event: e.JobEnded) -> None:
    job = state.jobs[event.job_id]
    if job.robot_id:
        state.robots[job.robot_id].job_id = ""
    job.status, job.ended_ns = event.status, event.at_ns
    job.reason = event.reason or job.reason
    name = {
        JobStatus.FINISHED: "finished",
        JobStatus.FAILED: "failed",
        JobStatus.CANCELLED: "cancelled",
    }[event.status]
    setattr(state.tally, name, getattr(state.tally, name) + 1)


def _part(state: FleetState, job: JobRecord) -> None:
    if job.robot_id:
        state.robots[job.robot_id].job_id = ""
    job.robot_id = ""


# Robots


@_on(e.RobotJoined)
def _(state: FleetState, event: e.RobotJoined) -> None:
    state.robots[event.robot_id] = RobotRecord(
        event.robot_id,
        event.kind,
        event.session,
        event.vendor,
        event.serial,
        event.states,
        [event.vertex],
        since_ns=dict.fromkeys(_LAYERS, event.at_ns),
    )


@_on(e.RobotRestarted)
def _(state: FleetState, event: e.RobotRestarted) -> None:
    robot = state.robots[event.robot_id]
    robot.session, robot.path, robot.path_first = event.session, [event.vertex], 0
    robot.action, robot.destination = None, ""


@_on(e.RobotRemoved)
def _(state: FleetState, event: e.RobotRemoved) -> None:
    del state.robots[event.robot_id]


@_on(e.RobotCommissioned)
def _(state: FleetState, event: e.RobotCommissioned) -> None:
    state.robots[event.robot_id].commissioned = event.commissioned


@_on(e.RobotChanged)
def _(state: FleetState, event: e.RobotChanged) -> None:
    robot = state.robots[event.robot_id]
    for layer in _LAYERS:
        if robot.states.at(layer) is not event.states.at(layer):
            robot.since_ns[layer] = event.at_ns
    robot.states = event.states


@_on(e.DestinationSet)
def _(state: FleetState, event: e.DestinationSet) -> None:
    state.robots[event.robot_id].destination = event.place


@_on(e.GroundGranted)
def _(state: FleetState, event: e.GroundGranted) -> None:
    state.robots[event.robot_id].path.extend(event.vertices)


@_on(e.GroundReleased)
def _(state: FleetState, event: e.GroundReleased) -> None:
    robot = state.robots[event.robot_id]
    del robot.path[: event.index - robot.path_first]
    robot.path_first = event.index


@_on(e.ActionBegun)
def _(state: FleetState, event: e.ActionBegun) -> None:
    robot = state.robots[event.robot_id]
    robot.action = Action(event.action_id, event.kind, event.params, event.at_ns)
    robot.actions_begun += 1
    robot.tries += 1
    if event.kind in _LOADS or event.kind in _UNLOADS:
        robot.laden = None


@_on(e.ActionEnded)
def _(state: FleetState, event: e.ActionEnded) -> None:
    robot = state.robots[event.robot_id]
    assert robot.action is not None
    robot.action.status = event.status
    done = event.status is ActionStatus.FINISHED
    if robot.action.kind in _LOADS:
        robot.laden = done
    elif robot.action.kind in _UNLOADS:
        robot.laden = not done


# Orders and alerts


@_on(e.StopRequested)
def _(state: FleetState, event: e.StopRequested) -> None:
    _count(state, "stop")
    state.stops[event.stop_id] = StopRecord(
        event.stop_id,
        event.scope,
        event.id,
        event.kind,
        event.robot_ids,
        event.requester,
        event.reason,
        event.at_ns,
    )


@_on(e.StopConfirmed)
def _(state: FleetState, event: e.StopConfirmed) -> None:
    stop = state.stops[event.stop_id]
    stop.confirmed = (*stop.confirmed, event.robot_id)


@_on(e.StopReleased)
def _(state: FleetState, event: e.StopReleased) -> None:
    del state.stops[event.stop_id]


@_on(e.ZoneSet)
def _(state: FleetState, event: e.ZoneSet) -> None:
    one, other = state.closed_zones, state.open_zones
    if event.is_open:
        one, other = other, one
    one[event.zone_id] = event.reason
    other.pop(event.zone_id, None)


@_on(e.AlertRaised)
def _(state: FleetState, event: e.AlertRaised) -> None:
    _count(state, "alert")
    state.alerts[event.alert_id] = AlertRecord(
        event.alert_id, event.level, event.reason, event.subject, event.answers, event.at_ns
    )


@_on(e.AlertClosed)
def _(state: FleetState, event: e.AlertClosed) -> None:
    del state.alerts[event.alert_id]
