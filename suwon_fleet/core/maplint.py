# SPDX-License-Identifier: Apache-2.0
"""What is legal in a site map and may still surprise its author: warnings that name the thing.

Each check is a function from the map to warnings; `lint` runs them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from suwon_fleet.core.access import CLEARANCE_M, HEADROOM_M, LANE_MARGIN_M, may_use
from suwon_fleet.core.errors import Problem, Severity
from suwon_fleet.core.mapgraph import MapGraph
from suwon_fleet.core.mapnetwork import MOST_NAMED, MapNetwork, named
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import Lane, PlaceKind, SiteMap

MOST_PAIRS = 10_000
CHUNK = 250
"""Lanes that are looked at together, lest thousands that all cross each other fill the memory."""
END_M = 0.01
"""Two lanes that meet so near to their ends are said to meet there."""
TOUCHING_M = 1e-3
"""A node so near to a lane lies on it."""
MOST_ALIKE = 10
"""Of one code, this many warnings are given, and one that counts the others."""


def lint(network: MapNetwork, kinds: Iterable[RobotKind] = ()) -> tuple[Problem, ...]:
    """All warnings about a map, the gravest kinds first; `kinds` of robots are to use it."""
    kinds = tuple(kinds)
    checks = (
        _cut_off(network),
        _traps(network, kinds),
        _unused_nodes(network),
        _chargers_in_the_way(network),
        _chargers_too_near(network, kinds),
        _dead_ends(network),
        _misfits(network, kinds),
        _doubled_lanes(network),
        _idle_lifts(network.site),
        _idle_zones(network),
        _unknown_permits(network.site, kinds),
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


def _cut_off(network: MapNetwork) -> Iterator[Problem]:
    """Parts that robots cannot get to from the largest part of the map, or not back from."""
    graph = network.graph
    main = int(np.argmax(graph.main))
    reached, returning = graph.reached(main), graph.reached(main, backwards=True)
    for enters, leaves, what, mend in (
        (True, False, "can be entered from the rest of the map but not left", "add a way out"),
        (False, True, "can be left but not entered from the rest of the map", "add a way in"),
        (False, False, "are cut off from the rest of the map", "join them with a two-way lane"),
    ):
        chosen = ~graph.main & (graph.degree > 0) & (reached == enters) & (returning == leaves)
        for nodes in graph.parts(chosen):
            where = f"node {network.site.nodes[nodes[0]].id}"
            yield _warning("cut-off", where, f"{network.describe(nodes)} {what}", mend)


def _traps(network: MapNetwork, kinds: Sequence[RobotKind]) -> Iterator[Problem]:
    """Places that a kind of robot could be sent to and not come back from, though others can."""
    places = np.zeros(network.graph.size, bool)
    places[list(network.node_of.values())] = True
    for kind in kinds:
        graph = network.graph_of(kind)
        if graph is network.graph:
            continue
        lost = _no_return(graph) & ~_no_return(network.graph)
        for nodes in graph.parts(lost):
            if places[nodes].any():
                where = f"node {network.site.nodes[nodes[0]].id}"
                what = f"{kind.id} can go to {network.describe(nodes)} and not come back"
                yield _warning("trap", where, what, f"add a way back that {kind.id} may use")


def _no_return(graph: MapGraph) -> NDArray[np.bool_]:
    """Nodes that a lane leads to from a larger part, to which no way leads back."""
    size = np.bincount(graph.strong, minlength=1)
    there, here = graph.strong[graph.end], graph.strong[graph.start]
    entered = there[(there != here) & (size[there] < size[here])]
    return np.isin(graph.strong, entered)


def _unused_nodes(network: MapNetwork) -> Iterator[Problem]:
    unused = np.flatnonzero(network.graph.degree == 0).tolist()
    if unused:
        where = f"node {network.site.nodes[unused[0]].id}"
        what = f"no lane begins or ends at {network.describe(unused)}"
        yield _warning("no-lane", where, what, "add lanes, or remove them")


def _chargers_in_the_way(network: MapNetwork) -> Iterator[Problem]:
    for place in network.site.places_of(PlaceKind.CHARGER):
        if network.graph.degree[network.node_of[place.id]] > 1:
            what = "a robot that charges here stands in the way of others"
            mend = "put the charger at the end of a lane of its own"
            yield _warning("charger-in-the-way", f"place {place.id}", what, mend)


def _chargers_too_near(network: MapNetwork, kinds: Sequence[RobotKind]) -> Iterator[Problem]:
    """Chargers at the end of a lane so short that a robot there reaches into the way it came by."""
    graph = network.graph
    chargers = network.site.places_of(PlaceKind.CHARGER)
    by_width = sorted(kinds, key=lambda kind: -kind.radius_m)
    usable = {kind.id: network.usable(kind) for kind in kinds} if chargers else {}
    for place in chargers:
        node = network.node_of[place.id]
        own = graph.edges_at(node)
        fits = [k for k in by_width if len(own) == 1 and usable[k.id][graph.edge_lane[own[0]]]]
        if not fits:
            continue
        kind = fits[0]
        reach_m = 2 * kind.radius_m + CLEARANCE_M
        point = shapely.Point(network.xy[node])
        near = network.tree.query(point, predicate="dwithin", distance=reach_m - 1e-9)
        same = network.edge_level[near] == network.level[node]
        passed = near[same & (near != own[0]) & usable[kind.id][graph.edge_lane[near]]]
        if len(passed):
            what = (
                f"a {kind.id} (radius {kind.radius_m:g} m) that charges here leaves no room to pass"
                f" on lane {network.edge_id(int(passed.min()))}"
            )
            mend = f"put the charger {reach_m:g} m or more from other lanes"
            yield _warning("charger-too-near", f"place {place.id}", what, mend)


def _dead_ends(network: MapNetwork) -> Iterator[Problem]:
    """Ways of two lanes and more that end blind: two robots in one cannot pass each other."""
    for nodes in sorted(network.graph.branches, key=len, reverse=True):
        if len(nodes) > 1:
            where = f"node {network.site.nodes[nodes[0]].id}"
            what = f"a dead end: one way in and out for {network.describe(nodes)}"
            yield _warning("dead-end", where, what, "close it to a loop, or keep it to one robot")


def _misfits(network: MapNetwork, kinds: Sequence[RobotKind]) -> Iterator[Problem]:
    """Lanes that a kind of robot would use if they were wider, higher or less steep."""
    for kind in kinds:
        wide = f"it needs {kind.width_m + LANE_MARGIN_M:.2f} m"
        high = f"it needs {kind.height_m + HEADROOM_M:.2f} m"
        steep = f"it climbs {kind.max_slope:g}"
        yield from _misfit(network, kind, "narrow", f"{wide} of width", {"width_m": None})
        yield from _misfit(network, kind, "low", f"{high} of height", {"height_m": None})
        yield from _misfit(network, kind, "steep", steep, {"slope": 0.0})


def _misfit(
    network: MapNetwork, kind: RobotKind, how: str, limit: str, mended: dict[str, Any]
) -> Iterator[Problem]:
    """The lanes that a kind may not use, and might if something of them were otherwise."""

    def is_one(lane: Lane) -> bool:
        return not may_use(kind, lane) and may_use(kind, replace(lane, **mended))

    found = network.lanes_where(is_one)[network.graph.edge_lane]
    if found.any():
        ids = [network.edge_id(edge) for edge in np.flatnonzero(found).tolist()]
        what = f"too {how} for {kind.id} ({limit}), which is never sent there: {named(ids)}"
        mend = "correct the map if it is wrong there, or use another kind of robot"
        yield _warning(f"too-{how}", f"lane {ids[0]}", what, mend)


def _doubled_lanes(network: MapNetwork) -> Iterator[Problem]:
    graph, lanes = network.graph, network.site.lanes
    pair = graph.start * graph.size + graph.end
    order = np.argsort(pair, kind="stable")
    again = np.flatnonzero(np.diff(pair[order]) == 0)
    twice = np.flatnonzero(np.isin(pair, pair[order[again]])) if len(again) else again
    groups: dict[int, list[int]] = {}
    for lane in twice.tolist():
        groups.setdefault(int(pair[lane]), []).append(lane)
    for group in groups.values():
        first = lanes[group[0]]
        ids = [lanes[lane].id for lane in group]
        what = f"{len(ids)} lanes from {first.start} to {first.end}: {named(ids)}"
        yield _warning("doubled-lane", f"lane {ids[1]}", what, "keep one of them")


def _idle_lifts(site: SiteMap) -> Iterator[Problem]:
    for lift in site.lifts:
        if len(lift.cabins) < 2:
            what = "the lift serves fewer than two levels"
            yield _warning("idle-lift", f"lift {lift.id}", what, "add its other cabins")


def _idle_zones(network: MapNetwork) -> Iterator[Problem]:
    """Zones that no lane touches, and zones that no robot may ever be in."""
    number = {level.id: index for index, level in enumerate(network.site.levels)}
    for zone in network.site.zones:
        if zone.capacity == 0:
            what, mend = "the zone has room for no robot", "to close it, say 'open: false'"
            yield _warning("no-capacity", f"zone {zone.id}", what, mend)
        met = network.tree.query(shapely.Polygon(zone.polygon), predicate="intersects")
        levels = set(network.level[network.graph.edge_start[met]].tolist())
        if not levels or (zone.level is not None and number[zone.level] not in levels):
            what = "no lane passes through the zone"
            yield _warning("idle-zone", f"zone {zone.id}", what, "check its polygon and level")


def _unknown_permits(site: SiteMap, kinds: Sequence[RobotKind]) -> Iterator[Problem]:
    """Zones that none of the robots may enter."""
    given = {permit for kind in kinds for permit in kind.permits}
    for zone in site.zones:
        if kinds and zone.permit and zone.permit not in given:
            what = f"no kind of robot has the permit {zone.permit}, so none is ever sent there"
            mend = "give the permit to a kind of robot, or correct its name"
            yield _warning("no-permit", f"zone {zone.id}", what, mend)


def _crossings(network: MapNetwork) -> Iterator[Problem]:
    """Lanes of one level that meet where they share no node: robots could not turn there."""
    pairs = _meeting_pairs(network)
    if pairs:
        where = f"lane {network.edge_id(pairs[0][0])}"
        names = ", ".join(_meeting(network, *pair) for pair in pairs[:MOST_NAMED])
        more = f" and {len(pairs) - MOST_NAMED} more" if len(pairs) > MOST_NAMED else ""
        what = f"lanes meet without a node: {names}{more}"
        yield _warning("crossing", where, what, "put a node there if robots may turn off there")


def _meeting_pairs(network: MapNetwork) -> list[tuple[int, int]]:
    """Edges of one level that meet and share no node, up to MOST_PAIRS of them.

    Ends are cut off first: of edges that share a node, as nearly all that meet do, little is then left to
    look at. What ends on another edge is found by its end.
    """
    graph = network.graph
    lines = network.shortened(END_M)
    tree = shapely.STRtree(lines)
    points = np.asarray(shapely.points(network.xy), dtype=np.object_)
    pairs: set[tuple[int, int]] = set()
    for begin in range(0, len(lines), CHUNK):
        first, second = tree.query(lines[begin : begin + CHUNK], predicate="intersects")
        _add_pairs(network, first + begin, second, pairs)
        if len(pairs) >= MOST_PAIRS:
            return sorted(pairs)[:MOST_PAIRS]
    for begin in range(0, graph.size, CHUNK):
        some = points[begin : begin + CHUNK]
        node, over = tree.query(some, predicate="dwithin", distance=TOUCHING_M)
        for end, edge in zip((node + begin).tolist(), over.tolist(), strict=True):
            ending = graph.edges_at(end)
            _add_pairs(network, ending, np.full(len(ending), edge), pairs)
        if len(pairs) >= MOST_PAIRS:
            break
    return sorted(pairs)[:MOST_PAIRS]


def _add_pairs(
    network: MapNetwork,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    pairs: set[tuple[int, int]],
) -> None:
    """Add those pairs of edges that lie on one level and share no node."""
    graph, level = network.graph, network.edge_level
    shared = np.zeros(len(first), bool)
    for one in (graph.edge_start, graph.edge_end):
        for other in (graph.edge_start, graph.edge_end):
            shared |= one[first] == other[second]
    met = ~shared & (level[first] == level[second]) & (level[first] >= 0)
    low, high = np.minimum(first, second)[met], np.maximum(first, second)[met]
    pairs.update(zip(low.tolist(), high.tolist(), strict=True))


def _meeting(network: MapNetwork, first: int, second: int) -> str:
    point = shapely.intersection(network.lines[first], network.lines[second]).centroid
    if point.is_empty:  # one ends a hair's breadth beside the other
        point = shapely.shortest_line(network.lines[first], network.lines[second]).centroid
    names = f"{network.edge_id(first)} and {network.edge_id(second)}"
    return f"{names} at ({point.x:.1f}, {point.y:.1f})"
