# SPDX-License-Identifier: Apache-2.0
"""Where a kind of robot may go: the lanes it fits, and the parts of a map it can get about in."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from suwon_fleet.core.robots.kind import Capability, RobotKind
from suwon_fleet.core.sitemap import Lane, LaneKind, SiteMap

LANE_MARGIN_M = 0.1
"""A lane must be this much wider than a robot before the robot is sent there."""

CLEARANCE_M = 0.1
"""Air kept between two bodies on top of their discs, for localisation and control error."""

LONGEST_BLOCK_M = 30.0
BLOCKS_PER_LANE = 8
"""A long lane is cut into about this many blocks, so that long roads do not become thousands."""
HEADROOM_M = 0.05
"""A lane must have this much more clear height than a robot."""

LEAST_M = 0.01
"""A ride in a lift has no length of its own, and is a way all the same."""


def misfit(kind: RobotKind, lane: Lane) -> str:
    """What of a lane keeps a kind of robot off it: kind, width, height or slope; nothing: ''."""
    if lane.kind not in kind.lane_kinds:
        return "kind"
    if lane.kind is LaneKind.LIFT and Capability.LIFT not in kind.capabilities:
        return "kind"
    if lane.width_m is not None and lane.width_m < kind.width_m + LANE_MARGIN_M:
        return "width"
    if lane.height_m is not None and lane.height_m < kind.height_m + HEADROOM_M:
        return "height"
    return "slope" if abs(lane.slope) > kind.max_slope else ""


def may_use(kind: RobotKind, lane: Lane) -> bool:
    """Whether a kind of robot fits a lane and is made for it."""
    return not misfit(kind, lane)


def barred_lanes(site: SiteMap, kind: RobotKind) -> NDArray[np.bool_]:
    """For each lane, whether a robot on it would enter a zone whose permit its kind has not.

    Robots that are inside already may go on to where they are let out.
    """
    barred = np.zeros(len(site.lanes), dtype=np.bool_)
    zones = [zone for zone in site.zones if zone.permit and zone.permit not in kind.permits]
    if not zones:
        return barred
    ends = [(site.node_by_id[lane.start], site.node_by_id[lane.end]) for lane in site.lanes]
    points = np.array([[(node.x_m, node.y_m) for node in pair] for pair in ends]).reshape(-1, 2, 2)
    lines = shapely.linestrings(points)
    for zone in zones:
        polygon = shapely.Polygon(zone.polygon)
        shapely.prepare(polygon)
        on_level = np.array([[zone.level in (None, node.level) for node in pair] for pair in ends])
        begins_inside = shapely.intersects_xy(polygon, *points[:, 0].T) & on_level[:, 0]
        barred |= shapely.intersects(polygon, lines) & on_level.any(axis=1) & ~begins_inside
    return barred


class Network:
    """The lanes a kind of robot may use, zones taken to be open if it has their permit. In metres."""

    def __init__(self, site: SiteMap, kind: RobotKind) -> None:
        self._names = [node.id for node in site.nodes]
        self._index = {name: index for index, name in enumerate(self._names)}
        lengths: dict[tuple[int, int], float] = {}
        barred = barred_lanes(site, kind)
        for number, lane in enumerate(site.lanes):
            if may_use(kind, lane) and not barred[number]:
                ends = self._index[lane.start], self._index[lane.end]
                length_m = _length_m(site, lane)
                lengths[ends] = min(length_m, lengths.get(ends, length_m))
        pairs = np.array(list(lengths), dtype=np.int64).reshape(-1, 2)
        size = len(self._names)
        self._graph = csr_array((list(lengths.values()), pairs.T), shape=(size, size))

    @cached_property
    def part_of(self) -> dict[str, int]:
        """The part each node is in, for nodes that can be left and come back to.

        From every node of a part every other one can be reached.
        """
        _, labels = connected_components(self._graph, directed=True, connection="strong")
        members = np.bincount(labels, minlength=1)
        return {
            name: int(label)
            for name, label in zip(self._names, labels, strict=True)
            if members[label] > 1
        }

    def ways_m(self, start: str, most_m: float) -> dict[str, float]:
        """How far it is from a node to all that are no farther than `most_m`."""
        lengths = dijkstra(self._graph, indices=[self._index[start]], limit=most_m)[0]
        near = np.flatnonzero(np.isfinite(lengths))
        return {self._names[index]: float(lengths[index]) for index in near}


def _length_m(site: SiteMap, lane: Lane) -> float:
    start, end = site.node_by_id[lane.start], site.node_by_id[lane.end]
    return max(LEAST_M, math.dist((start.x_m, start.y_m), (end.x_m, end.y_m)))
