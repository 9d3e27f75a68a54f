# SPDX-License-Identifier: Apache-2.0
"""Peers that reserve ground ahead and wait for what others hold; clean-room, as fleet managers do it.

`next vertex`: a robot that rests takes the next vertex on a shortest way once it is free. `claim ahead`: it
keeps up to three vertices ahead of it, as openTCS has vehicles claim ground some steps ahead. `full path`:
it takes its whole way at once, or waits. Who has had its goal longest is asked first. Where several ways
are as short, a robot takes one that is free.
"""

from __future__ import annotations

import numpy as np

from suwon_fleet.bench.traffic.ground import Ground, is_free, rests, take
from suwon_fleet.bench.traffic.world import NO
from suwon_fleet.kernel import inner_kernel, kernel
from suwon_fleet.traffic.roadmap import Ints


@kernel
def reserve_ahead(ground: Ground, ahead: int) -> int:
    """Grant robots free edges on a shortest way, until each has `ahead`; returns how many edges."""
    count = 0
    found = np.empty(1, dtype=np.int32)
    for robot in np.argsort(ground.since, kind="mergesort"):
        if not ground.lives[robot]:
            continue
        while ground.last[robot] - ground.first[robot] < ahead:
            edge = _nearer(ground, robot, ground.front[robot], found)
            if edge == NO:
                break
            count = take(ground, robot, edge, count)
    return count


@kernel
def reserve_path(ground: Ground, path: Ints) -> int:
    """Grant robots that rest their whole way, where all of it is free; `path` is scratch (V,)."""
    count = 0
    found = np.empty(1, dtype=np.int32)
    for robot in np.argsort(ground.since, kind="mergesort"):
        if not ground.lives[robot] or not rests(ground, robot):
            continue
        here, length = ground.front[robot], 0
        while ground.row[robot, here] > 0.0:
            edge = _nearer(ground, robot, here, found)
            if edge == NO:
                break
            path[length] = edge
            length += 1
            here = ground.edge_to[edge]
        if ground.row[robot, here] == 0.0:
            for edge in path[:length]:
                count = take(ground, robot, edge, count)
    return count


@inner_kernel
def _nearer(ground: Ground, robot: int, here: int, found: Ints) -> int:
    """A free edge that brings a robot nearer to its goal, the nearest first; NO when there is none."""
    best, best_s = NO, ground.row[robot, here]
    for slot in range(ground.out_ptr[here], ground.out_ptr[here + 1]):
        edge = ground.out_edges[slot]
        away_s = ground.row[robot, ground.edge_to[edge]]
        if (
            away_s < best_s
            and ground.is_open[ground.kind[robot], edge]
            and is_free(ground, robot, edge, found)
        ):
            best, best_s = edge, away_s
    return best
