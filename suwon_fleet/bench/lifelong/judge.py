# SPDX-License-Identifier: Apache-2.0
"""The rules of the game, told anew: judges what robots did from where they were, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pose: TypeAlias = tuple[int, int]
"""The cell a robot is in, and its heading: 0 east, 1 south, 2 west, 3 north."""


def violations(
    is_open: NDArray[np.bool_], before: Sequence[Pose], after: Sequence[Pose]
) -> Iterator[str]:
    """What is against the rules in one step in which each robot may turn, go forward or wait."""
    for robot, (old, new) in enumerate(zip(before, after, strict=True)):
        if fault := _fault(is_open, old, new):
            yield f"robot {robot} {fault}"
    here: dict[int, int] = {}
    for robot, (cell, _) in enumerate(after):
        if cell in here:
            yield f"robots {here[cell]} and {robot} are both in cell {cell}"
        here[cell] = robot
    was = {cell: robot for robot, (cell, _) in enumerate(before)}
    for robot, (cell, _) in enumerate(after):
        other = was.get(cell, robot)
        if other < robot and after[other][0] == before[robot][0]:
            yield f"robots {other} and {robot} swap cells {cell} and {before[robot][0]}"


def _fault(is_open: NDArray[np.bool_], old: Pose, new: Pose) -> str:
    height, width = is_open.shape
    (row, column), (new_row, new_column) = divmod(old[0], width), divmod(new[0], width)
    if not (0 <= new_row < height and is_open[new_row, new_column]):
        return f"is in cell {new[0]}, which is not open"
    if new[0] == old[0]:
        return "turns around at once" if (new[1] - old[1]) % 4 == 2 else ""
    towards = {(0, 1): 0, (1, 0): 1, (0, -1): 2, (-1, 0): 3}
    heading = towards.get((new_row - row, new_column - column))
    if heading is None:
        return f"jumps from cell {old[0]} to {new[0]}"
    return "" if heading == old[1] == new[1] else f"goes sideways from cell {old[0]} to {new[0]}"
