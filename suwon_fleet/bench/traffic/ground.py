# SPDX-License-Identifier: Apache-2.0
"""What the peers stand on: who holds which ground, and which way each robot's goal lies.

A robot holds the edges it was granted and has not left, with their ends; a moving robot holds both ends of
its edge. That alone keeps bodies apart; the peers differ in which edges they grant and when.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.bench.traffic.case import Case
from suwon_fleet.bench.traffic.world import LONGEST_GRANT, NO
from suwon_fleet.kernel import inner_kernel, kernel
from suwon_fleet.traffic.conflicts import Conflicts, find_conflicts
from suwon_fleet.traffic.roadmap import Ints


class Ground(NamedTuple):
    """Arrays over robots (N), vertices (V), edges (E) and elements of ground (vertices, then segments)."""

    out_ptr: Ints
    out_edges: Ints
    edge_from: Ints
    edge_to: Ints
    element: Ints
    """(E,) the element an edge runs over."""
    near: Conflicts
    """Elements too near each other for two robots."""
    shapes: Ints
    """A kind of robot for each radius there is."""
    shape: Ints
    """(K,) which of them a kind is like."""
    kind: Ints
    holder: Ints
    uses: Ints
    held: Ints
    """(N, LONGEST_GRANT) the edges held, a ring buffer from `first` to `last`."""
    first: Ints
    last: Ints
    front: Ints
    """(N,) the vertex where the granted path ends."""
    row: NDArray[np.float32]
    """(N, V) seconds to the goal."""
    since: Ints
    """(N,) the tick the goal was set."""
    lives: NDArray[np.bool_]
    is_open: NDArray[np.bool_]
    """(K, E)."""
    grants: Ints
    """(2, many): robots and edges granted in this tick."""

    @staticmethod
    def of(case: Case) -> Ground:
        roadmap, count = case.roadmap, len(case.kind)
        radii = [kind.radius_m for kind in roadmap.kinds]
        shapes = [radii.index(radius) for radius in dict.fromkeys(radii)]
        elements = roadmap.vertex_count + roadmap.segment_count
        holder = np.full(elements, NO, dtype=np.int32)
        holder[case.start] = np.arange(count)
        uses = np.zeros(elements, dtype=np.int32)
        uses[case.start] = 1
        return Ground(
            roadmap.out_ptr,
            roadmap.out_edges,
            roadmap.edge_from,
            roadmap.edge_to,
            (roadmap.vertex_count + roadmap.edge_segment).astype(np.int32),
            find_conflicts(roadmap),
            np.array(shapes, dtype=np.int32),
            np.array([radii.index(radius) for radius in radii], dtype=np.int32),
            case.kind,
            holder,
            uses,
            np.zeros((count, LONGEST_GRANT), dtype=np.int32),
            np.zeros(count, dtype=np.int32),
            np.zeros(count, dtype=np.int32),
            case.start.copy(),
            np.zeros((count, roadmap.vertex_count), dtype=np.float32),
            np.zeros(count, dtype=np.int32),
            np.ones(count, dtype=np.bool_),
            np.isfinite(roadmap.edge_time),
            np.zeros((2, 64 * count + LONGEST_GRANT), dtype=np.int32),
        )


def near_elements(ground: Ground, kind: int, other: int, element: int) -> Ints:
    """Elements a robot of `kind` cannot use while one of kind `other` holds `element`."""
    pair = ground.near.pair[kind, other]
    return ground.near.elements[ground.near.ptr[pair, element] : ground.near.ptr[pair, element + 1]]


@inner_kernel
def rests(ground: Ground, robot: int) -> bool:
    """Whether a robot has driven all it was granted."""
    return bool(ground.first[robot] == ground.last[robot])


@inner_kernel
def blockers(ground: Ground, robot: int, element: int, found: Ints) -> int:
    """Fill `found` with other robots that hold ground too near `element`; returns how many, at most all."""
    count = 0
    kind = ground.kind[robot]
    for shape in ground.shapes:
        pair = ground.near.pair[kind, shape]
        for slot in range(ground.near.ptr[pair, element], ground.near.ptr[pair, element + 1]):
            other = ground.holder[ground.near.elements[slot]]
            if other == NO or ground.shape[ground.kind[other]] != shape:
                continue
            is_new = other != robot
            for place in range(count):
                is_new &= found[place] != other
            if is_new and count < len(found):
                found[count] = other
                count += 1
    return count


@inner_kernel
def is_free(ground: Ground, robot: int, edge: int, found: Ints) -> bool:
    """Whether a robot can be granted an edge now; `found` is room for one."""
    return blockers(ground, robot, ground.element[edge], found) == 0


@inner_kernel
def take(ground: Ground, robot: int, edge: int, count: int) -> int:
    """Grant an edge, as number `count` of this tick; returns how many there are then."""
    last = ground.last[robot]
    ground.held[robot, last % LONGEST_GRANT] = edge
    ground.last[robot] = last + 1
    ground.front[robot] = ground.edge_to[edge]
    for element in (ground.element[edge], ground.edge_to[edge]):
        ground.holder[element] = robot
        ground.uses[element] += 1
    ground.grants[0, count] = robot
    ground.grants[1, count] = edge
    return count + 1


@kernel
def leave(ground: Ground, robots: Ints) -> None:
    """Each of `robots` has come to the end of the first edge it holds: free what lies behind it."""
    for robot in robots:
        edge = ground.held[robot, ground.first[robot] % LONGEST_GRANT]
        ground.first[robot] += 1
        _free(ground, ground.element[edge])
        _free(ground, ground.edge_from[edge])


@kernel
def free_all(ground: Ground, robot: int) -> None:
    """A robot is gone: free all it holds."""
    for place in range(ground.first[robot], ground.last[robot]):
        edge = ground.held[robot, place % LONGEST_GRANT]
        _free(ground, ground.element[edge])
        _free(ground, ground.edge_from[edge])
    ground.first[robot] = ground.last[robot]
    _free(ground, ground.front[robot])


@inner_kernel
def _free(ground: Ground, element: int) -> None:
    ground.uses[element] -= 1
    if ground.uses[element] == 0:
        ground.holder[element] = NO
