# SPDX-License-Identifier: Apache-2.0
"""What is legal in a site map and may still surprise its author: warnings that name the thing.

Each check is a function from the map to warnings; `lint` runs them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from suwon_fleet.core.errors import Problem, Severity
from suwon_fleet.core.sitemap import Lane, PlaceKind, SiteMap

MOST_NAMED = 5
"""A warning about many things names this many of them and counts the others."""
MOST_PAIRS = 10_000
CHUNK = 250
"""Lanes that are looked at together, lest thousands that all cross each other fill the memory."""
MOST_ALIKE = 10
"""Of one code, this many warnings are given, and one that counts the others."""


def lint(site: SiteMap, robot_widths_m: Mapping[str, float] | None = None) -> tuple[Problem, ...]:
    """All warnings about a map, the gravest kinds first.

    `robot_widths_m` has the width of each kind of robot that is to use the map, by the kind's id.
    """
    network = _Network(site)
    checks = (
        _cut_off(network),
        _unused_nodes(network),
        _chargers_in_the_way(network),
        _dead_ends(network),
        _too_narrow(network, robot_widths_m or {}),
        _doubled_lanes(site),
        _idle_lifts(site),
        _idle_zones(network),
        _crossings(network),
    )
    return tuple(warning for check in checks for warning in _few(list(check)))


def _warning(code: str, where: str, what: str, mend: str) -> Problem:
    return Problem(code, where, what, mend, Severity.WARNING)


def _few(warnings: list[Problem]) -> list[Problem]:
    """The warnings of one check, cut short if there are very many."""
    if len(warnings) <= MOST_ALIKE:
        return warnings
    more = f"{len(warnings) - MOST_ALIKE} more of the same"
    last = _warning(warnings[-1].code, "the map", more, warnings[-1].mend)
    return [*warnings[:MOST_ALIKE], last]


def _named(things: Iterable[str]) -> str:
    """The first few of many ids."""
    names = list(things)
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


class _Network:
    """The lane graph by node index; `edges` has one lane for the two of a two-way one."""

    def __init__(self, site: SiteMap) -> None:
        self.site = site
        self.index = {node.id: index for index, node in enumerate(site.nodes)}
        self.neighbours: list[set[int]] = [set() for _ in site.nodes]
        self.edges: list[Lane] = []
        for lane in site.lanes:
            start, end = self.index[lane.start], self.index[lane.end]
            if end not in self.neighbours[start]:
                self.edges.append(lane)
            self.neighbours[start].add(end)
            self.neighbours[end].add(start)

    def describe(self, nodes: Iterable[int]) -> str:
        """Some nodes by the names of their places, or by their own where there are none."""
        indices = list(nodes)
        places = [name for index in indices for name in self.places_at.get(index, ())]
        if places:
            return f"{len(indices)} nodes with the places {_named(places)}"
        return f"{len(indices)} nodes ({_named(self.site.nodes[i].id for i in indices)})"

    @cached_property
    def places_at(self) -> dict[int, list[str]]:
        places: dict[int, list[str]] = defaultdict(list)
        for place in self.site.places:
            places[self.index[place.node]].append(place.id)
        return places

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        """The edges as shapely lines."""
        nodes = self.site.node_by_id
        ends = [(nodes[lane.start], nodes[lane.end]) for lane in self.edges]
        points = [[(a.x_m, a.y_m), (b.x_m, b.y_m)] for a, b in ends]
        return np.asarray(shapely.linestrings(np.array(points).reshape(-1, 2, 2)), object)

    @cached_property
    def matrix(self) -> csr_array:
        """Not zero at (start, end) of each lane."""
        starts = [self.index[lane.start] for lane in self.site.lanes]
        ends = [self.index[lane.end] for lane in self.site.lanes]
        size = len(self.site.nodes)
        return csr_array((np.ones(len(starts)), (starts, ends)), shape=(size, size))


def _cut_off(network: _Network) -> Iterator[Problem]:
    """Parts that robots cannot get to from the largest part of the map, or not back from."""
    _, labels = connected_components(network.matrix, directed=True, connection="strong")
    main = int(np.argmax(labels == np.bincount(labels).argmax()))
    is_main = labels == labels[main]
    is_used = np.array([bool(others) for others in network.neighbours])
    reached, returning = _reached(network.matrix, main), _reached(network.matrix.T.tocsr(), main)
    for enters, leaves, what, mend in (
        (True, False, "can be entered from the rest of the map but not left", "add a way out"),
        (False, True, "can be left but not entered from the rest of the map", "add a way in"),
        (False, False, "are cut off from the rest of the map", "join them with a two-way lane"),
    ):
        chosen = ~is_main & is_used & (reached == enters) & (returning == leaves)
        for nodes in _parts(network.matrix, chosen):
            where = f"node {network.site.nodes[nodes[0]].id}"
            yield _warning("cut-off", where, f"{network.describe(nodes)} {what}", mend)


def _reached(matrix: csr_array, start: int) -> NDArray[np.bool_]:
    found = np.zeros(matrix.shape[0], bool)
    found[breadth_first_order(matrix, start, return_predecessors=False)] = True
    return found


def _parts(matrix: csr_array, chosen: NDArray[np.bool_]) -> list[list[int]]:
    """The chosen nodes in groups that lanes join, either way, the largest group first."""
    indices = np.flatnonzero(chosen)
    if not len(indices):
        return []
    count, labels = connected_components(matrix[indices][:, indices], directed=False)
    groups = [indices[labels == label].tolist() for label in range(count)]
    return sorted(groups, key=len, reverse=True)


def _unused_nodes(network: _Network) -> Iterator[Problem]:
    unused = [index for index, others in enumerate(network.neighbours) if not others]
    if unused:
        where = f"node {network.site.nodes[unused[0]].id}"
        what = f"no lane begins or ends at {network.describe(unused)}"
        yield _warning("no-lane", where, what, "add lanes, or remove them")


def _chargers_in_the_way(network: _Network) -> Iterator[Problem]:
    for place in network.site.places_of(PlaceKind.CHARGER):
        if len(network.neighbours[network.index[place.node]]) > 1:
            what = "a robot that charges here stands in the way of others"
            mend = "put the charger at the end of a lane of its own"
            yield _warning("charger-in-the-way", f"place {place.id}", what, mend)


def _dead_ends(network: _Network) -> Iterator[Problem]:
    """Ways of two lanes and more that end blind: two robots in one cannot pass each other."""
    for nodes in sorted(_branches(network), key=len, reverse=True):
        if len(nodes) > 1:
            where = f"node {network.site.nodes[nodes[0]].id}"
            what = f"a dead end: one way in and out for {network.describe(nodes)}"
            yield _warning("dead-end", where, what, "close it to a loop, or keep it to one robot")


def _branches(network: _Network) -> Iterable[list[int]]:
    """What falls off when the map is pruned from its ends to its loops, each branch from its root.

    A part of the map without any loop is pruned to its innermost node.
    """
    degree = [len(others) for others in network.neighbours]
    ends = [index for index, count in enumerate(degree) if count == 1]
    hangs_on: dict[int, int] = {}
    for node in ends:  # grows while it is walked
        inner = next((n for n in network.neighbours[node] if n not in hangs_on), None)
        if inner is not None:
            hangs_on[node] = inner
            degree[inner] -= 1
            if degree[inner] == 1:
                ends.append(inner)
    root_of: dict[int, int] = {}
    branches: dict[int, list[int]] = defaultdict(list)
    for node, inner in reversed(hangs_on.items()):
        root_of[node] = root_of.get(inner, node)
        branches[root_of[node]].append(node)
    return branches.values()


def _too_narrow(network: _Network, robot_widths_m: Mapping[str, float]) -> Iterator[Problem]:
    for kind, width_m in robot_widths_m.items():
        narrow = [e.id for e in network.edges if e.width_m is not None and e.width_m < width_m]
        if narrow:
            what = f"too narrow for {kind} ({width_m:g} m wide): {_named(narrow)}"
            mend = "correct the width, or keep this robot off the map"
            yield _warning("too-narrow", f"lane {narrow[0]}", what, mend)


def _doubled_lanes(site: SiteMap) -> Iterator[Problem]:
    lanes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for lane in site.lanes:
        lanes[lane.start, lane.end].append(lane.id)
    for (start, end), ids in lanes.items():
        if len(ids) > 1:
            what = f"{len(ids)} lanes from {start} to {end}: {_named(ids)}"
            yield _warning("doubled-lane", f"lane {ids[1]}", what, "keep one of them")


def _idle_lifts(site: SiteMap) -> Iterator[Problem]:
    for lift in site.lifts:
        if len(lift.cabins) < 2:
            what = "the lift serves fewer than two levels"
            yield _warning("idle-lift", f"lift {lift.id}", what, "add its other cabins")


def _idle_zones(network: _Network) -> Iterator[Problem]:
    """Zones that no lane touches, and zones that no robot may ever be in."""
    nodes = network.site.node_by_id
    tree = shapely.STRtree(network.lines)
    for zone in network.site.zones:
        if zone.capacity == 0:
            what, mend = "the zone has room for no robot", "to close it, say 'open: false'"
            yield _warning("no-capacity", f"zone {zone.id}", what, mend)
        met = tree.query(shapely.Polygon(zone.polygon), predicate="intersects").tolist()
        levels = {nodes[network.edges[index].start].level for index in met}
        if not levels or (zone.level is not None and zone.level not in levels):
            what = "no lane passes through the zone"
            yield _warning("idle-zone", f"zone {zone.id}", what, "check its polygon and level")


def _crossings(network: _Network) -> Iterator[Problem]:
    """Lanes of one level that meet where they share no node: robots could not turn there."""
    pairs = _meeting_pairs(network)
    if pairs:
        where = f"lane {network.edges[pairs[0][0]].id}"
        named = ", ".join(_meeting(network, *pair) for pair in pairs[:MOST_NAMED])
        more = f" and {len(pairs) - MOST_NAMED} more" if len(pairs) > MOST_NAMED else ""
        what = f"lanes meet without a node: {named}{more}"
        yield _warning("crossing", where, what, "put a node there if robots may turn off there")


def _meeting_pairs(network: _Network) -> list[tuple[int, int]]:
    """Edges of one level that meet and share no node, up to MOST_PAIRS of them."""
    nodes, edges = network.site.node_by_id, network.edges
    number = {level.id: index for index, level in enumerate(network.site.levels)}
    ends = np.array([[network.index[e.start], network.index[e.end]] for e in edges])
    levels = np.array([[number[nodes[n].level] for n in (e.start, e.end)] for e in edges])
    tree = shapely.STRtree(network.lines)
    pairs: list[tuple[int, int]] = []
    for begin in range(0, len(edges), CHUNK):
        first, second = tree.query(network.lines[begin : begin + CHUNK], predicate="intersects")
        first += begin
        shared = (ends[first][:, :, None] == ends[second][:, None, :]).any(axis=(1, 2))
        flat = (levels[first] == levels[second, :1]).all(axis=1)
        flat &= levels[second, 0] == levels[second, 1]
        met = (first < second) & ~shared & flat
        pairs += zip(first[met].tolist(), second[met].tolist(), strict=True)
        if len(pairs) >= MOST_PAIRS:
            break
    return pairs[:MOST_PAIRS]


def _meeting(network: _Network, first: int, second: int) -> str:
    point = shapely.intersection(network.lines[first], network.lines[second]).centroid
    names = f"{network.edges[first].id} and {network.edges[second].id}"
    return f"{names} at ({point.x:.1f}, {point.y:.1f})"
