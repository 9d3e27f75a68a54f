# SPDX-License-Identifier: Apache-2.0
"""Maps to run traffic on: one-way city lanes and two-way grids, drawn from a seed.

Vertices are one metre apart on all of them (but for the corners of junctions, where it is asked for), so
that robots of one speed need equally long for each edge.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Node, SiteMap, Zone, ZoneKind
from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.maps.movingai import read_movingai

STREETS_KEPT = 0.87
"""The rest is missing, each direction for itself."""
_SIDES = ((1, 0), (0, 1), (-1, 0), (0, -1))
"""East, north, west, south."""


_Street = tuple[int, int, int]
"""Junction (column, row) it leaves, and toward which side."""


def city_lanes(
    side: int, seed: int, *, street: int = 6, apart_m: float = 1.0, zones: int = 0
) -> SiteMap:
    """`side` x `side` junctions joined by one-way lanes, right-hand traffic; no lane leads two ways.

    A junction is a ring of four corners, driven counter-clockwise. A lane leaves a corner and enters
    the corner across, `street` vertices on; the lane back is `apart_m` beside it. A few lanes are
    missing, never so many that some place could not be reached; and `zones` of them can be closed
    together without that.
    """
    streets = [
        (x, y, toward)
        for y in range(side)
        for x in range(side)
        for toward, (dx, dy) in enumerate(_SIDES)
        if 0 <= x + dx < side and 0 <= y + dy < side
    ]
    rng = random.Random(seed)
    kept = _thinned(streets, side, round(STREETS_KEPT * len(streets)), rng)
    always = set(_thinned(kept, side, len(kept) - zones, rng))
    city = _City(side, street, apart_m)
    for one in kept:
        city.add_street(*one, is_zone=one not in always)
    return city.site(f"city{side}-{seed}")


def _thinned(
    streets: Sequence[_Street], side: int, count: int, rng: random.Random
) -> list[_Street]:
    """`count` streets, others dropped at random, so that all junctions can be reached from all."""
    kept = list(streets)
    for street in rng.sample(kept, len(kept)):
        if len(kept) == count:
            break
        fewer = [other for other in kept if other != street]
        if _is_connected(fewer, side):
            kept = fewer
    return kept


def _is_connected(streets: Sequence[_Street], side: int) -> bool:
    tails = [y * side + x for x, y, _ in streets]
    heads = [(y + _SIDES[to][1]) * side + x + _SIDES[to][0] for x, y, to in streets]
    graph = csr_array((np.ones(len(tails)), (tails, heads)), shape=2 * (side * side,))
    parts, _ = connected_components(graph, connection="strong")
    return parts == 1


class _City:
    """Grows the nodes and lanes of a city; used once."""

    def __init__(self, side: int, street: int, apart_m: float) -> None:
        self._street = street
        self._half_m = apart_m / 2
        self._block_m = street + 1 + apart_m
        self._zones: list[Zone] = []
        self._nodes = [
            self._corner(x, y, corner)
            for y in range(side)
            for x in range(side)
            for corner in range(4)
        ]
        self._lanes = [
            _lane(ring[corner].id, ring[(corner + 1) % 4].id)
            for first in range(0, len(self._nodes), 4)
            for ring in [self._nodes[first : first + 4]]
            for corner in range(4)
        ]

    def _corner(self, x: int, y: int, corner: int) -> Node:
        """Corner `k` is where the lane toward side `k` leaves: south-east for east, and so on round."""
        right, up = ((1, -1), (1, 1), (-1, 1), (-1, -1))[corner]
        return Node(
            f"j{x}.{y}.{corner}",
            x * self._block_m + right * self._half_m,
            y * self._block_m + up * self._half_m,
        )

    def add_street(self, x: int, y: int, toward: int, *, is_zone: bool) -> None:
        """A lane keeps to its right, and so ends one corner before that which leads on ahead."""
        dx, dy = _SIDES[toward]
        start = self._corner(x, y, toward)
        inner = [
            Node(f"s{x}.{y}.{toward}.{step}", start.x_m + step * dx, start.y_m + step * dy)
            for step in range(1, self._street + 1)
        ]
        end = self._corner(x + dx, y + dy, (toward - 1) % 4)
        self._nodes += inner
        self._lanes += [_lane(a.id, b.id) for a, b in pairwise((start, *inner, end))]
        if is_zone:
            self._zones.append(_zone_around(inner))

    def site(self, site_id: str) -> SiteMap:
        return SiteMap(
            site_id,
            (Level(GROUND),),
            tuple(self._nodes),
            tuple(self._lanes),
            zones=tuple(self._zones),
        )


def _lane(start: str, end: str) -> Lane:
    return Lane(f"{start}-{end}", start, end, LaneKind.STREET)


def _zone_around(nodes: Sequence[Node]) -> Zone:
    """A zone that holds a street's inner vertices, and neither its ends nor the lane beside it."""
    xs, ys = [node.x_m for node in nodes], [node.y_m for node in nodes]
    west, east, south, north = min(xs) - 0.4, max(xs) + 0.4, min(ys) - 0.4, max(ys) + 0.4
    ring = ((west, south), (east, south), (east, north), (west, north))
    return Zone(f"zone-{nodes[0].id}", ZoneKind.STREET, ring)


def random_grid(side: int, closed: float, seed: int) -> SiteMap:
    """A square of cells, a share `closed` of them blocked at random, like MovingAI's random maps."""
    rng = random.Random(seed)
    cells = [True] * round(closed * side * side)
    cells += [False] * (side * side - len(cells))
    rng.shuffle(cells)
    rows = [
        "".join("@" if cells[row * side + column] else "." for column in range(side))
        for row in range(side)
    ]
    text = "\n".join(["type octile", f"height {side}", f"width {side}", "map", *rows])
    name = f"random-{side}-{side}-{round(100 * closed)}-{seed}"
    site = read_movingai(text, Findings(name), name)
    assert site is not None, "a drawn grid reads"
    return site
