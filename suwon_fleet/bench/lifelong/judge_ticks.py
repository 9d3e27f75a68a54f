# SPDX-License-Identifier: Apache-2.0
"""The rules of 2026's game, told anew: judges squares that move from where they were to where they are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_TOUCH = 1e-6
"""Squares that overlap by no more only touch."""


class Scene(NamedTuple):
    """All robots at the end of a tick: upper left corners as (row, column), and headings."""

    corners: Floats
    heading: NDArray[np.int64]


class TickJudge:
    """Looks at a game tick by tick; keeps what it needs to remember of earlier ones."""

    def __init__(self, is_open: Flags, size: float, ticks: int, start: Scene) -> None:
        self._is_open, self._size, self._ticks = is_open, size, ticks
        self._last = start

    def violations(self, scene: Scene, is_delayed: Flags) -> Iterator[str]:
        """What is against the rules in the tick that ended so."""
        last, self._last = self._last, scene
        went = scene.corners - last.corners
        is_still: Flags = np.all(went == 0, axis=1)
        turned = (scene.heading - last.heading) % 4
        ahead = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)])[scene.heading] / self._ticks
        faults = {
            "moves although delayed": is_delayed & (~is_still | (turned != 0)),
            "turns around at once": turned == 2,
            "turns between cells": (turned != 0) & ~_on_cell(last.corners),
            "moves otherwise than straight ahead, as far as a tick lets it": ~is_still
            & (np.abs(went - ahead).max(axis=1) > _TOUCH),
            "is off the open cells": _off_ground(
                self._is_open, last.corners, scene.corners, self._size
            ),
        }
        for fault, who in faults.items():
            yield from (f"robot {robot} {fault}" for robot in np.flatnonzero(who))
        for one, other in _overlaps(last.corners, scene.corners, self._size):
            yield f"robots {one} and {other} overlap"


def _on_cell(corners: Floats) -> Flags:
    on: Flags = np.all(np.abs(corners - np.rint(corners)) < _TOUCH, axis=1)
    return on


def _off_ground(is_open: Flags, before: Floats, after: Floats, size: float) -> Flags:
    """Which robots sweep ground that is not open or not there."""
    low = np.floor(np.minimum(before, after) + _TOUCH).astype(int)
    high = np.ceil(np.maximum(before, after) + size - _TOUCH).astype(int)
    off: Flags = np.any((low < 0) | (high > np.array(is_open.shape)), axis=1)
    # how many closed cells are above and to the left of each corner between cells
    closed = np.pad(np.cumsum(np.cumsum(~is_open, axis=0), axis=1), ((1, 0), (1, 0)))
    low, high = np.where(off[:, None], 0, low), np.where(off[:, None], 0, high)
    rows, columns = (low[:, 0], high[:, 0]), (low[:, 1], high[:, 1])
    inside = sum(
        (-1) ** (a + b) * closed[rows[1 - a], columns[1 - b]] for a, b in product((0, 1), repeat=2)
    )
    return off | (np.asarray(inside) > 0)


@kernel
def _overlaps(before: Floats, after: Floats, size: float) -> list[tuple[int, int]]:
    """Pairs of squares that overlap at some time while each moves evenly from one place to the other.

    Robots in order of their rows; only those whose rows come near each other are compared.
    """
    found = [(0, 0) for _ in range(0)]
    order = np.argsort(before[:, 0])
    for place in range(len(order)):
        one = order[place]
        for behind in range(place + 1, len(order)):
            other = order[behind]
            if before[other, 0] - before[one, 0] > size + 2:
                break
            begin, end = 0.0, 1.0
            for axis in range(2):
                gap = before[other, axis] - before[one, axis]
                change = after[other, axis] - after[one, axis] - gap
                reach = size - 1e-6
                if abs(change) < 1e-12:
                    if abs(gap) >= reach:
                        end = -1.0
                    continue
                first, last = (-reach - gap) / change, (reach - gap) / change
                begin = max(begin, min(first, last))
                end = min(end, max(first, last))
            if begin < end:
                found.append((one, other))
    return found
