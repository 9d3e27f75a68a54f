# SPDX-License-Identifier: Apache-2.0
"""Bodies that drive along their granted paths: one vectorised step for all robots.

Each body keeps to its path, turns on the spot where the path bends sharply, brakes in time for
bends, for lower limits and for the end of what it was granted, and holds where the way makes it wait.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

MOST_AHEAD = 64
"""Waypoints a body can keep; older ones are dropped as it passes them."""
STRAIGHT_RAD = 0.35
"""Bends up to this are taken in motion."""
ARRIVED_M = 1e-6


class Bodies(NamedTuple):
    """State of N bodies; the first index of every array is the body.

    `way` rows are (x, y, speed limit, hold) of the waypoints from the last one reached (row 0) on;
    `count` says how many there are, `index` is the path index of row 0. `along` is metres past row 0.
    """

    x: Floats
    y: Floats
    yaw: Floats
    speed: Floats
    along: Floats
    held: Floats
    way: Floats
    count: Ints
    index: Ints
    may_go: NDArray[np.bool_]
    top_speed: Floats
    acceleration: Floats
    deceleration: Floats
    turn_rate: Floats

    @classmethod
    def empty(cls, count: int) -> Bodies:
        """Bodies that stand at the origin without a path."""
        zeros = [np.zeros(count) for _ in range(6)]
        return cls(
            *zeros,
            way=np.zeros((count, MOST_AHEAD, 4)),
            count=np.zeros(count, dtype=np.int32),
            index=np.zeros(count, dtype=np.int32),
            may_go=np.ones(count, dtype=np.bool_),
            top_speed=np.ones(count),
            acceleration=np.ones(count),
            deceleration=np.ones(count),
            turn_rate=np.ones(count),
        )


@kernel
def _wrap(angle: float) -> float:
    """The same angle from -pi to pi."""
    return angle - 2 * math.pi * round(angle / (2 * math.pi))


@kernel
def _bend(way: Floats, at: int) -> float:
    """How far the path turns at waypoint `at`, radians."""
    before = math.atan2(way[at, 1] - way[at - 1, 1], way[at, 0] - way[at - 1, 0])
    after = math.atan2(way[at + 1, 1] - way[at, 1], way[at + 1, 0] - way[at, 0])
    return abs(_wrap(after - before))


@kernel
def _speed_through(way: Floats, count: int, at: int) -> float:
    """Speed at which waypoint `at` may be passed."""
    if at == count - 1 or way[at + 1, 3] > 0.0:
        return 0.0
    if _bend(way, at) > STRAIGHT_RAD:
        return 0.0
    return way[at + 1, 2]


@kernel
def _allowed_speed(body: Bodies, i: int) -> float:
    """The greatest speed from which body `i` can still keep all limits ahead."""
    way, count = body.way[i], body.count[i]
    allowed = min(body.top_speed[i], way[1, 2])
    ahead = math.hypot(way[1, 0] - way[0, 0], way[1, 1] - way[0, 1]) - body.along[i]
    reach = body.speed[i] * body.speed[i] / (2 * body.deceleration[i]) + 1.0
    for at in range(1, count):
        through = _speed_through(way, count, at)
        allowed = min(allowed, math.sqrt(through * through + 2 * body.deceleration[i] * max(ahead, 0.0)))
        if through == 0.0 or ahead > reach:
            break
        ahead += math.hypot(way[at + 1, 0] - way[at, 0], way[at + 1, 1] - way[at, 1])
    return allowed


@kernel
def _pass_waypoint(body: Bodies, i: int, over: float) -> None:
    """Waypoint 1 is reached: it becomes row 0, `over` metres behind the body."""
    count = body.count[i]
    body.way[i, : count - 1] = body.way[i, 1:count].copy()
    body.count[i] -= 1
    body.index[i] += 1
    body.along[i] = over
    body.held[i] = 0.0


@kernel
def _drive(body: Bodies, i: int, dt: float) -> None:
    way = body.way[i]
    dx, dy = way[1, 0] - way[0, 0], way[1, 1] - way[0, 1]
    length = math.hypot(dx, dy)
    if way[1, 3] > 0.0 and body.held[i] < way[1, 3] and body.along[i] == 0.0:
        body.held[i] += dt
        return
    if length < ARRIVED_M:  # a ride in a lift ends where it began, on another level
        _pass_waypoint(body, i, 0.0)
        return
    heading = math.atan2(dy, dx)
    error = _wrap(heading - body.yaw[i])
    turn = min(abs(error), body.turn_rate[i] * dt)
    body.yaw[i] = _wrap(body.yaw[i] + math.copysign(turn, error))
    if abs(error) > STRAIGHT_RAD and body.speed[i] < 0.05:
        body.speed[i] = 0.0
        return
    allowed = _allowed_speed(body, i)
    slowest = body.speed[i] - body.deceleration[i] * dt
    fastest = body.speed[i] + body.acceleration[i] * dt
    body.speed[i] = max(0.0, slowest, min(allowed, fastest))
    if body.speed[i] < 0.02 and body.may_go[i] and allowed > 0.0:
        body.speed[i] = min(0.02, fastest)  # creep the last millimetres
    body.along[i] += body.speed[i] * dt
    if body.along[i] >= length - 1e-3:
        over = max(0.0, body.along[i] - length)
        if _speed_through(way, body.count[i], 1) == 0.0:
            over = 0.0
            body.speed[i] = 0.0
        _pass_waypoint(body, i, over)


@kernel
def _brake(body: Bodies, i: int, dt: float) -> None:
    """Come to a stop along the path, as hard as the body may."""
    if body.speed[i] <= 0.0 or body.count[i] < 2:
        body.speed[i] = 0.0
        return
    body.speed[i] = max(0.0, body.speed[i] - body.deceleration[i] * dt)
    way = body.way[i]
    length = math.hypot(way[1, 0] - way[0, 0], way[1, 1] - way[0, 1])
    body.along[i] += body.speed[i] * dt
    if body.along[i] >= length:
        if body.count[i] == 2:
            body.speed[i] = 0.0
            _pass_waypoint(body, i, 0.0)
        else:
            _pass_waypoint(body, i, body.along[i] - length)


@kernel
def step(body: Bodies, dt: float) -> None:
    """Move all bodies on by `dt` seconds."""
    for i in range(len(body.x)):
        if body.count[i] >= 2:
            if body.may_go[i]:
                _drive(body, i, dt)
            else:
                _brake(body, i, dt)
        else:
            body.speed[i] = 0.0
        _place(body, i)


@kernel
def _place(body: Bodies, i: int) -> None:
    """Set x and y from the way and how far along it the body is."""
    way = body.way[i]
    if body.count[i] == 0:
        return
    x, y = way[0, 0], way[0, 1]
    if body.count[i] >= 2 and body.along[i] > 0.0:
        dx, dy = way[1, 0] - x, way[1, 1] - y
        share = body.along[i] / max(math.hypot(dx, dy), ARRIVED_M)
        x, y = x + share * dx, y + share * dy
    body.x[i], body.y[i] = x, y
