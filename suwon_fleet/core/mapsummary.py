# SPDX-License-Identifier: Apache-2.0
"""What a map is like for traffic, in a few figures: parts, core, bridges, dead ends, room for robots."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.access import BLOCKS_PER_LANE, CLEARANCE_M, LONGEST_BLOCK_M
from suwon_fleet.core.mapgraph import MapGraph
from suwon_fleet.core.mapnetwork import MapNetwork
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import PlaceKind

EASY_SHARE = 1 / 8
"""With robots on no more of the spots of a map than this, moves rarely have to be worked out by search.

Measured: on one-way streets a fleet on an eighth of the spots ran as it would on an empty map, on half as
many again it began to wait. It is a rule of thumb: more robots are slower, not unsafe.
"""


@dataclass(frozen=True, slots=True)
class Room:
    """How many robots of a kind have room where that kind can get about."""

    spots: int
    """Where robots can stand at once, all of them, without touching."""
    easy: int
    """Robots up to which moving stays easy."""


@dataclass(frozen=True, slots=True)
class MapSummary:
    """Ids are of nodes, lanes and places; nodes are counted where they would be too many to name."""

    edges: int
    """Ways between two nodes, one-way or two-way."""
    parts: tuple[int, ...]
    """Nodes of each part that robots can go about in and come back, the largest first."""
    core: int
    """Nodes of the largest part that stays joined whichever one way is taken away."""
    loops: int
    """How many such parts there are."""
    bridges: tuple[str, ...]
    """Lanes that are the only way between two such parts: robots take turns there."""
    branches: tuple[int, ...]
    """Nodes of each dead end, the longest first."""
    on_core: Mapping[PlaceKind, tuple[str, ...]]
    """Chargers and parking in the way: at nodes with ways on more than one side."""
    off_core: Mapping[PlaceKind, int]
    """Chargers and parking at the end of a lane of their own."""
    room: Mapping[str, Room]
    """By kind of robot."""


def summarize(network: MapNetwork, kinds: Iterable[RobotKind]) -> MapSummary:
    """The figures of a map for some kinds of robots."""
    graph = network.graph
    sizes = np.bincount(graph.strong)
    resting = (PlaceKind.CHARGER, PlaceKind.PARKING)
    blind = {kind: _at_ends(network, kind) for kind in resting}
    return MapSummary(
        edges=len(graph.edge_lane),
        parts=tuple(np.sort(sizes[sizes > 1])[::-1].tolist()),
        core=int(graph.core.sum()),
        loops=len(np.unique(graph.loop_of[graph.on_loop])),
        bridges=tuple(network.edge_id(edge) for edge in np.flatnonzero(graph.joins_loops).tolist()),
        branches=tuple(sorted(map(len, graph.branches), reverse=True)),
        on_core={
            kind: tuple(place for place, is_end in ends.items() if not is_end)
            for kind, ends in blind.items()
        },
        off_core={kind: sum(ends.values()) for kind, ends in blind.items()},
        room={kind.id: _room(network, kind) for kind in kinds},
    )


def _at_ends(network: MapNetwork, kind: PlaceKind) -> dict[str, bool]:
    """Places of a kind, and whether each is at the end of a lane."""
    degree = network.graph.degree
    places = network.site.places_of(kind)
    return {place.id: bool(degree[network.node_of[place.id]] < 2) for place in places}


def _room(network: MapNetwork, kind: RobotKind) -> Room:
    """Counts spots at nodes and along lanes of the largest part a kind can go about in.

    Nodes nearer to each other than two bodies share a spot: of a node with `n` such neighbours at least
    one in `n + 1` can be stood on (Caro and Wei's bound on independent sets). Long lanes have spots as far
    apart as robots stop in.
    """
    graph = network.graph_of(kind)
    inside = graph.main if np.bincount(graph.strong, minlength=1).max() > 1 else _none(graph)
    edges = inside[graph.edge_start] & inside[graph.edge_end]
    start, end = graph.edge_start[edges], graph.edge_end[edges]
    length_m = np.hypot(*(network.xy[end] - network.xy[start]).T)
    near = length_m < 2 * kind.radius_m + CLEARANCE_M
    neighbours = np.bincount(np.concatenate((start[near], end[near])), minlength=graph.size)
    block_m = np.minimum(LONGEST_BLOCK_M, length_m / BLOCKS_PER_LANE)
    spacing_m = np.maximum(kind.stopping_distance_m + 2 * kind.radius_m, block_m)
    along = np.maximum(0, length_m // spacing_m - 1).sum()
    spots = math.floor(float((1 / (1 + neighbours[inside])).sum() + along) + 1e-6)
    return Room(spots, math.floor(spots * EASY_SHARE))


def _none(graph: MapGraph) -> NDArray[np.bool_]:
    return np.zeros(graph.size, bool)
