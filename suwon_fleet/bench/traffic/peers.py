# SPDX-License-Identifier: Apache-2.0
"""The peers, as ways to direct robots."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from suwon_fleet.bench.traffic.case import Case
from suwon_fleet.bench.traffic.ground import Ground, leave
from suwon_fleet.bench.traffic.push import Pushing, push
from suwon_fleet.bench.traffic.reserve import reserve_ahead, reserve_path
from suwon_fleet.bench.traffic.world import NO
from suwon_fleet.traffic.roadmap import Ints
from suwon_fleet.traffic.routes import Routes

Decide = Callable[[int], int]
"""Grants edges in a tick; returns how many."""


class Peer:
    """Ground that robots hold, and a rule for who is granted more."""

    def __init__(self, name: str, case: Case, decide: Callable[[Ground, Case], Decide]) -> None:
        self.name = name
        self._case = case
        self._ground = Ground.of(case)
        self._routes = Routes(case.roadmap)
        self._decide = decide(self._ground, case)

    def step(self, tick: int, arrived: Ints, goals: Ints) -> list[tuple[int, int]]:
        """Hear who reached a vertex, and has a new goal; grant edges."""
        ground = self._ground
        leave(ground, arrived)
        for robot in np.flatnonzero(goals != NO).tolist():
            kind = self._case.kind[robot]
            ground.row[robot] = self._routes.row(int(kind), int(goals[robot]))
            ground.since[robot] = tick
        count = self._decide(tick)
        robots, edges = ground.grants[:, :count].tolist()
        return list(zip(robots, edges, strict=True))


def next_vertex(case: Case) -> Peer:
    """A robot takes the next vertex of a shortest way once it is free."""
    return Peer("next vertex", case, lambda ground, _: lambda _tick: reserve_ahead(ground, 1))


def claim_ahead(case: Case) -> Peer:
    """A robot keeps up to three vertices of a shortest way ahead of it, as openTCS does."""
    return Peer("claim 3 ahead", case, lambda ground, _: lambda _tick: reserve_ahead(ground, 3))


def full_path(case: Case) -> Peer:
    """A robot takes its whole way at once."""

    def decide(ground: Ground, case: Case) -> Decide:
        path = np.zeros(case.roadmap.vertex_count, dtype=np.int32)
        return lambda _tick: reserve_path(ground, path)

    return Peer("full path", case, decide)


def pushing(case: Case) -> Peer:
    """Asynchronous PIBT with one robot per dead-end branch."""
    return Peer(
        "async PIBT",
        case,
        lambda ground, case: partial(push, ground, Pushing.of(ground, case.roadmap)),
    )


PEERS = (next_vertex, claim_ahead, full_path, pushing)
