# SPDX-License-Identifier: Apache-2.0
"""Bodies on a roadmap, moved tick by tick along the edges they were granted.

A robot that moves may be stopped at any tick for a while. When it is stopped, and for how long, is drawn
from the seed, the robot and how many ticks it has moved, so that whoever plans has the same luck.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import inner_kernel, kernel
from suwon_fleet.traffic.roadmap import Floats, Ints

TICK_S = 0.1
STOP_CHANCE = 0.01
STOP_TICKS = (10, 60)
"""Least and most."""
MEAN_DELAY = 1.0 + STOP_CHANCE * sum(STOP_TICKS) / 2
"""Ticks for one tick of driving."""
LONGEST_GRANT = 4096
"""Edges a robot may be granted at once."""
NO = -1


class Bodies(NamedTuple):
    """Robots (N): `at` the vertex reached last; `edge` what is driven now, `left` ticks of it."""

    kind: Ints
    at: Ints
    edge: Ints
    left: Ints
    moved: Ints
    """Ticks driven so far."""
    stop: Ints
    """Ticks still to stand."""
    lives: NDArray[np.bool_]
    since: Ints
    """The tick of the last move."""
    ahead: Ints
    """(N, LONGEST_GRANT) granted edges, a ring buffer from `first` to `last`."""
    first: Ints
    last: Ints

    @staticmethod
    def of(kind: Ints, at: Ints) -> Bodies:
        count = len(kind)
        zeros = [np.zeros(count, dtype=np.int32) for _ in range(6)]
        return Bodies(
            kind,
            at.copy(),
            np.full(count, NO, dtype=np.int32),
            zeros[0],
            zeros[1],
            zeros[2],
            np.ones(count, dtype=np.bool_),
            zeros[3],
            np.zeros((count, LONGEST_GRANT), dtype=np.int32),
            zeros[4],
            zeros[5],
        )

    def grant(self, robot: int, edge: int) -> None:
        """A robot may drive an edge after those it was granted before."""
        last = self.last[robot]
        if last - self.first[robot] == LONGEST_GRANT:
            raise OverflowError(f"robot {robot} is granted more than {LONGEST_GRANT} edges")
        self.ahead[robot, last % LONGEST_GRANT] = edge
        self.last[robot] = last + 1


@kernel
def advance(
    bodies: Bodies, edge_to: Ints, ticks: Ints, tick: int, seed: int, delays: bool, arrived: Ints
) -> int:
    """Move all bodies by one tick; `ticks` is (K, E). Fills `arrived`; returns how many did."""
    count = 0
    for robot in range(len(bodies.kind)):
        if not bodies.lives[robot]:
            continue
        if bodies.stop[robot] > 0:
            bodies.stop[robot] -= 1
            continue
        if bodies.edge[robot] == NO:
            if bodies.first[robot] == bodies.last[robot]:
                continue
            edge = bodies.ahead[robot, bodies.first[robot] % LONGEST_GRANT]
            bodies.first[robot] += 1
            bodies.edge[robot] = edge
            bodies.left[robot] = ticks[bodies.kind[robot], edge]
        bodies.left[robot] -= 1
        bodies.moved[robot] += 1
        bodies.since[robot] = tick
        if delays:
            bodies.stop[robot] = stop_ticks(seed, robot, bodies.moved[robot])
        if bodies.left[robot] == 0:
            bodies.at[robot] = edge_to[bodies.edge[robot]]
            bodies.edge[robot] = NO
            arrived[count] = robot
            count += 1
    return count


@kernel
def tasks_alone(trips: Ints, ticks: int, seed: int, delays: bool) -> int:
    """Tasks done by robots that never meet another; `trips` are ticks to each goal of each robot."""
    done = 0
    for robot in range(len(trips)):
        tick, moved, trip, left = 0, 0, 0, trips[robot, 0]
        while tick < ticks:
            tick += 1
            moved += 1
            left -= 1
            if left == 0:
                done += 1
                trip += 1
                left = trips[robot, trip]
            if delays:
                tick += stop_ticks(seed, robot, moved)
    return done


@inner_kernel
def stop_ticks(seed: int, robot: int, moved: int) -> int:
    """How long a robot stands after tick `moved` of its driving; mostly 0."""
    mixed = _mixed(_mixed(_mixed(np.uint64(seed)) ^ np.uint64(robot)) ^ np.uint64(moved))
    if np.float64(mixed >> np.uint64(11)) / 2.0**53 >= STOP_CHANCE:
        return 0
    span = np.uint64(STOP_TICKS[1] - STOP_TICKS[0] + 1)
    return STOP_TICKS[0] + int(_mixed(mixed) % span)


@inner_kernel
def _mixed(value: np.uint64) -> np.uint64:
    """Scatters the bits of a number (the finalizer of SplitMix64)."""
    value += np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@kernel
def places(
    bodies: Bodies, edge_from: Ints, edge_to: Ints, ticks: Ints, xy: Floats, out: Floats
) -> None:
    """Where all bodies are now, (N, 2) metres."""
    for robot in range(len(bodies.kind)):
        edge = bodies.edge[robot]
        if edge == NO:
            out[robot] = xy[bodies.at[robot]]
            continue
        left = bodies.left[robot] / ticks[bodies.kind[robot], edge]
        out[robot] = left * xy[edge_from[edge]] + (1.0 - left) * xy[edge_to[edge]]


@kernel
def overlaps(out: Floats, radius: Floats, touching: NDArray[np.bool_]) -> int:
    """How many pairs of discs began to overlap; `touching` (N, N) remembers which do."""
    began = 0
    for one in range(len(radius)):
        for other in range(one):
            dx, dy = out[one, 0] - out[other, 0], out[one, 1] - out[other, 1]
            reach = radius[one] + radius[other] - 1e-6
            near = dx * dx + dy * dy < reach * reach
            if near and not touching[one, other]:
                began += 1
            touching[one, other] = near
    return began
