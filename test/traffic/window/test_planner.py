# SPDX-License-Identifier: Apache-2.0
"""Plans on grids and on ground where moves own all they sweep: legal, repeatable, and they arrive."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.bench.lifelong.grid import Grid, unit_ground
from suwon_fleet.bench.lifelong.judge import violations
from suwon_fleet.traffic.window.ground import NO, TimedGround, timed_ground
from suwon_fleet.traffic.window.planner import WindowPlanner
from suwon_fleet.traffic.window.plans import weigh_all


def grid_planner(grid, places, sides=1, seed=0, **options):
    ground = unit_ground(grid, corners=True, price=1)
    kind = np.zeros(len(places), dtype=np.int32)
    start = 4 * np.array(places, dtype=np.int32)
    slots = 2 * len(places) + 2
    return WindowPlanner(ground, kind, start, row_slots=slots, sides=sides, seed=seed, **options)


@st.composite
def games(draw):
    """A small grid with some cells closed, and robots with goals."""
    height, width = draw(st.integers(2, 6)), draw(st.integers(2, 6))
    cells = draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width))
    is_open = np.array(cells).reshape(height, width)
    is_open[0, 0] = True
    grid = Grid.of(is_open)
    robots = draw(st.integers(1, min(8, grid.place_count)))
    places = draw(st.permutations(range(grid.place_count)))[:robots]
    goals = draw(st.lists(st.integers(0, grid.place_count - 1), min_size=robots, max_size=robots))
    return grid, places, goals


def poses(grid, planner):
    vertices = planner.plans.start
    return [(int(grid.cell_of[vertex // 4]), int(vertex % 4)) for vertex in vertices]


@settings(deadline=None, max_examples=40)
@given(game=games(), sides=st.integers(1, 2), seed=st.integers(0, 1000))
def test_no_step_of_a_plan_breaks_the_rules(game, sides, seed):
    grid, places, goals = game
    planner = grid_planner(grid, places, sides, seed)
    for robot, goal in enumerate(goals):
        planner.aim(robot, [goal])
    for _ in range(12):
        planner.weigh()
        planner.divide()
        for side in range(sides):
            planner.improve(10, side)
        before = poses(grid, planner)
        planner.advance()
        assert not list(violations(grid.is_open, before, poses(grid, planner)))


@settings(deadline=None, max_examples=40)
@given(game=games(), seed=st.integers(0, 1000))
def test_costs_kept_are_those_of_the_plans(game, seed):
    grid, places, goals = game
    planner = grid_planner(grid, places, seed=seed)
    for robot, goal in enumerate(goals):
        planner.aim(robot, [goal])
    lost = planner.weigh()
    planner.divide()
    planner.improve(30)
    cost = planner.plans.cost.copy()
    weigh_all(planner._ground, planner.plans, planner.rows.table)
    assert (planner.plans.cost == cost).all()
    assert (planner.plans.cost >= planner.plans.least).all()
    assert planner.weigh() <= lost
    assert (planner.plans.cost <= cost).all(), "in the last step some may go on"


def test_a_lone_robot_takes_a_shortest_way():
    grid = Grid.of(np.array([[True, True, True], [True, False, True], [True, True, True]]))
    planner = grid_planner(grid, [0])
    goal = int(grid.place_of[2, 2])
    planner.aim(0, [goal])
    planner.weigh()
    planner.divide()
    planner.improve(1)
    for _ in range(5):  # four cells and one turn
        planner.advance()
    assert planner.plans.start[0] // 4 == goal


def test_robots_go_on_from_one_goal_to_the_next():
    grid = Grid.of(np.ones((1, 5), dtype=np.bool_))
    planner = grid_planner(grid, [1], stages=2)
    planner.aim(0, [3, 0])
    planner.weigh()
    planner.divide()
    planner.improve(1)
    seen = []
    for _ in range(2 + 2 + 3):  # two cells, about-turn, three cells
        planner.advance()
        seen.append(int(planner.plans.start[0] // 4))
    assert seen[1] == 3
    assert seen[-1] == 0


def test_the_same_seed_gives_the_same_plans():
    grid = Grid.of(np.ones((6, 6), dtype=np.bool_))
    plans = []
    for _ in range(2):
        planner = grid_planner(grid, list(range(12)), sides=2, seed=5)
        for robot in range(12):
            planner.aim(robot, [35 - robot])
        for _ in range(5):
            planner.weigh()
            planner.divide()
            planner.improve(20, 0)
            planner.improve(20, 1)
            planner.advance()
        plans.append(planner.plans.edges.copy())
    assert (plans[0] == plans[1]).all()


def owned_line(length: int, steps: int) -> TimedGround:
    """A two-way line of vertices on which a move owns both ends and what is between, for its whole time.

    Elements are vertices, then segments; a robot near a vertex is in the way on the segments beside it.
    Item and reader are named as in `traffic/conflicts.py`: who drives reads all elements it would touch.
    """
    segments = length - 1
    moves = sorted(
        [(v, v + 1, v) for v in range(segments)] + [(v + 1, v, v) for v in range(segments)]
    )
    tail, head, _ = (np.array(column, dtype=np.int32) for column in zip(*moves, strict=True))
    writes = [[v] for v in range(length)] + [[a, length + s, b] for a, b, s in moves]
    beside = {v: [length + s for s in (v - 1, v) if 0 <= s < segments] for v in range(length)}
    reads = [[v, *beside[v]] for v in range(length)]
    reads += [sorted({a, length + s, b, *beside[a], *beside[b]}) for a, b, s in moves]

    def lists(items):
        ptr = np.concatenate(([0], np.cumsum([len(item) for item in items])))
        return ptr.astype(np.int32), np.concatenate(items).astype(np.int32)

    duration = np.full((1, len(tail)), steps, dtype=np.int32)
    return timed_ground(
        tail,
        head,
        duration,
        duration,
        1,
        lists(writes),
        lists(reads),
        np.arange(length, dtype=np.int32),
    )


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_moves_that_own_all_they_sweep_keep_clear_of_each_other(steps):
    ground = owned_line(8, steps)
    start = np.array([0, 2, 5], dtype=np.int32)
    goals = [2, 4, 7]

    planner = WindowPlanner(ground, np.zeros(3, dtype=np.int32), start, row_slots=4, seed=1)
    for robot, goal in enumerate(goals):
        planner.aim(robot, [goal])
    for _ in range(14 * steps):
        planner.weigh()
        planner.divide()
        planner.improve(30)
        at = planner.plans.start.copy()
        driven = planner.advance()
        owned: list[int] = []
        for robot, edge in enumerate(driven):
            here = (
                [int(at[robot])] if edge == NO else [int(ground.tail[edge]), int(ground.head[edge])]
            )
            owned += here
        assert len(set(owned)) == len(owned)
    assert planner.plans.start.tolist() == goals


def merge(steps: int) -> TimedGround:
    """Ways from vertices 0 and 1 meet at 2 and part again for 3 and 4; a move owns both its ends."""
    tail = np.array([0, 1, 2, 2], dtype=np.int32)
    head = np.array([2, 2, 3, 4], dtype=np.int32)
    owned = (
        np.array([0, 1, 2, 3, 4, 5, 7, 9, 11, 13], dtype=np.int32),
        np.array([0, 1, 2, 3, 4, 0, 2, 1, 2, 2, 3, 2, 4], dtype=np.int32),
    )
    duration = np.full((1, len(tail)), steps, dtype=np.int32)
    places = np.arange(5, dtype=np.int32)
    return timed_ground(tail, head, duration, 4 * duration, 3, owned, owned, places)


@pytest.mark.parametrize("heavy", [0, 1])
def test_the_robot_that_counts_more_goes_first(heavy):
    start = np.array([0, 1], dtype=np.int32)
    planner = WindowPlanner(merge(2), np.zeros(2, dtype=np.int32), start, row_slots=3)
    planner.plans.weight[heavy] = 5
    for robot in range(2):
        planner.aim(robot, [3 + robot])
    planner.weigh()
    planner.divide()
    planner.improve(50)
    lost = planner.plans.cost - planner.plans.least
    assert lost[heavy] == 0
    assert lost[1 - heavy] == planner.weigh() == 4 * 3  # two moves of two steps, standing
    light = planner.plans.edges[1 - heavy]
    assert (light[:4] == NO).all()
    assert (light[4:8] != NO).all()
