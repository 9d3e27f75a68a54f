# SPDX-License-Identifier: Apache-2.0
"""Drawn maps are what they say: one-way, connected, as large as asked for."""

from __future__ import annotations

import math

import pytest

from suwon_fleet.bench.traffic.case import robot_kind
from suwon_fleet.bench.traffic.maps import city_lanes, random_grid
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.traffic.coordinator import Coordinator


def _lengths(site: SiteMap) -> set[float]:
    nodes = site.node_by_id
    return {
        round(
            math.dist(
                (nodes[lane.start].x_m, nodes[lane.start].y_m),
                (nodes[lane.end].x_m, nodes[lane.end].y_m),
            ),
            6,
        )
        for lane in site.lanes
    }


def test_a_city_of_twelve_has_the_published_size() -> None:
    assert len(city_lanes(12, seed=0).nodes) == 3330


def test_a_seed_always_gives_the_same_city_and_another_seed_another() -> None:
    assert city_lanes(4, seed=1) == city_lanes(4, seed=1)
    assert city_lanes(4, seed=1).lanes != city_lanes(4, seed=2).lanes


@pytest.mark.parametrize("seed", range(5))
def test_no_city_lane_leads_both_ways(seed: int) -> None:
    ways = {(lane.start, lane.end) for lane in city_lanes(4, seed).lanes}
    assert not ways & {(end, start) for start, end in ways}


def test_city_lanes_lie_as_far_apart_as_asked_for() -> None:
    assert _lengths(city_lanes(3, seed=0)) == {1.0}
    assert _lengths(city_lanes(3, seed=0, apart_m=1.5)) == {1.0, 1.5}


@pytest.mark.parametrize("seed", range(5))
def test_every_place_of_a_city_is_reached_from_every_other_with_its_zones_closed(seed: int) -> None:
    site = city_lanes(4, seed, zones=2)
    kind = robot_kind("any", 1.0, 0.33)
    traffic = Coordinator(site, [kind])
    assert len(site.zones) == 2
    for zone in site.zones:
        traffic.set_open(zone.id, False)
    outside = [node.id for node in site.nodes if not traffic.zones_at(node.id)]
    assert len(outside) == len(site.nodes) - 2 * 6
    for goal in outside[::7]:
        assert all(math.isfinite(traffic.travel_s("any", node.id, goal)) for node in site.nodes)


def test_a_grid_has_its_share_of_cells_closed() -> None:
    assert len(random_grid(32, 0.2, seed=0).nodes) == 819
