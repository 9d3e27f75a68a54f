# SPDX-License-Identifier: Apache-2.0
"""How soon a conflict is resolved: from a change that makes plans clash to the first grants that follow it.

Twenty robots on a street graph of 400 vertices. A change is a new goal, a robot that dies on the way or
recovers, a lane that closes or opens. It clashes where the shortest way of a robot it concerns meets that
of another, or is cut. What is timed is all that the Coordinator does with it before it grants again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from suwon_fleet.bench.figure import Figure, Options
from suwon_fleet.bench.traffic.case import Case, make_case
from suwon_fleet.bench.traffic.judge import Judge
from suwon_fleet.bench.traffic.maps import city_lanes
from suwon_fleet.bench.traffic.ours import Ours
from suwon_fleet.bench.traffic.world import NO, Bodies, advance
from suwon_fleet.traffic.roadmap import Ints
from suwon_fleet.traffic.routes import Routes

ROBOTS = 20
DEATH_EVERY = 100
DEAD_FOR = 60
CLOSURE_EVERY = 150
"""Ticks."""
TARGET_MS = 5.0


@dataclass(slots=True)
class Times:
    """Milliseconds from each clash to the grants that follow it."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    overlaps: int = 0


def run(options: Options) -> Iterator[Figure]:
    """Time clashes on some maps, each with its own seed."""
    ticks = 1500 if options.quick else 6000
    clashes(0, 300)  # compiles or loads kernels, which is not what is timed
    runs = [clashes(seed, ticks) for seed in range(options.seeds)]
    wall_ms = [ms for one in runs for ms in one.wall_ms]
    cpu_ms = [ms for one in runs for ms in one.cpu_ms]
    for percentile in (50, 99):
        each = [float(np.percentile(one.wall_ms, percentile)) for one in runs]
        yield Figure(
            bench="traffic",
            case=f"{ROBOTS} robots, street graph of 400 vertices, {len(wall_ms)} conflicts",
            what=f"conflict to first new grants, p{percentile}",
            by=Ours.name,
            value=float(np.percentile(wall_ms, percentile)),
            unit="ms",
            spread=(min(each), max(each)),
            seeds=options.seeds,
            target=TARGET_MS if percentile == 99 else None,
            cpu_ms=float(np.percentile(cpu_ms, percentile)),
            note=f"slowest {max(wall_ms):.1f} ms; overlaps {sum(one.overlaps for one in runs)}",
        )


def clashes(seed: int, ticks: int) -> Times:
    """Make a run, and time its clashes."""
    site = city_lanes(4, seed, street=8, zones=2)
    case = make_case("streets", site, ROBOTS, delays=True, seed=seed, ticks=ticks)
    return _Clashes(case).times()


class _Clashes:
    """A run in which changes are made at set times; used once."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._ours = Ours(case)
        self._bodies = Bodies.of(case.kind, case.start)
        self._judge = Judge(case, self._bodies)
        self._routes = Routes(case.roadmap)
        self._random = np.random.default_rng(case.seed)
        self._goal = case.goals[:, 0].copy()
        self._done = np.zeros(len(case.kind), dtype=np.int64)
        self._dead = self._zone = 0
        self._is_open = True
        self._times = Times()

    def times(self) -> Times:
        """Run to the end."""
        case, bodies = self._case, self._bodies
        for robot, edge in self._ours.step(0, np.empty(0, dtype=np.int32), self._goal):
            bodies.grant(robot, edge)
        for tick in range(1, case.ticks + 1):
            reached = np.empty(len(case.kind), dtype=np.int32)
            edge_to = case.roadmap.edge_to
            count = advance(bodies, edge_to, case.edge_ticks, tick, case.seed, case.delays, reached)
            self._judge.see()
            goals = self._new_goals(reached[:count])
            clashes = self._clashes(tick, goals)
            start_s, start_cpu_s = time.perf_counter(), time.thread_time()
            self._tell_changes(tick)
            granted = list(self._ours.step(tick, reached[:count], goals))
            if clashes:
                self._times.wall_ms.append(1000 * (time.perf_counter() - start_s))
                self._times.cpu_ms.append(1000 * (time.thread_time() - start_cpu_s))
            for robot, edge in granted:
                bodies.grant(robot, edge)
        self._times.overlaps = self._judge.overlaps
        return self._times

    def _new_goals(self, reached: Ints) -> Ints:
        goals = np.full(len(self._goal), NO, dtype=np.int32)
        there = reached[self._bodies.at[reached] == self._goal[reached]]
        self._done[there] += 1
        self._goal[there] = goals[there] = self._case.goals[there, self._done[there]]
        return goals

    def _clashes(self, tick: int, goals: Ints) -> bool:
        """Whether this tick's changes make plans clash; makes those of the world."""
        ways = [self._way(robot) for robot in range(len(goals))]
        concerned = np.flatnonzero(goals != NO).tolist()
        if tick % DEATH_EVERY == 0:
            self._dead = int(self._random.choice(np.flatnonzero(self._bodies.edge != NO)))
            self._bodies.lives[self._dead] = False
            concerned.append(self._dead)
        if tick % DEATH_EVERY == DEAD_FOR:
            self._bodies.lives[self._dead] = True
            concerned.append(self._dead)
        others = {robot: set().union(*ways[:robot], *ways[robot + 1 :]) for robot in concerned}
        if any(others[robot] & ways[robot] for robot in concerned):
            return True
        return tick % CLOSURE_EVERY == 0 and any(self._inside() & way for way in ways)

    def _way(self, robot: int) -> set[int]:
        """Vertices of a shortest way to a robot's goal."""
        roadmap, here = self._case.roadmap, int(self._bodies.at[robot])
        row = self._routes.row(int(self._case.kind[robot]), int(self._goal[robot]))
        way = {here}
        while row[here] > 0.0:
            edges = roadmap.out_edges[roadmap.out_ptr[here] : roadmap.out_ptr[here + 1]]
            here = int(min(roadmap.edge_to[edges], key=lambda vertex: row[vertex]))
            way.add(here)
        return way

    def _inside(self) -> set[int]:
        """Vertices of the zone that closes or opens next."""
        roadmap = self._case.roadmap
        owner = np.repeat(np.arange(roadmap.vertex_count), np.diff(roadmap.zone_ptr))
        return set(owner[roadmap.zone_ids == self._zone].tolist())

    def _tell_changes(self, tick: int) -> None:
        if tick % DEATH_EVERY == 0:
            self._ours.lose(self._dead)
        if tick % DEATH_EVERY == DEAD_FOR:
            self._ours.recover(self._dead)
        if tick % CLOSURE_EVERY == 0:
            self._is_open = not self._is_open
            self._ours.set_open(self._case.site.zones[self._zone].id, self._is_open)
            if self._is_open:
                self._zone = (self._zone + 1) % len(self._case.site.zones)
