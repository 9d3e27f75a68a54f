# SPDX-License-Identifier: Apache-2.0
"""What is in the way of bodies: other bodies, as discs on the same level, found over a grid of cells.

Robots that the fleet moves do not touch; those driven by hand, or by somebody else's controller, may, and
people step where they like. Whoever touches is blocked as long as it would come nearer.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from suwon_fleet.kernel import inlined_kernel, kernel
from suwon_fleet.sim.kinematics import Bodies, Floats, Ints, leads_to

NONE = NOWHERE = -1
"""No disc; a level on which nobody is."""
WALL = -2
"""Touched in a disc's place."""


class Discs(NamedTuple):
    """What bodies may touch: first the robots, in their rows, then whatever else stands about.

    `touched` is the disc that each robot touches in this step, or `NONE`. `heads` and `following` are lists
    of the discs in each cell, made anew in each step.
    """

    x: Floats
    y: Floats
    radius: Floats
    level: Ints
    touched: Ints
    heads: Ints
    following: Ints

    @classmethod
    def empty(cls, robots: int, others: int = 0) -> Discs:
        """Discs without extent, which nobody touches."""
        size = robots + others
        cells = 1 << max(4, (2 * size).bit_length())
        return cls(
            x=np.zeros(size),
            y=np.zeros(size),
            radius=np.zeros(size),
            level=np.zeros(size, dtype=np.int32),
            touched=np.full(robots, NONE, dtype=np.int32),
            heads=np.full(cells, NONE, dtype=np.int32),
            following=np.full(size, NONE, dtype=np.int32),
        )

    def resized(self, robots: int) -> Discs:
        """The same of so many robots; those that are new have no extent."""
        before = len(self.touched)
        new = Discs.empty(robots, len(self.x) - before)
        kept = min(before, robots)
        for array, old in (
            (new.x, self.x),
            (new.y, self.y),
            (new.radius, self.radius),
            (new.level, self.level),
        ):
            array[:kept], array[robots:] = old[:kept], old[before:]
        return new


@inlined_kernel
def _cell(column: int, row: int, mask: int) -> int:
    """The list of a cell; far cells share one, which costs a look."""
    return ((column * 73856093) ^ (row * 19349663)) & mask


@kernel
def touch(discs: Discs, body: Bodies, dt: float) -> int:
    """Find which robots would press against something in the next step; how many."""
    robots, size, mask = len(body.x), len(discs.x), len(discs.heads) - 1
    widest = fastest = 0.0
    for i in range(robots):
        discs.x[i], discs.y[i] = body.x[i], body.y[i]
        fastest = max(fastest, body.speed[i])
    for i in range(size):
        widest = max(widest, discs.radius[i])
    if widest <= 0.0:
        return 0
    side = 2.0 * (widest + fastest * dt)
    for cell in range(len(discs.heads)):
        discs.heads[cell] = NONE
    for i in range(size):
        cell = _cell(math.floor(discs.x[i] / side), math.floor(discs.y[i] / side), mask)
        discs.following[i] = discs.heads[cell]
        discs.heads[cell] = i
    count = 0
    for i in range(robots):
        discs.touched[i] = NONE
        if body.speed[i] > 0.0:
            there_x, there_y = leads_to(body, i, dt)
            discs.touched[i] = _in_the_way(discs, i, there_x, there_y, side)
            count += discs.touched[i] != NONE
        body.is_blocked[i] = discs.touched[i] != NONE
    return count


@inlined_kernel
def _in_the_way(discs: Discs, i: int, there_x: float, there_y: float, side: float) -> int:
    """The first disc that robot `i` would press against on its way there; NONE if there is no such."""
    mask, found = len(discs.heads) - 1, NONE
    column, row = math.floor(discs.x[i] / side), math.floor(discs.y[i] / side)
    for aside in range(-1, 2):
        for ahead in range(-1, 2):
            other = discs.heads[_cell(column + aside, row + ahead, mask)]
            while other != NONE:
                if other != i and discs.level[other] == discs.level[i]:
                    reach = discs.radius[i] + discs.radius[other]
                    to_x, to_y = discs.x[other] - there_x, discs.y[other] - there_y
                    then = to_x * to_x + to_y * to_y
                    if then < reach * reach:
                        to_x, to_y = discs.x[other] - discs.x[i], discs.y[other] - discs.y[i]
                        comes_nearer = then < to_x * to_x + to_y * to_y
                        if comes_nearer and (found == NONE or other < found):
                            found = other
                other = discs.following[other]
    return found
