# SPDX-License-Identifier: Apache-2.0
"""Makes one run: a world, a way to direct it, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from suwon_fleet.bench.traffic.case import TOWED_AFTER, Case
from suwon_fleet.bench.traffic.judge import Judge
from suwon_fleet.bench.traffic.mail import Mail
from suwon_fleet.bench.traffic.world import NO, TICK_S, Bodies, advance
from suwon_fleet.traffic.roadmap import Ints

STUCK_TICKS = 1200
"""A robot that has not moved for so long at the end of a run is stuck."""


class Way(Protocol):
    """A way to direct robots. It hears where robots get to, and grants them edges to drive."""

    name: str

    def step(self, tick: int, reached: Ints, goals: Ints) -> Iterable[tuple[int, int]]:
        """Robots with edges newly granted.

        `reached` are robots that came to the end of their next edge, twice where a message was late;
        `goals` (N,) is NO where there is no new one.
        """

    def lose(self, robot: int) -> None:
        """A robot has failed where it is, and will not move again."""

    def tow(self, robot: int) -> None:
        """A robot that failed has been taken away."""

    def set_open(self, zone: str, is_open: bool) -> None:
        """Robots may, or may not, go into a zone from now on."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    by: str
    case: str
    seed: int
    tasks: int
    efficiency: float
    bound: float
    """The efficiency if no robot ever met another."""
    stuck: int
    deadlocks: int
    overlaps: int
    late_s: float
    """By how much the latest 1 % of tasks took longer than a robot alone takes in the mean."""
    longest_s: float
    """That a robot stood."""
    cpu_ms: float
    """Of the way to direct, per tick."""
    worst_ms: float
    """Wall, of its slowest tick."""
    world_ms: float
    """CPU of the world and its judge, per tick."""


def make_run(case: Case, way: Way) -> Outcome:
    """Run a case to its end."""
    return _Run(case, way).outcome()


class _Run:
    def __init__(self, case: Case, way: Way) -> None:
        self._case, self._way = case, way
        self._bodies = Bodies.of(case.kind, case.start)
        self._judge = Judge(case, self._bodies)
        self._reports: Mail[int] = Mail(case.seed, is_late=case.faults.late)
        self._grants: Mail[int] = Mail(case.seed + 1, is_late=case.faults.late)
        self._done = np.zeros(len(case.kind), dtype=np.int64)
        self._goals = case.goals[:, 0].copy()
        self._front = case.start.tolist()
        self._sent = np.zeros(len(case.kind), dtype=np.int64)
        self._late: list[float] = []
        self._worst_s = self._spent_s = 0.0

    def outcome(self) -> Outcome:
        case, judge = self._case, self._judge
        free_flow = case.free_flow
        began_s = time.process_time()
        for tick in range(1, case.ticks + 1):
            self._move(tick)
            judge.see()
            self._direct(tick)
        all_s = time.process_time() - began_s
        tasks = int(self._done.sum())
        stuck = judge.stuck(case.ticks, STUCK_TICKS)
        return Outcome(
            by=self._way.name,
            case=case.name,
            seed=case.seed,
            tasks=tasks,
            efficiency=tasks / free_flow,
            bound=case.bound / free_flow,
            stuck=len(stuck),
            deadlocks=judge.deadlocks(stuck, case.goals[np.arange(len(self._done)), self._done]),
            overlaps=judge.overlaps,
            late_s=self._late_s(),
            longest_s=judge.longest_stand(case.ticks) * TICK_S,
            cpu_ms=1000 * self._spent_s / case.ticks,
            worst_ms=1000 * self._worst_s,
            world_ms=1000 * (all_s - self._spent_s) / case.ticks,
        )

    def _move(self, tick: int) -> None:
        """What happens in the world in a tick."""
        case, bodies = self._case, self._bodies
        dead = case.faults.deaths.get(tick)
        if dead is not None:
            bodies.lives[dead] = False
        reached = np.empty(len(case.kind), dtype=np.int32)
        edge_to = case.roadmap.edge_to
        count = advance(bodies, edge_to, case.edge_ticks, tick, case.seed, case.delays, reached)
        for robot in reached[:count].tolist():
            self._reports.send(tick, robot, int(bodies.at[robot]))

    def _direct(self, tick: int) -> None:
        """Tell the way what is known by now, and the robots what it grants."""
        case, bodies = self._case, self._bodies
        heard = [entry for entry in self._reports.receive(tick) if bodies.lives[entry[0]]]
        for robot, vertex in heard:
            if vertex == case.goals[robot, self._done[robot]]:
                self._late.append(self._lateness(tick, robot))
                self._done[robot] += 1
                self._sent[robot] = tick
                self._goals[robot] = case.goals[robot, self._done[robot]]
        reached = np.array([robot for robot, _ in heard], dtype=np.int32)
        for robot, edge in self._granted(tick, reached):
            self._check(robot, edge)
            self._grants.send(tick, robot, edge)
        self._goals[:] = NO
        for robot, edge in self._grants.receive(tick):
            bodies.grant(robot, edge)

    def _granted(self, tick: int, reached: Ints) -> list[tuple[int, int]]:
        """What the way grants in a tick; only this is timed."""
        start_s, wall_s = time.process_time(), time.perf_counter()
        self._tell_faults(tick)
        granted = list(self._way.step(tick, reached, self._goals))
        self._spent_s += time.process_time() - start_s
        self._worst_s = max(self._worst_s, time.perf_counter() - wall_s)
        return granted

    def _lateness(self, tick: int, robot: int) -> float:
        """Ticks by which a robot's task takes longer than alone in the mean."""
        alone = self._case.trips[robot, self._done[robot]] * self._case.delay
        return float(tick - self._sent[robot] - alone)

    def _late_s(self) -> float:
        """Tasks not done by the end count, too: as late as they then are."""
        case = self._case
        live = np.flatnonzero(self._bodies.lives).tolist()
        unfinished = [self._lateness(case.ticks, robot) for robot in live]
        return TICK_S * float(np.percentile([*self._late, *unfinished], 99))

    def _check(self, robot: int, edge: int) -> None:
        """A grant must lead on from the one before, along a lane the robot may use."""
        roadmap = self._case.roadmap
        if roadmap.edge_from[edge] != self._front[robot]:
            raise ValueError(f"{self._way.name} granted robot {robot} an edge from elsewhere")
        if np.isinf(roadmap.edge_time[self._case.kind[robot], edge]):
            raise ValueError(f"{self._way.name} granted robot {robot} a lane it may not use")
        self._front[robot] = roadmap.edge_to[edge]

    def _tell_faults(self, tick: int) -> None:
        faults = self._case.faults
        dead = faults.deaths.get(tick)
        if dead is not None:
            self._way.lose(dead)
        towed = faults.deaths.get(tick - TOWED_AFTER)
        if towed is not None:
            self._judge.towed(towed)
            self._way.tow(towed)
        if tick in faults.closures:
            self._way.set_open(*faults.closures[tick])
