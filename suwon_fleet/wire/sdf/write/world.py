# SPDX-License-Identifier: Apache-2.0
"""A world of a site map: ground, walls, doors, lifts, chargers, lockers, people and robots.

It is written whole, without includes, so that it loads anywhere with no search path set. Its frame is
the map's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import LaneKind, SiteMap
from suwon_fleet.wire.sdf.write import parts
from suwon_fleet.wire.sdf.write.ground import (
    floor_boxes,
    lanes_on,
    strip_of,
    walls,
    width_m,
    zones_on,
)
from suwon_fleet.wire.sdf.write.markup import Colour, box, plugin, pose, solid, tag, values, visual
from suwon_fleet.wire.sdf.write.names import Names
from suwon_fleet.wire.sdf.write.robots import robot
from suwon_fleet.wire.sdf.write.things import doors, furniture, lifts, on, people
from suwon_fleet.wire.sdf.xml import Element

STEP_S = 0.005
WALL_HEIGHT_M = 2.8
FLOOR_M = 0.2
_GAP_M = 0.05
_WALL, _FLOOR, _GROUND = (0.85, 0.83, 0.78), (0.7, 0.7, 0.7), (0.45, 0.5, 0.42)
_LANES = {
    LaneKind.SIDEWALK: (0.62, 0.62, 0.6),
    LaneKind.CROSSING: (0.9, 0.9, 0.9),
    LaneKind.STREET: (0.35, 0.35, 0.37),
    LaneKind.PATH: (0.66, 0.55, 0.42),
    LaneKind.INDOOR: (0.75, 0.72, 0.65),
    LaneKind.RAMP: (0.55, 0.5, 0.6),
    LaneKind.STAIRS: (0.5, 0.4, 0.4),
}


@dataclass(frozen=True, slots=True)
class Stand:
    """A robot and where it stands."""

    name: str
    kind: str
    node: str
    yaw_rad: float = 0.0


def world(
    site: SiteMap,
    name: str,
    kinds: Mapping[str, RobotKind],
    stands: Sequence[Stand],
    *,
    pedestrians: int = 0,
    has_lidar: bool = False,
) -> Element:
    """The world of a site with its robots."""
    systems = [
        plugin("Physics", "physics"),
        plugin("UserCommands", "user-commands"),
        plugin("SceneBroadcaster", "scene-broadcaster"),
        plugin("Contact", "contact"),
    ]
    if has_lidar:
        systems.append(plugin("Sensors", "sensors", tag("render_engine", text="ogre2")))
    levels = {level.id: level.elevation_m for level in site.levels}
    names = Names(["world", "sun", "ground", "lanes", *(stand.name for stand in stands)])
    robots = [
        robot(kinds[stand.kind], stand.name, _at(site, stand, levels), has_lidar=has_lidar)
        for stand in sorted(stands, key=lambda stand: stand.name)
    ]
    return tag(
        "world",
        tag(
            "physics",
            *values(max_step_size=STEP_S, real_time_factor=1.0),
            name="default_physics",
            type="dart",
        ),
        systems,
        _spherical(site),
        tag(
            "light",
            tag("cast_shadows", text=True),
            pose(0, 0, 50),
            *values(diffuse=(0.8, 0.8, 0.8, 1.0), direction=(-0.5, 0.2, -0.9)),
            name="sun",
            type="directional",
        ),
        _ground(site),
        _lanes(site, levels, names),
        _buildings(site, levels, names),
        [*doors(site, levels, names), *lifts(site, levels, names)],
        [*furniture(site, levels, names)],
        [*people(site, pedestrians, levels, names)],
        robots,
        name=name,
    )


def _spherical(site: SiteMap) -> list[Element]:
    if site.origin is None:
        return []
    latitude, longitude = (f"{angle:.9g}" for angle in site.origin)
    told = values(surface_model="EARTH_WGS84", latitude_deg=latitude, longitude_deg=longitude)
    return [tag("spherical_coordinates", *told, *values(elevation=0.0, heading_deg=0.0))]


def _at(site: SiteMap, stand: Stand, levels: Mapping[str, float]) -> Element:
    node = site.node_by_id[stand.node]
    return pose(node.x_m, node.y_m, levels[node.level], yaw=stand.yaw_rad)


def _ground(site: SiteMap) -> Element:
    """A plane under all that is on the map, for Gazebo's eye no larger than that."""
    xs, ys = [node.x_m for node in site.nodes], [node.y_m for node in site.nodes]
    west, east, south, north = min(xs), max(xs), min(ys), max(ys)
    sides = (float(math.ceil(east - west + 40)), float(math.ceil(north - south + 40)))
    plane = tag("geometry", tag("plane", *values(normal=(0.0, 0.0, 1.0), size=sides)))
    seen = pose(round((west + east) / 2), round((south + north) / 2), 0)
    link = tag(
        "link",
        solid("plane", plane, None, parts.touches(parts.UNMOVED)),
        visual("plane", plane, _GROUND, seen),
        name="link",
    )
    return tag("model", tag("static", text=True), link, name="ground")


def _lanes(site: SiteMap, levels: Mapping[str, float], names: Names) -> list[Element]:
    """Strips to look at, where lanes are; nothing to touch."""
    strips = []
    for level, height in levels.items():
        for lane in lanes_on(site, level):
            strip = strip_of(site, lane)
            size = box(strip.length_m, width_m(lane), 0.01)
            at = on(strip, height + 0.005)
            strips.append(visual(names.of("lane", lane.id), size, _LANES[lane.kind], at))
    if not strips:
        return []
    return [tag("model", tag("static", text=True), tag("link", strips, name="link"), name="lanes")]


def _buildings(site: SiteMap, levels: Mapping[str, float], names: Names) -> list[Element]:
    """For each level its walls, and above the ground its floors."""
    found = []
    cabins = [site.node_by_id[node] for lift in site.lifts for node in lift.cabins.values()]
    for level, height in levels.items():
        solids: list[Element] = []
        for number, wall in enumerate(walls(site, level), 1):
            size = box(wall.length_m, parts.WALL_M, WALL_HEIGHT_M)
            at = on(wall, height + WALL_HEIGHT_M / 2)
            solids += _block(f"wall_{number}", size, _WALL, at)
        if height > 0:
            holes = [(n.x_m, n.y_m) for n in cabins if n.level == level]
            floors = [
                floor
                for zone in zones_on(site, level)
                for floor in floor_boxes(zone, holes, parts.CABIN_M + 2 * _GAP_M)
            ]
            for number, (strip, width) in enumerate(floors, 1):
                size, at = box(strip.length_m, width, FLOOR_M), on(strip, height - FLOOR_M / 2)
                solids += _block(f"floor_{number}", size, _FLOOR, at)
        if solids:
            link = tag("link", solids, name="link")
            name = names.of("building", level)
            found.append(tag("model", tag("static", text=True), link, name=name))
    return found


def _block(name: str, size: Element, colour: Colour, at: Element) -> list[Element]:
    """A part of a building."""
    touches = parts.touches(parts.UNMOVED)
    return [solid(name, size, at, touches), visual(name, size, colour, at)]
