# SPDX-License-Identifier: Apache-2.0
"""Small maps for tests of traffic, drawn at random or by name."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st
from traffic.drive import site_of

from suwon_fleet.core.sitemap import SiteMap

STEP_M = 2.4
"""Neighbours on a drawn grid are so far apart: room for a robot on each, and for none between."""


@st.composite
def grids(draw: st.DrawFn, *, most: int = 6, least: int = 2) -> SiteMap:
    """A connected piece of a grid with `least` to `most` nodes and any of the lanes between them."""
    count = draw(st.integers(least, most))
    cells = [(0, 0)]
    ways: list[tuple[str, str]] = []
    while len(cells) < count:
        options = sorted(
            {
                (x + dx, y + dy)
                for x, y in cells
                for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))
                if (x + dx, y + dy) not in cells
            }
        )
        cell = draw(st.sampled_from(options))
        near = [other for other in cells if _are_neighbours(cell, other)]
        ways.append((_name(draw(st.sampled_from(near))), _name(cell)))
        cells.append(cell)
    for one, other in itertools.combinations(cells, 2):
        way = (_name(one), _name(other))
        is_new = way not in ways and way[::-1] not in ways
        if _are_neighbours(one, other) and is_new and draw(st.booleans()):
            ways.append(way)
    return site_of({_name(cell): (STEP_M * cell[0], STEP_M * cell[1]) for cell in cells}, ways)


def _are_neighbours(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return abs(one[0] - other[0]) + abs(one[1] - other[1]) == 1


def _name(cell: tuple[int, int]) -> str:
    return f"{cell[0]}/{cell[1]}"


def line(count: int, step_m: float = STEP_M) -> SiteMap:
    """A narrow way with nodes `n0` to `n{count - 1}`."""
    names = [f"n{number}" for number in range(count)]
    return site_of(
        {name: (step_m * number, 0.0) for number, name in enumerate(names)},
        list(itertools.pairwise(names)),
    )


def tee() -> SiteMap:
    """A narrow way `a - b - c` with a bay `d` off its middle, where one robot can let another by."""
    return site_of(
        {"a": (0, 0), "b": (2.4, 0), "c": (4.8, 0), "d": (2.4, 2.4)},
        [("a", "b"), ("b", "c"), ("b", "d")],
    )


def ring(count: int = 6) -> SiteMap:
    """A square-cornered loop of `count` nodes (even)."""
    half = count // 2
    points = {f"n{i}": (STEP_M * i, 0.0) for i in range(half)}
    points |= {f"n{count - 1 - i}": (STEP_M * i, STEP_M) for i in range(half)}
    names = [f"n{i}" for i in range(count)]
    return site_of(points, [*itertools.pairwise(names), (names[-1], names[0])])
