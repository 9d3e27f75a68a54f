# SPDX-License-Identifier: Apache-2.0
"""A game of the unit-step kind: each robot turns, goes forward or waits, all at once, step after step."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from suwon_fleet.bench.lifelong.grid import Grid, unit_ground
from suwon_fleet.bench.lifelong.instance import Instance
from suwon_fleet.bench.lifelong.judge import Pose, violations
from suwon_fleet.bench.lifelong.tasks import Dealt
from suwon_fleet.bench.lifelong.thinking import THREADS, Budget, Thinker, warm_up
from suwon_fleet.bench.lifelong.yardstick import pibt_step
from suwon_fleet.traffic.window.ground import Ints
from suwon_fleet.traffic.window.planner import WindowPlanner
from suwon_fleet.traffic.window.rows import Rows

MOST_ROW_BYTES = 4 << 30


@dataclass
class Played:
    """What came of a game; times are of planning, by step."""

    tasks: int = 0
    errands: int = 0
    tries: int = 0
    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def play(instance: Instance, grid: Grid, steps: int, step_of: Callable[[Dealt], Ints]) -> Played:
    """Play so many steps; `step_of` is told the tasks and says at which vertices robots are next."""
    tasks, played = Dealt(instance), Played()
    before: list[Pose] = [(cell, 0) for cell in instance.starts]
    for _ in range(steps):
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        vertices = step_of(tasks)
        played.wall_ms.append(1e3 * (time.perf_counter() - wall_s))
        played.cpu_ms.append(1e3 * (time.process_time() - cpu_s))
        cells = grid.cell_of[vertices // 4].tolist()
        after = list(zip(cells, (vertices % 4).tolist(), strict=True))
        played.faults += violations(grid.is_open, before, after)
        before = after
        tasks.visit(cells)
    played.tasks, played.errands = tasks.tasks, tasks.errands
    return played


class Windowed:
    """Our planner at this game."""

    def __init__(self, instance: Instance, grid: Grid, budget: Budget) -> None:
        self._places = grid.place_of.ravel()
        ground = unit_ground(grid, corners=True, price=1)
        robots = len(instance.starts)
        slots = row_slots(grid, robots, grid.place_count)

        def planner() -> WindowPlanner:
            start = 4 * self._places[list(instance.starts)]
            kind = np.zeros(robots, dtype=np.int32)
            return WindowPlanner(ground, kind, start, headings, row_slots=slots, sides=THREADS)

        warm_up(planner())
        self._planner = planner()
        self._thinker = Thinker(self._planner, budget)

    def step(self, tasks: Dealt) -> Ints:
        """Plan within the budget, and take the first step of the plan."""
        began_s = time.perf_counter()
        for robot in sorted(tasks.changed):
            self._planner.aim(robot, self._places[tasks.goals(robot)].tolist())
        tasks.changed.clear()
        self._thinker.think(began_s)
        self._planner.advance()
        return self._planner.plans.start.copy()


class PlainPibt:
    """The yardstick at this game."""

    def __init__(self, instance: Instance, grid: Grid) -> None:
        robots = len(instance.starts)
        self._places = grid.place_of.ravel()
        self._ahead = grid.ahead()
        ground = unit_ground(grid, corners=True, price=1)
        self._rows = Rows(ground, headings, row_slots(grid, robots, grid.place_count))
        self._row_of = np.zeros(robots, dtype=np.int32)
        self._vertex = 4 * self._places[list(instance.starts)]
        self._waited = np.zeros(robots, dtype=np.int64)
        self._held: dict[int, int] = {}
        pibt_step(self._ahead, self._rows.table, self._row_of, self._vertex, self._row_of[:0])

    def step(self, tasks: Dealt) -> Ints:
        """One step of PIBT."""
        self._waited += 1
        for robot in sorted(tasks.changed):
            if goals := tasks.goals(robot):
                before = self._held.get(robot)
                self._held[robot] = self._row_of[robot] = self._rows.take(0, self._places[goals[0]])
                if before is not None:
                    self._rows.give_back(before)
            self._waited[robot] = 0
        tasks.changed.clear()
        order = np.argsort(-self._waited, kind="stable").astype(np.int32)
        self._vertex = pibt_step(self._ahead, self._rows.table, self._row_of, self._vertex, order)
        return self._vertex


def headings(place: int) -> Ints:
    """The vertices of a place."""
    return 4 * place + np.arange(4, dtype=np.int32)


def row_slots(grid: Grid, least: int, most: int) -> int:
    """How many distance rows to keep: what memory allows, but as many as are in use at once."""
    affordable = MOST_ROW_BYTES // (2 * 4 * grid.place_count)
    return max(least + 1, min(affordable, most + 1))
