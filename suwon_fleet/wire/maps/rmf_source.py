# SPDX-License-Identifier: Apache-2.0
"""What an Open-RMF ``.building.yaml`` says, before any of it is given a meaning in our terms.

The format is that of `rmf_building_map_tools` in https://github.com/open-rmf/rmf_traffic_editor:
vertices are ``[x, y, z, name, {parameter: [type, value]}]``, edges (lanes, doors, measurements) are
``[start, end, {parameter: [type, value]}]`` by vertex index.
"""

from __future__ import annotations

from dataclasses import dataclass

from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import Fields, list_of, number_of
from suwon_fleet.wire.findings import Findings, Mark, shown
from suwon_fleet.wire.maps.names import free_id, id_from

LARGEST = 1e9
MOST_GRAPHS = 1000


@dataclass(frozen=True, slots=True)
class Vertex:
    """A point in the coordinates of the file."""

    x: float
    y: float
    name: str
    params: Fields
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Edge:
    """A lane, a door or a measurement between two vertices of its level."""

    start: int
    end: int
    graph: int
    """The navigation graph a lane belongs to."""
    params: Fields
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class SourceLevel:
    """One level; `name` is the file's, `id` ours."""

    name: str
    id: str
    elevation_m: float
    vertices: list[Vertex]
    lanes: list[Edge]
    doors: list[Edge]
    measurements: list[Edge]
    fiducials: dict[str, tuple[float, float]]
    mark: Mark | None


def read_levels(top: Fields) -> list[SourceLevel]:
    """All levels of a building, in the order of the file."""
    levels: dict[str, SourceLevel] = {}
    for name, item in top.pairs("levels"):
        if _is_nav_graph(item):
            what = "an Open-RMF navigation graph, which says less than its building"
            mend = "import the .building.yaml that it was made from"
            top.findings.error(item.mark, "nav-graph", what, mend)
            return []
        level_id = free_id(id_from(name, "level"), (), levels)
        levels[level_id] = _read_level(name, level_id, item, top.findings)
    return list(levels.values())


def _is_nav_graph(level: Item) -> bool:
    """Whether a level is that of a navigation graph, whose vertices are ``[x, y, {…}]``."""
    vertices = level.data.get("vertices") if isinstance(level.data, dict) else None
    first = vertices.data[:1] if vertices and isinstance(vertices.data, list) else []
    return any(
        isinstance(vertex.data, list)
        and len(vertex.data) == 3
        and isinstance(vertex.data[2].data, dict)
        for vertex in first
    )


def _read_level(name: str, level_id: str, item: Item, findings: Findings) -> SourceLevel:
    fields = Fields(item, findings, f"level {shown(name)}")
    # A vertex that cannot be read keeps its number, or every edge after it would be wrong too.
    vertices = [_read_vertex(entry, findings) for entry in fields.items("vertices")]

    def edges(key: str) -> list[Edge]:
        found = (_read_edge(entry, len(vertices), findings) for entry in fields.items(key))
        return [edge for edge in found if edge]

    return SourceLevel(
        name,
        level_id,
        fields.number("elevation", -LARGEST, LARGEST) or 0.0,
        vertices,
        edges("lanes"),
        edges("doors"),
        edges("measurements"),
        _read_fiducials(fields),
        item.mark,
    )


def _read_vertex(item: Item, findings: Findings) -> Vertex:
    entries = list_of(item, findings, "vertex")
    if len(entries) < 2:
        findings.error(
            item.mark, "wrong-length", "a vertex without x and y", "give [x, y, 0, name]"
        )
        return Vertex(0.0, 0.0, "", Fields(None, findings, "a vertex"), item.mark)
    x = number_of(entries[0], findings, -LARGEST, LARGEST)
    y = number_of(entries[1], findings, -LARGEST, LARGEST)
    name = entries[3].data if len(entries) > 3 else ""
    params = read_params(entries[4] if len(entries) > 4 else None, findings, "a vertex")
    text = name.strip() if isinstance(name, str) else ""
    return Vertex(x or 0.0, y or 0.0, text, params, item.mark)


def _read_edge(item: Item, vertices: int, findings: Findings) -> Edge | None:
    entries = list_of(item, findings, "edge")
    if len(entries) < 2:
        mend = "give [start, end, {}]"
        findings.error(item.mark, "wrong-length", "an edge without start and end", mend)
        return None
    start, end = (_read_index(entry, vertices, findings) for entry in entries[:2])
    params = read_params(entries[2] if len(entries) > 2 else None, findings, "an edge")
    graph = params.whole("graph_idx", MOST_GRAPHS) or 0
    return None if start is None or end is None else Edge(start, end, graph, params, item.mark)


def _read_index(item: Item, vertices: int, findings: Findings) -> int | None:
    number = number_of(item, findings, -LARGEST, LARGEST)
    if number is None or (number.is_integer() and 0 <= number < vertices):
        return None if number is None else int(number)
    mend = f"use one of the {vertices} vertices of the level, counted from 0"
    findings.error(item.mark, "unknown-reference", f"no vertex {item.kind}", mend)
    return None


def read_params(item: Item | None, findings: Findings, what: str) -> Fields:
    """Parameters by name, each without the number that tells its type; empty texts are absent."""
    values: dict[str, Item] = {}
    for name, param in Fields(item, findings, f"{what}'s parameters").entries.items():
        pair = list_of(param, findings, name)
        if len(pair) == 2 and pair[1].data != "":
            values[name] = pair[1]
        elif len(pair) != 2 and isinstance(param.data, list):
            mend = f"write '{name}: [type, value]'"
            findings.error(param.mark, "wrong-length", f"parameter {shown(name)}", mend)
    return Fields(Item(values, item.mark if item else None), findings, what)


def _read_fiducials(fields: Fields) -> dict[str, tuple[float, float]]:
    findings = fields.findings
    fiducials: dict[str, tuple[float, float]] = {}
    for item in fields.items("fiducials"):
        entries = list_of(item, findings, "fiducial")
        if len(entries) != 3 or not isinstance(entries[2].data, str):
            findings.error(item.mark, "wrong-length", "a fiducial", "give [x, y, name]")
            continue
        x = number_of(entries[0], findings, -LARGEST, LARGEST)
        y = number_of(entries[1], findings, -LARGEST, LARGEST)
        fiducials[entries[2].data] = (x or 0.0, y or 0.0)
    return fiducials
