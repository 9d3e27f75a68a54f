# SPDX-License-Identifier: Apache-2.0
"""A small site and two kinds of robots, for tests of whole fleets.

::

    charger1  charger2  park1  park2  park3          yard (zone)
       |         |        |      |      |              |
       a--------a2--------b------b2-----c------c2------d         island
                 |                      |
               table                  shelf
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from suwon_fleet.core.engine.core import FleetCore
from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.engine.fleet import Settings
from suwon_fleet.core.robots.kind import Battery, Capability, Family, RobotKind
from suwon_fleet.core.sitemap import (
    GROUND,
    Lane,
    LaneKind,
    Level,
    Node,
    Place,
    PlaceKind,
    SiteMap,
    Zone,
    ZoneKind,
)
from suwon_fleet.dispatch import RollingHorizon
from suwon_fleet.traffic import Coordinator

_SPOTS = {
    "a": (0.0, 0.0),
    "a2": (6.0, 0.0),
    "b": (12.0, 0.0),
    "b2": (18.0, 0.0),
    "c": (24.0, 0.0),
    "c2": (30.0, 0.0),
    "d": (36.0, 0.0),
    "charger1": (0.0, 6.0),
    "charger2": (6.0, 6.0),
    "park1": (12.0, 6.0),
    "park2": (18.0, 6.0),
    "park3": (24.0, 6.0),
    "yard": (36.0, 6.0),
    "table": (6.0, -6.0),
    "shelf": (24.0, -6.0),
    "island": (60.0, 0.0),
}
_WAYS = (
    ("a", "a2"),
    ("a2", "b"),
    ("b", "b2"),
    ("b2", "c"),
    ("c", "c2"),
    ("c2", "d"),
    ("a", "charger1"),
    ("a2", "charger2"),
    ("b", "park1"),
    ("b2", "park2"),
    ("c", "park3"),
    ("d", "yard"),
    ("a2", "table"),
    ("c", "shelf"),
)
_KINDS = {
    "charger1": {PlaceKind.CHARGER},
    "charger2": {PlaceKind.CHARGER},
    "park1": {PlaceKind.PARKING},
    "park2": {PlaceKind.PARKING},
    "park3": {PlaceKind.PARKING},
}


def small_site() -> SiteMap:
    """The site drawn above; every node is a place."""
    return SiteMap(
        id="small",
        levels=(Level(GROUND),),
        nodes=tuple(Node(name, *at) for name, at in _SPOTS.items()),
        lanes=tuple(
            Lane(f"{one}-{other}", one, other, LaneKind.INDOOR)
            for way in _WAYS
            for one, other in (way, way[::-1])
        ),
        places=tuple(
            Place(name, name, frozenset(_KINDS.get(name, {PlaceKind.WAYPOINT}))) for name in _SPOTS
        ),
        zones=(
            Zone("yard_zone", ZoneKind.PLAZA, ((33.0, 3.0), (39.0, 3.0), (39.0, 9.0), (33.0, 9.0))),
        ),
    )


COURIER = RobotKind(
    id="courier",
    family=Family.DELIVERY,
    length_m=0.6,
    width_m=0.5,
    height_m=1.0,
    radius_m=0.4,
    mass_kg=40,
    payload_kg=10,
    max_speed_mps=1.0,
    indoor_speed_mps=1.0,
    acceleration_mps2=0.5,
    deceleration_mps2=1.0,
    turn_rate_radps=1.5,
    stopping_distance_m=0.8,
    max_slope=0.1,
    lane_kinds=frozenset(LaneKind),
    capabilities=frozenset({Capability.DELIVER, Capability.PATROL, Capability.GO_TO}),
    battery=Battery(capacity_wh=200, idle_w=20, drive_w=80, charge_w=6000),
    compartments=1,
)
HELPER = replace(
    COURIER,
    id="helper",
    family=Family.HUMANOID,
    payload_kg=3,
    capabilities=frozenset({Capability.MANIPULATE, Capability.PATROL, Capability.GO_TO}),
    battery=Battery(capacity_wh=400, idle_w=100, drive_w=100, charge_w=280, swap_s=60),
    compartments=0,
    carrying_speed_mps=0.5,
)
KINDS = {kind.id: kind for kind in (COURIER, HELPER)}


def fresh_core(journal: Iterable[Event] = (), settings: Settings | None = None) -> FleetCore:
    """The small site's fleet, as a journal left it."""
    site = small_site()
    return FleetCore.replay(
        journal,
        site,
        KINDS,
        traffic=Coordinator(site, list(KINDS.values())),
        dispatcher=RollingHorizon([place.node for place in site.places_of(PlaceKind.CHARGER)]),
        settings=settings,
    )
