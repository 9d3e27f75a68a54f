# SPDX-License-Identifier: Apache-2.0
"""A robot is never sent where it does not fit, whatever the map and whoever pushes it."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from traffic.drive import World, kind
from traffic.maps import grids

from suwon_fleet.core.access import HEADROOM_M, LANE_MARGIN_M
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import Lane, LaneKind, SiteMap

SORTS = (LaneKind.INDOOR, LaneKind.SIDEWALK, LaneKind.RAMP)
KINDS = (
    replace(kind("slim", radius_m=0.3), width_m=0.4, height_m=0.8),
    replace(kind("wide", radius_m=0.6, speed_mps=0.7), width_m=0.9, max_slope=0.2),
    replace(kind("inside"), lane_kinds=frozenset({LaneKind.INDOOR, LaneKind.RAMP})),
)
WIDTHS_M = (None, 0.45, 0.5, 0.95, 1.0, 2.0)
LONG_S = 60


def fits(robot: RobotKind, lane: Lane) -> bool:
    """By the definition."""
    return (
        lane.kind in robot.lane_kinds
        and (lane.width_m is None or lane.width_m - robot.width_m >= LANE_MARGIN_M - 1e-9)
        and (lane.height_m is None or lane.height_m - robot.height_m >= HEADROOM_M - 1e-9)
        and -robot.max_slope <= lane.slope <= robot.max_slope
    )


@st.composite
def mixed_sites(draw: st.DrawFn) -> SiteMap:
    """A piece of a grid whose lanes are wide and narrow, flat and steep, for some and for all."""
    site = draw(grids(most=9, least=4))
    lanes = []
    for lane in site.lanes:
        sort, width = draw(st.sampled_from(SORTS)), draw(st.sampled_from(WIDTHS_M))
        slope = draw(st.sampled_from((0.0, 0.0, 0.0, 0.15, -0.15)))
        height = draw(st.sampled_from((None, None, 0.9, 2.0)))
        lanes.append(replace(lane, kind=sort, width_m=width, slope=slope, height_m=height))
    return replace(site, lanes=tuple(lanes))


def can_reach(site: SiteMap, robot: RobotKind, start: str) -> set[str]:
    ways = {(lane.start, lane.end) for lane in site.lanes if fits(robot, lane)}
    found = {start}
    while more := {end for begin, end in ways if begin in found} - found:
        found |= more
    return found


@given(mixed_sites(), st.data())
@settings(max_examples=30, deadline=None)
def test_robots_stay_on_lanes_they_fit(site: SiteMap, data: st.DataObject) -> None:
    names = [node.id for node in site.nodes]
    nodes = data.draw(st.permutations(names))[: data.draw(st.integers(1, 4))]
    robots = [(data.draw(st.sampled_from(KINDS)), node) for node in nodes]
    world = World(site, [*robots], seed=data.draw(st.integers(0, 99)))
    for name in world.bodies:
        world.give(name, *data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3)))
    world.run(LONG_S)
    for body in world.bodies.values():
        for tail, head in pairwise(body.path):
            waypoint = world.traffic.waypoint(body.kind.id, tail, head)
            assert fits(body.kind, site.lane_by_id[waypoint.lane])


@given(mixed_sites(), st.sampled_from(KINDS))
@settings(max_examples=30, deadline=None)
def test_there_is_a_way_only_over_lanes_it_fits(site: SiteMap, robot: RobotKind) -> None:
    traffic = World(site, [(robot, site.nodes[0].id)], seed=0).traffic
    for start in site.nodes:
        near = can_reach(site, robot, start.id)
        for goal in site.nodes:
            seconds = traffic.travel_s(robot.id, start.id, goal.id)
            assert math.isfinite(seconds) == (goal.id in near)
