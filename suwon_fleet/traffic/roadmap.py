# SPDX-License-Identifier: Apache-2.0
"""The site map as arrays: lanes cut into blocks, with times per kind of robot.

A *vertex* is where a robot may be asked to stand: a node of the map, or a cut inside a long lane. An
*edge* is a directed block between two vertices. The two directions of a two-way lane are two edges on
one *segment*, the ground they share. Vertices and segments together are the *elements* of ground that
robots own (`conflicts.py`): element `i` is vertex `i` below `V`, segment `i - V` from there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from suwon_fleet.core.access import (
    BLOCKS_PER_LANE,
    LONGEST_BLOCK_M,
    barred_lanes,
    may_use,
)
from suwon_fleet.core.robots.command import Waypoint
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import INDOOR_KINDS, Lane, LaneKind, Node, SiteMap

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


MOST_WAYPOINTS = 20_000
"""Kept as they were told: some 10 MB."""


@dataclass(frozen=True)
class Roadmap:
    """Arrays over vertices (V), edges (E), segments (S) and kinds of robots (K).

    Lengths in metres, times in seconds. `edge_time[k, e]` is infinite where kind `k` may not go.
    `zone_ptr`/`zone_ids` list, for each vertex, the zones (indices into `site.zones`) that hold it.
    """

    site: SiteMap
    kinds: tuple[RobotKind, ...]
    vertex_names: tuple[str, ...]
    xy: Floats
    level: Ints
    edge_from: Ints
    edge_to: Ints
    edge_segment: Ints
    edge_lane: Ints
    edge_length: Floats
    edge_hold: Floats
    edge_speed: Floats
    edge_time: Floats
    out_ptr: Ints
    out_edges: Ints
    in_ptr: Ints
    in_edges: Ints
    zone_ptr: Ints
    zone_ids: Ints

    @cached_property
    def vertex_of(self) -> dict[str, int]:
        """Vertex by name; a node of the map gives its vertex its own name."""
        return {name: vertex for vertex, name in enumerate(self.vertex_names)}

    @cached_property
    def kind_of(self) -> dict[str, int]:
        return {kind.id: index for index, kind in enumerate(self.kinds)}

    @cached_property
    def edge_between(self) -> dict[tuple[int, int], int]:
        """The edge from one vertex to another (the fastest, where lanes run side by side)."""
        order = np.argsort(-self.edge_time.min(axis=0), kind="stable")
        ends = (self.edge_from[order].tolist(), self.edge_to[order].tolist())
        return dict(zip(zip(*ends, strict=True), order.tolist(), strict=True))

    @property
    def vertex_count(self) -> int:
        return len(self.vertex_names)

    @cached_property
    def segment_count(self) -> int:
        return int(self.edge_segment.max(initial=-1)) + 1

    @cached_property
    def _components(self) -> Ints:
        """(K, V): vertices with the same number are those a kind can go between and come back."""
        numbers = []
        for times_s in self.edge_time:
            edges = np.flatnonzero(np.isfinite(times_s))
            ends = (self.edge_from[edges], self.edge_to[edges])
            lanes = csr_array((np.ones(len(edges)), ends), shape=2 * (self.vertex_count,))
            numbers.append(connected_components(lanes, connection="strong")[1])
        return np.array(numbers, dtype=np.int32)

    def part_of(self, kind: int, vertex: int) -> int:
        """The number of the part of the map that a kind can leave `vertex` for and come back from."""
        return int(self._components[kind, vertex])

    def home(self, kind: int, vertex: int) -> NDArray[np.float32]:
        """(V,) 0 where a robot without a goal may be moved from `vertex`, infinite elsewhere.

        Only where it can come back from: a one-way door may lead where its kind finds no way on. A
        robot that stands where nothing leads back to may be moved anywhere.
        """
        near = self._components[kind] == self.part_of(kind, vertex)
        if near.sum() == 1:
            return np.zeros(len(near), dtype=np.float32)
        return np.where(near, 0.0, np.inf).astype(np.float32)

    def waypoint(self, kind: str, tail: str | None, head: str) -> Waypoint:
        """Vertex `head` as a robot of `kind` is told of it; it comes from `tail`, or starts there."""
        return self._waypoint(kind, tail, head)

    @cached_property
    def _waypoint(self) -> Callable[[str, str | None, str], Waypoint]:
        """Those told last: robots go the same ways again and again."""
        return lru_cache(MOST_WAYPOINTS)(self._find_waypoint)

    def _find_waypoint(self, kind: str, tail: str | None, head: str) -> Waypoint:
        vertex = self.vertex_of[head]
        x_m, y_m = map(float, self.xy[vertex])
        level = self.site.levels[self.level[vertex]].id
        if tail is None:
            return Waypoint(x_m, y_m, level, math.inf)
        edge = self.edge_between[self.vertex_of[tail], vertex]
        lane = self.site.lanes[self.edge_lane[edge]].id
        hold_s, length_m = float(self.edge_hold[edge]), float(self.edge_length[edge])
        drive_s = float(self.edge_time[self.kind_of[kind], edge]) - hold_s
        speed_mps = length_m / drive_s if length_m else math.inf
        return Waypoint(x_m, y_m, level, speed_mps, lane, hold_s)

    def zones_at(self, vertex: str) -> tuple[str, ...]:
        """Zones a vertex lies in, innermost first."""
        index = self.vertex_of[vertex]
        ids = self.zone_ids[self.zone_ptr[index] : self.zone_ptr[index + 1]]
        return tuple(self.site.zones[zone].id for zone in ids)

    def zones_of(self, vertices: Ints) -> tuple[NDArray[np.intp], Ints]:
        """Every pair of one of `vertices`, by its place among them, and a zone it lies in."""
        counts = self.zone_ptr[vertices + 1] - self.zone_ptr[vertices]
        rows = np.repeat(np.arange(len(vertices)), counts)
        nth = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        return rows, self.zone_ids[self.zone_ptr[vertices[rows]] + nth]

    @cached_property
    def _trees(self) -> list[tuple[NDArray[np.intp], shapely.STRtree]]:
        trees = []
        for level in range(len(self.site.levels)):
            vertices = np.flatnonzero(self.level == level)
            points = np.asarray(shapely.points(self.xy[vertices]), dtype=np.object_)
            trees.append((vertices, shapely.STRtree(points)))
        return trees

    def locate(self, pose: Pose, within_m: float) -> int | None:
        """The vertex nearest to a pose on its level, None when none is near enough."""
        for (vertices, tree), level in zip(self._trees, self.site.levels, strict=True):
            if level.id == pose.level and len(vertices):
                nearest = int(vertices[tree.nearest(shapely.Point(pose.x_m, pose.y_m))])
                away = math.hypot(*(self.xy[nearest] - (pose.x_m, pose.y_m)))
                return nearest if away <= within_m else None
        return None


def compile_roadmap(site: SiteMap, kinds: Sequence[RobotKind]) -> Roadmap:
    """Cut every lane into blocks and work out who may drive them how fast.

    Blocks are no shorter than the longest stopping distance plus a body, as far as lanes allow: a
    shorter lane stays whole.
    """
    if not kinds:
        raise ValueError("a roadmap needs at least one kind of robot")
    block_m = max(kind.stopping_distance_m + 2 * kind.radius_m for kind in kinds)
    return _Compiler(site, tuple(kinds), block_m).roadmap()


class _Compiler:
    """Grows the lists that become a Roadmap; used once."""

    def __init__(self, site: SiteMap, kinds: tuple[RobotKind, ...], block_m: float) -> None:
        self._site, self._kinds, self._block_m = site, kinds, block_m
        self._level = {level.id: index for index, level in enumerate(site.levels)}
        self._names = [node.id for node in site.nodes]
        self._xy = [(node.x_m, node.y_m) for node in site.nodes]
        self._levels = [self._level[node.level] for node in site.nodes]
        self._node_vertex = {name: vertex for vertex, name in enumerate(self._names)}
        self._cuts: dict[tuple[int, int], list[int]] = {}
        self._segments: dict[tuple[int, int], int] = {}
        self._edges: list[tuple[int, int, int, int, float]] = []

    def roadmap(self) -> Roadmap:
        for index, lane in enumerate(self._site.lanes):
            self._add_lane(index, lane)
        table = np.array(self._edges, dtype=np.float64).reshape(-1, 5)
        start, end, segment, lane_index = (table[:, column].astype(np.int32) for column in range(4))
        xy = np.array(self._xy, dtype=np.float64).reshape(-1, 2)
        length = np.hypot(*(xy[end] - xy[start]).T)
        zone_ptr, zone_ids = self._zones_of_vertices(xy)
        speed = self._speed_limits(end, lane_index, zone_ptr, zone_ids)
        hold = table[:, 4].copy()
        return Roadmap(
            site=self._site,
            kinds=self._kinds,
            vertex_names=tuple(self._names),
            xy=xy,
            level=np.array(self._levels, dtype=np.int32),
            edge_from=start,
            edge_to=end,
            edge_segment=segment,
            edge_lane=lane_index,
            edge_length=length,
            edge_hold=hold,
            edge_speed=speed,
            edge_time=self._times(lane_index, length, speed, hold),
            out_ptr=_pointers(start, len(xy)),
            out_edges=np.argsort(start, kind="stable").astype(np.int32),
            in_ptr=_pointers(end, len(xy)),
            in_edges=np.argsort(end, kind="stable").astype(np.int32),
            zone_ptr=zone_ptr,
            zone_ids=zone_ids,
        )

    def _add_lane(self, index: int, lane: Lane) -> None:
        start, end = self._node_vertex[lane.start], self._node_vertex[lane.end]
        inner = self._inner_vertices(lane, min(start, end), max(start, end))
        chain = [start, *(inner if start < end else reversed(inner)), end]
        hold_s = self._hold_s(lane)
        for tail, head in pairwise(chain):
            segment = self._segments.setdefault(
                (min(tail, head), max(tail, head)), len(self._segments)
            )
            self._edges.append((tail, head, segment, index, hold_s))
            hold_s = 0.0  # a door or lift is waited for once, on the way in

    def _inner_vertices(self, lane: Lane, low: int, high: int) -> list[int]:
        """Vertices that cut the ground between two nodes, in order from `low` to `high`."""
        if (low, high) not in self._cuts:
            self._cuts[low, high] = self._cut(lane, low, high)
        return self._cuts[low, high]

    def _cut(self, lane: Lane, low: int, high: int) -> list[int]:
        (x0, y0), (x1, y1) = self._xy[low], self._xy[high]
        length = math.hypot(x1 - x0, y1 - y0)
        if lane.kind is LaneKind.LIFT or self._levels[low] != self._levels[high]:
            return []
        block_m = max(self._block_m, min(LONGEST_BLOCK_M, length / BLOCKS_PER_LANE))
        pieces = max(1, int(length / block_m))
        inner = []
        for piece in range(1, pieces):
            share = piece / pieces
            inner.append(len(self._xy))
            self._names.append(f"{self._names[low]}~{self._names[high]}~{piece}")
            self._xy.append((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
            self._levels.append(self._levels[low])
        return inner

    def _hold_s(self, lane: Lane) -> float:
        if lane.kind is LaneKind.LIFT:
            return self._ride_s(self._site.node_by_id[lane.start], self._site.node_by_id[lane.end])
        for door in self._site.doors:
            if door.id == lane.door:
                return door.opening_s
        return 0.0

    def _ride_s(self, start: Node, end: Node) -> float:
        storeys = abs(self._level[start.level] - self._level[end.level])
        for lift in self._site.lifts:
            if start.id in lift.cabins.values() and end.id in lift.cabins.values():
                return 2 * lift.door_s + storeys * lift.seconds_per_level
        return 0.0

    def _zones_of_vertices(self, xy: Floats) -> tuple[Ints, Ints]:
        """CSR of zones by vertex, innermost (smallest) first."""
        inside: list[list[int]] = [[] for _ in range(len(xy))]
        areas = [shapely.Polygon(zone.polygon).area for zone in self._site.zones]
        for index in sorted(range(len(areas)), key=lambda zone: (areas[zone], zone)):
            zone = self._site.zones[index]
            polygon = shapely.Polygon(zone.polygon)
            shapely.prepare(polygon)
            for vertex in np.flatnonzero(shapely.intersects_xy(polygon, xy[:, 0], xy[:, 1])):
                if zone.level is None or self._level[zone.level] == self._levels[vertex]:
                    inside[vertex].append(index)
        pointers = np.cumsum([0, *map(len, inside)]).astype(np.int32)
        return pointers, np.array([zone for zones in inside for zone in zones], dtype=np.int32)

    def _speed_limits(self, end: Ints, lane_index: Ints, ptr: Ints, ids: Ints) -> Floats:
        """Speed limit of each edge: the lowest of its lane's and of the zones it ends in."""
        lanes = np.array([_limit(lane.speed_limit_mps) for lane in self._site.lanes])
        zones = np.array([_limit(zone.speed_limit_mps) for zone in self._site.zones])
        vertex = np.full(len(ptr) - 1, np.inf)
        for v in np.flatnonzero(np.diff(ptr)):
            vertex[v] = zones[ids[ptr[v] : ptr[v + 1]]].min()
        limit = lanes[lane_index] if len(lanes) else np.zeros(0)
        return np.minimum(limit, vertex[end]) if len(end) else np.zeros(0)

    def _times(self, lane_index: Ints, length: Floats, speed: Floats, hold: Floats) -> Floats:
        times = np.full((len(self._kinds), len(length)), np.inf)
        for row, kind in zip(times, self._kinds, strict=True):
            allowed = np.array([may_use(kind, lane) for lane in self._site.lanes], dtype=bool)
            allowed &= ~barred_lanes(self._site, kind)
            indoor = np.array([lane.kind in INDOOR_KINDS for lane in self._site.lanes], dtype=bool)
            if not len(length):
                continue
            own = np.where(indoor[lane_index], kind.indoor_speed_mps, kind.max_speed_mps)
            row[:] = length / np.minimum(own, speed) + hold
            row[~allowed[lane_index]] = np.inf
        return times


def _limit(limit_mps: float | None) -> float:
    return math.inf if limit_mps is None else limit_mps


def _pointers(owner: Ints, count: int) -> Ints:
    return np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=count)))).astype(np.int32)
