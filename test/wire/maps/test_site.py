# SPDX-License-Identifier: Apache-2.0
"""Our YAML: what it means, and every way to get it wrong, each with its line and column."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from suwon_fleet.core.sitemap import GROUND, Door, LaneKind, Level, PlaceKind, ZoneKind

Complain = Callable[..., list[tuple[str, str]]]

WHOLE = """\
format: suwon_fleet/site@1
id: belt
title: {en: Belt, ko: 벨트}
frame: {kind: local}
levels:
  - {id: G}
  - {id: F2, elevation_m: 5}
defaults:
  lane: {kind: sidewalk, width_m: 2, two_way: true}
zones:
  - id: campus
    kind: campus
    polygon: [[0, 0], [0, 50], [50, 50], [50, 0]]
    capacity: 12
    open: false
    speed_limit_mps: 1.5
nodes:
  a: [0, 0]
  b: [10, 0]
  g: [20, 0]
  f: {at: [20, 0], level: F2}
places:
  - {id: upstairs, node: up, kinds: [waypoint]}
  - {id: locker, at: [10, 10], kinds: [pickup, dropoff], title: {ko: 보관함}}
  - {id: up, at: [30, 0], level: F2, kinds: [charger]}
lanes:
  - {id: walk, path: [a, b, locker], slope: 0.04, door: main, mutex: bridge, speed_limit_mps: 1.5}
  - {path: [b, g], two_way: false, kind: indoor}
  - {path: [f, upstairs], width_m: 1}
doors:
  - {id: main, opening_s: 2}
  - {id: other}
lifts:
  - {id: lift, cabins: {G: g, F2: f}, door_s: 5}
"""


def test_a_whole_map(read: Callable) -> None:
    site, problems = read(WHOLE)
    assert problems == []
    assert site.levels == (Level("G"), Level("F2", 5.0))
    assert [node.id for node in site.nodes] == ["a", "b", "g", "f", "locker", "up"]
    assert site.node_by_id["f"].level == site.node_by_id["up"].level == "F2"
    assert site.place_by_id["upstairs"].node == "up"
    assert [place.id for place in site.places] == ["upstairs", "locker", "up"]
    assert site.place_by_id["locker"].kinds == {PlaceKind.PICKUP, PlaceKind.DROPOFF}
    zone = site.zone_by_id["campus"]
    assert (zone.kind, zone.level, zone.capacity, zone.is_open) == (
        ZoneKind.CAMPUS,
        None,
        12,
        False,
    )
    assert zone.polygon == ((0, 0), (50, 0), (50, 50), (0, 50))
    assert site.doors == (Door("main", 2.0), Door("other", 3.0))
    assert (site.lifts[0].seconds_per_level, site.lifts[0].door_s) == (8.0, 5.0)
    assert site.origin is None


def test_lanes_of_a_whole_map(read: Callable) -> None:
    site, _ = read(WHOLE)
    assert [lane.id for lane in site.lanes] == [
        "walk.1",
        "walk.1.r",
        "walk.2",
        "walk.2.r",
        "lane-1",
        "lane-2",
        "lane-2.r",
        "lift:G:F2",
        "lift:F2:G",
    ]
    back = site.lane_by_id["walk.2.r"]
    assert (back.start, back.end, back.slope) == ("locker", "b", -0.04)
    assert (back.door, back.mutex, back.width_m, back.speed_limit_mps) == ("main", "bridge", 2, 1.5)
    assert site.lane_by_id["lane-1"].kind is LaneKind.INDOOR
    assert site.lane_by_id["lane-2"].end == "up"
    assert site.lane_by_id["lane-2"].width_m == 1.0
    assert site.lane_by_id["lift:G:F2"].kind is LaneKind.LIFT


def test_the_example_in_the_docs_is_a_good_map(read: Callable) -> None:
    page = (Path(__file__).parents[3] / "docs" / "maps.md").read_text("utf-8")
    (example,) = re.findall("```yaml\n(.*?)```", page, re.DOTALL)
    site, problems = read(example)
    assert problems == []
    assert len(site.lanes) == 8
    assert site.lifts[0].cabins == {"ground": "lift-a-g", "F2": "lift-a-2"}


def test_the_smallest_map(read: Callable) -> None:
    site, problems = read(
        "format: suwon_fleet/site@1\nid: s\nframe: {kind: local}\nnodes: {a: [0, 0]}"
    )
    assert problems == []
    assert site.levels == (Level(GROUND),)
    assert site.nodes[0].level == GROUND


def test_positions_may_be_degrees(read: Callable) -> None:
    site, _ = read(
        "format: suwon_fleet/site@1\nid: s\nnodes: {a: [37.4885, 127.1019]}\n"
        "frame: {kind: wgs84, origin: [37.4875, 127.1019]}\n"
    )
    assert site.origin == (37.4875, 127.1019)
    assert site.nodes[0].y_m == pytest.approx(110.99, abs=0.01)


def test_json_of_our_shape_is_read_too(read: Callable) -> None:
    site, problems = read(
        '{"format": "suwon_fleet/site@1", "id": "s", "frame": {"kind": "local"},'
        ' "nodes": {"a": [0, 0]}}',
        "site.json",
    )
    assert problems == []
    assert site.id == "s"


def test_generated_lane_ids_keep_clear_of_given_ones(read: Callable) -> None:
    text = WHOLE.replace("{id: walk, path: [a, b, locker]", "{id: lane-1, path: [a, b]")
    site, problems = read(text)
    assert problems == []
    assert {"lane-1", "lane-2", "lane-3"} <= site.lane_by_id.keys()


HERE = "^"
"""Marks in a text the place where a mistake is to be found."""


def marked(text: str) -> tuple[str, str]:
    """The text without its mark, and the line and column of that."""
    before, after = text.split(HERE)
    return before + after, f"{before.count(chr(10)) + 1}:{len(before.rpartition(chr(10))[2]) + 1}"


RING = "[[0, 0], [0, 50], [50, 50], [50, 0]]"


def test_a_zone_may_ask_for_a_permit(read: Callable) -> None:
    site, problems = read(WHOLE.replace("capacity: 12", "permit: visitor"))
    assert problems == []
    assert site.zone_by_id["campus"].permit == "visitor"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("format: suwon_fleet/site@1", "format: ^other", "unknown-format"),
        ("id: belt", "^ID: belt", "unknown-key"),
        ("id: belt", "id: ^a b", "bad-id"),
        ("format: suwon_fleet/site@1\nid: belt", "^format: suwon_fleet/site@1", "missing-key"),
        ("{kind: local}", "^{kind: wgs84}", "missing-key"),
        ("{kind: local}", "{kind: ^utm}", "unknown-value"),
        ("{id: G}", "{id: F2}\n  - {id: ^F2}\n  - {id: G}", "duplicate-id"),
        ("elevation_m: 5", "elevation_m: ^high", "not-a-number"),
        ("elevation_m: 5", "^height: 5", "unknown-key"),
        ("width_m: 2,", "width_m: ^0,", "out-of-range"),
        ("kind: sidewalk, width_m", "kind: ^lift, width_m", "lift-lane"),
        ("two_way: true", "^slope: 0.1", "unknown-key"),
        ("kind: campus", "kind: ^garden", "unknown-value"),
        ("capacity: 12", "capacity: ^1.5", "not-whole"),
        ("capacity: 12", "permit: ^[visitor]", "wrong-type"),
        ("capacity: 12", "capacity: ^-1", "out-of-range"),
        ("open: false", "open: ^perhaps", "not-a-flag"),
        ("capacity: 12", "level: ^F9", "unknown-reference"),
        (RING, "^[[0, 0], [0, 50]]", "bad-polygon"),
        (RING, "^[[0, 0], [50, 50], [0, 50], [50, 0]]", "bad-polygon"),
        (RING, "^[[0, 0], [1, 1], [2, 2]]", "bad-polygon"),
        (RING, "^[[0, 0], [0.01, 0], [0, 0.01]]", "bad-polygon"),
        (RING, "[[0, 0], [0, ^x], [50, 50]]", "not-a-number"),
        (RING, "[[0, 0], ^5, [50, 50]]", "wrong-type"),
        ("  b: [10, 0]", "  ^a: [10, 0]", "duplicate-key"),
        ("  a: [0, 0]", "  ^a b: [0, 0]", "bad-id"),
        ("  a: [0, 0]", "  a: [0, ^.inf]", "not-a-number"),
        ("  a: [0, 0]", "  a: ^[0, 0, 0]", "wrong-length"),
        ("  a: [0, 0]", "  a: [0, ^1e7]", "out-of-range"),
        ("  a: [0, 0]", "  a: ^{level: G}", "missing-key"),
        ("level: F2}\nplaces", "level: ^F3}\nplaces", "unknown-reference"),
        ("{id: upstairs, node: up,", "{id: upstairs, node: ^upp,", "unknown-reference"),
        ("{id: upstairs, node: up,", "^{id: upstairs,", "missing-key"),
        ("{id: upstairs, node: up,", "{id: upstairs, node: up, ^at: [0, 0],", "node-and-at"),
        ("{id: locker,", "{id: ^a,", "duplicate-id"),
        ("[pickup, dropoff]", "[pickup, ^drop]", "unknown-value"),
        ("[pickup, dropoff]", "^[]", "no-kinds"),
        ("[pickup, dropoff]", "^pickup", "wrong-type"),
        (
            "{id: up, at: [30, 0], level: F2, kinds: [charger]}",
            "^{id: up, at: [1, 1]}",
            "missing-key",
        ),
        ("[a, b, locker]", "^[a]", "short-path"),
        ("[a, b, locker]", "[a, b, ^b]", "self-loop"),
        ("[a, b, locker]", "[a, ^c, locker]", "unknown-reference"),
        ("[a, b, locker]", "^a b locker", "wrong-type"),
        ("[a, b, locker]", "[a, b, ^f]", "between-levels"),
        ("[a, b, locker]", "[a, b], ^path: [a, b]", "duplicate-key"),
        ("{path: [f, upstairs], width_m: 1}", "^{id: x, kind: path}", "missing-key"),
        ("slope: 0.04", "slope: ^4", "out-of-range"),
        ("door: main", "door: ^mian", "unknown-reference"),
        ("mutex: bridge", "mutex: ^'a bridge'", "bad-id"),
        ("kind: indoor", "kind: ^lift", "lift-lane"),
        ("  - {path: [b, g],", "  - {id: ^walk.1, path: [b, g],", "duplicate-id"),
        ("  - {id: walk,", f"  - {{id: ^{'w' * 63},", "bad-id"),
        ("{id: other}", "{id: ^main}", "duplicate-id"),
        ("opening_s: 2", "opening_s: ^-2", "out-of-range"),
        ("F2: f}", "F2: ^g}", "wrong-level"),
        ("F2: f}", "^F3: f}", "unknown-reference"),
        ("F2: f}", "F2: ^x}", "unknown-reference"),
        ("{G: g, F2: f}", "^[g, f]", "wrong-type"),
        ("{id: lift, cabins: {G: g, F2: f}, door_s: 5}", "^{id: lift}", "missing-key"),
    ],
)
def test_a_mistake_is_named_at_its_place(complain: Complain, old: str, new: str, code: str) -> None:
    assert WHOLE.count(old) == 1
    text, where = marked(WHOLE.replace(old, new))
    assert (where, code) in complain(text)


def test_two_nodes_at_one_spot_are_no_lane(complain: Complain) -> None:
    text = WHOLE.replace("b: [10, 0]", "b: [0, 0.001]").replace("[a, b, locker]", "[a, ^b, locker]")
    text, where = marked(text)
    assert complain(text) == [(where, "zero-length")]


def test_without_a_default_each_lane_says_its_kind(complain: Complain) -> None:
    text = WHOLE.replace("kind: sidewalk, width_m", "width_m")
    assert [code for _, code in complain(text)] == ["missing-key", "missing-key"]


def test_all_mistakes_are_named_not_only_the_first(complain: Complain) -> None:
    text = WHOLE.replace("id: belt", "id: a b").replace("capacity: 12", "capacity: x")
    text = text.replace("[a, b, locker]", "[a, q]").replace("{id: other}", "{id: main}")
    assert complain(text) == [
        ("2:5", "bad-id"),
        ("14:15", "not-a-number"),
        ("27:26", "unknown-reference"),
        ("32:10", "duplicate-id"),
    ]


def test_a_bad_frame_hides_no_other_mistake_and_makes_none_up(complain: Complain) -> None:
    text = WHOLE.replace("{kind: local}", "{kind: utm}").replace("door: main", "door: x")
    assert complain(text) == [("4:15", "unknown-value"), ("27:57", "unknown-reference")]


def test_one_node_cannot_be_in_two_cabins(complain: Complain) -> None:
    text = WHOLE + "  - {id: lift2, cabins: {G: g}}\n"
    assert complain(text) == [("35:29", "duplicate-id")]


def test_a_map_without_nodes_is_none(complain: Complain) -> None:
    text = "format: suwon_fleet/site@1\nid: s\nframe: {kind: local}\n"
    assert [code for _, code in complain(text)] == ["no-nodes"]


def test_ramps_and_stairs_may_join_levels(read: Callable) -> None:
    text = WHOLE + "# end\n"
    text = text.replace(
        "{path: [b, g], two_way: false, kind: indoor}", "{path: [b, f], kind: ramp}"
    )
    site, problems = read(text)
    assert problems == []
    assert site.lane_by_id["lane-1"].kind is LaneKind.RAMP


def test_a_closed_ring_is_as_good_as_an_open_one(read: Callable) -> None:
    site, _ = read(WHOLE)
    closed, problems = read(WHOLE.replace("[50, 0]]", "[50, 0], [0, 0]]"))
    assert problems == []
    assert closed.zones == site.zones
