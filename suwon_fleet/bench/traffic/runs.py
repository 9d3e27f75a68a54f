# SPDX-License-Identifier: Apache-2.0
"""Makes one run: a world, a way to direct it, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from suwon_fleet.bench.traffic.case import Case
from suwon_fleet.bench.traffic.world import LONGEST_GRANT, NO, Bodies, advance, overlaps, places
from suwon_fleet.traffic.roadmap import Ints

STUCK_TICKS = 1200
"""A robot that has not moved for so long at the end of a run is stuck."""


class Way(Protocol):
    """A way to direct robots. It hears where robots get to, and grants them edges to drive."""

    name: str

    def step(self, tick: int, arrived: Ints, goals: Ints) -> Iterable[tuple[int, int]]:
        """Robots with edges newly granted. `goals` (N,) is NO where there is no new one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    by: str
    case: str
    seed: int
    tasks: int
    efficiency: float
    stuck: int
    overlaps: int
    cpu_ms: float
    """Of the way to direct, per tick."""
    worst_ms: float
    """Wall, of its slowest tick."""
    world_ms: float
    """CPU of the world, per tick."""


def make_run(case: Case, way: Way) -> Outcome:
    """Run a case to its end."""
    roadmap = case.roadmap
    bodies = Bodies.of(case.kind, case.start)
    count = len(case.kind)
    done = np.zeros(count, dtype=np.int64)
    arrived = np.zeros(count, dtype=np.int32)
    at = np.zeros((count, 2))
    touching = np.zeros((count, count), dtype=np.bool_)
    radius = np.array([roadmap.kinds[kind].radius_m for kind in case.kind])
    began, worst_s, spent_s = 0, 0.0, 0.0
    all_s = time.process_time()
    goals = case.goals[:, 0].copy()
    for tick in range(1, case.ticks + 1):
        number = advance(
            bodies, roadmap.edge_to, case.edge_ticks, tick, case.seed, case.delays, arrived
        )
        places(bodies, roadmap.edge_from, roadmap.edge_to, case.edge_ticks, roadmap.xy, at)
        began += overlaps(at, radius, touching)
        there = arrived[:number]
        there = there[bodies.at[there] == case.goals[there, done[there]]]
        done[there] += 1
        if tick > 1:
            goals[:] = NO
            goals[there] = case.goals[there, done[there]]
        start_s, wall_s = time.process_time(), time.perf_counter()
        for robot, edge in way.step(tick, arrived[:number], goals):
            last = bodies.last[robot]
            assert last - bodies.first[robot] < LONGEST_GRANT
            bodies.ahead[robot, last % LONGEST_GRANT] = edge
            bodies.last[robot] = last + 1
        spent_s += time.process_time() - start_s
        worst_s = max(worst_s, time.perf_counter() - wall_s)
    all_s = time.process_time() - all_s
    tasks = int(done.sum())
    return Outcome(
        by=way.name,
        case=case.name,
        seed=case.seed,
        tasks=tasks,
        efficiency=tasks / case.free_flow,
        stuck=int((bodies.since < case.ticks - STUCK_TICKS).sum()),
        overlaps=began,
        cpu_ms=1000 * spent_s / case.ticks,
        worst_ms=1000 * worst_s,
        world_ms=1000 * (all_s - spent_s) / case.ticks,
    )
