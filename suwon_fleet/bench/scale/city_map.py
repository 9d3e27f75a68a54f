# SPDX-License-Identifier: Apache-2.0
"""A generated city: one-way streets on a grid, with stations in lay-bys beside them."""

from __future__ import annotations

import numpy as np

from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Node, Place, PlaceKind, SiteMap

BLOCK_M = 80.0
"""From one crossing to the next."""
LEAVE_M, JOIN_M = 20.0, 60.0
"""A lay-by leaves its street and joins it again so far from the crossing before."""
ASIDE_M = 4.0
"""A lay-by lies so far beside its street: who waits in it is in nobody's way."""
_STOP = frozenset({PlaceKind.PICKUP, PlaceKind.DROPOFF, PlaceKind.WAYPOINT})


def city(blocks: int, stations: int, *, seed: int) -> SiteMap:
    """A city of `blocks` x `blocks` crossings (an even number) with stations on streets drawn at random.

    Neighbouring streets run opposite ways and those at the border round it, so that every place can be
    reached from every other.
    """
    draft = _Draft()
    names = [[draft.node(BLOCK_M * x, BLOCK_M * y) for x in range(blocks)] for y in range(blocks)]
    streets = []
    for line in range(blocks):
        for at in range(blocks - 1):
            row, column = (
                (names[line][at], names[line][at + 1]),
                (names[at][line], names[at + 1][line]),
            )
            streets.append(row if line % 2 == 0 else row[::-1])
            streets.append(column if line % 2 == 1 else column[::-1])
    chosen = np.random.default_rng(seed).permutation(len(streets))[:stations]
    has_station = np.zeros(len(streets), dtype=bool)
    has_station[chosen] = True
    for (start, end), station in zip(streets, has_station.tolist(), strict=True):
        if station:
            draft.street_with_station(start, end)
        else:
            draft.lane(start, end)
    return draft.site(f"city-{blocks}x{blocks}")


class _Draft:
    """Grows the lists of a map; used once."""

    def __init__(self) -> None:
        self._at: dict[str, tuple[float, float]] = {}
        self._lanes: list[Lane] = []
        self._places: list[Place] = []

    def node(self, x_m: float, y_m: float) -> str:
        name = f"n{len(self._at)}"
        self._at[name] = (x_m, y_m)
        return name

    def lane(self, start: str, end: str) -> None:
        self._lanes.append(Lane(f"{start}-{end}", start, end, LaneKind.STREET))

    def street_with_station(self, start: str, end: str) -> None:
        here, there = np.array(self._at[start]), np.array(self._at[end])
        ahead = (there - here) / BLOCK_M
        aside = ASIDE_M * np.array((ahead[1], -ahead[0]))
        leave = self.node(*(here + LEAVE_M * ahead))
        join = self.node(*(here + JOIN_M * ahead))
        stop = self.node(*(here + (LEAVE_M + JOIN_M) / 2 * ahead + aside))
        ways = ((start, leave), (leave, join), (join, end), (leave, stop), (stop, join))
        for way in ways:
            self.lane(*way)
        self._places.append(Place(stop, stop, _STOP))

    def site(self, name: str) -> SiteMap:
        return SiteMap(
            name,
            levels=(Level(GROUND),),
            nodes=tuple(Node(name, float(x), float(y)) for name, (x, y) in self._at.items()),
            lanes=tuple(self._lanes),
            places=tuple(self._places),
        )
