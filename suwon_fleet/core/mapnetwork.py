# SPDX-License-Identifier: Apache-2.0
"""A site map as a network: its graph, its shapes, and who may use which lane."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property, partial

import numpy as np
import shapely
from numpy.typing import NDArray

from suwon_fleet.core.access import barred_lanes, may_use
from suwon_fleet.core.mapgraph import MapGraph
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import Lane, SiteMap

MOST_NAMED = 5
"""Of many things this many are named and the others counted."""


def named(things: Iterable[str]) -> str:
    """The first few of many ids."""
    names = list(things)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


class MapNetwork:
    """Worked out as far as it is asked for, and once."""

    def __init__(self, site: SiteMap) -> None:
        self.site = site
        self.graph = MapGraph(site)

    def describe(self, nodes: Iterable[int]) -> str:
        """Some nodes by the names of their places, or by their own where there are none."""
        indices = list(nodes)
        places = [name for index in indices for name in self._places_at.get(index, ())]
        count = f"{len(indices)} node" + ("s" if len(indices) > 1 else "")
        if places:
            return f"{count} with the place{'s' if len(places) > 1 else ''} {named(places)}"
        return f"{count} ({named(self.site.nodes[i].id for i in indices)})"

    def edge_id(self, edge: int) -> str:
        return self.site.lanes[int(self.graph.edge_lane[edge])].id

    @cached_property
    def node_of(self) -> dict[str, int]:
        """The index of each place's node, by the place's id."""
        wanted = {place.node for place in self.site.places}
        index = {n.id: number for number, n in enumerate(self.site.nodes) if n.id in wanted}
        return {place.id: index[place.node] for place in self.site.places}

    @cached_property
    def _places_at(self) -> dict[int, list[str]]:
        places: dict[int, list[str]] = defaultdict(list)
        for place, node in self.node_of.items():
            places[node].append(place)
        return places

    @cached_property
    def xy(self) -> NDArray[np.float64]:
        return np.array([(n.x_m, n.y_m) for n in self.site.nodes], dtype=np.float64).reshape(-1, 2)

    @cached_property
    def level(self) -> NDArray[np.int64]:
        number = {level.id: index for index, level in enumerate(self.site.levels)}
        return np.array([number[node.level] for node in self.site.nodes], dtype=np.int64)

    @cached_property
    def edge_level(self) -> NDArray[np.int64]:
        """The level of each edge; -1 for one between two levels."""
        start, end = self.level[self.graph.edge_start], self.level[self.graph.edge_end]
        return np.where(start == end, start, -1)

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        """The edges as shapely lines."""
        return self.shortened(0.0)

    def shortened(self, cut_m: float) -> NDArray[np.object_]:
        """The edges as lines, `cut_m` (a quarter at most) taken off at each end."""
        start, end = self.xy[self.graph.edge_start], self.xy[self.graph.edge_end]
        along = end - start
        length = np.maximum(np.hypot(*along.T), 1e-9)
        cut = along * np.minimum(cut_m / length, 0.25)[:, None]
        points = np.stack((start + cut, end - cut), axis=1)
        return np.asarray(shapely.linestrings(points), dtype=np.object_)

    @cached_property
    def tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.lines)

    @cached_property
    def _sorts(self) -> tuple[list[Lane], NDArray[np.int64]]:
        """Lanes that differ in what decides who may use them, and which of them each lane is like."""
        number: dict[tuple[object, ...], int] = {}
        sorts: list[Lane] = []
        like = np.empty(len(self.site.lanes), dtype=np.int64)
        before, current = None, 0
        for index, lane in enumerate(self.site.lanes):
            if before is None or _sort(lane) != _sort(before):
                current = number.setdefault(_sort(lane), len(sorts))
                if current == len(sorts):
                    sorts.append(lane)
            like[index], before = current, lane
        return sorts, like

    def graph_of(self, kind: RobotKind) -> MapGraph:
        """The graph of the lanes a kind of robot may use."""
        usable = self.usable(kind)
        if usable.all():
            return self.graph
        return MapGraph(self.site, np.flatnonzero(usable).tolist())

    def usable(self, kind: RobotKind) -> NDArray[np.bool_]:
        """The lanes a kind of robot may use."""
        return self.lanes_where(partial(may_use, kind)) & ~barred_lanes(self.site, kind)

    def lanes_where(self, is_so: Callable[[Lane], bool]) -> NDArray[np.bool_]:
        """The lanes of which something is so that rests on what decides who may use them alone."""
        sorts, like = self._sorts
        return np.array([is_so(lane) for lane in sorts], dtype=np.bool_)[like]


def _sort(lane: Lane) -> tuple[object, ...]:
    """What decides who may use a lane."""
    return lane.kind, lane.width_m, lane.height_m, lane.slope
