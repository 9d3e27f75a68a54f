# SPDX-License-Identifier: Apache-2.0
"""The judge of games in ticks sees what is against the rules."""

from __future__ import annotations

import numpy as np
import pytest

from suwon_fleet.bench.lifelong.judge_ticks import Scene, TickJudge

IS_OPEN = np.array([[True, True, True], [True, False, True]])
EAST, SOUTH, WEST = range(3)
THIRD = 1 / 3


def scene(robots):
    corners = np.array([(row, column) for row, column, _ in robots], dtype=np.float64)
    return Scene(corners, np.array([heading for *_, heading in robots]))


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ([(0, 0, EAST)], [(0, THIRD, EAST)], ""),
        ([(0, 0, EAST)], [(0, 0, SOUTH)], ""),
        ([(0, 0, EAST)], [(0, 0, WEST)], "turns around"),
        ([(0, THIRD, EAST)], [(0, THIRD, SOUTH)], "between cells"),
        ([(0, 0, EAST)], [(0, 2 * THIRD, EAST)], "otherwise"),
        ([(0, 1, EAST)], [(0, 1 - THIRD, EAST)], "otherwise"),
        ([(0, 1, SOUTH)], [(THIRD, 1, SOUTH)], "off the open"),
        ([(0, 2, EAST)], [(0, 2 + THIRD, EAST)], "off the open"),
        ([(0, 0, EAST), (0, 1, EAST)], [(0, THIRD, EAST), (0, 1 + THIRD, EAST)], ""),
        ([(0, 0, EAST), (0, 1, EAST)], [(0, THIRD, EAST), (0, 1, EAST)], "overlap"),
        ([(0, 1, EAST), (0, 2, SOUTH)], [(0, 1 + THIRD, EAST), (THIRD, 2, SOUTH)], "overlap"),
    ],
)
def test_faults_are_named(before, after, fault):
    judge = TickJudge(IS_OPEN, 1.0, 3, scene(before))
    found = list(judge.violations(scene(after), np.zeros(len(before), dtype=np.bool_)))
    assert bool(found) == bool(fault)
    assert all(fault in one for one in found)


def test_who_is_delayed_must_stand():
    judge = TickJudge(IS_OPEN, 1.0, 3, scene([(0, 0, EAST)]))
    found = list(judge.violations(scene([(0, THIRD, EAST)]), np.array([True])))
    assert found == ["robot 0 moves although delayed"]
