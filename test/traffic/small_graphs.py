# SPDX-License-Identifier: Apache-2.0
"""All small connected graphs, drawn as maps, with what robots on them can do at all."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import shapely
from traffic.drive import kind

from suwon_fleet.core.access import CLEARANCE_M
from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Node, SiteMap

Edge = tuple[int, int]
Placement = tuple[int, ...]
"""The vertex of each robot."""

ROBOT = replace(kind("robot", speed_mps=5.0), stopping_distance_m=21.0)
"""It needs so long to stop that no lane is cut into blocks: vertices of the graph are all there are."""

_LAYOUTS = (
    ((0, 0), (40, 0), (20, 35), (20, 4), (26, 16), (14, 16)),  # an octahedron
    ((0, 0), (40, 0), (20, 35), (22, 16), (18, 8), (20, 3.5)),  # the other triangulation
)
"""Every planar graph with six vertices or fewer is part of one of two triangulations of the plane."""


@dataclass(frozen=True)
class SmallGraph:
    """Directed edges between vertices 0 to `size - 1`."""

    size: int
    edges: frozenset[Edge]

    @cached_property
    def site(self) -> SiteMap:
        """The graph as a map, with as few lanes crossing each other as can be."""
        drawings = _drawings(self.size)
        plain = (points for points in drawings if not self._crossings(points))
        points = next(plain, None) or min(drawings, key=self._crossings)
        return SiteMap(
            id="small",
            levels=(Level(GROUND),),
            nodes=tuple(Node(str(vertex), *at) for vertex, at in enumerate(points)),
            lanes=tuple(
                Lane(f"{a}-{b}", str(a), str(b), LaneKind.INDOOR) for a, b in sorted(self.edges)
            ),
        )

    def _crossings(self, points: Sequence[tuple[float, float]]) -> int:
        ways = {frozenset(edge) for edge in self.edges}
        return sum(
            not one & other and _cross(*(points[v] for v in (*one, *other)))
            for one, other in itertools.combinations(ways, 2)
        )

    @cached_property
    def symmetries(self) -> list[Placement]:
        """All renumberings of the vertices that leave the graph as it is."""
        return [
            order
            for order in itertools.permutations(range(self.size))
            if all((order[a], order[b]) in self.edges for a, b in self.edges)
        ]

    @cached_property
    def _apart_m(self) -> dict[tuple[Edge, Edge], float]:
        """How near two pieces of ground are: lanes, or vertices told as (v, v)."""
        at = [(node.x_m, node.y_m) for node in self.site.nodes]
        ground = [*((v, v) for v in range(self.size)), *self.edges]
        shapes = [
            shapely.Point(at[a]) if a == b else shapely.LineString((at[a], at[b]))
            for a, b in ground
        ]
        return {
            (one, other): shapely.distance(shape, beside)
            for one, shape in zip(ground, shapes, strict=True)
            for other, beside in zip(ground, shapes, strict=True)
        }

    @cached_property
    def clashes(self) -> frozenset[tuple[Edge, Edge]]:
        """Pairs of pieces of ground on which two robots might touch."""
        reach_m = 2 * ROBOT.radius_m + CLEARANCE_M
        return frozenset(pair for pair, apart in self._apart_m.items() if apart < reach_m)

    def _moves(self, placement: Placement) -> Iterator[Placement]:
        """All placements one robot's move away, past all others where they stand."""
        for robot, here in enumerate(placement):
            for tail, head in self.edges:
                if tail == here and not any(
                    ((tail, head), (other, other)) in self.clashes
                    for number, other in enumerate(placement)
                    if number != robot
                ):
                    yield (*placement[:robot], head, *placement[robot + 1 :])

    def after(self, placement: Placement) -> tuple[Placement, ...]:
        """As `moves`, remembered."""
        if placement not in self._after:
            self._after[placement] = tuple(self._moves(placement))
        return self._after[placement]

    @cached_property
    def _after(self) -> dict[Placement, tuple[Placement, ...]]:
        return {}

    @cached_property
    def _visits(self) -> dict[Placement, tuple[frozenset[int], ...]]:
        return {}

    def can_visit(self, start: Placement) -> tuple[frozenset[int], ...]:
        """For each robot the vertices that some order of single moves brings it to.

        Moves can be taken back in the end: by going back, or round a loop (`one_way` has no others). So all
        placements that can be reached from each other share the answer.
        """
        if start not in self._visits:
            found, queue = {start}, deque([start])
            while queue:
                for placement in self.after(queue.popleft()):
                    if placement not in found:
                        found.add(placement)
                        queue.append(placement)
            visits = tuple(frozenset(vertices) for vertices in zip(*found, strict=True))
            self._visits.update(dict.fromkeys(found, visits))
        return self._visits[start]


@cache
def _drawings(size: int) -> list[list[tuple[float, float]]]:
    return [list(points) for layout in _LAYOUTS for points in itertools.permutations(layout, size)]


def _cross(a: Iterable[float], b: Iterable[float], c: Iterable[float], d: Iterable[float]) -> bool:
    def side(p: Iterable[float], q: Iterable[float], r: Iterable[float]) -> float:
        (px, py), (qx, qy), (rx, ry) = p, q, r
        return math.copysign(1.0, (qx - px) * (ry - py) - (qy - py) * (rx - px))

    return side(a, b, c) != side(a, b, d) and side(c, d, a) != side(c, d, b)


@cache
def connected(size: int) -> tuple[SmallGraph, ...]:
    """All connected two-way graphs of so many vertices, one of each that differ in numbering only.

    Each has a vertex without which it is still connected, so each grows from a smaller one.
    """
    if size == 1:
        return (SmallGraph(1, frozenset()),)
    found = {}
    for smaller in connected(size - 1):
        for count in range(1, size):
            for near in itertools.combinations(range(size - 1), count):
                new = {(size - 1, other) for other in near}
                edges = smaller.edges | new | {edge[::-1] for edge in new}
                found.setdefault(_canonical(size, edges), SmallGraph(size, frozenset(edges)))
    return tuple(found.values())


def _canonical(size: int, edges: Iterable[Edge]) -> Placement:
    """The same for graphs that differ in numbering only."""
    edges = list(edges)
    return min(
        tuple(sorted(order[a] * size + order[b] for a, b in edges))
        for order in itertools.permutations(range(size))
    )


def one_way(graph: SmallGraph) -> Iterator[SmallGraph]:
    """The graph with some edges made one-way, so that one can still get from anywhere to anywhere."""
    ways = sorted(edge for edge in graph.edges if edge[0] < edge[1])
    known = {_canonical(graph.size, graph.edges)}
    for choice in itertools.product(("both", "there", "back"), repeat=len(ways)):
        edges = {way for way, how in zip(ways, choice, strict=True) if how != "back"}
        edges |= {way[::-1] for way, how in zip(ways, choice, strict=True) if how != "there"}
        directed = SmallGraph(graph.size, frozenset(edges))
        if _is_strong(directed):
            shape = _canonical(graph.size, edges)
            if shape not in known:
                known.add(shape)
                yield directed


def _is_strong(graph: SmallGraph) -> bool:
    for start in range(graph.size):
        found = {start}
        while more := {b for a, b in graph.edges if a in found} - found:
            found |= more
        if len(found) < graph.size:
            return False
    return True


def problems(graph: SmallGraph, robots: int) -> Iterator[tuple[Placement, Placement]]:
    """All (starts, goals) that differ in more than the numbering of vertices and robots.

    No two robots have the same goal.
    """
    for start in itertools.combinations(range(graph.size), robots):
        images = [tuple(order[vertex] for vertex in start) for order in graph.symmetries]
        if min(map(sorted, images)) != list(start):
            continue
        same = [  # symmetries that leave the starts as they are, and how they renumber robots
            (order, [image.index(vertex) for vertex in start])
            for order, image in zip(graph.symmetries, images, strict=True)
            if set(image) == set(start)
        ]
        for goal in itertools.permutations(range(graph.size), robots):
            if all(goal <= tuple(order[goal[r]] for r in robot) for order, robot in same):
                yield start, goal
