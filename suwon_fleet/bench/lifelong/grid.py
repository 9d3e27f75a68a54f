# SPDX-License-Identifier: Apache-2.0
"""Grids of cells as timed ground: robots turn on the spot, and go forward to the next cell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.traffic.window.ground import Ints, TimedGround, timed_ground

HEADINGS = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""East, south, west, north, as (rows, columns): each is the one before turned clockwise."""


class Grid(NamedTuple):
    """Cells by row and column; `is_open` says which are ground.

    A robot covers `side` by `side` cells, of which it is *at* the upper left one. Places a robot may be
    at are numbered; `place_of` (rows x columns) is -1 for others. Vertex `4 * place + heading`.
    """

    is_open: NDArray[np.bool_]
    side: int
    place_of: Ints
    cell_of: Ints

    @classmethod
    def of(cls, is_open: NDArray[np.bool_], side: int = 1) -> Grid:
        """Number the places where a robot so wide can be."""
        rows, columns = is_open.shape
        fits = np.zeros_like(is_open)
        if rows >= side and columns >= side:
            squares = np.lib.stride_tricks.sliding_window_view(is_open, (side, side))
            fits[: rows - side + 1, : columns - side + 1] = squares.all(axis=(2, 3))
        cell_of = np.flatnonzero(fits).astype(np.int32)
        place_of = np.full(is_open.size, -1, dtype=np.int32)
        place_of[cell_of] = np.arange(len(cell_of))
        return cls(is_open, side, place_of.reshape(is_open.shape), cell_of)

    @property
    def place_count(self) -> int:
        return len(self.cell_of)

    def ahead(self) -> Ints:
        """(places, 4) the place one step ahead by heading, -1 where there is none."""
        padded = np.pad(self.place_of, 1, constant_values=-1)
        row, column = np.divmod(self.cell_of, self.is_open.shape[1])
        steps = [padded[row + 1 + down, column + 1 + right] for down, right in HEADINGS]
        return np.stack(steps, axis=1)


def unit_ground(grid: Grid, *, corners: bool, price: int) -> TimedGround:
    """Ground where each action takes one step and costs `price`.

    Robots one cell wide may enter a cell in the step in which another leaves it; without `corners` only
    straight behind it, as bodies that fill their cells can. Wider ones enter cells that nobody covers.
    """
    ahead = grid.ahead()
    vertex = np.arange(4 * grid.place_count, dtype=np.int32)
    place, heading = np.divmod(vertex, 4)
    going = np.flatnonzero(ahead.ravel() >= 0).astype(np.int32)
    onto = ahead.ravel()[going]
    turned = [4 * place + (heading + turn) % 4 for turn in (1, 3)]
    tail = np.concatenate((vertex, vertex, going))
    head = np.concatenate((*turned, 4 * onto + going % 4))
    order = np.argsort(tail, kind="stable").astype(np.int32)
    here = _covered(grid, place)
    if grid.side > 1:
        writes = reads = np.hstack((_covered(grid, place[going]), _covered(grid, onto)))
    else:
        writes, reads = _following(grid, going, onto, corners=corners)
    one = np.ones((1, len(tail)), dtype=np.int32)
    return timed_ground(
        tail[order],
        head[order],
        one,
        price * one,
        price,
        _lists(here, writes, order),
        _lists(here, reads, order),
        place,
    )


def _covered(grid: Grid, place: Ints) -> Ints:
    """(places, side * side) the cells that a robot covers."""
    down, right = np.divmod(np.arange(grid.side**2), grid.side)
    offsets = down * grid.is_open.shape[1] + right
    covered: Ints = (grid.cell_of[place][:, None] + offsets[None, :]).astype(np.int32)
    return covered


def _following(grid: Grid, going: Ints, onto: Ints, *, corners: bool) -> tuple[Ints, Ints]:
    """What moves from vertices `going` to places `onto` write and read.

    A move writes the cell it ends in and the border it crosses, so that two cannot swap. Without corners
    it also writes the way it goes out of its cell and into the other, and reads the other three ways.
    """
    cells = grid.is_open.size
    tail, heading = np.divmod(going, 4)
    backwards = heading >= 2
    border = cells + 2 * np.where(backwards, onto, tail) + heading % 2
    own = np.stack((grid.cell_of[onto], border), axis=1)
    if corners:
        return own, own
    ways = 3 * cells
    out, into = ways, ways + 4 * grid.place_count
    others = (heading[:, None] + np.arange(1, 4)) % 4
    ways_taken = ((out + 4 * tail + heading)[:, None], (into + 4 * onto + heading)[:, None])
    ways_barred = (out + 4 * onto[:, None] + others, into + 4 * tail[:, None] + others)
    return np.hstack((own, *ways_taken)), np.hstack((own, *ways_barred))


def _lists(here: Ints, moving: Ints, order: Ints) -> tuple[Ints, Ints]:
    """Resources of all items: standing, then the edges in `order`, of which turning twice comes first."""
    width = max(here.shape[1], moving.shape[1])
    still, moves = (
        np.pad(some, ((0, 0), (0, width - some.shape[1])), constant_values=-1)
        for some in (here, moving)
    )
    table = np.vstack((still, np.vstack((still, still, moves))[order]))
    used = table >= 0
    ptr = np.concatenate(([0], np.cumsum(used.sum(axis=1))))
    return ptr.astype(np.int32), table[used].astype(np.int32)
