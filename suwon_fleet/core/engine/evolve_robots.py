# SPDX-License-Identifier: Apache-2.0
"""What events make of robots; see :mod:`.evolve`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from suwon_fleet.core.engine import events as e
from suwon_fleet.core.engine.index import put, take
from suwon_fleet.core.engine.state import Action, FleetState, RobotRecord
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.report import ActionStatus
from suwon_fleet.core.robots.states import BatteryLevel, Layer, Manipulation, RobotStates

_LAYERS = tuple(Layer)
_LOADS = frozenset({ActionKind.LOAD, ActionKind.GRASP})
_LOW = (BatteryLevel.LOW, BatteryLevel.CRITICAL)
_UNLOADS = frozenset({ActionKind.UNLOAD, ActionKind.RELEASE})


def _joined(state: FleetState, event: e.RobotJoined) -> None:
    state.robots[event.robot_id] = RobotRecord(
        event.robot_id,
        event.kind,
        event.session,
        event.vendor,
        event.serial,
        event.states,
        [event.vertex],
        event.index,
        actions_begun=event.actions_begun,
        moved_ns=event.at_ns,
        since_ns=dict.fromkeys(_LAYERS, event.at_ns),
    )
    put(state.index.ends_at, event.vertex, event.robot_id)
    note_charge(state, event.robot_id, event.states)


def _restarted(state: FleetState, event: e.RobotRestarted) -> None:
    robot = state.robots[event.robot_id]
    take(state.index.ends_at, robot.path[-1], robot.robot_id)
    bind(state, robot, "")
    robot.session, robot.path, robot.path_first = event.session, [event.vertex, *event.ahead], 0
    robot.action = None
    put(state.index.ends_at, robot.path[-1], robot.robot_id)


def _removed(state: FleetState, event: e.RobotRemoved) -> None:
    removed(state, event.robot_id)


def removed(state: FleetState, robot_id: str) -> None:
    """Forget a robot, and where it was bound."""
    robot = state.robots.pop(robot_id)
    take(state.index.ends_at, robot.path[-1], robot.robot_id)
    bind(state, robot, "")
    state.index.low.pop(robot.robot_id, None)


def _commissioned(state: FleetState, event: e.RobotCommissioned) -> None:
    state.robots[event.robot_id].commissioned = event.commissioned


def _changed(state: FleetState, event: e.RobotChanged) -> None:
    """Hands at rest hold nothing, whatever they held before."""
    robot = state.robots[event.robot_id]
    for layer in _LAYERS:
        if robot.states.at(layer) is not event.states.at(layer):
            robot.since_ns[layer] = event.at_ns
    robot.states = event.states
    note_charge(state, robot.robot_id, event.states)
    if event.states.manipulation is Manipulation.NONE:
        robot.laden = False


def _destination_set(state: FleetState, event: e.DestinationSet) -> None:
    bind(state, state.robots[event.robot_id], event.place)


def bind(state: FleetState, robot: RobotRecord, place: str) -> None:
    """Let a robot go to a place, or nowhere."""
    if robot.destination:
        take(state.index.bound_for, robot.destination, robot.robot_id)
    robot.destination = place
    if place:
        put(state.index.bound_for, place, robot.robot_id)


def note_charge(state: FleetState, robot_id: str, states: RobotStates) -> None:
    """Enter a robot among those that have to charge, or strike it out."""
    if states.battery in _LOW:
        state.index.low[robot_id] = None
    else:
        state.index.low.pop(robot_id, None)


def _ground_granted(state: FleetState, event: e.GroundGranted) -> None:
    robot = state.robots[event.robot_id]
    if len(robot.path) == 1:
        robot.moved_ns = event.at_ns
    take(state.index.ends_at, robot.path[-1], robot.robot_id)
    robot.path.extend(event.vertices)
    put(state.index.ends_at, robot.path[-1], robot.robot_id)


def _ground_released(state: FleetState, event: e.GroundReleased) -> None:
    robot = state.robots[event.robot_id]
    del robot.path[: event.index - robot.path_first]
    robot.path_first, robot.moved_ns = event.index, event.at_ns


def _action_begun(state: FleetState, event: e.ActionBegun) -> None:
    robot = state.robots[event.robot_id]
    before = robot.action
    action = Action(event.action_id, event.kind, event.params, event.at_ns, robot.laden)
    is_again = (
        before is not None
        and before.status is ActionStatus.FAILED
        and (before.stem, before.kind) == (action.stem, action.kind)
    )
    robot.action = action
    robot.actions_begun += 1
    robot.tries = robot.tries + 1 if is_again else 1
    if event.kind in _LOADS or event.kind in _UNLOADS:
        robot.laden = None
    if event.kind is ActionKind.GRASP and robot.job_id:
        state.jobs[robot.job_id].grasps += 1


def _action_ended(state: FleetState, event: e.ActionEnded) -> None:
    robot = state.robots[event.robot_id]
    action = robot.action
    assert action is not None
    action.status, action.result, action.ended_ns = event.status, event.result, event.at_ns
    if robot.states.manipulation is Manipulation.NONE:
        return
    if action.kind in _LOADS or action.kind in _UNLOADS:
        is_done = event.status is ActionStatus.FINISHED
        robot.laden = (action.kind in _LOADS) if is_done else action.laden_before


def _load_taken(state: FleetState, event: e.LoadTaken) -> None:
    robot = state.robots[event.robot_id]
    robot.laden = False
    if robot.action:
        robot.action.laden_before = False


ROBOT_EVENTS: Mapping[type, Callable[[FleetState, Any], None]] = {
    e.RobotJoined: _joined,
    e.RobotRestarted: _restarted,
    e.RobotRemoved: _removed,
    e.RobotCommissioned: _commissioned,
    e.RobotChanged: _changed,
    e.DestinationSet: _destination_set,
    e.GroundGranted: _ground_granted,
    e.GroundReleased: _ground_released,
    e.ActionBegun: _action_begun,
    e.ActionEnded: _action_ended,
    e.LoadTaken: _load_taken,
}
