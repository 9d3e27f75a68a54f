# SPDX-License-Identifier: Apache-2.0
"""The judge of lifelong games sees what is against the rules."""

from __future__ import annotations

import numpy as np
import pytest

from suwon_fleet.bench.lifelong.judge import violations

IS_OPEN = np.array([[True, True, True], [True, False, True]])
EAST, SOUTH, WEST, NORTH = range(4)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ([(0, EAST)], [(1, EAST)], ""),
        ([(0, EAST)], [(0, SOUTH)], ""),
        ([(0, EAST)], [(0, NORTH)], ""),
        ([(0, EAST)], [(0, WEST)], "turns around"),
        ([(0, EAST)], [(3, EAST)], "sideways"),
        ([(0, EAST)], [(1, SOUTH)], "sideways"),
        ([(0, EAST)], [(2, EAST)], "jumps"),
        ([(2, EAST)], [(3, EAST)], "jumps"),
        ([(1, SOUTH)], [(4, SOUTH)], "not open"),
        ([(5, SOUTH)], [(8, SOUTH)], "not open"),
        ([(0, EAST), (1, EAST)], [(1, EAST), (2, EAST)], ""),
        ([(0, EAST), (1, WEST)], [(1, EAST), (0, WEST)], "swap"),
        ([(0, EAST), (1, EAST)], [(1, EAST), (1, EAST)], "both in cell 1"),
    ],
)
def test_faults_are_named(before, after, fault):
    found = list(violations(IS_OPEN, before, after))
    assert len(found) == bool(fault)
    assert all(fault in one for one in found)
