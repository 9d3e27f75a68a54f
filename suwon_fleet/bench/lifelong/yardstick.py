# SPDX-License-Identifier: Apache-2.0
"""Plain PIBT on a grid with turns, one step at a time: the yardstick (after Okumura et al., AIJ 2022).

Robots, those first that have been on their way longest, take the neighbouring cell nearest to their goal;
one that stands there must take another first. Then those that do not face their cell turn towards it, and
those that do go if their cell is, or will be, empty.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import inner_kernel, kernel

NO = -1


@kernel
def pibt_step(
    ahead: NDArray[np.int32],
    rows: NDArray[np.uint16],
    row_of: NDArray[np.int32],
    vertex: NDArray[np.int32],
    order: NDArray[np.int32],
) -> NDArray[np.int32]:
    """The vertices (place and heading) that robots are at after one step.

    `rows[row_of[i]]` is robot `i`'s distance by vertex; `order` names the most important robot first.
    """
    robots = len(vertex)
    standing = np.full(len(ahead), NO, dtype=np.int32)
    taken = np.full(len(ahead), NO, dtype=np.int32)
    wish = np.full(robots, NO, dtype=np.int32)
    for robot in range(robots):
        standing[vertex[robot] // 4] = robot
    for robot in order:
        if wish[robot] == NO:
            _choose(ahead, rows, row_of, vertex, standing, taken, wish, robot)
    after = vertex.copy()
    moves = np.zeros(robots, dtype=np.bool_)
    for robot in range(robots):
        place, heading = vertex[robot] // 4, vertex[robot] % 4
        if wish[robot] == place:
            continue
        if ahead[place, heading] == wish[robot]:
            moves[robot] = True
            continue
        right = ahead[place, (heading + 3) % 4] != wish[robot]
        after[robot] = 4 * place + (heading + (1 if right else 3)) % 4
    changed = True
    while changed:  # who waits stops those behind
        changed = False
        for robot in range(robots):
            if moves[robot]:
                other = standing[wish[robot]]
                if other != NO and not moves[other]:
                    moves[robot] = False
                    changed = True
    for robot in range(robots):
        if moves[robot]:
            after[robot] = 4 * wish[robot] + vertex[robot] % 4
    return after


@inner_kernel
def _choose(
    ahead: NDArray[np.int32],
    rows: NDArray[np.uint16],
    row_of: NDArray[np.int32],
    vertex: NDArray[np.int32],
    standing: NDArray[np.int32],
    taken: NDArray[np.int32],
    wish: NDArray[np.int32],
    first: int,
) -> None:
    """Let a robot wish for the best place that it can have, and those that it pushes away too."""
    tried = np.zeros((len(vertex), 5), dtype=np.bool_)
    stack = [first]
    while len(stack) > 0:
        robot = stack[-1]
        place = vertex[robot] // 4
        option = _best_option(ahead, rows[row_of[robot]], vertex[robot], tried[robot])
        if option == NO:
            taken[place] = robot
            wish[robot] = place
            stack.pop()
            continue
        tried[robot, option] = True
        there = place if option == 4 else ahead[place, option]
        if taken[there] != NO or (len(stack) > 1 and there == vertex[stack[-2]] // 4):
            continue
        taken[there] = robot
        wish[robot] = there
        other = standing[there]
        if option == 4 or other == NO or wish[other] != NO:
            return  # so have all that pushed it
        stack.append(other)


@inner_kernel
def _best_option(
    ahead: NDArray[np.int32], row: NDArray[np.uint16], vertex: int, tried: NDArray[np.bool_]
) -> int:
    """The heading of the neighbouring place from which it is least far, 4 to stay, NO if all were tried."""
    place, heading = vertex // 4, vertex % 4
    best, best_cost = NO, np.int64(1 << 40)
    for option in range(5):
        if tried[option] or (option < 4 and ahead[place, option] == NO):
            continue
        if option == 4:
            cost = 4 * np.int64(row[vertex]) + 3  # rather than a move that brings it no nearer
        else:
            turns = min((option - heading) % 4, (heading - option) % 4)
            cost = 4 * (np.int64(row[4 * ahead[place, option] + option]) + 1 + turns)
        if cost < best_cost:
            best, best_cost = option, cost
    return best
