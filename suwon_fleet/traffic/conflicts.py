# SPDX-License-Identifier: Apache-2.0
"""Which pieces of ground two robots may not own at once.

Two elements conflict for two kinds of robots when a disc of each, anywhere on its element, could come
closer than a clearance: vertices are points, segments are straight lines, so it is a distance test.
Lanes that share a mutex, and everything inside one lift, conflict whatever their distance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from suwon_fleet.core.access import CLEARANCE_M
from suwon_fleet.traffic.roadmap import Ints, Roadmap


class Conflicts(NamedTuple):
    """Conflicting elements as CSR per pair of kinds; the form numba kernels take.

    Elements in conflict with element `i` for kinds `a`, `b`, with `p = pair[a, b]`, are
    `elements[ptr[p, i] : ptr[p, i + 1]]`; those below `mid[p, i]` are vertices, the rest segments. An
    element conflicts with itself.
    """

    pair: Ints
    ptr: NDArray[np.int64]
    mid: NDArray[np.int64]
    elements: Ints


def find_conflicts(roadmap: Roadmap) -> Conflicts:
    """Find all pairs of elements that conflict, for each pair of kinds."""
    radii = [kind.radius_m for kind in roadmap.kinds]
    count = roadmap.vertex_count + roadmap.segment_count
    near, distance = _near_pairs(roadmap, 2 * max(radii) + CLEARANCE_M)
    pair = np.zeros((len(radii), len(radii)), dtype=np.int32)
    pointers: list[NDArray[np.int64]] = []
    middles: list[NDArray[np.int64]] = []
    lists: list[Ints] = []
    reaches = sorted({a + b for a in radii for b in radii})
    for number, reach in enumerate(reaches):
        keep = near[:, distance < reach + CLEARANCE_M]
        # sorted by element, then by conflicting element: vertices come before segments
        keep = keep[:, np.lexsort((keep[1], keep[0]))]
        offset = sum(len(one) for one in lists)
        starts = np.searchsorted(keep[0], np.arange(count + 1))
        vertices = np.bincount(keep[0][keep[1] < roadmap.vertex_count], minlength=count)
        pointers.append(offset + starts)
        middles.append(offset + starts[:-1] + vertices)
        lists.append(keep[1].astype(np.int32))
        for a, b in np.ndindex(pair.shape):
            if radii[a] + radii[b] == reach:
                pair[a, b] = number
    return Conflicts(
        pair,
        np.array(pointers, dtype=np.int64),
        np.array(middles, dtype=np.int64),
        np.concatenate(lists),
    )


def _near_pairs(roadmap: Roadmap, reach_m: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """All ordered pairs of elements nearer than `reach_m`, with their distances; no pair twice."""
    pairs, distances = [], []
    for elements, shapes in _shapes_by_level(roadmap):
        left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach_m)
        pairs.append(np.stack((elements[left], elements[right])))
        distances.append(shapely.distance(shapes[left], shapes[right]))
    for group in _exclusive_groups(roadmap):
        members = np.array(sorted(group), dtype=np.int64)
        pairs.append(np.stack([grid.ravel() for grid in np.meshgrid(members, members)]))
        distances.append(np.full(len(members) ** 2, -1.0))
    both, distance = np.concatenate(pairs, axis=1), np.concatenate(distances)
    order = np.lexsort((distance, both[1], both[0]))
    both, distance = both[:, order], distance[order]
    first = np.ones(len(distance), dtype=bool)
    first[1:] = (np.diff(both, axis=1) != 0).any(axis=0)
    return both[:, first], distance[first]


def _shapes_by_level(
    roadmap: Roadmap,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.object_]]]:
    """Elements of each level with their geometry; a segment between levels belongs to none."""
    tail, head = _segment_ends(roadmap)
    for level in range(len(roadmap.site.levels)):
        vertices = np.flatnonzero(roadmap.level == level)
        segments = np.flatnonzero((roadmap.level[tail] == level) & (roadmap.level[head] == level))
        lines = np.stack((roadmap.xy[tail[segments]], roadmap.xy[head[segments]]), axis=1)
        shapes = (shapely.points(roadmap.xy[vertices]), shapely.linestrings(lines))
        yield (
            np.concatenate((vertices, segments + roadmap.vertex_count)),
            np.concatenate([np.asarray(kind, dtype=np.object_) for kind in shapes]),
        )


def _segment_ends(roadmap: Roadmap) -> tuple[Ints, Ints]:
    tail = np.zeros(roadmap.segment_count, dtype=np.int32)
    head = np.zeros(roadmap.segment_count, dtype=np.int32)
    tail[roadmap.edge_segment] = roadmap.edge_from
    head[roadmap.edge_segment] = roadmap.edge_to
    return tail, head


def _exclusive_groups(roadmap: Roadmap) -> list[set[int]]:
    """Sets of elements of which one robot owns all it needs before another owns any."""
    groups: dict[tuple[str, str], set[int]] = defaultdict(set)
    cabin = {
        roadmap.vertex_of[node]: lift.id
        for lift in roadmap.site.lifts
        for node in lift.cabins.values()
    }
    mutexes: dict[int, set[str | None]] = defaultdict(set)
    for edge, lane_index in enumerate(roadmap.edge_lane):
        mutex = roadmap.site.lanes[lane_index].mutex
        segment = roadmap.vertex_count + int(roadmap.edge_segment[edge])
        if mutex:
            groups["mutex", mutex].add(segment)
        for vertex in (int(roadmap.edge_from[edge]), int(roadmap.edge_to[edge])):
            mutexes[vertex].add(mutex)
            if vertex in cabin:  # the way in and out of a cabin needs the whole lift
                groups["lift", cabin[vertex]] |= {vertex, segment}
    for vertex, around in mutexes.items():
        if len(around) == 1 and (mutex := next(iter(around))):
            groups["mutex", mutex].add(vertex)  # inside: reached by lanes of that mutex only
    return list(groups.values())
