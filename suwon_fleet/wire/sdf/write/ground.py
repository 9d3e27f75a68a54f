# SPDX-License-Identifier: Apache-2.0
"""The room a site map tells of: walls around its buildings, floors of its storeys, and room for lanes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from suwon_fleet.core.sitemap import Lane, LaneKind, SiteMap, Zone, ZoneKind

WALLED = (ZoneKind.BUILDING, ZoneKind.HALL)
_DEFAULT_WIDTH_M = 1.5
_CLEAR_M = 0.3
"""Free room between a lane's edge and a wall."""
_PLACE_M = 0.8
"""Free room around a place."""
_SHORTEST_M = 0.3
_SAME_WAY_M = 0.5
"""Lanes that pass a door nearer than this go on from the lane that has it."""
_NEAR_M = 6.0
"""So far behind the end of a lane with a door its wall may be."""

Point = tuple[float, float]
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Strip:
    """A straight piece from one point to another, such as a wall or a lane."""

    start: Point
    end: Point

    @property
    def length_m(self) -> float:
        return math.dist(self.start, self.end)

    @property
    def middle(self) -> Point:
        return (self.start[0] + self.end[0]) / 2, (self.start[1] + self.end[1]) / 2

    @property
    def yaw(self) -> float:
        return math.atan2(self.end[1] - self.start[1], self.end[0] - self.start[0])


def strip_of(site: SiteMap, lane: Lane) -> Strip:
    """A lane's centre line."""
    start, end = site.node_by_id[lane.start], site.node_by_id[lane.end]
    return Strip((start.x_m, start.y_m), (end.x_m, end.y_m))


def width_m(lane: Lane) -> float:
    """How wide a lane is; where its map does not say, as wide as a usual one."""
    return lane.width_m or _DEFAULT_WIDTH_M


def lanes_on(site: SiteMap, level: str) -> list[Lane]:
    """The lanes of one level, those there and back once only."""
    seen: set[frozenset[str]] = set()
    found = []
    for lane in site.lanes:
        ends = frozenset((lane.start, lane.end))
        nodes = (site.node_by_id[lane.start], site.node_by_id[lane.end])
        is_here = all(node.level == level for node in nodes) and lane.kind is not LaneKind.LIFT
        if is_here and ends not in seen:
            seen.add(ends)
            found.append(lane)
    return found


def _room_for_lanes(site: SiteMap, level: str) -> BaseGeometry:
    """Where robots drive and stand on a level."""
    parts: list[BaseGeometry] = []
    for lane in lanes_on(site, level):
        strip = strip_of(site, lane)
        half = width_m(lane) / 2 + _CLEAR_M
        parts.append(shapely.LineString((strip.start, strip.end)).buffer(half))
    parts += [
        shapely.Point(node.x_m, node.y_m).buffer(_PLACE_M)
        for node in site.nodes
        if node.level == level and node.id in site.places_at
    ]
    return shapely.union_all(parts)


def edges_of(zones: Iterable[Zone]) -> Iterator[Strip]:
    """The sides of zones, one that two zones share once only."""
    seen: set[frozenset[Point]] = set()
    for zone in zones:
        corners = [(round(x, 3), round(y, 3)) for x, y in zone.polygon]
        for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
            if (ends := frozenset((start, end))) not in seen:
                seen.add(ends)
                yield Strip(start, end)


def zones_on(site: SiteMap, level: str) -> list[Zone]:
    """The walled zones of a level; one that names no level is on the first."""
    first = site.levels[0].id
    return [zone for zone in site.zones if zone.kind in WALLED and (zone.level or first) == level]


def walls(site: SiteMap, level: str) -> list[Strip]:
    """Walls around the buildings of a level, open where lanes pass and places are."""
    room = _room_for_lanes(site, level)
    found = []
    for edge in edges_of(zones_on(site, level)):
        left = shapely.LineString((edge.start, edge.end)).difference(room)
        pieces = [
            Strip(*((round(x, 3), round(y, 3)) for x, y in line.coords))
            for line in shapely.get_parts(left)
            if line.length >= _SHORTEST_M
        ]
        found += sorted(pieces, key=lambda piece: math.dist(edge.start, piece.middle))
    return found


def door_strips(site: SiteMap) -> Iterator[tuple[str, int, str, Strip]]:
    """Each door's leaves: its id, a number, the level, and the strip it shuts.

    A leaf is across its lane, where that passes a wall; else at the lane's middle. It begins on the
    side where it is in nobody's way when it is open.
    """
    counts: dict[str, int] = {}
    for level in site.levels:
        edges = [shapely.LineString((e.start, e.end)) for e in edges_of(zones_on(site, level.id))]
        lanes = lanes_on(site, level.id)
        for lane in lanes:
            if lane.door is None:
                continue
            strip = strip_of(site, lane)
            x, y = _where_through(strip, edges)
            others = [strip_of(site, other) for other in lanes if other is not lane]
            leaf = _across(strip, width_m(lane), (x, y), others)
            counts[lane.door] = counts.get(lane.door, 0) + 1
            yield lane.door, counts[lane.door], level.id, leaf


def _across(lane: Strip, width: float, at: Point, others: Iterable[Strip]) -> Strip:
    """A leaf across a lane that goes, when it opens, to the side that is farther from other lanes."""
    dx, dy = -math.sin(lane.yaw) * width / 2, math.cos(lane.yaw) * width / 2
    lines = [shapely.LineString((strip.start, strip.end)) for strip in others]
    through = shapely.Point(at)
    ways = shapely.union_all([line for line in lines if line.distance(through) > _SAME_WAY_M])
    right, left = (
        Strip((at[0] - side * dx, at[1] - side * dy), (at[0] + side * dx, at[1] + side * dy))
        for side in (1, -1)
    )

    def room(leaf: Strip) -> float:
        (x0, y0), (x1, y1) = leaf.start, leaf.end
        middle = shapely.Point(x0 - (x1 - x0) / 2, y0 - (y1 - y0) / 2)
        return 0.0 if ways.is_empty else round(float(middle.distance(ways)), 3)

    return max((right, left), key=lambda leaf: (room(leaf), leaf is right))


def _where_through(lane: Strip, edges: Iterable[BaseGeometry]) -> Point:
    """Where a lane with a door passes a wall, or would not far behind its ends."""
    cos, sin = math.cos(lane.yaw), math.sin(lane.yaw)
    (x0, y0), (x1, y1) = lane.start, lane.end
    longer = shapely.LineString(
        (
            (x0 - _NEAR_M * cos, y0 - _NEAR_M * sin),
            (x1 + _NEAR_M * cos, y1 + _NEAR_M * sin),
        )
    )
    met = [point for edge in edges for point in shapely.get_parts(longer.intersection(edge))]
    points = [(point.x, point.y) for point in met if point.geom_type == "Point"]
    return min(points, key=lambda point: math.dist(point, lane.middle), default=lane.middle)


def floor_boxes(zone: Zone, holes: Iterable[Point], hole_m: float) -> list[tuple[Strip, float]]:
    """The floor of a zone as boxes: each the line through its middle, and its width.

    A zone that is no rectangle gets the smallest rectangle around it. `holes` are squares of side
    `hole_m`, for lifts.
    """
    around = shapely.oriented_envelope(shapely.Polygon(zone.polygon))
    corners = shapely.get_coordinates(around).tolist()[:4]
    start, end, other = min(
        ((corners[i], corners[(i + 1) % 4], corners[(i + 2) % 4]) for i in range(4)),
        key=lambda three: (round(three[0][0], 3), round(three[0][1], 3)),
    )
    yaw = math.atan2(end[1] - start[1], end[0] - start[0])
    cos, sin = math.cos(yaw), math.sin(yaw)

    def inside(point: Point) -> Point:
        x, y = point[0] - start[0], point[1] - start[1]
        return x * cos + y * sin, y * cos - x * sin

    def outside(x: float, y: float) -> Point:
        return round(start[0] + x * cos - y * sin, 3), round(start[1] + x * sin + y * cos, 3)

    length, (low, high) = math.dist(start, end), sorted((0.0, inside(other)[1]))
    rectangles: list[Rectangle] = [(0.0, low, length, high)]
    for hole in holes:
        x, y = inside(hole)
        half = hole_m / 2
        cut = (x - half, y - half, x + half, y + half)
        rectangles = [piece for old in rectangles for piece in _without(old, cut)]
    return [
        (Strip(outside(x0, (y0 + y1) / 2), outside(x1, (y0 + y1) / 2)), y1 - y0)
        for x0, y0, x1, y1 in rectangles
    ]


def _without(whole: Rectangle, cut: Rectangle) -> list[Rectangle]:
    """A rectangle less another, as up to four."""
    x0, y0, x1, y1 = whole
    a, b = max(x0, cut[0]), min(x1, cut[2])
    c, d = max(y0, cut[1]), min(y1, cut[3])
    if a >= b or c >= d:
        return [whole]
    pieces = [(x0, y0, a, y1), (b, y0, x1, y1), (a, y0, b, c), (a, d, b, y1)]
    return [piece for piece in pieces if piece[2] - piece[0] > 1e-3 and piece[3] - piece[1] > 1e-3]
