# SPDX-License-Identifier: Apache-2.0
"""Open-RMF buildings: small ones made to have one thing each, and real ones."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyproj import Transformer

from suwon_fleet.core.errors import BadInput, Severity
from suwon_fleet.core.maplint import lint
from suwon_fleet.core.mapnetwork import MapNetwork
from suwon_fleet.core.sitemap import LaneKind, PlaceKind, SiteMap
from suwon_fleet.wire.maps import load_site

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "rmf_demos"
real = pytest.mark.skipif(not DATA.is_dir(), reason=f"no {DATA}")

Level = dict[str, Any]
Import = Callable[..., SiteMap]


def param(value: object) -> list[object]:
    """A value with the number that tells its type."""
    kinds: list[type] = [type(None), str, int, float, bool]
    return [kinds.index(type(value)), value]


def vertex(x: float, y: float, name: str = "", **params: object) -> list[object]:
    return [x, y, 0, name, {key: param(value) for key, value in params.items()}]


def edge(start: int, end: int, **params: object) -> list[object]:
    return [start, end, {key: param(value) for key, value in params.items()}]


def lane(start: int, end: int, graph: int = 0, *, two_way: bool = True, **more: object) -> list:
    return edge(start, end, bidirectional=two_way, graph_idx=graph, **more)


def level(vertices: list, lanes: list, **more: Any) -> Level:
    """A level where a pixel is 0.1 m: its last two vertices are 100 pixels and 10 m apart."""
    vertices = [*vertices, vertex(0, 900), vertex(100, 900)]
    scale = edge(len(vertices) - 2, len(vertices) - 1, distance=10.0)
    return {"elevation": 0, "vertices": vertices, "lanes": lanes, "measurements": [scale], **more}


def building(levels: dict[str, Level], **more: Any) -> str:
    return yaml.safe_dump({"name": "tower", "levels": levels, "lifts": {}, **more}, sort_keys=False)


@pytest.fixture
def load(tmp_path: Path) -> Import:
    """Imports levels that must be without problems."""

    def load_levels(
        levels: dict[str, Level], graph: list[int] | None = None, **more: Any
    ) -> SiteMap:
        path = tmp_path / "tower.building.yaml"
        path.write_text(building(levels, **more), "utf-8")
        return load_site(path, graph=graph)

    return load_levels


def spot(site: SiteMap, node_id: str) -> tuple[float, float]:
    node = site.node_by_id[node_id]
    return node.x_m, node.y_m


def test_pixels_become_metres_with_north_up(load: Import) -> None:
    site = load({"L1": level([vertex(10, 20, "a"), vertex(50, 80, "b")], [lane(0, 1)])})
    assert spot(site, "a") == pytest.approx((1.0, -2.0))
    assert spot(site, "b") == pytest.approx((5.0, -8.0))
    assert (site.id, site.title, site.origin) == ("tower", {"en": "tower"}, None)


def test_lanes_go_one_way_or_both_and_other_vertices_are_not_nodes(load: Import) -> None:
    vertices = [vertex(0, 0), vertex(10, 0), vertex(20, 0), vertex(99, 99, "wall")]
    lanes = [lane(0, 1), lane(1, 2, two_way=False, speed_limit=0.7, mutex="dock 1")]
    site = load({"L1": level(vertices, lanes)})
    assert [node.id for node in site.nodes] == ["L1-0", "L1-1", "L1-2"]
    assert [(item.id, item.start, item.end) for item in site.lanes] == [
        ("L1-0-1", "L1-0", "L1-1"),
        ("L1-0-1.r", "L1-1", "L1-0"),
        ("L1-1-2", "L1-1", "L1-2"),
    ]
    assert [item.speed_limit_mps for item in site.lanes] == [None, None, 0.7]
    assert [item.mutex for item in site.lanes] == [None, None, "dock-1"]
    assert {item.kind for item in site.lanes} == {LaneKind.INDOOR}
    assert site.places == ()


def test_a_speed_limit_of_zero_is_none(load: Import) -> None:
    site = load({"L1": level([vertex(0, 0), vertex(10, 0)], [lane(0, 1, speed_limit=0)])})
    assert site.lanes[0].speed_limit_mps is None


def test_vertices_become_places(load: Import) -> None:
    vertices = [
        vertex(0, 0, "lobby"),
        vertex(10, 0, "desk 보관함", pickup_dispenser="coke", is_parking_spot=True),
        vertex(20, 0, "bay", dropoff_ingestor="ingestor"),
        vertex(30, 0, "plug", is_charger=True, is_parking_spot=True),
        vertex(40, 0, "", is_charger=True),
        vertex(50, 0, "", is_parking_spot=True, is_charger=False),
        vertex(60, 0, "", is_holding_point=True, pickup_dispenser=""),
    ]
    site = load({"L1": level(vertices, [lane(n, n + 1) for n in range(6)])})
    waypoint, parking, charger = PlaceKind.WAYPOINT, PlaceKind.PARKING, PlaceKind.CHARGER
    assert {place.id: set(place.kinds) for place in site.places} == {
        "lobby": {waypoint},
        "desk": {waypoint, parking, PlaceKind.PICKUP},
        "bay": {waypoint, PlaceKind.DROPOFF},
        "plug": {charger, parking},
        "L1-charger-4": {charger},
        "L1-parking-5": {parking},
    }
    assert site.place_by_id["desk"].title == {"en": "desk 보관함"}
    assert site.place_by_id["lobby"].title == {}


def test_names_in_use_get_the_level_or_the_graph_behind_them(load: Import) -> None:
    vertices = [vertex(0, 0, "a"), vertex(10, 0), vertex(0, 50, "a"), vertex(10, 50)]
    lanes = [lane(0, 1, 0), lane(2, 3, 4)]
    site = load({"L1": level(vertices, lanes), "L2": level(vertices, lanes)})
    assert [place.id for place in site.places] == ["a", "a:g4", "a:L2", "a:L2:g4"]
    assert site.node_by_id["a:L2"].level == "L2"
    assert site.place_by_id["a:L2"].title == {"en": "a"}


def test_graphs_are_picked_and_laid_over_each_other(load: Import) -> None:
    vertices = [vertex(0, 0), vertex(10, 0), vertex(20, 0)]
    levels = {
        "L1": level(
            vertices,
            [
                lane(0, 1, 0, speed_limit=1.0),
                lane(1, 0, 2, speed_limit=0.5, mutex="m"),
                lane(1, 2, 2),
            ],
        )
    }
    site = load(levels)
    assert [item.id for item in site.lanes] == ["L1-0-1", "L1-0-1.r", "L1-1-2", "L1-1-2.r"]
    assert [item.speed_limit_mps for item in site.lanes] == [0.5, 0.5, None, None]
    assert site.lanes[0].mutex == "m"
    assert [item.id for item in load(levels, graph=[0]).lanes] == ["L1-0-1", "L1-0-1.r"]
    assert len(load(levels, graph=[2]).nodes) == 3
    for graph in ([7], [0, 7], []):
        with pytest.raises(BadInput, match="pick from 0, 2"):
            load(levels, graph=graph)


def test_lanes_take_the_doors_they_cross(load: Import) -> None:
    vertices = [
        vertex(0, 0), vertex(100, 0), vertex(200, 0),
        vertex(50, -10), vertex(50, 10), vertex(150, 5), vertex(150, 25),
    ]  # fmt: skip
    doors = [edge(3, 4, name="main", type="hinged"), edge(5, 6, name="side", type="hinged")]
    site = load({"L1": level(vertices, [lane(0, 1), lane(1, 2)], doors=doors)})
    assert [item.door for item in site.lanes] == ["main", "main", None, None]
    assert [door.id for door in site.doors] == ["main"]


def test_doors_of_one_name_on_two_levels_are_two(load: Import) -> None:
    vertices = [vertex(0, 0), vertex(100, 0), vertex(50, -10), vertex(50, 10)]
    floor = level(vertices, [lane(0, 1)], doors=[edge(2, 3, name="main")] * 2)
    site = load({"L1": floor, "L2": floor})
    assert [door.id for door in site.doors] == ["main", "main:L2"]


def test_a_lane_through_two_doors_is_warned_of(read: Callable) -> None:
    vertices = [
        vertex(0, 0),
        vertex(100, 0),
        vertex(50, -9),
        vertex(50, 9),
        vertex(70, -9),
        vertex(70, 9),
    ]
    doors = [edge(2, 3, name="one"), edge(4, 5, name="two")]
    text = building({"L1": level(vertices, [lane(0, 1)], doors=doors)})
    site, problems = read(text, "tower.building.yaml")
    assert site is not None
    assert [(p.code, p.severity) for p in problems] == [("two-doors", Severity.WARNING)]


def turned(x: float, y: float) -> tuple[float, float]:
    """The pixel on a second plan that is twice as fine, turned by 30 degrees and moved."""
    point = complex(x, y) * 2 * complex(math.cos(math.pi / 6), math.sin(math.pi / 6)) + (300 - 70j)
    return point.real, point.imag


def test_levels_are_laid_over_the_reference_level_by_their_fiducials(load: Import) -> None:
    spots = [(10, 20), (200, 40), (120, 300)]
    marks = [[0, 0, "f1"], [100, 0, "f2"], [30, 250, "f3"]]
    lanes = [lane(0, 1), lane(1, 2)]
    below = level([vertex(*xy) for xy in spots], lanes, fiducials=marks)
    above = level(
        [vertex(*turned(*xy)) for xy in spots],
        lanes,
        fiducials=[[*turned(*mark[:2]), mark[2]] for mark in reversed(marks)],
        elevation=5,
    )
    for levels in ({"B1": below, "L1": above}, {"L1": above, "B1": below}):
        site = load(levels, reference_level_name="B1")
        for index in range(3):
            assert spot(site, f"L1-{index}") == pytest.approx(spot(site, f"B1-{index}"))
        assert {item.id: item.elevation_m for item in site.levels} == {"B1": 0.0, "L1": 5.0}


def test_a_level_without_fiducials_is_scaled_by_itself_and_warned_of(read: Callable) -> None:
    floor = level([vertex(10, 20), vertex(200, 40)], [lane(0, 1)])
    site, problems = read(building({"L1": floor, "L2": floor}), "tower.building.yaml")
    assert [p.code for p in problems] == ["not-laid-over"]
    assert spot(site, "L2-0") == pytest.approx((1.0, -2.0))


def test_a_plan_without_a_measurement_is_warned_of(read: Callable) -> None:
    floor = level([vertex(10, 20), vertex(200, 40)], [lane(0, 1)], measurements=[])
    site, problems = read(building({"L1": floor}), "tower.building.yaml")
    assert [p.code for p in problems] == ["no-scale"]
    assert spot(site, "L1-0") == (10.0, -20.0)


LIFT = {
    "x": 100, "y": 0, "yaw": 0.0, "width": 2.0, "depth": 3.0, "lowest_floor": "L1",
    "highest_floor": "L3", "reference_floor_name": "L1",
    "level_doors": {"L1": ["d"], "L2": [], "L3": ["d"]},
}  # fmt: skip


def tower(*cabin: list[object], lanes: list | None = None) -> dict[str, Level]:
    """Three storeys with vertices in the lift's cabin."""
    vertices = [vertex(0, 0), *(cabin or [vertex(102, 3)])]
    lanes = lanes or [lane(0, n) for n in range(1, len(vertices))]
    marks = [[0, 0, "f1"], [100, 0, "f2"]]
    return {
        name: level(vertices, lanes, elevation=height, fiducials=marks)
        for name, height in (("L1", 0), ("L2", 4), ("L3", 8))
    }


def test_a_lift_rides_between_the_levels_where_it_has_a_door(load: Import) -> None:
    site = load(tower(), lifts={"lift A": LIFT})
    (lift,) = site.lifts
    assert (lift.id, lift.cabins) == ("lift-A", {"L1": "L1-1", "L3": "L3-1"})
    ridden = [item for item in site.lanes if item.kind is LaneKind.LIFT]
    assert {(item.start, item.end) for item in ridden} == {("L1-1", "L3-1"), ("L3-1", "L1-1")}


def test_a_lift_keeps_to_its_lowest_and_highest_floor(load: Import) -> None:
    doors = {"L1": ["d"], "L2": ["d"], "L3": ["d"]}
    site = load(tower(), lifts={"lift": {**LIFT, "level_doors": doors, "highest_floor": "L2"}})
    assert list(site.lifts[0].cabins) == ["L1", "L2"]


def test_the_cabin_is_where_the_lift_stands_or_what_names_it(load: Import) -> None:
    inside = vertex(100, 14)
    outside = vertex(100, 17)
    named = vertex(100, 17, lift_cabin="lift")
    for cabin, is_in in ((inside, True), (outside, False), (named, True)):
        site = load(tower(cabin), lifts={"lift": LIFT})
        assert bool(site.lifts) is is_in
    turned_lift = {**LIFT, "yaw": math.pi / 2}
    assert not load(tower(inside), lifts={"lift": turned_lift}).lifts
    assert load(tower(vertex(114, 0)), lifts={"lift": turned_lift}).lifts


def test_vertices_in_one_cabin_are_one_node(load: Import) -> None:
    cabin = (vertex(104, 0), vertex(98, 2), vertex(100, 10, lift_cabin="lift"))
    lanes = [lane(0, 1, 0), lane(0, 2, 1), lane(2, 3, 1)]
    site = load(tower(*cabin, lanes=lanes), lifts={"lift": LIFT})
    assert site.lifts[0].cabins == {"L1": "L1-3", "L3": "L3-3"}
    on_first = [
        item.id for item in site.lanes if item.start.startswith("L1-") and item.kind != "lift"
    ]
    assert on_first == ["L1-0-3", "L1-0-3.r"]


def test_a_lift_that_no_lane_leads_into_is_warned_of(read: Callable) -> None:
    text = building(tower(vertex(300, 0)), lifts={"lift": LIFT})
    site, problems = read(text, "tower.building.yaml")
    assert site.lifts == ()
    assert [p.code for p in problems] == ["unused-lift"]


def test_vertices_at_one_spot_are_one_node(load: Import) -> None:
    vertices = [vertex(0, 0), vertex(100, 0), vertex(100, 0), vertex(200, 0)]
    site = load({"L1": level(vertices, [lane(0, 1), lane(1, 2), lane(2, 3), lane(3, 3)])})
    assert [item.id for item in site.lanes] == ["L1-0-1", "L1-0-1.r", "L1-1-3", "L1-1-3.r"]


def degrees(**parameters: object) -> dict[str, Any]:
    return {
        "coordinate_system": "wgs84",
        "parameters": {key: param(value) for key, value in parameters.items()},
    }


CAMPUS = {
    "L1": {"vertices": [vertex(103.78, 1.3, "a"), vertex(103.781, 1.3)], "lanes": [lane(0, 1)]}
}


def test_degrees_are_metres_from_the_suggested_offset(load: Import) -> None:
    site = load(
        CAMPUS,
        **degrees(generate_crs="EPSG:3414", suggested_offset_x=22000.0, suggested_offset_y=31500.0),
    )
    assert site.origin == pytest.approx((1.3011487, 103.7794059), abs=1e-6)
    to_svy21 = Transformer.from_crs("EPSG:4326", "EPSG:3414", always_xy=True)
    easting, northing = to_svy21.transform(103.78, 1.3)
    assert spot(site, "a") == pytest.approx((easting - 22000, northing - 31500), abs=0.01)
    assert math.dist(spot(site, "a"), spot(site, "L1-1")) == pytest.approx(111.29, abs=0.02)
    assert {item.kind for item in site.lanes} == {LaneKind.SIDEWALK}


@pytest.mark.parametrize("parameters", [{}, {"generate_crs": "EPSG:3414"}])
def test_degrees_without_an_offset_are_around_the_middle(
    load: Import, parameters: dict[str, object]
) -> None:
    site = load(CAMPUS, **degrees(**parameters))
    assert site.origin == pytest.approx((1.3, 103.7805))
    assert spot(site, "a") == pytest.approx((-55.65, 0.0), abs=0.01)


def test_an_offset_far_from_the_site_is_not_its_origin(load: Import) -> None:
    far = degrees(generate_crs="EPSG:3414", suggested_offset_x=300000.0, suggested_offset_y=1.0)
    assert load(CAMPUS, **far).origin == pytest.approx((1.3, 103.7805))


def test_metres_are_taken_as_they_are_or_by_their_named_system(load: Import) -> None:
    plain = {"L1": {"vertices": [vertex(1, 2, "a"), vertex(5, 2)], "lanes": [lane(0, 1)]}}
    site = load(plain, coordinate_system="cartesian_meters")
    assert (spot(site, "a"), site.origin) == ((1.0, 2.0), None)
    named = {
        "L1": {"vertices": [vertex(22001, 31502, "a"), vertex(22005, 31502)], "lanes": [lane(0, 1)]}
    }
    parameters = {"generate_crs": "EPSG:3414", "offset_x": 22000.0, "offset_y": 31500.0}
    site = load(named, **{**degrees(**parameters), "coordinate_system": "cartesian_meters"})
    assert spot(site, "a") == pytest.approx((1.0, 2.0), abs=1e-3)
    assert site.origin == pytest.approx((1.3011487, 103.7794059), abs=1e-6)


SMALL = level([vertex(0, 0), vertex(10, 0)], [lane(0, 1)])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (building({}), "no-nodes"),
        (building({"L1": {}}), "no-nodes"),
        (building({"L1": level([], [])}), "no-nodes"),
        (building({"L1": {**SMALL, "lanes": [[0, 9, {}]]}}), "unknown-reference"),
        (building({"L1": {**SMALL, "lanes": [[0, -1, {}]]}}), "unknown-reference"),
        (building({"L1": {**SMALL, "lanes": [[0]]}}), "wrong-length"),
        (building({"L1": {**SMALL, "lanes": [[0, 1, {"graph_idx": 0}]]}}), "wrong-type"),
        (building({"L1": {**SMALL, "lanes": [[0, 1, {"graph_idx": [2, -1]}]]}}), "out-of-range"),
        (building({"L1": {**SMALL, "lanes": [[0, 1, {"bidirectional": [4, 7]}]]}}), "not-a-flag"),
        (building({"L1": {**SMALL, "lanes": 5}}), "wrong-type"),
        (building({"L1": {**SMALL, "vertices": [[0], [1, 1]]}}), "wrong-length"),
        (building({"L1": {**SMALL, "vertices": [["x", 0], [1, 1]]}}), "not-a-number"),
        (building({"L1": {**SMALL, "vertices": [[0, 0, 0, "", {"is_charger": 1}]]}}), "wrong-type"),
        (building({"L1": {**SMALL, "vertices": [[0, 0, 0, "", {"x": [1]}]]}}), "wrong-length"),
        (building({"L1": {**SMALL, "elevation": "high"}}), "not-a-number"),
        (building({"L1": {**SMALL, "fiducials": [[1, 2]]}}), "wrong-length"),
        (building({"L1": {**SMALL, "measurements": [edge(0, 1)]}}), "no-scale"),
        (building({"L1": {**SMALL, "measurements": [edge(0, 0, distance=3.0)]}}), "no-scale"),
        (building({"L1": SMALL}, reference_level_name="L9"), "unknown-reference"),
        (building({"L1": SMALL}, coordinate_system="web_mercator"), "unknown-value"),
        (building({"L1": SMALL}, lifts={"lift": {"x": 1}}), "missing-key"),
        (
            building({"L1": SMALL}, lifts={"lift": {**LIFT, "reference_floor_name": "L9"}}),
            "unknown-reference",
        ),
        (building({"L1": SMALL}, lifts=[1]), "wrong-type"),
        (building(CAMPUS, **degrees(generate_crs="EPSG:1", suggested_offset_x=1.0)), "bad-crs"),
        (building({"L1": SMALL}, **degrees()), "far-away"),
        (
            building(
                {"L1": {"vertices": [vertex(0, 0), vertex(1e8, 0)], "lanes": [lane(0, 1)]}},
                coordinate_system="cartesian_meters",
            ),
            "far-away",
        ),
    ],
)
def test_bad_buildings(complain: Callable, text: str, code: str) -> None:
    found = complain(text, "tower.building.yaml")
    assert code in [code for _, code in found]


def test_a_navigation_graph_is_told_from_a_building(complain: Callable) -> None:
    graph = "building_name: x\nlevels:\n  L1:\n    lanes: []\n    vertices: [[0, 0, {name: a}]]\n"
    assert complain(graph, "0.yaml") == [("4:5", "nav-graph")]


def test_mistakes_are_named_at_their_place(complain: Callable) -> None:
    text = (
        "name: x\nlevels:\n  L1:\n    vertices: [[0, 0], [1, 0]]\n    lanes:\n      - [0, 5, {}]\n"
    )
    assert complain(text, "tower.building.yaml") == [("6:13", "unknown-reference")]


@real
@pytest.mark.parametrize("path", sorted(DATA.glob("*.building.yaml")), ids=lambda path: path.stem)
def test_real_buildings_are_read_quickly_and_whole(path: Path) -> None:
    started = time.process_time()
    site = load_site(path)
    assert time.process_time() - started < 10.0
    document = yaml.load(path.read_text(), yaml.CSafeLoader)
    source = document["levels"]
    drawn = {(name, *sorted(item[:2])) for name, part in source.items() for item in part["lanes"]}
    ways = {frozenset((item.start, item.end)) for item in site.lanes if item.kind != "lift"}
    assert len(ways) == len(drawn)
    chargers = {
        (name, index)
        for name, part in source.items()
        for index, item in enumerate(part["vertices"])
        if len(item) > 4
        and item[4].get("is_charger", [4, False])[1]
        and any(index in other[:2] for other in part["lanes"])
    }
    assert len(site.places_of(PlaceKind.CHARGER)) == len(chargers)
    assert all(problem.severity is Severity.WARNING for problem in lint(MapNetwork(site)))


@real
@pytest.mark.parametrize("path", sorted(DATA.glob("*.building.yaml")), ids=lambda path: path.stem)
def test_real_lifts_are_plumb(path: Path) -> None:
    site = load_site(path)
    for lift in site.lifts:
        spots = [spot(site, node) for node in lift.cabins.values()]
        assert all(math.dist(spots[0], other) < 0.3 for other in spots)
