# SPDX-License-Identifier: Apache-2.0
"""Where robots stand at the beginning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.traffic import Coordinator


def place_all(
    traffic: Coordinator, kind: str, robots: Sequence[str], random: np.random.Generator
) -> list[int]:
    """Place robots on vertices drawn at random, none on another's ground; the vertices.

    Raises BadInput when there is no room for all.
    """
    starts: list[int] = []
    vertices = traffic.roadmap.vertex_count
    for vertex in random.permutation(vertices).tolist():
        if len(starts) == len(robots):
            break
        name = traffic.roadmap.vertex_names[vertex]
        if traffic.owner_near(kind, name) is None:
            traffic.place(robots[len(starts)], kind, [name], 0)
            starts.append(vertex)
    if len(starts) < len(robots):
        what = f"only {len(starts)} robots find room on {vertices} vertices"
        raise BadInput([Problem("no-room", "robots", what, "ask for fewer robots")])
    return starts
