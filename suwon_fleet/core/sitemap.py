# SPDX-License-Identifier: Apache-2.0
"""The site map: zones, and a directed graph of lanes with places on it.

Frames follow REP-103 and REP-105: metres, x east, y north, yaw counter-clockwise from east, in the
site's `map` frame. A map with an `origin` has that frame's zero at the origin's latitude and
longitude (an east-north tangent plane), so positions can be told in WGS84 as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

GROUND = "ground"
"""The level of a map that names none."""


class ZoneKind(StrEnum):
    """What sort of ground a zone is; rules and speed limits refer to it."""

    CAMPUS = "campus"
    BUILDING = "building"
    HALL = "hall"
    PLAZA = "plaza"
    PARK = "park"
    STREET = "street"
    ROAD = "road"


class LaneKind(StrEnum):
    """What a robot drives or walks on along a lane."""

    SIDEWALK = "sidewalk"
    CROSSING = "crossing"
    STREET = "street"
    """A street without a sidewalk, or one shared by walkers and vehicles."""
    PATH = "path"
    """A park or riverside path."""
    INDOOR = "indoor"
    RAMP = "ramp"
    STAIRS = "stairs"
    LIFT = "lift"
    """A ride between two levels in a lift cabin."""


INDOOR_KINDS = frozenset({LaneKind.INDOOR, LaneKind.LIFT, LaneKind.STAIRS})


class PlaceKind(StrEnum):
    """What a place is for; one place may be for several things."""

    PICKUP = "pickup"
    DROPOFF = "dropoff"
    CHARGER = "charger"
    PARKING = "parking"
    WORKCELL = "workcell"
    """A table, shelf or machine where a humanoid manipulates things."""
    GATE = "gate"
    """Where robots cross from one zone to another."""
    WAYPOINT = "waypoint"
    """A named spot for patrols and go-to jobs."""


@dataclass(frozen=True, slots=True)
class Level:
    """One storey. `elevation_m` is above the map frame's zero."""

    id: str
    elevation_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Node:
    """A point of the lane graph, in metres of the map frame, on one level."""

    id: str
    x_m: float
    y_m: float
    level: str = GROUND


@dataclass(frozen=True, slots=True)
class Lane:
    """A one-way piece of way from `start` to `end`; a two-way lane is two of these.

    `width_m` and `height_m` are the clear width and height (None: enough for any robot). `slope` is rise
    over run, positive uphill in the lane's direction. `door` names a Door the lane passes through; lanes
    that share a `mutex` may hold one robot between them.
    """

    id: str
    start: str
    end: str
    kind: LaneKind
    width_m: float | None = None
    speed_limit_mps: float | None = None
    slope: float = 0.0
    door: str | None = None
    mutex: str | None = None
    height_m: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A named node that jobs, chargers and parking refer to."""

    id: str
    node: str
    kinds: frozenset[PlaceKind]
    title: Mapping[str, str] = field(default_factory=dict)
    """Name by language code, for people (`en`, `ko`)."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon (outer ring, metres, not closed, counter-clockwise) with what holds inside it.

    `level` None covers all levels. `capacity` is the greatest number of robots inside at once. Only
    kinds of robots that have the `permit` may enter, if one is named.
    """

    id: str
    kind: ZoneKind
    polygon: tuple[tuple[float, float], ...]
    level: str | None = None
    capacity: int | None = None
    is_open: bool = True
    speed_limit_mps: float | None = None
    title: Mapping[str, str] = field(default_factory=dict)
    permit: str | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """A door that opens by itself for a robot; lanes through it name it."""

    id: str
    opening_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Lift:
    """A cabin that holds one robot; `cabins` maps each level it serves to the node inside it."""

    id: str
    cabins: Mapping[str, str]
    seconds_per_level: float = 8.0
    door_s: float = 4.0


@dataclass(frozen=True)
class SiteMap:
    """A whole site. Built by the loaders in :mod:`suwon_fleet.wire.maps`; never changed after."""

    id: str
    levels: tuple[Level, ...]
    nodes: tuple[Node, ...]
    lanes: tuple[Lane, ...]
    places: tuple[Place, ...] = ()
    zones: tuple[Zone, ...] = ()
    doors: tuple[Door, ...] = ()
    lifts: tuple[Lift, ...] = ()
    origin: tuple[float, float] | None = None
    """Latitude and longitude (WGS84, degrees) of the map frame's zero."""
    title: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def node_by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def lane_by_id(self) -> dict[str, Lane]:
        return {lane.id: lane for lane in self.lanes}

    @cached_property
    def lanes_into(self) -> dict[str, list[Lane]]:
        """The lanes that end at a node."""
        found: dict[str, list[Lane]] = {}
        for lane in self.lanes:
            found.setdefault(lane.end, []).append(lane)
        return found

    @cached_property
    def place_by_id(self) -> dict[str, Place]:
        return {place.id: place for place in self.places}

    @cached_property
    def zone_by_id(self) -> dict[str, Zone]:
        return {zone.id: zone for zone in self.zones}

    @cached_property
    def places_at(self) -> dict[str, tuple[Place, ...]]:
        """Places by the node they are at; nodes without any are not in it."""
        at: dict[str, tuple[Place, ...]] = {}
        for place in self.places:
            at[place.node] = (*at.get(place.node, ()), place)
        return at

    def places_of(self, kind: PlaceKind) -> tuple[Place, ...]:
        """Places of one kind, in the order of the file."""
        return self._places_by_kind[kind]

    @cached_property
    def _places_by_kind(self) -> dict[PlaceKind, tuple[Place, ...]]:
        return {
            kind: tuple(place for place in self.places if kind in place.kinds) for kind in PlaceKind
        }
