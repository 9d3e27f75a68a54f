# SPDX-License-Identifier: Apache-2.0
"""Ground cut in two, so that plans on either side can be made better at the same time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import inner_kernel, kernel
from suwon_fleet.traffic.window.ground import TimedGround
from suwon_fleet.traffic.window.plans import Plans

NEITHER = 255


@kernel
def divide(ground: TimedGround, plans: Plans, origin: int, side: NDArray[np.uint8]) -> None:
    """Give each item side 0 if it is nearer to vertex `origin` than half of the robots are, else 1.

    Items that use resources of both sides get NEITHER. No resource is used by items of both.
    """
    near = _rank(ground, origin)
    robots = np.sort(near[plans.start])
    middle = robots[len(robots) // 2]
    vertices = len(near)
    edges = len(ground.head)
    resource_side = np.full(ground.resource_count, NEITHER, dtype=np.uint8)
    for item in range(len(ground.write_ptr) - 1):
        place = item % (vertices + edges)
        vertex = place if place < vertices else ground.head[place - vertices]
        of_vertex = np.uint8(near[vertex] >= middle)
        for slot in range(ground.write_ptr[item], ground.write_ptr[item + 1]):
            resource = ground.writes[slot]
            if resource_side[resource] == NEITHER:
                resource_side[resource] = of_vertex
    for item in range(len(ground.write_ptr) - 1):
        of_item = NEITHER
        is_one = True
        for slot in range(ground.write_ptr[item], ground.write_ptr[item + 1]):
            of_resource = resource_side[ground.writes[slot]]
            is_one &= of_item == NEITHER or of_resource == of_item
            of_item = of_resource
        for slot in range(ground.read_ptr[item], ground.read_ptr[item + 1]):
            of_resource = resource_side[ground.reads[slot]]
            # what nobody writes is on neither side, and in nobody's way
            is_one &= of_item == of_resource or of_resource == NEITHER
        side[item] = of_item if is_one else NEITHER


@inner_kernel
def _rank(ground: TimedGround, origin: int) -> NDArray[np.int32]:
    """By how many others each vertex is nearer to `origin`, counted in edges whatever their direction."""
    vertices = len(ground.out_ptr) - 1
    rank = np.full(vertices, vertices, dtype=np.int32)
    queue = np.empty(vertices, dtype=np.int32)
    rank[origin] = 0
    queue[0] = origin
    done, known = 0, 1
    while done < known:
        vertex = queue[done]
        done += 1
        for edge in range(ground.out_ptr[vertex], ground.out_ptr[vertex + 1]):
            other = ground.head[edge]
            if rank[other] == vertices:
                rank[other] = known
                queue[known] = other
                known += 1
        for slot in range(ground.in_ptr[vertex], ground.in_ptr[vertex + 1]):
            other = ground.tail[ground.in_edges[slot]]
            if rank[other] == vertices:
                rank[other] = known
                queue[known] = other
                known += 1
    return rank
