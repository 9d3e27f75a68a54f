# SPDX-License-Identifier: Apache-2.0
"""A robot's state: one value per layer, kept apart where robots keep them apart.

The robot's layers are told by its reports, in the words of :mod:`.report`; the fleet's are its own
and have their words here. A layer a kind of robot has not is None: a humanoid has no
compartment, a delivery robot no posture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from suwon_fleet.core.robots.kind import Family, RobotKind
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    LiftSession,
    Navigation,
    OperatingMode,
    Posture,
    Power,
    StopState,
)


class Connection(StrEnum):
    """Whether the fleet hears the robot."""

    OFFLINE = "offline"
    """Not heard yet, signed off, or switched off for a change of its battery."""
    ONLINE = "online"
    COMMS_LOST = "comms_lost"
    """Silent; it finishes the ground it was granted and stops at its end."""
    NOT_LOCATED = "not_located"
    """Silent for so long that it may be anywhere (MDS `not_located`)."""


class Mission(StrEnum):
    """What the robot is doing for the fleet."""

    IDLE = "idle"
    TO_PICKUP = "to_pickup"
    AT_PICKUP = "at_pickup"
    TO_DROPOFF = "to_dropoff"
    AT_DROPOFF = "at_dropoff"
    RETURNING = "returning"
    """On the way back to the sender with a load that could not be handed over."""
    AT_RETURN = "at_return"
    TO_STOP = "to_stop"
    """On the way to a stop of a patrol, or to the place of a go-to job."""
    AT_STOP = "at_stop"
    TO_PARKING = "to_parking"
    TO_DOCK = "to_dock"
    DOCKING = "docking"
    CHARGING = "charging"
    UNDOCKING = "undocking"
    BATTERY_SWAP = "battery_swap"


LEGS = frozenset(
    {
        Mission.TO_PICKUP,
        Mission.TO_DROPOFF,
        Mission.RETURNING,
        Mission.TO_STOP,
        Mission.TO_PARKING,
        Mission.TO_DOCK,
    }
)
"""Missions that move the robot along the map."""

HANDOVERS = frozenset({Mission.AT_PICKUP, Mission.AT_DROPOFF, Mission.AT_RETURN})
"""Missions at which a load changes hands."""


class Release(StrEnum):
    """Whether a person has let the robot go on after its own safety stop."""

    GIVEN = "given"
    NEEDED = "needed"
    """The fleet gives no motion, whatever the robot reports, until a person releases it."""


class BatteryLevel(StrEnum):
    """The battery by the thresholds of the robot's kind."""

    UNKNOWN = "unknown"
    ENOUGH = "enough"
    LOW = "low"
    CRITICAL = "critical"


class Manipulation(StrEnum):
    """How far a humanoid's hands are with an object."""

    NONE = "none"
    APPROACH = "approach"
    PERCEIVE = "perceive"
    PREGRASP = "pregrasp"
    GRASP = "grasp"
    VERIFY = "verify"
    LIFT = "lift"
    TRANSPORT = "transport"
    PLACE = "place"
    RELEASE = "release"
    RETREAT = "retreat"


HOLDING = frozenset(
    {Manipulation.VERIFY, Manipulation.LIFT, Manipulation.TRANSPORT, Manipulation.PLACE}
)
"""Phases in which the hands hold, or may hold, the object."""

UP = frozenset(
    {
        ControlMode.GETTING_UP,
        ControlMode.STAND_LOCKED,
        ControlMode.BALANCED,
        ControlMode.LOCOMOTION,
        ControlMode.MANIPULATING,
        ControlMode.RETRIABLE,
        ControlMode.TO_SWAP,
        ControlMode.SWAP_POSE,
        ControlMode.SETTLING,
        ControlMode.MINOR_FAULT,
    }
)
"""Control modes in which a humanoid can fall."""

ON_ITS_FEET = frozenset({ControlMode.BALANCED, ControlMode.LOCOMOTION, ControlMode.TO_SWAP})
"""Control modes in which a humanoid may walk."""


ENDED_BY_PERSON: frozenset[StrEnum] = frozenset(
    {
        StopState.EMERGENCY,
        StopState.SAFE_HOLD,
        StopState.FATAL,
        StopState.ALARM,
        ControlMode.FALLEN,
        ControlMode.MAJOR_FAULT,
        ControlMode.ASSIST_NEEDED,
        ControlMode.EXTERNAL_CTRL,
    }
)
"""States after which a person's release is needed, whatever led to them."""


class Layer(StrEnum):
    """A part of the state that moves by itself; the names are those of RobotStates' fields."""

    CONNECTION = "connection"
    MODE = "mode"
    MISSION = "mission"
    NAVIGATION = "navigation"
    COMPARTMENT = "compartment"
    LIFT = "lift"
    CONTROL = "control"
    POSTURE = "posture"
    MANIPULATION = "manipulation"
    STOP = "stop"
    RELEASE = "release"
    POWER = "power"
    BATTERY = "battery"

    @property
    def is_fleets(self) -> bool:
        """The fleet decides it; all others are the robot's, and its report is the truth."""
        return self in _FLEETS


_FLEETS = frozenset({Layer.CONNECTION, Layer.MISSION, Layer.MANIPULATION, Layer.RELEASE})


@dataclass(frozen=True, slots=True)
class RobotStates:
    """The state of one robot, layer by layer."""

    connection: Connection
    mode: OperatingMode
    mission: Mission
    navigation: Navigation
    lift: LiftSession
    stop: StopState
    release: Release
    power: Power
    battery: BatteryLevel
    compartment: Compartment | None = None
    control: ControlMode | None = None
    posture: Posture | None = None
    manipulation: Manipulation | None = None

    @classmethod
    def unheard(cls, kind: RobotKind) -> Self:
        """A robot that has not reported: what the fleet cannot know is what forbids most."""
        is_humanoid = kind.family is Family.HUMANOID
        return cls(
            connection=Connection.OFFLINE,
            mode=OperatingMode.STARTUP,
            mission=Mission.IDLE,
            navigation=Navigation.STANDING,
            lift=LiftSession.NONE,
            stop=StopState.NONE,
            release=Release.GIVEN,
            power=Power.DISCHARGING,
            battery=BatteryLevel.UNKNOWN,
            compartment=Compartment.OPEN if kind.compartments else None,
            control=ControlMode.OFF if is_humanoid else None,
            posture=Posture.UNKNOWN if is_humanoid else None,
            manipulation=Manipulation.NONE if is_humanoid else None,
        )

    def at(self, layer: Layer) -> StrEnum | None:
        """The value of one layer."""
        value: StrEnum | None = getattr(self, layer)
        return value

    def moved(self, changes: dict[Layer, Any]) -> Self:
        """The same but for these layers."""
        return replace(self, **changes) if changes else self
