# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest
from core.engine.small import COURIER, HELPER, small_site

from suwon_fleet.core.mapnetwork import MapNetwork
from suwon_fleet.core.mapsummary import EASY_SHARE, MapSummary, summarize
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Node, PlaceKind, SiteMap


def summary_of(site: SiteMap, *kinds: RobotKind) -> MapSummary:
    return summarize(MapNetwork(site), kinds)


def row(step_m: float, count: int = 40) -> SiteMap:
    """Nodes in a row, `step_m` apart, with two-way lanes between."""
    nodes = tuple(Node(f"n{i}", step_m * i, 0.0) for i in range(count))
    ends = [(f"n{i}", f"n{i + 1}") for i in range(count - 1)]
    lanes = [
        Lane(f"{a}-{b}", a, b, LaneKind.INDOOR) for pair in ends for a, b in (pair, pair[::-1])
    ]
    return SiteMap("row", (Level(GROUND),), nodes, tuple(lanes))


def test_a_map_without_a_loop() -> None:
    summary = summary_of(small_site(), COURIER, HELPER)
    assert (summary.edges, summary.parts, summary.core, summary.loops) == (14, (15,), 0, 0)
    assert summary.bridges == ()
    assert summary.off_core == {PlaceKind.CHARGER: 2, PlaceKind.PARKING: 3}
    assert summary.on_core == {PlaceKind.CHARGER: (), PlaceKind.PARKING: ()}


def test_who_rests_in_the_way_is_named() -> None:
    site = small_site()
    places = tuple(
        replace(place, kinds=frozenset({PlaceKind.PARKING})) if place.id == "b" else place
        for place in site.places
    )
    assert summary_of(replace(site, places=places)).on_core[PlaceKind.PARKING] == ("b",)


@pytest.mark.parametrize("step_m", [0.5, 1.0, 2.0, 5.0, 100.0])
def test_the_spots_of_a_row_have_room_for_as_many_robots(step_m: float) -> None:
    """No more than bodies fit in a row one after another; where nodes are far apart, one at each."""
    room = summary_of(row(step_m), COURIER).room[COURIER.id]
    fit = 1 + int(39 * step_m / (2 * COURIER.radius_m + 0.1))
    assert room.spots <= fit
    assert room.spots >= (40 if step_m >= 1.0 else 40 // 3)
    assert room.easy == int(room.spots * EASY_SHARE)


def test_room_is_counted_where_a_kind_can_go() -> None:
    climber = replace(COURIER, lane_kinds=frozenset({LaneKind.STAIRS}))
    assert summary_of(row(5.0), climber).room[COURIER.id].spots == 0


def test_an_empty_map() -> None:
    empty = SiteMap("empty", (Level(GROUND),), (Node("a", 0.0, 0.0),), ())
    summary = summary_of(empty, COURIER)
    assert (summary.parts, summary.edges, summary.room[COURIER.id].easy) == ((), 0, 0)
