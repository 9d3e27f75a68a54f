# SPDX-License-Identifier: Apache-2.0
"""What the fleet asks of a robot.

Every command may be sent again: a grant by its path index, an action and a stop by their ids, so a
robot that has seen one before does nothing new. None of them performs an emergency stop: the fleet
*requests* stops, the robot's own safety system performs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActionKind(StrEnum):
    """What a robot can be asked to do where it stands."""

    LOAD = "load"
    """Open the compartment, wait until it is filled and confirmed, close it."""
    UNLOAD = "unload"
    """Open the compartment, wait until it is emptied and confirmed, close it."""
    INSPECT = "inspect"
    """Look around at a patrol stop."""
    DOCK = "dock"
    """Onto the charger's contacts, and charge."""
    UNDOCK = "undock"
    SWAP_BATTERY = "swap_battery"
    GET_READY = "get_ready"
    """A humanoid: from wherever it is to balanced standing."""
    APPROACH = "approach"
    PERCEIVE = "perceive"
    GRASP = "grasp"
    VERIFY = "verify"
    LIFT_OBJECT = "lift_object"
    PLACE = "place"
    RELEASE = "release"
    RETREAT = "retreat"


class StopKind(StrEnum):
    """How a robot is asked to stop. Cutting a walking humanoid's power makes it fall: see robots.md."""

    PROTECTIVE = "protective"
    """A controlled stop, then stand and hold."""
    SETTLE = "settle"
    """Sit or kneel first, then hold without torque."""
    CUT = "cut"
    """Remove drive power at once."""


@dataclass(frozen=True, slots=True)
class Waypoint:
    """One vertex of a granted path: where it is and how fast the way to it may be driven (m/s)."""

    x_m: float
    y_m: float
    level: str
    speed_limit_mps: float
    lane: str = ""
    """The lane this vertex is reached by; empty for the first."""
    hold_s: float = 0.0
    """How long the way to it makes any robot wait (a door that opens, a lift that rides)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Motion released to a robot: `waypoints[k]` is vertex `first_index + k` of its path.

    What was granted stays granted. A robot keeps what it knows and appends what is new.
    """

    robot_id: str
    first_index: int
    waypoints: tuple[Waypoint, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """Do something where you stand. `params` are facts the action needs, as text."""

    robot_id: str
    action_id: str
    kind: ActionKind
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CancelAction:
    """End the action as soon as that is safe (a lid closes first); it then reports FAILED."""

    robot_id: str
    action_id: str


@dataclass(frozen=True, slots=True)
class RequestStop:
    """Please stop and hold; answer by reporting `stop_id`."""

    robot_id: str
    stop_id: str
    kind: StopKind


@dataclass(frozen=True, slots=True)
class ReleaseStop:
    """A person released the stop; go on. A robot after its own emergency stop takes no notice."""

    robot_id: str
    stop_id: str


@dataclass(frozen=True, slots=True)
class Pause:
    """VDA 5050 startPause: stop where you are, keep all you know."""

    robot_id: str


@dataclass(frozen=True, slots=True)
class Resume:
    """VDA 5050 stopPause."""

    robot_id: str


RobotCommand = Grant | Act | CancelAction | RequestStop | ReleaseStop | Pause | Resume
