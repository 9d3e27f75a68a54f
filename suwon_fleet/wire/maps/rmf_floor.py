# SPDX-License-Identifier: Apache-2.0
"""One level of an Open-RMF building in metres: the vertices its lanes use, the doors they meet."""

from __future__ import annotations

from dataclasses import dataclass, field

import shapely

from suwon_fleet.core.geodesy import FARTHEST_M
from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.maps.graph import SHORTEST_M
from suwon_fleet.wire.maps.rmf_layout import Layout
from suwon_fleet.wire.maps.rmf_source import SourceLevel


@dataclass(slots=True)
class Floor:
    """A level with the points of the vertices that lanes use, by vertex index."""

    source: SourceLevel
    points: dict[int, complex]
    """Metres: x + iy."""
    graph_of: dict[int, int]
    """The first navigation graph that has the vertex."""
    node: dict[int, str] = field(default_factory=dict)
    """Ids of the nodes of the vertices that stand for themselves."""
    _same_as: dict[int, int] = field(default_factory=dict)

    def spot(self, vertex: int) -> int:
        """The vertex that stands for this one and all others at its spot."""
        while vertex in self._same_as:
            nearer = self._same_as[vertex]
            self._same_as[vertex] = self._same_as.get(nearer, nearer)  # halves the way next time
            vertex = nearer
        return vertex

    def merge(self, vertex: int, other: int) -> None:
        """Let the first stand for the spot of both."""
        vertex, other = self.spot(vertex), self.spot(other)
        if vertex != other:
            self._same_as[other] = vertex

    @property
    def spots(self) -> list[int]:
        """The vertices that stand for themselves, in the order of the file."""
        return [vertex for vertex in sorted(self.points) if vertex not in self._same_as]


def lay_out(source: SourceLevel, layout: Layout, findings: Findings) -> Floor:
    """The floor of a level; reports vertices that are nowhere near the building."""
    place = layout.place[source.name]
    graph_of: dict[int, int] = {}
    for lane in source.lanes:
        for index in (lane.start, lane.end):
            graph_of[index] = min(lane.graph, graph_of.get(index, lane.graph))
    floor = Floor(source, {}, graph_of)
    for index in graph_of:
        vertex = source.vertices[index]
        floor.points[index] = place(vertex.x, vertex.y)
        if not abs(floor.points[index]) <= FARTHEST_M:  # also infinite, also NaN
            what = f"vertex {index} is more than {FARTHEST_M / 1000:g} km from the map's zero"
            findings.error(vertex.mark, "far-away", what, "check it and the coordinate system")
    for lane in source.lanes:
        if abs(floor.points[lane.start] - floor.points[lane.end]) < SHORTEST_M:
            floor.merge(lane.start, lane.end)
    return floor


def doors_met(floor: Floor, layout: Layout, findings: Findings) -> dict[int, str]:
    """The name of the door a lane passes through, by the lane's position in the floor's lanes."""
    source, place = floor.source, layout.place[floor.source.name]
    if not source.doors or not source.lanes:
        return {}
    ends = [(floor.points[lane.start], floor.points[lane.end]) for lane in source.lanes]
    frames = [
        [place(vertex.x, vertex.y) for vertex in (source.vertices[d.start], source.vertices[d.end])]
        for d in source.doors
    ]
    tree = shapely.STRtree([_line(start, end) for start, end in frames])
    lanes, doors = tree.query([_line(*pair) for pair in ends], predicate="intersects")
    met: dict[int, str] = {}
    for lane, door in zip(lanes.tolist(), doors.tolist(), strict=True):
        if lane in met:
            what = "a lane through more than one door; the fleet will ask for the first only"
            mend = "put a vertex between the doors"
            findings.warn(source.lanes[lane].mark, "two-doors", what, mend)
        name = source.doors[door].params.text("name")
        met.setdefault(lane, name or f"{source.name} door {door}")
    return met


def _line(start: complex, end: complex) -> shapely.LineString:
    return shapely.LineString([(start.real, start.imag), (end.real, end.imag)])
