# SPDX-License-Identifier: Apache-2.0
"""What stands or moves in a world beside its robots: doors, lifts, chargers, lockers and people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import shapely
import shapely.affinity
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from suwon_fleet.core.sitemap import Lane, LaneKind, Node, PlaceKind, SiteMap
from suwon_fleet.wire.sdf.write import parts
from suwon_fleet.wire.sdf.write.ground import Strip, door_strips, lanes_on, strip_of, width_m
from suwon_fleet.wire.sdf.write.markup import pose
from suwon_fleet.wire.sdf.write.names import Names
from suwon_fleet.wire.sdf.xml import Element

_REACH_M = 0.6
"""From a robot's middle to what it stands before."""
_BODY_M = 0.4


def on(strip: Strip, height_m: float) -> Element:
    """The pose of what lies along a strip."""
    return pose(*strip.middle, height_m, yaw=strip.yaw)


def doors(site: SiteMap, levels: Mapping[str, float], names: Names) -> Iterator[Element]:
    opening = {door.id: door.opening_s for door in site.doors}
    for door, number, level, strip in door_strips(site):
        name = names.of("door", door, number)
        at = on(strip, levels[level])
        yield parts.door(name, round(strip.length_m, 3), opening[door], at)


def lifts(site: SiteMap, levels: Mapping[str, float], names: Names) -> Iterator[Element]:
    for lift in site.lifts:
        heights = sorted(levels[level] for level in lift.cabins)
        if len(heights) < 2 or heights[-1] == heights[0]:
            continue
        low = min(lift.cabins, key=lambda level: levels[level])
        node = site.node_by_id[lift.cabins[low]]
        yaw = _way_in(site, node)
        rise_m = heights[-1] - heights[0]
        rise_s = lift.seconds_per_level * (len(heights) - 1)
        at = pose(node.x_m, node.y_m, heights[0], yaw=yaw + math.pi)
        yield parts.lift(names.of("lift", lift.id), rise_m, rise_s, at)


def _way_in(site: SiteMap, node: Node) -> float:
    """The heading of a robot that comes into a node, on its level."""
    for lane in site.lanes_into.get(node.id, ()):
        if lane.kind is not LaneKind.LIFT:
            return strip_of(site, lane).yaw
    return 0.0


def furniture(site: SiteMap, levels: Mapping[str, float], names: Names) -> Iterator[Element]:
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
    return lanes, lines, np.array([width_m(lane) / 2 for lane in lanes])


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


def people(
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
