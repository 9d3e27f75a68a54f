# SPDX-License-Identifier: Apache-2.0
"""Open-RMF building files to a SiteMap.

A building holds one navigation graph per fleet, often laid over each other; lanes of several graphs
between the same two vertices are one lane here. Vertices that no lane touches are walls and floors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from suwon_fleet.core.sitemap import (
    Door,
    Lane,
    LaneKind,
    Level,
    Lift,
    Node,
    Place,
    PlaceKind,
    SiteMap,
)
from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import LONGEST_TITLE, Fields
from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.maps.names import free_id, id_from
from suwon_fleet.wire.maps.rmf_floor import Floor, doors_met, lay_out
from suwon_fleet.wire.maps.rmf_layout import Layout, System, read_layout
from suwon_fleet.wire.maps.rmf_lifts import cabin_vertices, read_cabins
from suwon_fleet.wire.maps.rmf_source import Edge, SourceLevel, read_levels
from suwon_fleet.wire.maps.ways import Way, lanes_of, rides

FASTEST_MPS = 50.0


def read_building(
    root: Item, findings: Findings, site_id: str, graphs: Sequence[int] | None = None
) -> SiteMap | None:
    """The site of a building; None after reporting all that is wrong with it.

    `graphs` are the indices of the navigation graphs to take; None takes all.
    """
    top = Fields(root, findings, "the building")
    levels = _of_graphs(read_levels(top), graphs, findings)
    layout = read_layout(top, levels) if levels else None
    if layout is None:
        return None
    floors = [lay_out(level, layout, findings) for level in levels]
    cabins = cabin_vertices(read_cabins(top, floors, layout), floors, findings)
    if findings.has_errors:
        return None
    site = _Import(floors, layout, findings)
    site.add_nodes()
    site.add_lanes()
    site.add_lifts(cabins)
    return site.finish(site_id, top.text("name") or top.text("building_name") or "")


def _of_graphs(
    levels: list[SourceLevel], graphs: Sequence[int] | None, findings: Findings
) -> list[SourceLevel]:
    """The levels with the lanes of some graphs only; none after reporting that there are none."""
    present = {lane.graph for level in levels for lane in level.lanes}
    chosen = present if graphs is None else set(graphs)
    if not present:
        if not findings.has_errors:
            mend = "draw lanes in traffic-editor"
            findings.error(None, "no-nodes", "a building without lanes", mend)
    elif not chosen or chosen - present:
        missing = ", ".join(map(str, sorted(chosen - present)))
        what = f"the building has no graph {missing}" if missing else "no graph is picked"
        mend = f"pick from {', '.join(map(str, sorted(present)))}"
        findings.error(None, "no-graph", what, mend)
    else:
        return [
            replace(level, lanes=[lane for lane in level.lanes if lane.graph in chosen])
            for level in levels
        ]
    return []


class _Import:
    """Collects the parts of the site, floor by floor."""

    def __init__(self, floors: Sequence[Floor], layout: Layout, findings: Findings) -> None:
        self._floors = floors
        self._layout = layout
        self._findings = findings
        self._level_of: dict[str, str] = {}
        """The level of each node id in use."""
        self._nodes: list[Node] = []
        self._place_nodes: list[Node] = []
        self._places: list[Place] = []
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._doors: dict[str, Door] = {}
        self._lifts: dict[str, Lift] = {}

    def add_nodes(self) -> None:
        """A node for each spot: first those with a name, so that they keep it, then the others."""
        spots = [(floor, vertex) for floor in self._floors for vertex in floor.spots]
        for floor, vertex in spots:
            if floor.source.vertices[vertex].name:
                self._add_named(floor, vertex)
        for floor, vertex in spots:
            if vertex not in floor.node:
                self._add_unnamed(floor, vertex)

    def _add_named(self, floor: Floor, vertex: int) -> None:
        name, level = floor.source.vertices[vertex].name, floor.source.id
        wanted = id_from(name, f"{level}-{vertex}")
        graph = f":g{floor.graph_of[vertex]}"
        is_on_level = self._level_of.get(wanted) == level
        suffixes = (graph,) if is_on_level else (f":{level}", f":{level}{graph}")
        place_id = free_id(wanted, (*suffixes, f"-{vertex}"), self._level_of)
        self._add_place(floor, vertex, place_id, {} if name == place_id else _titled(name))

    def _add_unnamed(self, floor: Floor, vertex: int) -> None:
        use = min(self._kinds(floor, vertex), default=None)
        wanted = f"{floor.source.id}-{use}-{vertex}" if use else f"{floor.source.id}-{vertex}"
        node_id = free_id(wanted, (), self._level_of)
        if use:
            self._add_place(floor, vertex, node_id, {})
        else:
            self._nodes.append(self._node(floor, vertex, node_id))

    def _add_place(
        self, floor: Floor, vertex: int, place_id: str, title: Mapping[str, str]
    ) -> None:
        self._place_nodes.append(self._node(floor, vertex, place_id))
        kinds = self._kinds(floor, vertex)
        self._places.append(Place(place_id, place_id, frozenset(kinds), title))

    def _node(self, floor: Floor, vertex: int, node_id: str) -> Node:
        floor.node[vertex] = node_id
        self._level_of[node_id] = floor.source.id
        point = floor.points[vertex]
        return Node(node_id, point.real, point.imag, floor.source.id)

    def _kinds(self, floor: Floor, vertex: int) -> set[PlaceKind]:
        """What a vertex is for: robots are sent to any that has a name, unless it is a charger."""
        source = floor.source.vertices[vertex]
        flags = {"is_charger": PlaceKind.CHARGER, "is_parking_spot": PlaceKind.PARKING}
        names = {"pickup_dispenser": PlaceKind.PICKUP, "dropoff_ingestor": PlaceKind.DROPOFF}
        kinds = {kind for param, kind in flags.items() if source.params.flag(param)}
        kinds |= {kind for param, kind in names.items() if source.params.text(param)}
        if source.name and PlaceKind.CHARGER not in kinds:
            kinds.add(PlaceKind.WAYPOINT)
        return kinds

    def add_lanes(self) -> None:
        """The lanes of every floor, with the doors they pass through."""
        kind = LaneKind.SIDEWALK if self._layout.system is System.WGS84 else LaneKind.INDOOR
        for floor in self._floors:
            doors = doors_met(floor, self._layout, self._findings)
            ids = {name: self._add_door(name, floor) for name in dict.fromkeys(doors.values())}
            for index, edge in enumerate(floor.source.lanes):
                self._add_way(edge, floor, kind, ids.get(doors.get(index, "")))

    def _add_door(self, name: str, floor: Floor) -> str:
        wanted = id_from(name, f"{floor.source.id}-door")
        door_id = free_id(wanted, (f":{floor.source.id}",), self._doors)
        self._doors[door_id] = Door(door_id)
        return door_id

    def _add_way(self, edge: Edge, floor: Floor, kind: LaneKind, door: str | None) -> None:
        start, end = floor.spot(edge.start), floor.spot(edge.end)
        speed = edge.params.number("speed_limit", -FASTEST_MPS, FASTEST_MPS) or 0.0
        mutex = edge.params.text("mutex")
        way = Way(
            f"{floor.source.id}-{start}-{end}",
            (floor.node[start], floor.node[end]),
            kind,
            two_way=edge.params.flag("bidirectional") is True,
            speed_limit_mps=speed if speed > 0.0 else None,
            door=door,
            mutex=id_from(mutex, "mutex") if mutex else None,
        )
        if start != end:
            for lane in lanes_of(way):
                self._add_lane(lane)

    def _add_lane(self, lane: Lane) -> None:
        """Add a lane, or what it adds to the one that another graph has at the same place."""
        known = self._lanes.setdefault((lane.start, lane.end), lane)
        limits = [v for v in (known.speed_limit_mps, lane.speed_limit_mps) if v is not None]
        self._lanes[lane.start, lane.end] = replace(
            known,
            speed_limit_mps=min(limits, default=None),
            door=known.door or lane.door,
            mutex=known.mutex or lane.mutex,
        )

    def add_lifts(self, cabins: Mapping[str, Mapping[str, int]]) -> None:
        """The lifts whose cabins lanes lead into, by the vertex inside on each level's name."""
        for name, vertex_on in cabins.items():
            lift_id = free_id(id_from(name, "lift"), (), self._lifts)
            nodes = {
                floor.source.id: floor.node[floor.spot(vertex_on[floor.source.name])]
                for floor in self._floors
                if floor.source.name in vertex_on
            }
            self._lifts[lift_id] = Lift(lift_id, nodes)

    def finish(self, site_id: str, name: str) -> SiteMap | None:
        """The site; None if a value met on the way was wrong."""
        if self._findings.has_errors:
            return None
        levels = (Level(floor.source.id, floor.source.elevation_m) for floor in self._floors)
        ridden = (lane for lift in self._lifts.values() for lane in rides(lift))
        return SiteMap(
            site_id,
            tuple(levels),
            (*self._nodes, *self._place_nodes),
            (*self._lanes.values(), *ridden),
            tuple(self._places),
            doors=tuple(self._doors.values()),
            lifts=tuple(self._lifts.values()),
            origin=self._layout.origin,
            title=_titled(name),
        )


def _titled(name: str) -> dict[str, str]:
    return {"en": name} if name.isprintable() and 0 < len(name) <= LONGEST_TITLE else {}
