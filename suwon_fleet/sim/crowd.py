# SPDX-License-Identifier: Apache-2.0
"""People who walk about: bodies among the robots, slower where they are many, and in the way.

They keep to the right of the map's lanes and turn where they like. Robots on granted paths brake for who
is right ahead; a person before whom a robot stands waits a little, then walks around it. Each person draws
from a stream of random numbers of its own.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.sitemap import LaneKind, Node, SiteMap
from suwon_fleet.kernel import kernel
from suwon_fleet.sim.chance import stream
from suwon_fleet.sim.contacts import Discs
from suwon_fleet.sim.kinematics import Bodies, Floats
from suwon_fleet.sim.zones import nodes_in

WALKED = frozenset(
    (LaneKind.SIDEWALK, LaneKind.CROSSING, LaneKind.PATH, LaneKind.INDOOR, LaneKind.RAMP)
)
RADIUS_M = 0.25
BERTH_M = 0.3
"""Free room that a robot leaves to who is ahead of it, and a person to a robot."""
PATIENCE_S = 2.0
_AROUND_SHARE = 0.5
"""Of its speed, that of somebody who walks around a robot."""
MEAN_MPS, SPREAD_MPS, SLOWEST_MPS = 1.34, 0.26, 0.5
"""How fast people walk who have room (Weidmann 1993)."""
_JAM_PER_M2, _SLOWING = 5.4, 1.913
"""Where nobody moves any more, and how speed falls until there (the same)."""
_AROUND_M = 2.0
"""So far around a person others count as its crowd."""
_ARRIVED_M = 1e-6
_SIDE_SHARE, _MOST_ASIDE_M = 0.25, 0.8

Memory = tuple[list[tuple[str, str]], list[Any]]


class Crowd(NamedTuple):
    """State of N people; the first index of every array is the person. Where they are is in `Discs`."""

    goal_x: Floats
    goal_y: Floats
    free_mps: Floats
    """How fast they would walk with room."""
    speed: Floats
    crowding: Floats
    """Others by square metre around them."""
    waited_s: Floats
    turns: NDArray[np.bool_]
    """It is there, or as near as a robot lets it come."""

    @classmethod
    def empty(cls, size: int) -> Crowd:
        """People who stand, and have nowhere to go."""
        return cls(
            goal_x=np.zeros(size),
            goal_y=np.zeros(size),
            free_mps=np.zeros(size),
            speed=np.zeros(size),
            crowding=np.zeros(size),
            waited_s=np.zeros(size),
            turns=np.zeros(size, dtype=np.bool_),
        )


@kernel
def walk(crowd: Crowd, discs: Discs, dt: float) -> bool:
    """Let all walk on for `dt` seconds; whether anybody has to choose where to go next."""
    people, any_turns = len(crowd.speed), False
    robots = len(discs.x) - people
    for p in range(people):
        me = robots + p
        x, y = discs.x[me], discs.y[me]
        to_x, to_y = crowd.goal_x[p] - x, crowd.goal_y[p] - y
        left = math.hypot(to_x, to_y)
        near = 0.0
        for other in range(robots, robots + people):
            away_m = math.hypot(discs.x[other] - x, discs.y[other] - y)
            if other != me and discs.level[other] == discs.level[me] and away_m < _AROUND_M:
                near += 1.0
        density = near / (math.pi * _AROUND_M * _AROUND_M)
        share = 1.0
        if density > 0.0:
            share = max(0.0, 1.0 - math.exp(-_SLOWING * (1.0 / density - 1.0 / _JAM_PER_M2)))
        crowd.crowding[p] = density
        crowd.speed[p] = share * crowd.free_mps[p]
        is_met = is_taken = False
        for r in range(robots):
            if discs.level[r] == discs.level[me]:
                away_x, away_y = discs.x[r] - x, discs.y[r] - y
                room = discs.radius[r] + discs.radius[me] + BERTH_M
                ahead = away_x * to_x + away_y * to_y
                if ahead > 0.0 and math.hypot(away_x, away_y) < room:
                    is_met = True
                    beyond_x = crowd.goal_x[p] - discs.x[r]
                    beyond_y = crowd.goal_y[p] - discs.y[r]
                    is_taken = math.hypot(beyond_x, beyond_y) < room  # it stands where we go
                    side = 1.0 if away_x * to_y > away_y * to_x else -1.0
                    to_x, to_y = -side * away_y, side * away_x  # around it, on the nearer side
                    break
        crowd.waited_s[p] = crowd.waited_s[p] + dt if is_met else 0.0
        if is_met:
            crowd.speed[p] *= _AROUND_SHARE if crowd.waited_s[p] > PATIENCE_S else 0.0
        far = math.hypot(to_x, to_y)
        step = crowd.speed[p] * dt if is_met else min(crowd.speed[p] * dt, left)
        if far > 0.0:
            discs.x[me] += step * to_x / far
            discs.y[me] += step * to_y / far
        crowd.turns[p] = is_taken or (not is_met and left - step <= _ARRIVED_M)
        if crowd.turns[p]:
            any_turns = True
    return any_turns


@kernel
def give_way(discs: Discs, body: Bodies, gives_way: NDArray[np.bool_], dt: float) -> None:
    """Find which robots have somebody ahead, nearer than they could stop before."""
    robots = len(body.x)
    for i in range(robots):
        gives_way[i] = False
        speed = body.speed[i]
        stops_in = speed * dt + speed * speed / (2.0 * body.deceleration[i])
        cos, sin = math.cos(body.yaw[i]), math.sin(body.yaw[i])
        for person in range(robots, len(discs.x)):
            if discs.level[person] == discs.level[i]:
                away_x, away_y = discs.x[person] - body.x[i], discs.y[person] - body.y[i]
                room = discs.radius[i] + discs.radius[person]
                along, aside = away_x * cos + away_y * sin, away_y * cos - away_x * sin
                if 0.0 < along < room + BERTH_M + stops_in and abs(aside) < room:
                    gives_way[i] = True


class Walkers:
    """The people of a map: where each comes from and goes to, and the arrays that hold the rest."""

    def __init__(
        self,
        site: SiteMap,
        levels: Mapping[str, int],
        count: int,
        *,
        seed: int,
        zones: Collection[str] = (),
    ) -> None:
        """`zones` they stay in, none: anywhere. Nobody walks where there is no lane for it."""
        self._nodes = site.node_by_id
        self._aside: dict[tuple[str, str], float] = {}
        self._onwards: dict[str, list[str]] = {}
        inside = {node.id for node in nodes_in(site, zones)}
        for lane in site.lanes:
            if not (lane.start in inside and lane.end in inside):
                continue
            if lane.kind in WALKED and self._nodes[lane.start].level == self._nodes[lane.end].level:
                aside_m = min(_SIDE_SHARE * (lane.width_m or 0.0), _MOST_ASIDE_M)
                for start, end in ((lane.start, lane.end), (lane.end, lane.start)):
                    if (start, end) not in self._aside:
                        self._aside[start, end] = aside_m
                        self._onwards.setdefault(start, []).append(end)
        begins = sorted(self._onwards)
        count = count if begins else 0
        self._levels, self._random = levels, [stream(seed, "walking", str(n)) for n in range(count)]
        self._ways: list[tuple[str, str]] = []
        self.crowd = Crowd.empty(count)
        for random in self._random:
            start = begins[int(random.integers(len(begins)))]
            onwards = self._onwards[start]
            self._ways.append((start, onwards[int(random.integers(len(onwards)))]))

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._random)

    def place(self, discs: Discs) -> None:
        """Put them on their first lanes, anywhere along them."""
        first = len(discs.x) - self.count
        for person, random in enumerate(self._random):
            row = first + person
            start, end = self._ends(person)
            share = float(random.random())
            discs.x[row] = start[0] + share * (end[0] - start[0])
            discs.y[row] = start[1] + share * (end[1] - start[1])
            discs.radius[row] = RADIUS_M
            discs.level[row] = self._levels[self._node(person).level]
            self.crowd.free_mps[person] = max(SLOWEST_MPS, random.normal(MEAN_MPS, SPREAD_MPS))
            self.crowd.goal_x[person], self.crowd.goal_y[person] = end

    def step(self, discs: Discs, dt: float) -> None:
        """Let them walk on."""
        if walk(self.crowd, discs, dt):
            for person in np.flatnonzero(self.crowd.turns).tolist():
                self._turn(person)

    def _turn(self, person: int) -> None:
        """Go on somewhere else; back only from a dead end."""
        start, end = self._ways[person]
        onwards = [name for name in self._onwards[end] if name != start] or [start]
        self._ways[person] = end, onwards[int(self._random[person].integers(len(onwards)))]
        self.crowd.goal_x[person], self.crowd.goal_y[person] = self._ends(person)[1]

    def _node(self, person: int) -> Node:
        return self._nodes[self._ways[person][0]]

    def _ends(self, person: int) -> tuple[tuple[float, float], tuple[float, float]]:
        """The line a person walks along: on the right of its lane."""
        way = self._ways[person]
        start, end = (self._nodes[name] for name in way)
        heading = math.atan2(end.y_m - start.y_m, end.x_m - start.x_m)
        aside_m = self._aside[way]
        right_x, right_y = aside_m * math.sin(heading), -aside_m * math.cos(heading)
        return (start.x_m + right_x, start.y_m + right_y), (end.x_m + right_x, end.y_m + right_y)

    def memory(self) -> Memory:
        """What changes of them that is in no array."""
        return list(self._ways), [one.bit_generator.state for one in self._random]

    def recall(self, memory: Memory) -> None:
        """Be again as when `memory` was told."""
        ways, states = memory
        self._ways = list(ways)
        for random, state in zip(self._random, states, strict=True):
            random.bit_generator.state = state
