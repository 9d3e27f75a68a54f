# SPDX-License-Identifier: Apache-2.0
"""What dispatch, traffic and the engine ask before they do something: a Reason why not, or None.

Stops that the fleet has requested and not released are the asker's to know: a robot tells of a stop
only once it has carried it out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.guards import FLEETS_MODES, PERSONS_MODES
from suwon_fleet.core.robots.layers import hands
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    Navigation,
    Posture,
    Power,
    StopState,
)
from suwon_fleet.core.robots.states import (
    HANDOVERS,
    LEGS,
    BatteryLevel,
    Connection,
    Layer,
    Manipulation,
    Mission,
    Release,
    RobotStates,
)

MOST_REMEMBERED = 4096
"""Answers kept: robots are in few different states, and are asked about at every step."""


@dataclass(frozen=True, slots=True)
class _Check:
    """A layer is in one of these states, or the robot has no such layer."""

    code: str
    layer: Layer
    allowed: frozenset[StrEnum]


def _in(code: str, layer: Layer, *allowed: StrEnum) -> _Check:
    return _Check(code, layer, frozenset(allowed))


def _not_in(code: str, layer: Layer, *refused: StrEnum) -> _Check:
    return _Check(code, layer, frozenset(type(refused[0])) - frozenset(refused))


_S, _C = StopState, ControlMode
_READYING = (_C.OFF, _C.ZERO_TORQUE, _C.DAMPED, _C.STAND_LOCKED)
_NEED_CARE = (_C.FALLEN, _C.SETTLING, _C.MINOR_FAULT, _C.MAJOR_FAULT, _C.ASSIST_NEEDED)

_LISTENS = (
    _in("robot-not-online", Layer.CONNECTION, Connection.ONLINE),
    _in("robot-not-automatic", Layer.MODE, *FLEETS_MODES),
    _not_in("robot-in-other-hands", Layer.CONTROL, _C.EXTERNAL_CTRL),
)
_FREE = (
    *_LISTENS,
    _in("robot-stopped", Layer.STOP, _S.NONE),
    _in("robot-needs-release", Layer.RELEASE, Release.GIVEN),
)
_ABLE = (
    *_FREE,
    _not_in("robot-needs-assist", Layer.NAVIGATION, Navigation.ASSIST_NEEDED),
    _not_in("robot-battery-critical", Layer.BATTERY, BatteryLevel.CRITICAL),
    _not_in("robot-battery-out", Layer.POWER, Power.SWAPPING),
    _not_in("robot-needs-care", Layer.CONTROL, *_NEED_CARE),
)
_CLOSED = _in("robot-lid-open", Layer.COMPARTMENT, Compartment.CLOSED)
_ON_FEET = _not_in("robot-not-balanced", Layer.CONTROL, *_READYING, _C.GETTING_UP, _C.SWAP_POSE)
_DRIVES = (
    *_ABLE,
    _CLOSED,
    _in("robot-not-on-a-leg", Layer.MISSION, *LEGS),
    _in("robot-on-charger", Layer.POWER, Power.DISCHARGING),
    _ON_FEET,
    _in("robot-not-balanced", Layer.POSTURE, Posture.STANDING, Posture.WALKING),
    _in("robot-hands-busy", Layer.MANIPULATION, Manipulation.NONE, Manipulation.TRANSPORT),
)
_TAKES_JOB = (
    *_ABLE,
    _in("robot-busy", Layer.MISSION, Mission.IDLE, Mission.TO_PARKING, Mission.CHARGING),
    _CLOSED,
    _in("robot-battery-low", Layer.BATTERY, BatteryLevel.ENOUGH),
    _in("robot-hands-busy", Layer.MANIPULATION, Manipulation.NONE),
)

_STANDS = (*_FREE, _in("robot-not-standing", Layer.NAVIGATION, Navigation.STANDING))
_BALANCED = (*_STANDS, _in("robot-not-balanced", Layer.CONTROL, _C.BALANCED))
_HANDS = (
    *_STANDS,
    _in("robot-wrong-mission", Layer.MISSION, *HANDOVERS),
    _in("robot-not-balanced", Layer.CONTROL, _C.BALANCED, _C.MANIPULATING, _C.RETRIABLE),
    _in("robot-not-balanced", Layer.POSTURE, Posture.STANDING),
)
_EMPTY_HANDS = _in("robot-hands-busy", Layer.MANIPULATION, Manipulation.NONE)


def _during(*missions: Mission) -> tuple[_Check, ...]:
    return (*_BALANCED, _in("robot-wrong-mission", Layer.MISSION, *missions), _EMPTY_HANDS)


_ACTS = {
    ActionKind.LOAD: _during(Mission.AT_PICKUP),
    ActionKind.UNLOAD: _during(Mission.AT_DROPOFF, Mission.AT_RETURN),
    ActionKind.INSPECT: _during(Mission.AT_STOP),
    ActionKind.DOCK: _during(Mission.DOCKING),
    ActionKind.UNDOCK: _during(Mission.UNDOCKING),
    ActionKind.SWAP_BATTERY: _during(Mission.BATTERY_SWAP),
    ActionKind.GET_READY: (
        *_STANDS,
        _in("robot-not-to-be-readied", Layer.CONTROL, *_READYING, _C.FALLEN),
        _not_in("robot-posture-unknown", Layer.POSTURE, Posture.UNKNOWN),
    ),
    **dict.fromkeys(hands.TRIGGER_OF, _HANDS),
}
_NEEDS = {
    ActionKind.LOAD: Layer.COMPARTMENT,
    ActionKind.UNLOAD: Layer.COMPARTMENT,
    ActionKind.GET_READY: Layer.CONTROL,
    **dict.fromkeys(hands.TRIGGER_OF, Layer.MANIPULATION),
}
"""Layers without which an action means nothing."""


@lru_cache(maxsize=MOST_REMEMBERED)
def may_command(states: RobotStates) -> Reason | None:
    """May the fleet tell it anything but a stop or the end of an action?"""
    return _first_failing(states, _LISTENS)


@lru_cache(maxsize=MOST_REMEMBERED)
def may_drive(states: RobotStates) -> Reason | None:
    """May more ground be granted to it?"""
    refused = _first_failing(states, _DRIVES)
    carries = states.manipulation is Manipulation.TRANSPORT
    if not refused and states.control in (_C.MANIPULATING, _C.RETRIABLE) and not carries:
        return Reason.of("robot-hands-busy", state=states.control)
    return refused


@lru_cache(maxsize=MOST_REMEMBERED)
def may_make_way(states: RobotStates) -> Reason | None:
    """As `may_drive`, but an idle robot may have some ground, too, if it is in the way of others."""
    if states.mission is Mission.IDLE:
        states = replace(states, mission=Mission.TO_PARKING)
    return may_drive(states)


@lru_cache(maxsize=MOST_REMEMBERED)
def may_act(states: RobotStates, kind: ActionKind) -> Reason | None:
    """May it be asked for this action where it stands?"""
    needed = _NEEDS.get(kind)
    if needed and states.at(needed) is None:
        return Reason.of("robot-cannot", action=kind)
    refused = _first_failing(states, _ACTS[kind])
    phase = states.manipulation
    if not refused and phase and kind in hands.TRIGGER_OF and not hands.may_begin(kind, phase):
        return Reason.of("robot-wrong-phase", action=kind, state=phase)
    return refused


@lru_cache(maxsize=MOST_REMEMBERED)
def may_take_job(states: RobotStates) -> Reason | None:
    """May dispatch give it a job now? Charge left after the job is for dispatch to reckon."""
    return _first_failing(states, _TAKES_JOB)


@lru_cache(maxsize=MOST_REMEMBERED)
def is_immobile(states: RobotStates) -> Reason | None:
    """Why it cannot move for nobody knows how long, so that others are led around it."""
    return _first_failing(states, (*_ABLE, _ON_FEET))


def needs_get_ready(states: RobotStates) -> bool:
    """A humanoid that is well, and not on its feet yet."""
    return states.control in (*_READYING, _C.GETTING_UP)


def is_driven_by_person(states: RobotStates) -> bool:
    """It may go anywhere: a person, or another's program, moves it."""
    return states.mode in PERSONS_MODES or states.control is _C.EXTERNAL_CTRL


def _first_failing(states: RobotStates, checks: tuple[_Check, ...]) -> Reason | None:
    for check in checks:
        state = states.at(check.layer)
        if state is not None and state not in check.allowed:
            return Reason.of(check.code, state=state)
    return None
