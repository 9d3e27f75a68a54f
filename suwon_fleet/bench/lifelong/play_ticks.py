# SPDX-License-Identifier: Apache-2.0
"""A game of the 2026 kind: plans are made while the world goes on, and serve as an order of moves."""

from __future__ import annotations

import time

import numpy as np

from suwon_fleet.bench.lifelong.delays import Delaying
from suwon_fleet.bench.lifelong.giving import Aimer
from suwon_fleet.bench.lifelong.grid import Grid, unit_ground
from suwon_fleet.bench.lifelong.instance import Instance
from suwon_fleet.bench.lifelong.judge_ticks import Scene, TickJudge
from suwon_fleet.bench.lifelong.play import STAGES, Played, row_slots
from suwon_fleet.bench.lifelong.tasks import tasks_of
from suwon_fleet.bench.lifelong.thinking import THREADS, Budget, Thinker, warm_up
from suwon_fleet.bench.lifelong.ticks import TickWorld
from suwon_fleet.traffic.window.ground import NO, Ints
from suwon_fleet.traffic.window.planner import WindowPlanner

PERIOD = 10
"""Ticks between plans, and until a plan that was begun is carried out: a second in the League's world."""


class TickGame:
    """One game, tick after tick."""

    def __init__(self, instance: Instance, grid: Grid, budget: Budget) -> None:
        self._instance, self._grid = instance, grid
        self._places = grid.place_of.ravel()
        self._ground = unit_ground(grid, corners=False, price=1)
        vertex: Ints = 4 * self._places[list(instance.starts)]
        robots = len(vertex)
        slots = row_slots(grid, STAGES * robots, grid.place_count)

        def planner() -> WindowPlanner:
            kind = np.zeros(robots, dtype=np.int32)
            return WindowPlanner(
                self._ground, kind, vertex, row_slots=slots, stages=STAGES, sides=THREADS
            )

        warm_up(planner())
        self._planner = planner()
        self._thinker = Thinker(self._planner, budget)
        self._world = TickWorld(grid, self._ground, vertex, instance.ticks)
        self._tasks = tasks_of(instance)
        self._aimer = Aimer(self._planner, grid)
        self._aimer.aim(self._tasks)  # looked up before time counts, as far as goals are known
        self._begins = 0
        """The tick at which robots that are not late begin with the planned steps."""

    def play(self, ticks: int) -> Played:
        """Play so many ticks."""
        played, world, tasks = Played(), self._world, self._tasks
        delaying = Delaying(self._instance.delays, len(world.vertex))
        instance = self._instance
        judge = TickJudge(instance.is_open, instance.size, instance.ticks, self._scene())
        for tick in range(ticks):
            if tick % PERIOD == 0:
                wall_s, cpu_s = time.perf_counter(), time.process_time()
                self._plan(tick)
                played.wall_ms.append(1e3 * (time.perf_counter() - wall_s))
                played.cpu_ms.append(1e3 * (time.process_time() - cpu_s))
            is_delayed = delaying.tick()
            world.tick(is_delayed)
            played.faults += judge.violations(self._scene(), is_delayed)
            tasks.visit(self._grid.cell_of[world.vertex // 4].tolist())
        played.tasks, played.errands = tasks.tasks, tasks.errands
        played.tries = self._thinker.tries
        self._thinker.close()
        return played

    def _scene(self) -> Scene:
        return Scene(self._world.corners(), (self._world.vertex % 4).astype(np.int64))

    def _plan(self, tick: int) -> None:
        """Grant what will be done until the next plan but one, then think about what comes after it."""
        began_s = time.perf_counter()
        planner, each = self._planner, self._instance.ticks
        late = tick + self._world.ticks_left() - self._begins
        planner.retime(np.maximum(0, -(-late // each)))
        while self._begins < tick + PERIOD:
            for robot in np.flatnonzero(planner.plans.ready == 0).tolist():
                edge = int(planner.plans.edges[robot, 0])
                if edge != NO:
                    self._world.grant(robot, edge)
            planner.advance()
            self._begins += each
        self._aimer.aim(self._tasks)
        self._thinker.think(began_s)
