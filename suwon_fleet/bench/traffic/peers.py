# SPDX-License-Identifier: Apache-2.0
"""The peers, as ways to direct robots."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from suwon_fleet.bench.traffic.case import Case
from suwon_fleet.bench.traffic.ground import Ground, free_all, leave, near_elements
from suwon_fleet.bench.traffic.push import push
from suwon_fleet.bench.traffic.pushing import Pushing
from suwon_fleet.bench.traffic.reserve import reserve_ahead, reserve_path
from suwon_fleet.bench.traffic.world import NO
from suwon_fleet.traffic.roadmap import Ints
from suwon_fleet.traffic.routes import Routes

Decide = Callable[[int], int]
"""Grants edges in a tick; returns how many."""


class Peer:
    """Ground that robots hold, and a rule for who is granted more."""

    def __init__(self, name: str, case: Case, decide: Callable[[Ground], Decide]) -> None:
        self.name = name
        self._case = case
        self._ground = Ground.of(case)
        self._routes = Routes(case.roadmap)
        self._goal = case.start.copy()
        self._lost: set[int] = set()
        self._shut: set[int] = set()
        self._decide = decide(self._ground)

    def step(self, tick: int, reached: Ints, goals: Ints) -> list[tuple[int, int]]:
        """Hear who reached a vertex and who has a new goal; grant edges."""
        ground = self._ground
        leave(ground, reached)
        for robot in np.flatnonzero(goals != NO).tolist():
            self._goal[robot] = goals[robot]
            ground.since[robot] = tick
            self._find_way(robot)
        count = self._decide(tick)
        robots, edges = ground.grants[:, :count].tolist()
        return list(zip(robots, edges, strict=True))

    def lose(self, robot: int) -> None:
        """A robot has failed where it is: others find a way past it."""
        self._ground.lives[robot] = False
        self._lost.add(robot)
        self._find_ways()

    def tow(self, robot: int) -> None:
        """A robot that failed has been taken away."""
        self._lost.remove(robot)
        free_all(self._ground, robot)
        self._find_ways()

    def set_open(self, zone: str, is_open: bool) -> None:
        """Robots may, or may not, go into a zone from now on."""
        index = [one.id for one in self._case.site.zones].index(zone)
        (self._shut.discard if is_open else self._shut.add)(index)
        self._find_ways()

    def _find_way(self, robot: int) -> None:
        kind, goal = int(self._ground.kind[robot]), int(self._goal[robot])
        is_open = self._ground.is_open[kind]
        row = self._routes.avoiding(kind, goal, is_open, is_open.tobytes())
        self._ground.row[robot] = self._routes.table[row]

    def _find_ways(self) -> None:
        """Find all robots' ways anew, past zones that are closed and robots that failed."""
        ground, roadmap = self._ground, self._case.roadmap
        ground.is_open[:] = np.isfinite(roadmap.edge_time)
        shut = np.zeros(roadmap.vertex_count, dtype=np.bool_)
        owner = np.repeat(np.arange(roadmap.vertex_count), np.diff(roadmap.zone_ptr))
        shut[owner[np.isin(roadmap.zone_ids, list(self._shut))]] = True
        ground.is_open[:, shut[roadmap.edge_to] & ~shut[roadmap.edge_from]] = False
        for robot in self._lost:
            for kind in range(len(roadmap.kinds)):
                for element in np.flatnonzero(ground.holder == robot):
                    near = near_elements(ground, kind, int(ground.kind[robot]), int(element))
                    ground.is_open[kind, np.isin(ground.element, near)] = False
        for robot in np.flatnonzero(ground.lives).tolist():
            self._find_way(robot)


def next_vertex(case: Case) -> Peer:
    """A robot takes the next vertex of a shortest way once it is free."""
    return Peer("next vertex", case, lambda ground: lambda _tick: reserve_ahead(ground, 1))


def claim_ahead(case: Case) -> Peer:
    """A robot keeps up to three vertices of a shortest way ahead of it."""
    return Peer("claim 3 ahead", case, lambda ground: lambda _tick: reserve_ahead(ground, 3))


def full_path(case: Case) -> Peer:
    """A robot takes its whole way at once."""
    path = np.zeros(case.roadmap.vertex_count, dtype=np.int32)
    return Peer("full path", case, lambda ground: lambda _tick: reserve_path(ground, path))


def async_pibt(case: Case) -> Peer:
    """Asynchronous PIBT with one robot per dead-end branch."""

    def decide(ground: Ground) -> Decide:
        return partial(push, ground, Pushing.of(ground, case.roadmap))

    return Peer("async PIBT", case, decide)


PEERS = (next_vertex, claim_ahead, full_path, async_pibt)
