# SPDX-License-Identifier: Apache-2.0
"""A world of a site map: ground, walls, doors, lifts, chargers, lockers, people and robots.

It is written whole, without includes, so that it loads anywhere with no search path set. Its frame is
the map's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.affinity
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import Lane, LaneKind, Node, PlaceKind, SiteMap
from suwon_fleet.wire.sdf.write import parts
from suwon_fleet.wire.sdf.write.ground import (
    Strip,
    door_strips,
    floor_boxes,
    lanes_on,
    strip_of,
    walls,
    zones_on,
)
from suwon_fleet.wire.sdf.write.markup import box, plugin, pose, solid, tag, values, visual
from suwon_fleet.wire.sdf.write.robots import robot
from suwon_fleet.wire.sdf.xml import Element

STEP_S = 0.005
WALL_HEIGHT_M = 2.8
FLOOR_M = 0.2
_REACH_M = 0.6
"""From a robot's middle to what it stands before."""
_BODY_M = 0.4
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


def plain_name(text: str) -> str:
    """A name that Gazebo and ROS both take."""
    return re.sub(r"[^A-Za-z0-9]+", "_", text)


class Names:
    """Names for the things of a map, each given once: ids that look alike get a number behind."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def of(self, prefix: str, *ids: object) -> str:
        """A name no other thing has."""
        base = name = plain_name("_".join((prefix, *map(str, ids))))
        number = 1
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        return name


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
        [*_doors(site, levels, names), *_lifts(site, levels, names)],
        [*_furniture(site, levels, names)],
        [*_people(site, pedestrians, levels, names)],
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
        solid("plane", plane, None, _unmoved()),
        visual("plane", plane, _GROUND, seen),
        name="link",
    )
    return tag("model", tag("static", text=True), link, name="ground")


def _unmoved() -> Element:
    """What is part of the building does not touch its doors and lifts, and all else does."""
    return tag("surface", tag("contact", tag("collide_bitmask", text="0x01")))


def _lanes(site: SiteMap, levels: Mapping[str, float], names: Names) -> list[Element]:
    """Strips to look at, where lanes are; nothing to touch."""
    strips = []
    for level, height in levels.items():
        for lane in lanes_on(site, level):
            strip = strip_of(site, lane)
            size = box(strip.length_m, lane.width_m or 1.5, 0.01)
            at = _on(strip, height + 0.005)
            strips.append(visual(names.of("lane", lane.id), size, _LANES[lane.kind], at))
    if not strips:
        return []
    return [tag("model", tag("static", text=True), tag("link", strips, name="link"), name="lanes")]


def _on(strip: Strip, height: float) -> Element:
    return pose(*strip.middle, height, yaw=strip.yaw)


def _buildings(site: SiteMap, levels: Mapping[str, float], names: Names) -> list[Element]:
    """For each level its walls, and above the ground its floors."""
    found = []
    cabins = {node: site.node_by_id[node] for lift in site.lifts for node in lift.cabins.values()}
    for level, height in levels.items():
        solids: list[Element] = []
        for number, wall in enumerate(walls(site, level), 1):
            size = box(wall.length_m, parts.WALL_M, WALL_HEIGHT_M)
            at = _on(wall, height + WALL_HEIGHT_M / 2)
            name = f"wall_{number}"
            solids += [solid(name, size, at, _unmoved()), visual(name, size, _WALL, at)]
        if height > 0:
            holes = [(n.x_m, n.y_m) for n in cabins.values() if n.level == level]
            floors = [
                floor
                for zone in zones_on(site, level)
                for floor in floor_boxes(zone, holes, parts.CABIN_M + 2 * _GAP_M)
            ]
            for number, (strip, width) in enumerate(floors, 1):
                size, at = box(strip.length_m, width, FLOOR_M), _on(strip, height - FLOOR_M / 2)
                name = f"floor_{number}"
                solids += [solid(name, size, at, _unmoved()), visual(name, size, _FLOOR, at)]
        if solids:
            link = tag("link", solids, name="link")
            name = names.of("building", level)
            found.append(tag("model", tag("static", text=True), link, name=name))
    return found


def _doors(site: SiteMap, levels: Mapping[str, float], names: Names) -> Iterator[Element]:
    opening = {door.id: door.opening_s for door in site.doors}
    for door, number, level, strip in door_strips(site):
        name = names.of("door", door, number)
        at = _on(strip, levels[level])
        yield parts.door(name, round(strip.length_m, 3), opening[door], at)


def _lifts(site: SiteMap, levels: Mapping[str, float], names: Names) -> Iterator[Element]:
    for lift in site.lifts:
        heights = sorted(levels[level] for level in lift.cabins)
        if len(heights) < 2 or heights[-1] == heights[0]:
            continue
        low = min(lift.cabins, key=lambda level: levels[level])
        node = site.node_by_id[lift.cabins[low]]
        yaw = _way_in(site, node)
        rise = heights[-1] - heights[0]
        seconds = lift.seconds_per_level * (len(heights) - 1)
        at = pose(node.x_m, node.y_m, heights[0], yaw=yaw + math.pi)
        yield parts.lift(names.of("lift", lift.id), rise, seconds, at)


def _way_in(site: SiteMap, node: Node) -> float:
    """The heading of a robot that comes into a node, on its level."""
    for lane in site.lanes_into.get(node.id, ()):
        if lane.kind is not LaneKind.LIFT:
            return strip_of(site, lane).yaw
    return 0.0


def _furniture(site: SiteMap, levels: Mapping[str, float], names: Names) -> Iterator[Element]:
    """Chargers and lockers before which robots stand, where no lane is in their way."""
    lanes = {level: _tracks(site, level) for level in levels}
    for place in site.places:
        node = site.node_by_id[place.node]
        if PlaceKind.CHARGER in place.kinds:
            prefix, make, size = "charger", parts.charger, parts.CHARGER_M
        elif PlaceKind.PICKUP in place.kinds:
            prefix, make, size = "locker", parts.locker, parts.LOCKER_M
        else:
            continue
        ahead = _way_in(site, node)
        for turn in (0.0, math.pi / 2, -math.pi / 2, math.pi):
            yaw = math.remainder(ahead + turn, math.tau)
            away = _REACH_M + size[0] / 2
            x, y = node.x_m + away * math.cos(yaw), node.y_m + away * math.sin(yaw)
            body = shapely.affinity.rotate(
                shapely.box(x - size[0] / 2, y - size[1] / 2, x + size[0] / 2, y + size[1] / 2),
                yaw,
                use_radians=True,
            )
            if _is_clear(body, node, *lanes[node.level]):
                at = pose(x, y, levels[node.level], yaw=yaw)
                yield make(names.of(prefix, place.id), at)
                break


Tracks = tuple[list[Lane], NDArray[np.object_], NDArray[np.float64]]
"""Lanes, their lines and half their widths."""


def _tracks(site: SiteMap, level: str) -> Tracks:
    lanes = lanes_on(site, level)
    strips = [strip_of(site, lane) for lane in lanes]
    lines = np.array([shapely.LineString((strip.start, strip.end)) for strip in strips], object)
    return lanes, lines, np.array([(lane.width_m or 1.5) / 2 for lane in lanes])


def _is_clear(
    body: BaseGeometry,
    node: Node,
    lanes: list[Lane],
    lines: NDArray[np.object_],
    halves: NDArray[np.float64],
) -> bool:
    """Whether a thing is in the way on no lane; those to its own node end before it."""
    own = np.array([node.id in (lane.start, lane.end) for lane in lanes], dtype=np.bool_)
    return not (shapely.distance(lines, body) < np.where(own, _BODY_M, halves)).any()


def _people(
    site: SiteMap, count: int, levels: Mapping[str, float], names: Names
) -> Iterator[Element]:
    """People on the longest lanes that people walk on."""
    walked = (LaneKind.SIDEWALK, LaneKind.PATH, LaneKind.INDOOR)
    lanes: list[Lane] = [
        lane for level in levels for lane in lanes_on(site, level) if lane.kind in walked
    ]
    lanes.sort(key=lambda lane: (-round(strip_of(site, lane).length_m, 3), lane.id))
    for number, lane in enumerate(lanes[:count], 1):
        strip = strip_of(site, lane)
        height = levels[site.node_by_id[lane.start].level]
        yield parts.pedestrian(names.of("pedestrian", number), (strip.start, strip.end), height)
