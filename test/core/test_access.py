# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest

from suwon_fleet.core.access import HEADROOM_M, LANE_MARGIN_M, Network, barred_lanes, may_use
from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Node, SiteMap, Zone, ZoneKind
from suwon_fleet.resources import resource_path
from suwon_fleet.wire.kinds import load_kinds

KINDS = load_kinds(resource_path("config/robots"))
INDOOR = KINDS["delivery_indoor"]
LANE = Lane("a-b", "a", "b", LaneKind.INDOOR)


@pytest.mark.parametrize(
    ("lane", "fits"),
    [
        (LANE, True),
        (replace(LANE, kind=LaneKind.STREET), False),
        (replace(LANE, kind=LaneKind.LIFT), True),
        (replace(LANE, width_m=INDOOR.width_m + LANE_MARGIN_M), True),
        (replace(LANE, width_m=INDOOR.width_m), False),
        (replace(LANE, height_m=INDOOR.height_m + HEADROOM_M), True),
        (replace(LANE, height_m=INDOOR.height_m), False),
        (replace(LANE, slope=-INDOOR.max_slope), True),
        (replace(LANE, slope=-INDOOR.max_slope - 0.01), False),
    ],
)
def test_lanes_a_kind_may_use(lane: Lane, fits: bool) -> None:
    assert may_use(INDOOR, lane) is fits


def test_only_a_kind_that_rides_lifts_takes_them() -> None:
    outdoor = KINDS["delivery_outdoor"]
    rides = replace(outdoor, lane_kinds=outdoor.lane_kinds | {LaneKind.LIFT})
    assert not may_use(rides, replace(LANE, kind=LaneKind.LIFT))


def site(*lanes: tuple[str, str, LaneKind]) -> SiteMap:
    """Nodes a to f, 10 m apart on a line."""
    nodes = tuple(Node(name, 10.0 * x, 0.0) for x, name in enumerate("abcdef"))
    return SiteMap(
        "line", (Level(GROUND),), nodes, tuple(Lane(f"{a}-{b}", a, b, k) for a, b, k in lanes)
    )


def test_a_zone_with_a_permit_may_be_left_by_all_and_entered_by_those_who_have_it() -> None:
    """Nodes a to f stand on a line; c and d are in the zone."""
    both = [pair for ab in ("ab", "bc", "cd", "de", "bd") for pair in (ab, ab[::-1])]
    open_site = site(*((*pair, LaneKind.INDOOR) for pair in both))
    around = ((15.0, -5.0), (35.0, -5.0), (35.0, 5.0), (15.0, 5.0))
    guarded = replace(
        open_site, zones=(Zone("ward", ZoneKind.HALL, around, GROUND, permit="hospital"),)
    )
    barred = barred_lanes(guarded, INDOOR)
    names = {lane.id for lane, bars in zip(guarded.lanes, barred, strict=True) if bars}
    assert names == {"b-c", "b-d", "e-d"}
    part = Network(guarded, INDOOR).part_of
    assert part.get("c") != part["a"]
    nurse = replace(INDOOR, permits=frozenset({"hospital"}))
    assert not barred_lanes(guarded, nurse).any()
    above = replace(guarded, zones=(replace(guarded.zones[0], level="F2"),))
    assert not barred_lanes(above, INDOOR).any()


IN, OUT = LaneKind.INDOOR, LaneKind.SIDEWALK


def test_parts_are_what_a_robot_can_get_about_in() -> None:
    ring = (("a", "b", IN), ("b", "c", IN), ("c", "a", IN))
    trap, island = (("c", "d", IN), ("d", "c", OUT)), (("e", "f", IN), ("f", "e", IN))
    part = Network(site(*ring, *trap, *island), INDOOR).part_of
    assert part["a"] == part["b"] == part["c"]
    assert part["e"] == part["f"] != part["a"]
    assert "d" not in part, "it could be entered, and not left"


def test_ways_go_along_lanes() -> None:
    network = Network(site(("a", "b", IN), ("b", "c", IN), ("a", "c", OUT), ("c", "d", IN)), INDOOR)
    assert network.ways_m("a", 20.0) == {"a": 0.0, "b": 10.0, "c": 20.0}
    assert network.ways_m("d", 50.0) == {"d": 0.0}


def test_a_shorter_lane_beside_a_longer_one_counts() -> None:
    twice = site(("a", "b", IN), ("b", "c", IN), ("a", "c", IN), ("a", "b", LaneKind.RAMP))
    assert Network(twice, INDOOR).ways_m("a", 99.0)["b"] == 10.0


def test_a_map_without_lanes() -> None:
    assert Network(site(), INDOOR).part_of == {}
