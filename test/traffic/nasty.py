# SPDX-License-Identifier: Apache-2.0
"""Maps that are hard on traffic, drawn from a seed: single lanes, dead ends, swaps, bridges, one-way rings.

Each leaves robots a way: everywhere can be reached from everywhere, and there are more free nodes than
the longest way without a fork has, so that any two robots can change places.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Node, SiteMap

STEP_M = 2.4
"""Neighbours are so far apart: room for a robot on each, and for none between."""
Spot = tuple[int, int]


class Sketch:
    """A map on a square grid, while it is drawn."""

    def __init__(self) -> None:
        self.lanes: set[tuple[Spot, Spot]] = set()

    def join(self, one: Spot, other: Spot, *, both_ways: bool = True) -> None:
        self.lanes.add((one, other))
        if both_ways:
            self.lanes.add((other, one))

    def draw(self, *spots: Spot) -> None:
        """A way with nodes at the given spots and at each one between them."""
        for begin, end in itertools.pairwise(spots):
            length = max(abs(end[0] - begin[0]), abs(end[1] - begin[1]))
            step = ((end[0] - begin[0]) // length, (end[1] - begin[1]) // length)
            for at in range(length):
                self.join(_moved(begin, step, at), _moved(begin, step, at + 1))

    @property
    def spots(self) -> set[Spot]:
        return {spot for lane in self.lanes for spot in lane}

    def site(self) -> SiteMap:
        names = {spot: f"{spot[0]}/{spot[1]}" for spot in sorted(self.spots)}
        return SiteMap(
            id="nasty",
            levels=(Level(GROUND),),
            nodes=tuple(
                Node(name, STEP_M * spot[0], STEP_M * spot[1]) for spot, name in names.items()
            ),
            lanes=tuple(
                Lane(f"{names[a]}-{names[b]}", names[a], names[b], LaneKind.INDOOR)
                for a, b in sorted(self.lanes)
            ),
        )


def _moved(spot: Spot, step: Spot, times: int = 1) -> Spot:
    return spot[0] + times * step[0], spot[1] + times * step[1]


def corridor(chance: random.Random) -> Sketch:
    """One long way with bays on both sides: robots can pass each other in bays only."""
    sketch = Sketch()
    length = chance.randint(70, 80)
    sketch.draw((0, 0), (length, 0))
    at = chance.randint(0, 2)
    while at <= length:
        depth = chance.choice((1, 1, 2))
        sketch.draw((at, 0), (at, chance.choice((-1, 1)) * depth))
        at += chance.randint(1, 3)
    return sketch


def tree(chance: random.Random) -> Sketch:
    """Corridors that branch and end blind: no loop anywhere."""
    sketch = Sketch()
    sketch.draw((0, 0), (4, 0))
    while len(sketch.spots) < 120:
        begin = chance.choice(sorted(sketch.spots))
        step = chance.choice(((1, 0), (-1, 0), (0, 1), (0, -1)))
        ahead = [_moved(begin, step, times) for times in range(1, chance.randint(1, 3) + 1)]
        beside = {
            _moved(spot, side) for spot in ahead for side in ((1, 0), (-1, 0), (0, 1), (0, -1))
        }
        if not (beside | set(ahead)) & (sketch.spots - {begin}):
            sketch.draw(begin, ahead[-1])
    return sketch


def rooms(chance: random.Random) -> Sketch:
    """Halls side by side with a single door between neighbours."""
    sketch = Sketch()
    side, across, along = 3, 4, 2
    for column, row in itertools.product(range(across), range(along)):
        x, y = column * (side + 2), row * (side + 2)
        for at in range(side):
            sketch.draw((x, y + at), (x + side - 1, y + at))
            sketch.draw((x + at, y), (x + at, y + side - 1))
        door = chance.randrange(side)
        if column < across - 1:
            sketch.draw((x + side - 1, y + door), (x + side + 2, y + door))
        if row < along - 1 and (column == 0 or chance.random() < 0.5):
            sketch.draw((x + door, y + side - 1), (x + door, y + side + 2))
    return sketch


def ladder(chance: random.Random) -> Sketch:
    """Two long ways with rungs between some of their nodes."""
    sketch = Sketch()
    length = chance.randint(40, 48)
    sketch.draw((0, 0), (length, 0))
    sketch.draw((0, 2), (length, 2))
    rungs = {0, length, *(at for at in range(length) if chance.random() < 0.35)}
    for at in rungs:
        sketch.draw((at, 0), (at, 2))
    return sketch


def rings(chance: random.Random) -> Sketch:
    """One-way loops in a row, joined by two-way bridges."""
    sketch = Sketch()
    x = 0
    for _ in range(chance.randint(5, 6)):
        width, height = chance.randint(3, 5), chance.randint(3, 5)
        loop = [(x + at, 0) for at in range(width)]
        loop += [(x + width, at) for at in range(height)]
        loop += [(x + width - at, height) for at in range(width)]
        loop += [(x, height - at) for at in range(height)]
        if chance.random() < 0.5:
            loop.reverse()
        for one, other in zip(loop, [*loop[1:], loop[0]], strict=True):
            sketch.join(one, other, both_ways=False)
        bridge = chance.randint(1, 3)
        sketch.draw((x + width, 1), (x + width + bridge, 1))
        x += width + bridge
    sketch.draw((x, 1), (x + 3, 1), (x + 3, 3), (x, 3), (x, 1))
    return sketch


def hub(chance: random.Random) -> Sketch:
    """Blind ways round one loop: everybody swaps through the middle."""
    sketch = Sketch()
    side = 10
    sketch.draw((0, 0), (side, 0), (side, side), (0, side), (0, 0))
    for at in range(0, side + 1, 2):
        for begin, step in (((at, 0), (0, -1)), ((at, side), (0, 1))):
            sketch.draw(begin, _moved(begin, step, chance.randint(1, 4)))
        if 0 < at < side:
            for begin, step in (((0, at), (-1, 0)), ((side, at), (1, 0))):
                sketch.draw(begin, _moved(begin, step, chance.randint(1, 4)))
    return sketch


FAMILIES: dict[str, Callable[[random.Random], Sketch]] = {
    "corridor": corridor,
    "tree": tree,
    "rooms": rooms,
    "ladder": ladder,
    "rings": rings,
    "hub": hub,
}


def nasty_site(family: str, seed: int) -> SiteMap:
    """A map of a family; the same for the same seed."""
    return FAMILIES[family](random.Random(f"{family} {seed}")).site()
