# SPDX-License-Identifier: Apache-2.0
"""Maps to run traffic on: one-way city lanes and two-way grids, drawn from a seed.

Vertices are one metre apart on all of them, so that robots of one speed need equally long for each edge.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Node, SiteMap
from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.maps.movingai import read_movingai

STREET_VERTICES = 6
"""Between two junctions."""
STREETS_KEPT = 0.87
"""The rest is missing, each direction for itself."""
_BLOCK_M = STREET_VERTICES + 2
_SIDES = ((1, 0), (0, 1), (-1, 0), (0, -1))
"""East, north, west, south."""


def city_lanes(side: int, seed: int) -> SiteMap:
    """`side` x `side` junctions joined by one-way lanes, right-hand traffic; no lane leads two ways.

    A junction is a ring of four corners, driven counter-clockwise. A lane leaves a corner and enters
    the corner across; a few are missing, never so many that some place could not be reached.
    """
    streets = [
        (x, y, toward)
        for y in range(side)
        for x in range(side)
        for toward, (dx, dy) in enumerate(_SIDES)
        if 0 <= x + dx < side and 0 <= y + dy < side
    ]
    kept = _thinned(streets, side, random.Random(seed))
    nodes = [node for y in range(side) for x in range(side) for node in _corners(x, y)]
    lanes = [lane for y in range(side) for x in range(side) for lane in _ring(x, y)]
    for street in kept:
        inner, way = _street(*street)
        nodes += inner
        lanes += way
    return SiteMap(f"city{side}-{seed}", (Level(GROUND),), tuple(nodes), tuple(lanes))


_Street = tuple[int, int, int]
"""Junction (column, row) it leaves, and toward which side."""


def _thinned(streets: Sequence[_Street], side: int, rng: random.Random) -> list[_Street]:
    """The streets without those dropped at random; all junctions stay reachable from all."""
    kept = list(streets)
    wanted = round(STREETS_KEPT * len(streets))
    for street in rng.sample(kept, len(kept)):
        if len(kept) == wanted:
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


def _corner(x: int, y: int, corner: int) -> str:
    return f"j{x}.{y}.{corner}"


def _corners(x: int, y: int) -> Iterator[Node]:
    """Corner `k` is where the lane toward side `k` leaves: south-east for east, and so on round."""
    offsets = ((0.5, -0.5), (0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5))
    for corner, (dx, dy) in enumerate(offsets):
        yield Node(_corner(x, y, corner), x * _BLOCK_M + dx, y * _BLOCK_M + dy)


def _ring(x: int, y: int) -> Iterator[Lane]:
    for corner in range(4):
        yield _lane(_corner(x, y, corner), _corner(x, y, (corner + 1) % 4))


def _street(x: int, y: int, toward: int) -> tuple[list[Node], list[Lane]]:
    """A lane keeps to its right, and so ends one corner before that which leads on ahead."""
    dx, dy = _SIDES[toward]
    start = list(_corners(x, y))[toward]
    names = [start.id]
    inner = []
    for step in range(1, STREET_VERTICES + 1):
        name = f"s{x}.{y}.{toward}.{step}"
        inner.append(Node(name, start.x_m + step * dx, start.y_m + step * dy))
        names.append(name)
    names.append(_corner(x + dx, y + dy, (toward - 1) % 4))
    return inner, [_lane(tail, head) for tail, head in pairwise(names)]


def _lane(start: str, end: str) -> Lane:
    return Lane(f"{start}-{end}", start, end, LaneKind.STREET)


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
