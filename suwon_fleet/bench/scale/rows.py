# SPDX-License-Identifier: Apache-2.0
"""Times from everywhere to one station, found by us and by others; all must agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from suwon_fleet.bench.measure import Stopwatch
from suwon_fleet.bench.packages import has
from suwon_fleet.core.errors import Broken
from suwon_fleet.traffic.roadmap import Roadmap
from suwon_fleet.traffic.routes import times_to

Row = NDArray[np.float32]
Find = Callable[[int], Row]
"""The times to a vertex."""
OURS = "suwon_fleet"


def finders(roadmap: Roadmap) -> dict[str, Find]:
    """Every way there is here to find a row, for the first kind of robot, by name."""
    ways = {OURS: _kernel(roadmap), "scipy csgraph": _scipy(roadmap)}
    if has("rustworkx"):
        ways["rustworkx"] = _rustworkx(roadmap)
    if has("networkx"):
        ways["networkx"] = _networkx(roadmap)
    ways["pure Python"] = _kernel(roadmap, times_to.py_func)  # type: ignore[attr-defined]
    return ways


def measure(roadmap: Roadmap, goals: list[int]) -> Iterator[tuple[str, Stopwatch]]:
    """Each way with a lap for each goal, all ways on one goal after the other. Raises Broken."""
    ways = finders(roadmap)
    watches = {name: Stopwatch() for name in ways}
    for find in ways.values():
        find(goals[0])  # what a first call prepares does not count
    for goal in goals:
        rows = {}
        for name, find in ways.items():
            with watches[name].lap():
                rows[name] = find(goal)
        for name, row in rows.items():
            if not np.allclose(row, rows[OURS], rtol=1e-5):
                raise Broken(f"{name} finds other times to vertex {goal} than we do")
    yield from watches.items()


def touched_bytes(roadmap: Roadmap) -> int:
    """What must be read and written for one row, were it all known beforehand."""
    edges = roadmap.in_edges.nbytes + roadmap.edge_from.nbytes + roadmap.edge_time[0].nbytes
    return int(edges + roadmap.in_ptr.nbytes + 4 * roadmap.vertex_count)


def _kernel(roadmap: Roadmap, find: Callable[..., Row] = times_to) -> Find:
    is_open = np.isfinite(roadmap.edge_time[0])
    graph = (roadmap.in_ptr, roadmap.in_edges, roadmap.edge_from, roadmap.edge_time[0], is_open)
    return lambda goal: find(goal, *graph)


def _scipy(roadmap: Roadmap) -> Find:
    ends = (roadmap.edge_to, roadmap.edge_from)
    graph = csr_array((roadmap.edge_time[0], ends), shape=2 * (roadmap.vertex_count,))
    return lambda goal: dijkstra(graph, indices=np.array([goal]))[0].astype(np.float32)


def _rustworkx(roadmap: Roadmap) -> Find:
    import rustworkx

    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(roadmap.vertex_count))
    graph.add_edges_from(_edges(roadmap))

    def find(goal: int) -> Row:
        row = np.full(roadmap.vertex_count, np.inf, dtype=np.float32)
        found = rustworkx.dijkstra_shortest_path_lengths(graph, goal, float)
        row[list(found.keys())] = list(found.values())
        row[goal] = 0.0
        return row

    return find


def _networkx(roadmap: Roadmap) -> Find:
    import networkx

    graph = networkx.DiGraph()
    graph.add_weighted_edges_from(_edges(roadmap))

    def find(goal: int) -> Row:
        row = np.full(roadmap.vertex_count, np.inf, dtype=np.float32)
        found = networkx.single_source_dijkstra_path_length(graph, goal)
        row[list(found.keys())] = list(found.values())
        return row

    return find


def _edges(roadmap: Roadmap) -> list[tuple[int, int, float]]:
    """The edges against their direction, those that may be driven."""
    columns = (roadmap.edge_to, roadmap.edge_from, roadmap.edge_time[0])
    edges = zip(*(column.tolist() for column in columns), strict=True)
    return [edge for edge in edges if np.isfinite(edge[2])]
