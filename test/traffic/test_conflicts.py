# SPDX-License-Identifier: Apache-2.0
"""Conflicts: exactly the pairs of ground on which two bodies could come too close."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic.drive import kind, site_of

from suwon_fleet.core.access import CLEARANCE_M
from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Lift, Node, SiteMap
from suwon_fleet.traffic.conflicts import Conflicts, find_conflicts
from suwon_fleet.traffic.roadmap import Roadmap, compile_roadmap

SMALL, LARGE = kind("small"), kind("large", radius_m=0.9)


def near(conflicts: Conflicts, one: int, other: int, element: int) -> set[int]:
    pair = conflicts.pair[one, other]
    found = conflicts.elements[conflicts.ptr[pair, element] : conflicts.ptr[pair, element + 1]]
    return set(found.tolist())


def shapes_of(roadmap: Roadmap) -> list[shapely.Geometry]:
    shapes = [shapely.Point(point) for point in roadmap.xy]
    for segment in range(roadmap.segment_count):
        edge = int(np.flatnonzero(roadmap.edge_segment == segment)[0])
        ends = roadmap.xy[[roadmap.edge_from[edge], roadmap.edge_to[edge]]]
        shapes.append(shapely.LineString(ends))
    return shapes


@st.composite
def scattered(draw: st.DrawFn) -> SiteMap:
    """Nodes anywhere on a field of 8 m, half a metre apart at least, with lanes between some."""
    cells = st.tuples(st.integers(0, 15), st.integers(0, 15))
    spots = draw(st.lists(cells, min_size=2, max_size=8, unique=True))
    names = [f"n{index}" for index in range(len(spots))]
    pairs = [(a, b) for a in names for b in names if a < b]
    ways = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=8, unique=True))
    return site_of(
        {name: (0.5 * x, 0.5 * y) for name, (x, y) in zip(names, spots, strict=True)}, ways
    )


@given(scattered())
@settings(max_examples=60, deadline=None)
def test_conflicts_are_what_distances_say(site: SiteMap) -> None:
    roadmap = compile_roadmap(site, [SMALL, LARGE])
    conflicts, shapes = find_conflicts(roadmap), shapes_of(roadmap)
    for one, a in enumerate(roadmap.kinds):
        for other, b in enumerate(roadmap.kinds):
            reach = a.radius_m + b.radius_m + CLEARANCE_M
            for element, shape in enumerate(shapes):
                wanted = {i for i, s in enumerate(shapes) if shape.distance(s) < reach}
                assert near(conflicts, one, other, element) == wanted


def test_vertices_come_before_segments() -> None:
    site = site_of({"a": (0, 0), "b": (2.4, 0), "c": (4.8, 0)}, [("a", "b"), ("b", "c")])
    roadmap = compile_roadmap(site, [SMALL])
    conflicts = find_conflicts(roadmap)
    for element in range(len(conflicts.ptr[0]) - 1):
        start, middle, stop = (
            conflicts.ptr[0, element],
            conflicts.mid[0, element],
            conflicts.ptr[0, element + 1],
        )
        assert (conflicts.elements[start:middle] < roadmap.vertex_count).all()
        assert (conflicts.elements[middle:stop] >= roadmap.vertex_count).all()


def test_all_of_a_mutex_conflicts_however_far_apart() -> None:
    lanes = tuple(
        Lane(f"{a}{b}", a, b, LaneKind.INDOOR, mutex="gate") for a, b in ("ab", "ba", "cd", "dc")
    )
    nodes = tuple(
        Node(name, x, y)
        for name, x, y in (("a", 0, 0), ("b", 2.4, 0), ("c", 50, 0), ("d", 52.4, 0))
    )
    roadmap = compile_roadmap(SiteMap("test", (Level(GROUND),), nodes, lanes), [SMALL])
    conflicts = find_conflicts(roadmap)
    first, second = (roadmap.vertex_count + int(roadmap.edge_segment[lane]) for lane in (0, 2))
    assert second in near(conflicts, 0, 0, first)
    assert first in near(conflicts, 0, 0, second)


def test_a_lift_is_one_robots_at_a_time_on_all_levels() -> None:
    levels = (Level("L1"), Level("L2"))
    nodes = (
        Node("door1", 0, 0, "L1"),
        Node("cabin1", 2.4, 0, "L1"),
        Node("door2", 0, 0, "L2"),
        Node("cabin2", 2.4, 0, "L2"),
    )
    ways = [("door1", "cabin1"), ("door2", "cabin2"), ("cabin1", "cabin2")]
    lanes = tuple(
        Lane(f"{a}-{b}", a, b, LaneKind.LIFT if a[-1] != b[-1] else LaneKind.INDOOR)
        for way in ways
        for a, b in (way, way[::-1])
    )
    site = SiteMap(
        "test",
        levels,
        nodes,
        lanes,
        lifts=(Lift("lift", cabins={"L1": "cabin1", "L2": "cabin2"}),),
    )
    roadmap = compile_roadmap(site, [SMALL])
    conflicts = find_conflicts(roadmap)
    one, other = roadmap.vertex_of["cabin1"], roadmap.vertex_of["cabin2"]
    assert other in near(conflicts, 0, 0, one)
    way_in = roadmap.vertex_count + int(roadmap.edge_segment[0])
    assert other in near(conflicts, 0, 0, way_in)
