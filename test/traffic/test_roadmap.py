# SPDX-License-Identifier: Apache-2.0
"""The roadmap: lanes cut into blocks, and who may drive them how fast."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic.drive import kind, site_of

from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import (
    GROUND,
    Door,
    Lane,
    LaneKind,
    Level,
    Lift,
    Node,
    SiteMap,
    Zone,
    ZoneKind,
)
from suwon_fleet.traffic.roadmap import compile_roadmap

SMALL = kind("small")


@given(st.floats(0.5, 2000.0))
@settings(max_examples=60, deadline=None)
def test_a_lane_is_cut_into_equal_blocks_long_enough_to_stop_in(length_m: float) -> None:
    roadmap = compile_roadmap(site_of({"a": (0, 0), "b": (length_m, 0)}, [("a", "b")]), [SMALL])
    blocks_m = roadmap.edge_length
    assert blocks_m == pytest.approx(np.full(len(blocks_m), blocks_m[0]))
    assert blocks_m.sum() == pytest.approx(2 * length_m)  # both directions
    if len(blocks_m) > 2:
        assert blocks_m[0] >= SMALL.stopping_distance_m + 2 * SMALL.radius_m
    assert roadmap.segment_count == len(blocks_m) // 2


def test_both_directions_stand_on_the_same_vertices() -> None:
    roadmap = compile_roadmap(site_of({"a": (0, 0), "b": (10, 0)}, [("a", "b")]), [SMALL])
    there = {(int(a), int(b)) for a, b in zip(roadmap.edge_from, roadmap.edge_to, strict=True)}
    assert there == {(b, a) for a, b in there}


def lane_times(lane: Lane, *kinds: object, **more: object) -> list[float]:
    """Seconds over a lane of 10 m from a to b, by kind."""
    nodes = (Node("a", 0, 0), Node("b", 10, 0))
    site = SiteMap("test", (Level(GROUND),), nodes, (lane,), **more)
    roadmap = compile_roadmap(site, list(kinds))
    return roadmap.edge_time.sum(axis=1).tolist()


def test_a_lane_is_driven_at_the_least_of_all_limits() -> None:
    lane = Lane("ab", "a", "b", LaneKind.SIDEWALK)
    fast = replace(kind("fast"), max_speed_mps=5.0, indoor_speed_mps=1.25)
    assert lane_times(lane, fast) == pytest.approx([2.0])
    assert lane_times(replace(lane, speed_limit_mps=2.0), fast) == pytest.approx([5.0])
    assert lane_times(replace(lane, kind=LaneKind.INDOOR), fast) == pytest.approx([8.0])
    area = ((-1.0, -1.0), (11.0, -1.0), (11.0, 1.0), (-1.0, 1.0))
    zone = Zone("slow", ZoneKind.PLAZA, area, speed_limit_mps=1.0)
    assert lane_times(lane, fast, zones=(zone,)) == pytest.approx([10.0])


def test_who_may_not_use_a_lane() -> None:
    lane = Lane("ab", "a", "b", LaneKind.STREET)
    indoor_only = replace(kind("in"), lane_kinds=frozenset({LaneKind.INDOOR}))
    weak = replace(kind("weak"), max_slope=0.05)
    steep = replace(lane, slope=-0.08)
    assert lane_times(lane, SMALL, indoor_only)[1] == math.inf
    assert lane_times(steep, SMALL, weak)[1] == math.inf
    assert lane_times(replace(lane, width_m=0.5), SMALL)[0] == math.inf
    assert np.isfinite(lane_times(replace(lane, width_m=0.8), SMALL)[0])


def test_a_door_is_waited_for_once() -> None:
    lane = Lane("ab", "a", "b", LaneKind.INDOOR, door="d")
    free_s = lane_times(replace(lane, door=None), SMALL)[0]
    assert lane_times(lane, SMALL, doors=(Door("d", 7.0),))[0] == pytest.approx(free_s + 7.0)


def test_a_ride_takes_doors_and_storeys() -> None:
    levels = (Level("L1"), Level("L2"), Level("L3"))
    nodes = (Node("c1", 0, 0, "L1"), Node("c3", 0, 0, "L3"))
    lanes = (Lane("up", "c1", "c3", LaneKind.LIFT),)
    lift = Lift("lift", {"L1": "c1", "L3": "c3"}, seconds_per_level=8.0, door_s=4.0)
    roadmap = compile_roadmap(SiteMap("t", levels, nodes, lanes, lifts=(lift,)), [SMALL])
    assert roadmap.edge_hold.tolist() == [2 * 4.0 + 2 * 8.0]
    assert roadmap.edge_time[0, 0] >= roadmap.edge_hold[0]


def test_zones_of_a_vertex_are_innermost_first() -> None:
    def square(half: float) -> tuple[tuple[float, float], ...]:
        return ((-half, -half), (half, -half), (half, half), (-half, half))

    zones = (
        Zone("outer", ZoneKind.CAMPUS, square(5)),
        Zone("inner", ZoneKind.HALL, square(1)),
        Zone("upstairs", ZoneKind.HALL, square(1), level="L2"),
    )
    site = site_of({"a": (0.0, 0.0), "b": (2.4, 0.0)}, [("a", "b")], zones=zones)
    site = replace(site, levels=(*site.levels, Level("L2")))
    roadmap = compile_roadmap(site, [SMALL])
    held = [
        [zones[zone].id for zone in roadmap.zone_ids[start:stop]]
        for start, stop in zip(roadmap.zone_ptr, roadmap.zone_ptr[1:], strict=False)
    ]
    assert held == [["inner", "outer"], ["outer"]]


def test_locate_finds_the_nearest_vertex_within_reach() -> None:
    roadmap = compile_roadmap(site_of({"a": (0, 0), "b": (2.4, 0)}, [("a", "b")]), [SMALL])
    assert roadmap.locate(Pose(2.0, 0.3, 0.0, GROUND), 1.0) == roadmap.vertex_of["b"]
    assert roadmap.locate(Pose(2.4, 1.1, 0.0, GROUND), 1.0) is None
    assert roadmap.locate(Pose(2.4, 0.0, 0.0, "elsewhere"), 1.0) is None


def test_it_takes_robots() -> None:
    with pytest.raises(ValueError, match="at least one kind"):
        compile_roadmap(site_of({"a": (0, 0), "b": (2.4, 0)}, [("a", "b")]), [])
