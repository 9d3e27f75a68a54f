# SPDX-License-Identifier: Apache-2.0
"""A game of the unit-step kind: each robot turns, goes forward or waits, all at once, step after step."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from suwon_fleet.bench.lifelong.giving import Aimer, Giver
from suwon_fleet.bench.lifelong.grid import Grid, unit_ground
from suwon_fleet.bench.lifelong.instance import Instance
from suwon_fleet.bench.lifelong.judge import Pose, violations
from suwon_fleet.bench.lifelong.tasks import Pool, Tasks, tasks_of
from suwon_fleet.bench.lifelong.thinking import THREADS, Budget, Thinker, warm_up
from suwon_fleet.bench.lifelong.yardstick import pibt_step
from suwon_fleet.bench.measure import free_mb
from suwon_fleet.traffic.window.ground import Ints
from suwon_fleet.traffic.window.planner import WindowPlanner
from suwon_fleet.traffic.window.rows import Rows

MOST_ROW_BYTES = 4 << 30
ROW_SHARE = 0.5
"""Of free memory, for rows that are kept in case their goals come up again."""
BYTES_PER_CELL, BYTES_PER_PLACE = 400, 1200
"""Of ground and what is planned on it, as measured; rows come on top of it."""
STAGES = 2
"""Goals of a robot that plans look ahead to."""


@dataclass
class Played:
    """What came of a game; times are of planning, by step."""

    tasks: int = 0
    errands: int = 0
    tries: int = 0
    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Player(Protocol):
    """Who says what robots do."""

    def prepare(self, tasks: Tasks) -> None:
        """Look at the first tasks, before time counts."""

    def step(self, tasks: Tasks) -> Ints:
        """The vertices that robots are at after the next step."""


def play(instance: Instance, grid: Grid, steps: int, player: Player) -> Played:
    """Play so many steps."""
    tasks, played = tasks_of(instance), Played()
    player.prepare(tasks)
    before: list[Pose] = [(cell, 0) for cell in instance.starts]
    for _ in range(steps):
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        vertices = player.step(tasks)
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
        ground = unit_ground(grid, corners=True, price=1)
        robots = len(instance.starts)
        slots = row_slots(grid, STAGES * robots, grid.place_count)

        def planner() -> WindowPlanner:
            start = 4 * grid.place_of.ravel()[list(instance.starts)]
            kind = np.zeros(robots, dtype=np.int32)
            return WindowPlanner(ground, kind, start, row_slots=slots, stages=STAGES, sides=THREADS)

        warm_up(planner())
        self._planner = planner()
        self._aimer = Aimer(self._planner, grid)
        self._thinker = Thinker(self._planner, budget)

    def prepare(self, tasks: Tasks) -> None:
        self._aimer.aim(tasks)

    def step(self, tasks: Tasks) -> Ints:
        """Plan within the budget, and take the first step of the plan."""
        began_s = time.perf_counter()
        self._aimer.aim(tasks)
        self._thinker.think(began_s)
        self._planner.advance()
        return self._planner.plans.start.copy()


class PlainPibt:
    """The yardstick at this game."""

    def __init__(self, instance: Instance, grid: Grid) -> None:
        robots = len(instance.starts)
        self._places = grid.place_of.ravel()
        self._ahead = grid.ahead()
        self._giver = Giver(grid)
        ground = unit_ground(grid, corners=True, price=1)
        self._rows = Rows(ground, row_slots(grid, robots, grid.place_count))
        self._row_of = np.zeros(robots, dtype=np.int32)
        self._held: dict[int, int] = {}
        self._vertex = 4 * self._places[list(instance.starts)]
        self._waited = np.zeros(robots, dtype=np.int64)
        pibt_step(self._ahead, self._rows.table, self._row_of, self._vertex, self._row_of[:0])

    def prepare(self, tasks: Tasks) -> None:
        if isinstance(tasks, Pool):
            self._giver.give(tasks, self._vertex // 4)
        for robot in sorted(tasks.changed):
            self._waited[robot] = 0
            goals = self._places[tasks.goals(robot)[:1]].tolist()
            if goals and goals[0] >= 0:
                before = self._held.get(robot)
                self._held[robot] = self._row_of[robot] = self._rows.take(0, (goals[0],))[0]
                if before is not None:
                    self._rows.give_back(before)
        tasks.changed.clear()

    def step(self, tasks: Tasks) -> Ints:
        """One step of PIBT."""
        self.prepare(tasks)
        self._waited += 1
        order = np.argsort(-self._waited, kind="stable").astype(np.int32)
        self._vertex = pibt_step(self._ahead, self._rows.table, self._row_of, self._vertex, order)
        return self._vertex


def row_slots(grid: Grid, least: int, most: int) -> int:
    """How many distance rows to keep: what memory allows, but as many as are in use at once."""
    free_bytes = int(ROW_SHARE * free_mb() * 2**20)
    affordable = min(MOST_ROW_BYTES, free_bytes) // row_bytes(grid)
    return max(least + 1, min(affordable, most + 1))


def row_bytes(grid: Grid) -> int:
    """A distance row: two bytes for each place and heading."""
    return max(1, 2 * 4 * grid.place_count)


def needed_mb(instance: Instance, grid: Grid) -> float:
    """About how much memory our planner takes, without rows that it only keeps in case, megabytes."""
    rows = (STAGES * len(instance.starts) + 1) * row_bytes(grid)
    ground = BYTES_PER_CELL * grid.is_open.size + BYTES_PER_PLACE * grid.place_count
    return (rows + ground) / 2**20
