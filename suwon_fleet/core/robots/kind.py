# SPDX-License-Identifier: Apache-2.0
"""A kind of robot: its size, speed, battery and what it can do. Loaded from `config/robots/*.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from suwon_fleet.core.sitemap import LaneKind


class Family(StrEnum):
    """Which state table a kind follows."""

    DELIVERY = "delivery"
    HUMANOID = "humanoid"


class Capability(StrEnum):
    """What a job may need of a robot."""

    DELIVER = "deliver"
    PATROL = "patrol"
    GO_TO = "go_to"
    MANIPULATE = "manipulate"
    LIFT = "lift"
    """Can ride lifts."""


@dataclass(frozen=True, slots=True)
class Battery:
    """Energy in watt-hours and watts; shares of a full battery are 0..1.

    Below `low_soc` a robot charges when free, below `critical_soc` it stops where that is safe.
    Dispatch leaves `reserve_soc` after a job and the way to a charger.
    """

    capacity_wh: float
    idle_w: float
    drive_w: float
    """Drawn on top of `idle_w` while driving or walking at `max_speed_mps`."""
    charge_w: float
    target_soc: float = 0.9
    low_soc: float = 0.3
    reserve_soc: float = 0.15
    critical_soc: float = 0.08
    swap_s: float | None = None
    """Seconds to swap packs at a charger, for robots that swap instead of charging."""


@dataclass(frozen=True, slots=True)
class RobotKind:
    """Everything dispatch, traffic and the simulator need to know of a kind of robot."""

    id: str
    family: Family
    length_m: float
    width_m: float
    height_m: float
    radius_m: float
    """Of the disc about its turning centre that holds the whole body at any heading."""
    mass_kg: float
    payload_kg: float
    max_speed_mps: float
    indoor_speed_mps: float
    acceleration_mps2: float
    deceleration_mps2: float
    turn_rate_radps: float
    stopping_distance_m: float
    """From `max_speed_mps`, reaction time included."""
    max_slope: float
    lane_kinds: frozenset[LaneKind]
    capabilities: frozenset[Capability]
    battery: Battery
    compartments: int = 0
    carrying_speed_mps: float | None = None
    """At most, with an object in its hands; None: as without."""
    title: Mapping[str, str] = field(default_factory=dict)
    permits: frozenset[str] = frozenset()
    """Of zones that ask for one."""
