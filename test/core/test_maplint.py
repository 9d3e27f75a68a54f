# SPDX-License-Identifier: Apache-2.0
"""Warnings about maps: each for the map it is meant for, and for no other."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from core.engine.small import COURIER
from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.core.errors import Problem, Severity
from suwon_fleet.core.maplint import MOST_ALIKE, MOST_PAIRS
from suwon_fleet.core.maplint import lint as lint_network
from suwon_fleet.core.mapnetwork import MOST_NAMED, MapNetwork
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import (
    GROUND,
    Lane,
    LaneKind,
    Level,
    Lift,
    Node,
    Place,
    PlaceKind,
    SiteMap,
    Zone,
    ZoneKind,
)

SQUARE = {"a": (0, 0), "b": (10, 0), "c": (10, 10), "d": (0, 10)}
LOOP = ["a-b", "b-c", "c-d", "d-a"]


def make(
    spots: dict[str, tuple[float, float]],
    lanes: list[str],
    places: dict[str, PlaceKind] | None = None,
    width_m: float | None = None,
    **more: object,
) -> SiteMap:
    """A site whose lanes are told as `a-b` (both ways) or `a>b`."""
    ways = [(text[0], text[2], text[1] == "-") for text in lanes]
    drawn = [Lane(f"{a}{b}", a, b, LaneKind.PATH, width_m) for a, b, _ in ways]
    drawn += [Lane(f"{a}{b}.r", b, a, LaneKind.PATH, width_m) for a, b, both in ways if both]
    return SiteMap(
        "site",
        (Level(GROUND), Level("F2")),
        tuple(Node(name, *spot) for name, spot in spots.items()),
        tuple(drawn),
        tuple(Place(name, name, frozenset({kind})) for name, kind in (places or {}).items()),
        **more,
    )


def lint(site: SiteMap, *kinds: RobotKind) -> tuple[Problem, ...]:
    return lint_network(MapNetwork(site), kinds)


def codes(site: SiteMap, *kinds: RobotKind) -> list[str]:
    return [problem.code for problem in lint(site, *kinds)]


def only(site: SiteMap, *kinds: RobotKind) -> Problem:
    (problem,) = lint(site, *kinds)
    assert problem.severity is Severity.WARNING
    assert problem.mend
    return problem


def test_a_loop_is_a_good_map() -> None:
    assert lint(make(SQUARE, LOOP)) == ()


def test_a_map_without_lanes() -> None:
    assert only(make({"a": (0, 0)}, [])).code == "no-lane"


def test_a_spur_of_one_lane_is_no_dead_end() -> None:
    site = make({**SQUARE, "p": (20, 0)}, [*LOOP, "b-p"], {"p": PlaceKind.CHARGER})
    assert lint(site) == ()


SPUR = {**SQUARE, "p": (20, 0), "q": (30, 0)}


def test_a_longer_spur_is_a_dead_end() -> None:
    problem = only(make(SPUR, [*LOOP, "b-p", "p-q"], {"q": PlaceKind.PICKUP}))
    assert (problem.code, problem.where) == ("dead-end", "node p")
    assert "2 nodes with the place q" in problem.what


def test_spurs_side_by_side_are_apart() -> None:
    assert lint(make(SPUR, [*LOOP, "b-p", "b-q"])) == ()


def test_a_charger_on_a_way_through_is_in_the_way() -> None:
    problem = only(make(SQUARE, LOOP, {"b": PlaceKind.CHARGER, "c": PlaceKind.PARKING}))
    assert (problem.code, problem.where) == ("charger-in-the-way", "place b")


@pytest.mark.parametrize(
    ("lanes", "text"),
    [
        (["b>p", "p-q"], "can be entered from the rest of the map but not left"),
        (["p>b", "p-q"], "can be left but not entered from the rest of the map"),
        (["p-q"], "are cut off from the rest of the map"),
    ],
)
def test_parts_that_are_cut_off(lanes: list[str], text: str) -> None:
    site = make(SPUR, [*LOOP, *lanes], {"p": PlaceKind.PICKUP, "q": PlaceKind.PARKING})
    problem = next(problem for problem in lint(site) if problem.code == "cut-off")
    assert problem.what == f"2 nodes with the places p, q {text}"
    assert problem.where == "node p"


def test_each_part_is_told_of_once() -> None:
    spots = {**SPUR, "r": (50, 0), "s": (60, 0)}
    assert codes(make(spots, [*LOOP, "p-q", "r-s"])).count("cut-off") == 2


def test_a_node_without_a_lane() -> None:
    problem = only(make({**SQUARE, "p": (20, 0)}, LOOP))
    assert (problem.code, problem.where) == ("no-lane", "node p")


def test_lanes_too_narrow_for_a_kind_of_robot() -> None:
    scout, cart = replace(COURIER, width_m=0.7), replace(COURIER, id="cart", width_m=0.8)
    problem = only(make(SQUARE, LOOP, width_m=0.8), scout, cart)
    assert (problem.code, problem.where) == ("too-narrow", "lane ab")
    assert problem.what == (
        "too narrow for cart (it needs 0.90 m of width), which is never sent there: ab, bc, cd, da"
    )
    assert lint(make(SQUARE, LOOP), cart) == ()
    walker = replace(cart, lane_kinds=frozenset({LaneKind.SIDEWALK}))
    assert lint(make(SQUARE, LOOP, width_m=0.8), walker) == (), "these lanes are not for it at all"


@pytest.mark.parametrize(
    ("code", "figure", "words"),
    [
        ("too-low", {"height_m": 1.0}, "too low for tall (it needs 1.35 m of height)"),
        ("too-steep", {"slope": -0.2}, "too steep for tall (it climbs 0.1)"),
    ],
)
def test_lanes_too_low_or_too_steep_for_a_kind_of_robot(
    code: str, figure: dict[str, float], words: str
) -> None:
    site = make(SQUARE, LOOP)
    lanes = tuple(replace(n, **figure) if n.id == "bc.r" else n for n in site.lanes)
    lanes = tuple(replace(n, **figure) if n.id == "bc" else n for n in lanes)
    short, tall = replace(COURIER, height_m=0.9, max_slope=0.25), replace(COURIER, id="tall")
    tall = replace(tall, height_m=1.3, max_slope=0.1)
    problem = only(replace(site, lanes=lanes), short, tall)
    assert (problem.code, problem.where) == (code, "lane bc")
    assert problem.what == f"{words}, which is never sent there: bc"


def test_a_charger_from_which_a_body_reaches_into_the_way() -> None:
    spots, lanes = {**SQUARE, "p": (10.9, 0)}, [*LOOP, "b-p"]
    site = make(spots, lanes, {"p": PlaceKind.CHARGER})
    wide = replace(COURIER, id="wide", radius_m=0.5)
    problem = only(site, COURIER, wide)
    assert (problem.code, problem.where) == ("charger-too-near", "place p")
    assert "a wide (radius 0.5 m)" in problem.what
    assert "lane ab" in problem.what
    assert lint(site, COURIER) == ()
    assert lint(make(spots, lanes, {"p": PlaceKind.PARKING}), wide) == ()
    elsewhere = {**SQUARE, "p": (20, 0)}
    assert lint(make(elsewhere, lanes, {"p": PlaceKind.CHARGER}), wide) == ()


def test_a_place_a_kind_of_robot_cannot_come_back_from() -> None:
    """The way out of it is stairs, say: others can take it."""
    site = make({**SQUARE, "p": (20, 0)}, [*LOOP, "b>p"], {"p": PlaceKind.PICKUP})
    out = Lane("out", "p", "c", LaneKind.SIDEWALK)
    site = replace(site, lanes=(*site.lanes, out))
    inside = replace(COURIER, id="inside", lane_kinds=frozenset({LaneKind.PATH}))
    problem = only(site, COURIER, inside)
    assert (problem.code, problem.where) == ("trap", "node p")
    assert problem.what == "inside can go to 1 node with the place p and not come back"
    assert lint(replace(site, places=()), inside) == (), "nobody is sent there"


def test_lanes_drawn_twice() -> None:
    site = make(SQUARE, [*LOOP, "a>b"])
    problem = only(site)
    assert (problem.code, problem.what) == ("doubled-lane", "2 lanes from a to b: ab, ab")


def test_a_lift_of_one_level() -> None:
    lifts = (Lift("lift", {GROUND: "a"}), Lift("other", {GROUND: "b", "F2": "c"}))
    problem = only(make(SQUARE, LOOP, lifts=lifts))
    assert (problem.code, problem.where) == ("idle-lift", "lift lift")


def zone(zone_id: str, west: float, level: str | None = None, capacity: int | None = None) -> Zone:
    ring = ((west, -5.0), (west + 20, -5.0), (west + 20, 5.0), (west, 5.0))
    return Zone(zone_id, ZoneKind.PLAZA, ring, level, capacity)


def test_zones_that_nothing_passes_through() -> None:
    zones = (zone("met", -5), zone("far", 100), zone("on-f2", -5, "F2"), zone("ground", -5, GROUND))
    problems = lint(make(SQUARE, LOOP, zones=zones))
    assert [(p.code, p.where) for p in problems] == [
        ("idle-zone", "zone far"),
        ("idle-zone", "zone on-f2"),
    ]


def test_a_zone_without_room() -> None:
    problem = only(
        make(SQUARE, LOOP, zones=(zone("full", -5, capacity=0), zone("one", -5, None, 1)))
    )
    assert (problem.code, problem.where) == ("no-capacity", "zone full")


def test_a_zone_whose_permit_nobody_has() -> None:
    site = make(SQUARE, LOOP, zones=(replace(zone("ward", -5), permit="hospital"),))
    nurse = replace(COURIER, id="nurse", permits=frozenset({"hospital"}))
    problem = only(site, COURIER)
    assert (problem.code, problem.where) == ("no-permit", "zone ward")
    assert lint(site, COURIER, nurse) == ()


def test_lanes_that_cross_without_a_node() -> None:
    problem = only(make(SQUARE, [*LOOP, "a-c", "b-d"]))
    assert problem.code == "crossing"
    assert "ac and bd at (5.0, 5.0)" in problem.what


def test_lanes_that_end_on_another_without_a_node() -> None:
    site = make({**SQUARE, "p": (5, 0)}, [*LOOP, "p-c"])
    assert "ab and pc at (5.0, 0.0)" in only(site).what


def test_lanes_that_all_cross_each_other_do_not_take_all_memory() -> None:
    ring = {chr(200 + n): (math.cos(n / 20), math.sin(n / 20)) for n in range(120)}
    site = make(ring, [f"{a}-{b}" for a, b in itertools.combinations(ring, 2)])
    problem = only(site)
    assert problem.what.endswith(f"and {MOST_PAIRS - MOST_NAMED} more")


def test_lanes_of_different_levels_do_not_cross() -> None:
    site = make(SQUARE, ["a-c", "b-d"])
    nodes = tuple(Node(n.id, n.x_m, n.y_m, "F2" if n.id in "bd" else GROUND) for n in site.nodes)
    above = SiteMap("site", site.levels, nodes, site.lanes)
    assert "crossing" not in codes(above)


def test_very_many_of_one_kind_are_counted() -> None:
    spots = {chr(200 + n): (float(n), 0.0) for n in range(60)}
    names = list(spots)
    lanes = [f"{a}-{b}" for a, b in zip(names[::2], names[1::2], strict=True)]
    problems = [problem for problem in lint(make(spots, lanes)) if problem.code == "cut-off"]
    assert len(problems) == MOST_ALIKE + 1
    assert problems[-1].what == f"{30 - 1 - MOST_ALIKE} more of the same"


letters = st.sampled_from("abcdefgh")


def reachable(lanes: set[tuple[str, str]], start: str) -> set[str]:
    """By the definition: what some walk from the start ends at."""
    found = {start}
    while more := {end for begin, end in lanes if begin in found} - found:
        found |= more
    return found


def without_ends(edges: set[frozenset[str]]) -> set[frozenset[str]]:
    """By the definition: what is left when nodes of one edge are taken away again and again."""
    while True:
        ends = {n for edge in edges for n in edge if sum(n in other for other in edges) == 1}
        if not ends:
            return edges
        edges = {edge for edge in edges if not edge & ends}


@settings(deadline=None)
@given(st.lists(st.tuples(letters, letters, st.sampled_from("->")), max_size=14))
def test_parts_and_dead_ends_are_those_of_the_definition(ends: list[tuple[str, str, str]]) -> None:
    spots = {name: (index * 7.0, index * index * 3.0) for index, name in enumerate("abcdefgh")}
    unique = {frozenset((a, b)): f"{a}{way}{b}" for a, b, way in ends if a != b}
    site = make(spots, list(unique.values()))
    told = codes(site)

    lanes = {(lane.start, lane.end) for lane in site.lanes}
    used = {node for lane in lanes for node in lane}
    assert ("no-lane" in told) == (used != set(spots))
    assert ("cut-off" in told) == any(reachable(lanes, node) < used for node in used)

    edges = set(unique)
    loops = without_ends(edges)
    on_loops = {node for edge in loops for node in edge}
    hanging = {edge for edge in edges - loops if not edge & on_loops}
    if on_loops and all(reachable(lanes | {(b, a) for a, b in lanes}, n) & on_loops for n in used):
        assert ("dead-end" in told) == bool(hanging)
