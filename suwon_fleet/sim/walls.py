# SPDX-License-Identifier: Apache-2.0
"""Walls of buildings: who is driven against one stays where it is, and scans end there.

They stand where the map's world has them in Gazebo, open where lanes pass. What the fleet grants leads
through none, so only those are looked at that drive without a granted path.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.kernel import inlined_kernel, kernel
from suwon_fleet.sim.contacts import WALL, Discs
from suwon_fleet.sim.kinematics import Bodies, Floats, Ints, leads_to
from suwon_fleet.wire.sdf.write.ground import walls


class Walls(NamedTuple):
    """Straight pieces from one end to the other, m; the first index of every array is the piece."""

    start: Floats
    end: Floats
    level: Ints

    @classmethod
    def of(cls, site: SiteMap) -> Walls:
        """Those of a map."""
        pieces = [
            (number, piece)
            for number, level in enumerate(site.levels)
            for piece in walls(site, level.id)
        ]
        return cls(
            np.array([piece.start for _, piece in pieces], dtype=np.float64).reshape(-1, 2),
            np.array([piece.end for _, piece in pieces], dtype=np.float64).reshape(-1, 2),
            np.array([number for number, _ in pieces], dtype=np.int32),
        )


@inlined_kernel
def _distance(walls: Walls, w: int, x: float, y: float) -> float:
    """From a point to a wall."""
    x0, y0 = walls.start[w, 0], walls.start[w, 1]
    along_x, along_y = walls.end[w, 0] - x0, walls.end[w, 1] - y0
    length = along_x * along_x + along_y * along_y
    share = 0.0
    if length > 0.0:
        share = max(0.0, min(1.0, ((x - x0) * along_x + (y - y0) * along_y) / length))
    return math.hypot(x0 + share * along_x - x, y0 + share * along_y - y)


@kernel
def press(walls: Walls, discs: Discs, body: Bodies, dt: float) -> None:
    """Find which robots would press against a wall in the next step."""
    for i in range(len(body.x)):
        if body.known[i] >= 2 or body.speed[i] == 0.0 or body.is_blocked[i]:
            continue
        there_x, there_y = leads_to(body, i, dt)
        for w in range(len(walls.level)):
            if walls.level[w] != discs.level[i]:
                continue
            then = _distance(walls, w, there_x, there_y)
            if then < discs.radius[i] and then < _distance(walls, w, body.x[i], body.y[i]):
                body.is_blocked[i] = True
                discs.touched[i] = WALL
                break


@kernel
def scan(
    walls: Walls,
    discs: Discs,
    i: int,
    at: tuple[float, float, float],
    beams: tuple[float, float],
    farthest: float,
    ranges: Floats,
) -> None:
    """How far robot `i` sees from `at` (x, y, yaw) along each beam: walls, robots and people.

    `beams` are the angle of the first, and from each to the next; infinite where there is nothing.
    """
    x, y, yaw = at
    first, between = beams
    ranges[:] = math.inf
    for w in range(len(walls.level)):
        if walls.level[w] == discs.level[i] and _distance(walls, w, x, y) <= farthest:
            x0, y0 = walls.start[w, 0] - x, walls.start[w, 1] - y
            x1, y1 = walls.end[w, 0] - x, walls.end[w, 1] - y
            for b in range(len(ranges)):
                heading = yaw + first + b * between
                far = _to_wall(x0, y0, x1, y1, math.cos(heading), math.sin(heading))
                if far < ranges[b]:
                    ranges[b] = far
    for other in range(len(discs.x)):
        if other == i or discs.level[other] != discs.level[i]:
            continue
        away_x, away_y = discs.x[other] - x, discs.y[other] - y
        radius = discs.radius[other]
        if radius <= 0.0 or math.hypot(away_x, away_y) > farthest + radius:
            continue
        for b in range(len(ranges)):
            heading = yaw + first + b * between
            far = _to_disc(away_x, away_y, radius, math.cos(heading), math.sin(heading))
            if far < ranges[b]:
                ranges[b] = far
    for b in range(len(ranges)):
        if ranges[b] > farthest:
            ranges[b] = math.inf


@inlined_kernel
def _to_wall(x0: float, y0: float, x1: float, y1: float, cos: float, sin: float) -> float:
    """Along a beam from the origin to a piece of wall; infinite when it does not meet it."""
    along_x, along_y = x1 - x0, y1 - y0
    across = cos * along_y - sin * along_x
    if across == 0.0:
        return math.inf
    far = (x0 * along_y - y0 * along_x) / across
    share = (x0 * sin - y0 * cos) / across
    return far if far >= 0.0 and 0.0 <= share <= 1.0 else math.inf


@inlined_kernel
def _to_disc(x: float, y: float, radius: float, cos: float, sin: float) -> float:
    """Along a beam from the origin to a disc; zero from within it."""
    along, aside = x * cos + y * sin, y * cos - x * sin
    under_root = radius * radius - aside * aside
    if under_root < 0.0 or along < 0.0:
        return math.inf
    return max(0.0, along - math.sqrt(under_root))
