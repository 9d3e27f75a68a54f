# SPDX-License-Identifier: Apache-2.0
"""The world in ticks keeps the order in which ground was granted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from suwon_fleet.bench.lifelong.grid import Grid, unit_ground
from suwon_fleet.bench.lifelong.judge_ticks import Scene, TickJudge
from suwon_fleet.bench.lifelong.ticks import TickWorld

EAST, NORTH = 0, 3
TICKS = 3


def world_of(grid, *poses):
    vertex = np.array([4 * grid.place_of[row, column] + heading for row, column, heading in poses])
    return TickWorld(grid, unit_ground(grid, corners=False, price=1), vertex, TICKS)


def grant(world, grid, robot, *poses):
    """Grant the actions that lead from one pose to the next."""
    ground = unit_ground(grid, corners=False, price=1)
    vertices = [4 * grid.place_of[row, column] + heading for row, column, heading in poses]
    for tail, head in pairwise(vertices):
        edges = range(ground.out_ptr[tail], ground.out_ptr[tail + 1])
        world.grant(robot, next(edge for edge in edges if ground.head[edge] == head))


def scene(world):
    return Scene(world.corners(), (world.vertex % 4).astype(np.int64))


def drive(world, is_open, ticks, delayed=()):
    """Let ticks pass, robots `delayed` in all of them, and nobody break a rule; vertices after each."""
    judge = TickJudge(is_open, 1.0, TICKS, scene(world))
    is_delayed = np.isin(np.arange(len(world.vertex)), delayed)
    seen = []
    for _ in range(ticks):
        world.tick(is_delayed)
        assert not list(judge.violations(scene(world), is_delayed))
        seen.append(world.vertex.tolist())
    return seen


def test_one_who_was_granted_ground_later_waits_even_if_the_first_is_far():
    grid = Grid.of(np.ones((3, 4), dtype=np.bool_))
    first = [(2, 1, EAST), (2, 2, EAST), (2, 3, EAST), (2, 3, NORTH), (1, 3, NORTH), (0, 3, NORTH)]
    second = [(1, 2, EAST), (1, 3, EAST)]
    world = world_of(grid, first[0], second[0])
    grant(world, grid, 0, *first)
    grant(world, grid, 1, *second)
    seen = drive(world, grid.is_open, 20)
    there = [
        4 * grid.place_of[row, column] + heading for row, column, heading in (first[-1], second[-1])
    ]
    arrived = [[vertices[robot] for vertices in seen].index(there[robot]) for robot in range(2)]
    assert arrived[1] == arrived[0] + TICKS


def test_one_follows_straight_behind_another_a_tick_later():
    grid = Grid.of(np.ones((1, 4), dtype=np.bool_))
    world = world_of(grid, (0, 0, EAST), (0, 1, EAST))
    grant(world, grid, 1, (0, 1, EAST), (0, 2, EAST), (0, 3, EAST))
    grant(world, grid, 0, (0, 0, EAST), (0, 1, EAST), (0, 2, EAST))
    drive(world, grid.is_open, 2 * TICKS + 1)
    assert world.vertex.tolist() == [4 * 2, 4 * 3]


def test_who_follows_one_that_is_delayed_waits():
    grid = Grid.of(np.ones((1, 3), dtype=np.bool_))
    world = world_of(grid, (0, 0, EAST), (0, 1, EAST))
    grant(world, grid, 1, (0, 1, EAST), (0, 2, EAST))
    grant(world, grid, 0, (0, 0, EAST), (0, 1, EAST))
    drive(world, grid.is_open, 1)
    drive(world, grid.is_open, 10, delayed=[1])
    assert world.vertex.tolist() == [0, 4]
    assert world.progress.tolist() == [1, 1]
    drive(world, grid.is_open, TICKS)
    assert world.vertex.tolist() == [4, 8]
