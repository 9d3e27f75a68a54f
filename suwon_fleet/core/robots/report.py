# SPDX-License-Identifier: Apache-2.0
"""What a robot tells the fleet: who it is (factsheet) and how it stands (report).

The words are VDA 5050 3.0.0's where it has them. A report tells state, not events, so a lost one costs
nothing: the next says all again. Stamps are nanoseconds of the fleet's clock (simulated or wall).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct

from suwon_fleet.core.sitemap import GROUND


class OperatingMode(StrEnum):
    """Who is in charge of the robot (VDA 5050 `operatingMode`)."""

    STARTUP = "startup"
    AUTOMATIC = "automatic"
    SEMIAUTOMATIC = "semiautomatic"
    INTERVENED = "intervened"
    """A person drives; the order is kept, only a cancel is taken."""
    MANUAL = "manual"
    SERVICE = "service"
    TEACH_IN = "teach_in"


class Navigation(StrEnum):
    """How the robot gets on along its granted path."""

    STANDING = "standing"
    MOVING = "moving"
    BLOCKED = "blocked"
    """Its collision monitor or field has stopped it; it goes on by itself when clear."""
    RECOVERY = "recovery"
    ASSIST_NEEDED = "assist_needed"


class Compartment(StrEnum):
    """The lid of a delivery robot."""

    CLOSED = "closed"
    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    FORCED = "forced"
    """Open without a command."""


class LiftSession(StrEnum):
    """Where the robot is in a lift ride."""

    NONE = "none"
    WAITING = "waiting"
    ENTERING = "entering"
    RIDING = "riding"
    LEAVING = "leaving"


class StopState(StrEnum):
    """What keeps the robot from moving, as the robot reports it."""

    NONE = "none"
    PAUSED = "paused"
    PROTECTIVE = "protective"
    """A requested stop, carried out and held."""
    EMERGENCY = "emergency"
    """Its own emergency stop; only a person at the robot can acknowledge it."""
    SAFE_HOLD = "safe_hold"
    """Acknowledged after an emergency stop; waits for a person to resume or cancel."""
    FATAL = "fatal"
    """VDA 5050 FATAL, such as localisation lost: no driving, no orders."""
    ALARM = "alarm"
    """Tampering: lid forced or body tilted."""


class Power(StrEnum):
    """Where the robot's power comes from now."""

    DISCHARGING = "discharging"
    CHARGING = "charging"
    SWAPPING = "swapping"


class ControlMode(StrEnum):
    """A humanoid's controller; apart from its posture, which the controller does not tell."""

    OFF = "off"
    ZERO_TORQUE = "zero_torque"
    DAMPED = "damped"
    GETTING_UP = "getting_up"
    STAND_LOCKED = "stand_locked"
    BALANCED = "balanced"
    LOCOMOTION = "locomotion"
    MANIPULATING = "manipulating"
    RETRIABLE = "retriable"
    FALLEN = "fallen"
    SETTLING = "settling"
    MINOR_FAULT = "minor_fault"
    MAJOR_FAULT = "major_fault"
    TO_SWAP = "to_swap"
    SWAP_POSE = "swap_pose"
    ASSIST_NEEDED = "assist_needed"
    EXTERNAL_CTRL = "external_ctrl"


class Posture(StrEnum):
    """How a humanoid's body is."""

    LYING_PRONE = "lying_prone"
    LYING_SUPINE = "lying_supine"
    SITTING = "sitting"
    SQUAT = "squat"
    STANDING = "standing"
    WALKING = "walking"
    UNKNOWN = "unknown"


class ActionStatus(StrEnum):
    """VDA 5050 3.0 `actionStatus`."""

    WAITING = "waiting"
    INITIALIZING = "initializing"
    RUNNING = "running"
    PAUSED = "paused"
    RETRIABLE = "retriable"
    FINISHED = "finished"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """FINISHED or FAILED: the robot will not change it again."""
        return self in (ActionStatus.FINISHED, ActionStatus.FAILED)


class Pose(Struct, frozen=True, gc=False):
    """Position (m) and yaw (rad, from east, counter-clockwise) in the `map` frame, on a level."""

    x_m: float
    y_m: float
    yaw_rad: float = 0.0
    level: str = GROUND


@dataclass(frozen=True, slots=True)
class Factsheet:
    """What a robot says of itself when it joins.

    `session` changes whenever the robot's program starts anew: a robot that lost its memory of grants
    and actions must not be taken for one that has not.
    """

    robot_id: str
    kind: str
    session: str = "0"
    vendor: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class ActionReport:
    """How the newest action the robot was asked for stands; `result` is the robot's own words."""

    action_id: str
    status: ActionStatus
    result: str = ""


def charge_of(gauge: float) -> float:
    """0..1 of a battery gauge: one that reads a little over full is full."""
    return gauge if 0.0 <= gauge <= 1.0 else min(1.0, max(0.0, gauge))


class RobotReport(Struct, frozen=True, gc=False):
    """The whole state of one robot at one instant.

    `path_index` is the index, in the robot's granted path, of the last path vertex it has reached: what
    lies behind it is free again. `granted_index` is the last path vertex it knows it may go to.
    `battery_soc` is 0..1, None while unknown (never a pleasant default).
    """

    robot_id: str
    sequence: int
    stamp_ns: int
    session: str
    pose: Pose
    speed_mps: float
    path_index: int
    granted_index: int
    battery_soc: float | None = None
    mode: OperatingMode = OperatingMode.AUTOMATIC
    navigation: Navigation = Navigation.STANDING
    compartment: Compartment | None = None
    lift: LiftSession = LiftSession.NONE
    stop: StopState = StopState.NONE
    power: Power = Power.DISCHARGING
    control: ControlMode | None = None
    posture: Posture | None = None
    action: ActionReport | None = None
    stop_id: str = ""
    """The stop request it has carried out, if any."""
    faults: tuple[str, ...] = ()
