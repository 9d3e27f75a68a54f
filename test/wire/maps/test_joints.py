# SPDX-License-Identifier: Apache-2.0
"""Finding the node at a point."""

from __future__ import annotations

import math

from hypothesis import example, given, settings
from hypothesis import strategies as st

from suwon_fleet.wire.maps.joints import JOIN_M, Joints

small = st.floats(-0.3, 0.3)
HAIR = 1e-12
"""A distance is rounded: of one this near to the reach nobody can tell on which side it is."""


@settings(deadline=None)
@given(st.lists(st.tuples(small, small), max_size=30), small, small)
@example([(0.0, JOIN_M)], 0.0, -5e-89)
@example([(0.0, JOIN_M)], 0.0, 0.0)
def test_the_nearest_within_reach_is_found(
    points: list[tuple[float, float]], x_m: float, y_m: float
) -> None:
    joints = Joints()
    for index, point in enumerate(points):
        joints.add(f"n{index}", *point, "ground")
    distances = [math.hypot(x - x_m, y - y_m) for x, y in points]
    nearest = min(distances, default=math.inf)
    found = joints.nearest(x_m, y_m, "ground")
    if found is not None:
        assert nearest <= JOIN_M
        assert distances[int(found[1:])] == nearest
    else:
        assert nearest > JOIN_M * (1 - HAIR)


def test_levels_are_apart() -> None:
    joints = Joints()
    joints.add("a", 0.0, 0.0, "ground")
    assert joints.nearest(0.0, 0.0, "F2") is None
    assert joints.nearest(0.0, 0.0, "ground") == "a"
