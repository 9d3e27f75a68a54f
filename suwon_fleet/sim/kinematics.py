# SPDX-License-Identifier: Apache-2.0
"""Bodies that drive along their granted paths: one vectorised step for all robots.

Each body keeps to its path, turns on the spot where the path bends sharply, brakes in time for
bends, for lower limits and for the end of what it was granted, and holds where the way makes it wait.
Speed is constant within a step and changes between steps; all limits hold at both ends of each step.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import inlined_kernel, kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

MOST_AHEAD = 64
"""Waypoints a body can keep; older ones are dropped as it passes them."""
STRAIGHT_RAD = 0.35
"""Bends up to this are taken in motion."""
ARRIVED_M = 1e-6


class Bodies(NamedTuple):
    """State of N bodies; the first index of every array is the body.

    `way` rows are (x, y, speed limit, hold) of the waypoints from the last one reached (row 0) on:
    limit (m/s) and hold (s) are those of the way to it. `known` says how many rows there are, `reached`
    is the path index of row 0 (-1: the path is still to be reached), `along` is metres past row 0.
    """

    x: Floats
    y: Floats
    yaw: Floats
    speed: Floats
    along: Floats
    held: Floats
    way: Floats
    known: Ints
    reached: Ints
    may_go: NDArray[np.bool_]
    passed: NDArray[np.bool_]
    """Whether a waypoint was reached in this step."""
    is_blocked: NDArray[np.bool_]
    """Something is in the way: wheels turn, and the body stays."""
    gone: Floats
    turned: Floats
    """What its wheels made of this step: metres ahead, radians to the left."""
    aside: Floats
    """Metres it stepped to the left: only humanoids that somebody drives do."""
    top_speed: Floats
    acceleration: Floats
    deceleration: Floats
    turn_rate: Floats

    @classmethod
    def empty(cls, size: int) -> Bodies:
        """Bodies that stand at the origin without a path."""
        return cls(
            x=np.zeros(size),
            y=np.zeros(size),
            yaw=np.zeros(size),
            speed=np.zeros(size),
            along=np.zeros(size),
            held=np.zeros(size),
            way=np.zeros((size, MOST_AHEAD, 4)),
            known=np.zeros(size, dtype=np.int32),
            reached=np.full(size, -1, dtype=np.int32),
            may_go=np.ones(size, dtype=np.bool_),
            passed=np.zeros(size, dtype=np.bool_),
            is_blocked=np.zeros(size, dtype=np.bool_),
            gone=np.zeros(size),
            turned=np.zeros(size),
            aside=np.zeros(size),
            top_speed=np.ones(size),
            acceleration=np.ones(size),
            deceleration=np.ones(size),
            turn_rate=np.ones(size),
        )


@inlined_kernel
def _wrap(angle: float) -> float:
    """The same angle from -pi to pi."""
    return angle - 2 * math.pi * round(angle / (2 * math.pi))


@inlined_kernel
def _length(way: Floats, at: int) -> float:
    """Metres from the waypoint before `at` to it."""
    return math.hypot(way[at, 0] - way[at - 1, 0], way[at, 1] - way[at - 1, 1])


@inlined_kernel
def _bend(way: Floats, at: int) -> float:
    """How far the path turns at waypoint `at`, radians."""
    before = math.atan2(way[at, 1] - way[at - 1, 1], way[at, 0] - way[at - 1, 0])
    after = math.atan2(way[at + 1, 1] - way[at, 1], way[at + 1, 0] - way[at, 0])
    return abs(_wrap(after - before))


@inlined_kernel
def _speed_through(way: Floats, known: int, at: int) -> float:
    """Speed at which waypoint `at` may be passed."""
    if at == known - 1 or way[at + 1, 3] > 0.0:
        return 0.0
    if _length(way, at) < ARRIVED_M or _length(way, at + 1) < ARRIVED_M:
        return 0.0  # a ride in a lift ends where it began, on another level
    if _bend(way, at) > STRAIGHT_RAD:
        return 0.0
    return float(way[at + 1, 2])


@inlined_kernel
def _speed_to_stop_in(metres: float, deceleration: float, dt: float) -> float:
    """The greatest speed for the next step from which braking by steps ends within `metres`."""
    slice_m = deceleration * dt * dt
    ahead = max(metres, 0.0) / slice_m
    whole = math.floor((math.sqrt(1.0 + 8.0 * ahead) - 1.0) / 2.0)  # full steps of braking
    return (ahead / (whole + 1.0) + whole / 2.0) * deceleration * dt


@inlined_kernel
def _metres_to_stop(speed: float, deceleration: float, dt: float) -> float:
    """How far a body still goes that drives one step at `speed` and then brakes by steps."""
    whole = math.floor(speed / (deceleration * dt))
    return (whole + 1.0) * (speed - whole / 2.0 * deceleration * dt) * dt


@inlined_kernel
def _allowed_speed(body: Bodies, i: int, dt: float) -> float:
    """The greatest speed for the next step from which body `i` can still keep all limits ahead."""
    way, known, deceleration = body.way[i], body.known[i], body.deceleration[i]
    allowed: float = min(body.top_speed[i], way[1, 2])
    ahead = _length(way, 1) - body.along[i]
    reach = _metres_to_stop(body.top_speed[i], deceleration, dt) + body.top_speed[i] * dt
    for at in range(1, known):
        if ahead > reach:
            return allowed
        through = _speed_through(way, known, at)
        if through == 0.0:
            return min(allowed, _speed_to_stop_in(ahead, deceleration, dt))
        if through < allowed:
            # Slow a step early: the step that ends beyond the waypoint must not be too fast already.
            before = max(ahead - body.top_speed[i] * dt, 0.0)
            rest = before + _metres_to_stop(through, deceleration, dt)
            allowed = min(allowed, _speed_to_stop_in(rest, deceleration, dt))
        ahead += _length(way, at + 1)
    return allowed


@inlined_kernel
def _pass_waypoint(body: Bodies, i: int, over: float) -> None:
    """Waypoint 1 is reached: it becomes row 0, `over` metres behind the body."""
    known = body.known[i]
    for at in range(known - 1):
        for column in range(4):
            body.way[i, at, column] = body.way[i, at + 1, column]
    body.known[i] -= 1
    body.reached[i] += 1
    body.along[i] = over
    body.held[i] = 0.0
    body.passed[i] = True


@inlined_kernel
def _turn(body: Bodies, i: int, dt: float) -> float:
    """Turn towards the next waypoint as fast as the body can; how far off it was, radians."""
    way = body.way[i]
    heading = math.atan2(way[1, 1] - way[0, 1], way[1, 0] - way[0, 0])
    error = _wrap(heading - body.yaw[i])
    body.turned[i] = math.copysign(min(abs(error), body.turn_rate[i] * dt), error)
    body.yaw[i] = _wrap(body.yaw[i] + body.turned[i])
    return abs(error)


@inlined_kernel
def _advance(body: Bodies, i: int, dt: float) -> None:
    """Move along the path at the speed the body has now."""
    way = body.way[i]
    body.gone[i] = body.speed[i] * dt
    if body.is_blocked[i]:
        return
    body.along[i] += body.gone[i]
    while body.known[i] >= 2 and body.along[i] >= _length(way, 1) - ARRIVED_M:
        if _speed_through(way, body.known[i], 1) == 0.0:
            _pass_waypoint(body, i, 0.0)  # from the last step of braking: it stands at the next
            return
        _pass_waypoint(body, i, max(0.0, body.along[i] - _length(way, 1)))


@inlined_kernel
def _drive(body: Bodies, i: int, dt: float) -> None:
    way = body.way[i]
    if body.along[i] == 0.0 and body.held[i] < way[1, 3] - 1e-9:
        body.held[i] += dt
        body.speed[i] = 0.0
        return
    if _length(way, 1) < ARRIVED_M:
        body.speed[i] = 0.0
        _pass_waypoint(body, i, 0.0)
        return
    off = _turn(body, i, dt)
    allowed = _allowed_speed(body, i, dt) if off <= STRAIGHT_RAD else 0.0
    slowest = body.speed[i] - body.deceleration[i] * dt
    fastest = body.speed[i] + body.acceleration[i] * dt
    body.speed[i] = max(0.0, slowest, min(allowed, fastest))
    _advance(body, i, dt)


@inlined_kernel
def _brake(body: Bodies, i: int, dt: float) -> None:
    """Come to a stop along the path, as hard as the body may."""
    body.speed[i] = max(0.0, body.speed[i] - body.deceleration[i] * dt)
    if body.speed[i] > 0.0:
        _turn(body, i, dt)
        _advance(body, i, dt)


@kernel
def step(body: Bodies, dt: float) -> None:
    """Move all bodies on by `dt` seconds."""
    for i in range(len(body.x)):
        body.passed[i] = False
        body.gone[i] = body.turned[i] = body.aside[i] = 0.0
        if body.known[i] < 2:
            body.speed[i] = 0.0
        elif body.may_go[i]:
            _drive(body, i, dt)
        else:
            _brake(body, i, dt)
        _place(body, i)


@inlined_kernel
def leads_to(body: Bodies, i: int, dt: float) -> tuple[float, float]:
    """Where the next step would bring body `i`, going on as it does: driven, it may back up or sidestep."""
    heading, ahead = body.yaw[i], math.copysign(body.speed[i] * dt, body.gone[i])
    if body.aside[i] != 0.0:
        heading += math.atan2(body.aside[i], body.gone[i])
        ahead = body.speed[i] * dt
    return body.x[i] + ahead * math.cos(heading), body.y[i] + ahead * math.sin(heading)


@inlined_kernel
def _place(body: Bodies, i: int) -> None:
    """Set x and y from the way and how far along it the body is."""
    way = body.way[i]
    if body.known[i] == 0:
        return
    share = 0.0
    if body.known[i] >= 2 and body.along[i] > 0.0:
        share = body.along[i] / _length(way, 1)
    body.x[i] = way[0, 0] + share * (way[1, 0] - way[0, 0])
    body.y[i] = way[0, 1] + share * (way[1, 1] - way[0, 1])
