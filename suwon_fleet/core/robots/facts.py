# SPDX-License-Identifier: Apache-2.0
"""What a guard may need to know beside the states. None is unknown, and unknown is not yes."""

from __future__ import annotations

from dataclasses import dataclass

from suwon_fleet.core.robots.kind import Battery
from suwon_fleet.core.robots.report import Posture


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts at one instant; whoever fires a trigger gives those it has."""

    soc: float | None = None
    """State of charge, 0..1."""
    battery: Battery | None = None
    """The thresholds of the robot's kind."""
    localized: bool | None = None
    healthy: bool | None = None
    tries: int | None = None
    """How often what is at hand (docking, getting up, a grasp, a recovery) has been tried."""

    person: str | None = None
    """Who decides, where a person must."""
    acknowledged_at_robot: bool | None = None
    """A person at the robot has acknowledged its emergency stop."""
    stop_held: bool | None = None
    """A stop the fleet requested of this robot has not been released."""

    unlock_asked: bool | None = None
    """A LOAD or UNLOAD of this robot is running, so its lid may open."""
    loaded: bool | None = None
    """There is something in the compartment."""

    lift_door_open: bool | None = None
    lift_at_this_level: bool | None = None
    """The cabin is at the level where the robot is to enter or leave it."""
    lift_session_is_mine: bool | None = None

    tilt_rad: float | None = None
    body_rate_radps: float | None = None
    face_down: bool | None = None
    posture_seen: Posture | None = None
    floor_clear: bool | None = None
    """Flat, and nothing in the way of getting up."""
    people_away: bool | None = None
    fault_clearable: bool | None = None
    arms_free: bool | None = None
    on_gantry: bool | None = None
    pack_ok: bool | None = None
    """The new battery pack is in and has booted."""


NOTHING_KNOWN = Facts()
