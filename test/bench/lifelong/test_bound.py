# SPDX-License-Identifier: Apache-2.0
"""The bound of lifelong games is what a robot alone on the map does, and no less."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.bench.lifelong.bound import most_tasks
from suwon_fleet.bench.lifelong.grid import Grid
from suwon_fleet.bench.lifelong.instance import Dealing, Delays, Instance


def instance(is_open, tasks, dealing=Dealing.ROUND_ROBIN, starts=(0,)):
    return Instance("i", is_open, starts, tasks, 1, dealing, 0, 1.0, Delays())


def most_by_trying_all(is_open, start, tasks, actions):
    """Errands done by the best of all sequences of actions."""
    height, width = is_open.shape
    states = {(start, 0, 0)}
    for _ in range(actions):
        after = set()
        for (cell, heading, done), action in product(states, range(4)):
            row, column = divmod(cell, width)
            turned = (heading + (0, 1, 3, 0)[action]) % 4
            if action == 3:
                row += (0, 1, 0, -1)[heading]
                column += (1, 0, -1, 0)[heading]
            if 0 <= row < height and 0 <= column < width and is_open[row, column]:
                there = row * width + column
                after.add((there, turned, done + (tasks[done % len(tasks)][0] == there)))
        states = after
    return max(done for _, _, done in states)


@settings(deadline=None, max_examples=30)
@given(
    tasks=st.lists(st.sampled_from([0, 1, 2, 3, 5]), min_size=1, max_size=4),
    actions=st.integers(0, 12),
)
def test_it_is_exact_for_one_robot(tasks, actions):
    is_open = np.array([[True, True, True], [True, False, True]])
    tasks = tuple((cell,) for cell in tasks)
    found = most_tasks(instance(is_open, tasks), Grid.of(is_open), actions)
    assert found == most_by_trying_all(is_open, 0, tasks, actions)


def test_chosen_tasks_are_bounded_by_their_length():
    is_open = np.ones((1, 5), dtype=np.bool_)
    tasks = ((4, 0), (2,))
    free = instance(is_open, tasks, Dealing.FREE)
    # the long one takes 1 and 4 actions, the short one 1; one of two is known at a time
    assert most_tasks(free, Grid.of(is_open), 1) == 0
    assert most_tasks(free, Grid.of(is_open), 6) == 2
