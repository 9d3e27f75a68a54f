# SPDX-License-Identifier: Apache-2.0
"""Whole games on small grids: no rule is broken, tasks are done, and games repeat."""

from __future__ import annotations

import math

import numpy as np
import pytest

from suwon_fleet.bench.lifelong.bound import most_tasks
from suwon_fleet.bench.lifelong.grid import Grid
from suwon_fleet.bench.lifelong.instance import Dealing, Delays, Instance
from suwon_fleet.bench.lifelong.play import PlainPibt, Windowed, play
from suwon_fleet.bench.lifelong.play_ticks import TickGame
from suwon_fleet.bench.lifelong.thinking import Budget

BUDGET = Budget(tries=10)


def instance(dealing, robots=8, ticks=0, size=1.0, delays=None, shape=(7, 8), errands=2):
    chance = np.random.default_rng(3)
    is_open = np.ones(shape, dtype=np.bool_)
    is_open[2, 2:4] = is_open[5, 5] = False
    grid = Grid.of(is_open, math.ceil(size))
    step = 2 if size > 1 else 1
    apart = [
        int(cell)
        for cell in grid.cell_of
        if cell // shape[1] % step == 0 and cell % shape[1] % step == 0
    ]
    starts = tuple(chance.permutation(apart)[:robots].tolist())
    tasks = tuple(tuple(chance.choice(grid.cell_of, errands).tolist()) for _ in range(60))
    revealed = 12 if dealing is Dealing.FREE else 1
    delays = delays or Delays()
    return Instance("i", is_open, starts, tasks, revealed, dealing, ticks, size, delays), grid


@pytest.mark.parametrize("dealing", list(Dealing))
def test_steps(dealing):
    game, grid = instance(dealing)
    played = [play(game, grid, 40, Windowed(game, grid, BUDGET)) for _ in range(2)]
    assert not played[0].faults
    assert played[0].tasks >= 8
    assert played[0].tasks <= most_tasks(game, grid, 40)
    assert (played[0].tasks, played[0].errands) == (played[1].tasks, played[1].errands)


@pytest.mark.parametrize("dealing", list(Dealing))
def test_steps_of_the_yardstick(dealing):
    game, grid = instance(dealing)
    played = play(game, grid, 40, PlainPibt(game, grid))
    assert not played.faults
    assert 0 < played.tasks <= most_tasks(game, grid, 40)


@pytest.mark.parametrize("size", [0.4, 1.0, 1.7])
def test_ticks_with_delays(size):
    delays = Delays(seed=1, min_delay=2, max_delay=9, p_delay=0.02)
    robots = 4 if size > 1 else 8
    game, grid = instance(Dealing.FREE, robots, ticks=3, size=size, delays=delays, shape=(9, 11))
    played = [TickGame(game, grid, BUDGET).play(200) for _ in range(2)]
    assert not played[0].faults
    assert played[0].tasks >= robots
    assert played[0].tasks <= most_tasks(game, grid, 200 // 3)
    assert played[0].errands == played[1].errands


def test_a_task_that_cannot_be_reached_holds_nobody_up():
    is_open = np.array([[True, True, True, False, True]])
    game = Instance("i", is_open, (0,), ((4,), (2,)), 2, Dealing.FREE, 0, 1.0, Delays())
    grid = Grid.of(is_open)
    assert play(game, grid, 4, Windowed(game, grid, BUDGET)).tasks == 1
