# SPDX-License-Identifier: Apache-2.0
"""The belt map: big enough, connected, clear of itself, lawful, and in its real districts."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from shapely.geometry import LineString, Point, Polygon, shape

from suwon_fleet.core.geodesy import TangentPlane
from suwon_fleet.core.maplint import lint
from suwon_fleet.core.mapnetwork import MapNetwork
from suwon_fleet.core.sitemap import Lane, LaneKind, Place, PlaceKind, SiteMap, Zone, ZoneKind
from suwon_fleet.wire.maps import load_site

ROOT = Path(__file__).parents[2]
DISTRICTS = ROOT.parent / "shared" / "data" / "seoul" / "seoul_emd.geojson"

PARK_MPS = 1.39
SIDEWALK_MPS = 1.8
HALL_MPS = 1.2
STABLE_SLOPE = math.tan(math.radians(5))
"""The slope a certified robot is tested on in Korea."""
BETWEEN_PLACES_M = 2.5
CLEAR_M = 1.3
"""Two robots of 0.5 m radius and 0.3 m to spare."""
SPUR_M = 3.0

DISTRICT_OF = {
    "suseo.campus": "Suseo-dong",
    "suseo.lab-hall": "Suseo-dong",
    "suseo.lab-hall-2": "Suseo-dong",
    "suseo.link": "Suseo-dong",
    "suseo.plaza": "Suseo-dong",
    "setec.forecourt": "Daechi-dong",
    "setec.hall-1": "Daechi-dong",
    "setec.hall-2": "Daechi-dong",
    "setec.hall-3": "Daechi-dong",
    "setec.upper": "Daechi-dong",
    "yangjae.forest": "Yangjae-dong",
    "yangjae.hub": "Umyeon-dong",
    "yangjae.hub-hall": "Umyeon-dong",
    "yangjae.streamside": "Umyeon-dong",  # its forest end is in Yangjae-dong
    "hanriver.banpo": "Banpo-dong",
    "hanriver.jamwon": "Jamwon-dong",
    "hanriver.riverside": "Jamwon-dong",
    "yongsan.district": "Hangangno 3-ga",
    "yongsan.plaza": "Hangangno 3-ga",
    "yongsan.deck": "Hangangno 3-ga",
    "yongsan.station": "Hangangno 3-ga",
}
LANDMARKS = {
    "suseo": (37.4875, 127.1019),
    "setec": (37.4966, 127.0722),
    "yangjae": (37.4702, 127.0375),
    "hanriver.banpo": (37.5100, 126.9950),
    "hanriver.jamwon": (37.5205, 127.0110),
    "yongsan": (37.5290, 126.9610),
}
"""WGS84, known to some hundred metres."""


@pytest.fixture(scope="module")
def belt() -> SiteMap:
    return load_site(ROOT / "config" / "sites" / "belt.yaml")


def site_of(name: str) -> str:
    return name.split(".", 1)[0]


def line(belt: SiteMap, lane: Lane) -> LineString:
    start, end = belt.node_by_id[lane.start], belt.node_by_id[lane.end]
    return LineString([(start.x_m, start.y_m), (end.x_m, end.y_m)])


def point(belt: SiteMap, node: str) -> Point:
    return Point(belt.node_by_id[node].x_m, belt.node_by_id[node].y_m)


def neighbours(belt: SiteMap) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for lane in belt.lanes:
        found[lane.start].add(lane.end)
        found[lane.end].add(lane.start)
    return found


def graph(belt: SiteMap) -> csr_matrix:
    """Lanes as a matrix from node to node, weighted by metres; a ride counts as one metre."""
    index = {node.id: i for i, node in enumerate(belt.nodes)}
    start = [index[lane.start] for lane in belt.lanes]
    end = [index[lane.end] for lane in belt.lanes]
    metres = [max(line(belt, lane).length, 1.0) for lane in belt.lanes]
    return csr_matrix((metres, (start, end)), shape=(len(index), len(index)))


def by_level(belt: SiteMap) -> dict[str, list[Lane]]:
    """Driven lanes of each level; rides lie between levels."""
    lanes: defaultdict[str, list[Lane]] = defaultdict(list)
    for lane in belt.lanes:
        if lane.kind is not LaneKind.LIFT:
            lanes[belt.node_by_id[lane.start].level].append(lane)
    return lanes


@pytest.fixture(scope="module")
def zones_of(belt: SiteMap) -> dict[str, list[Zone]]:
    """The zones on its level that the middle of each driven lane is in."""
    polygons = [Polygon(zone.polygon) for zone in belt.zones]
    shapely.prepare(polygons)
    found: dict[str, list[Zone]] = {}
    for level, lanes in by_level(belt).items():
        for lane in lanes:
            inside = shapely.intersects(polygons, line(belt, lane).centroid)
            zones = [zone for zone, is_inside in zip(belt.zones, inside, strict=True) if is_inside]
            found[lane.id] = [zone for zone in zones if zone.level in (None, level)]
    return found


def test_size(belt: SiteMap) -> None:
    kinds = Counter(kind for place in belt.places for kind in place.kinds)
    assert len(belt.lanes) >= 400
    assert len(belt.places) >= 60
    assert len(belt.zones) >= 12
    assert kinds[PlaceKind.CHARGER] >= 12
    assert kinds[PlaceKind.PARKING] >= 24
    assert kinds[PlaceKind.CHARGER] + kinds[PlaceKind.PARKING] >= 40
    assert set(kinds) == set(PlaceKind)


def test_every_site_can_do_jobs(belt: SiteMap) -> None:
    kinds: defaultdict[str, set[PlaceKind]] = defaultdict(set)
    for place in belt.places:
        kinds[site_of(place.id)] |= place.kinds
    needed = {PlaceKind.CHARGER, PlaceKind.PARKING, PlaceKind.PICKUP, PlaceKind.DROPOFF}
    needed |= {PlaceKind.GATE, PlaceKind.WAYPOINT}
    for site in ("suseo", "setec", "yangjae", "hanriver", "yongsan"):
        assert needed <= kinds[site], site
    for site in ("suseo", "setec", "yangjae", "yongsan"):
        assert PlaceKind.WORKCELL in kinds[site], site


def test_indoors_on_two_levels(belt: SiteMap) -> None:
    indoor = Counter(
        (site_of(lane.start), belt.node_by_id[lane.start].level)
        for lane in belt.lanes
        if lane.kind is LaneKind.INDOOR
    )
    for site in ("suseo", "setec"):
        assert indoor[site, "ground"] >= 10
        assert indoor[site, "F2"] >= 10
    assert {site_of(lift.id) for lift in belt.lifts} == {"suseo", "setec"}
    assert all(set(lift.cabins) == {"ground", "F2"} for lift in belt.lifts)


def test_titles_in_english_and_korean(belt: SiteMap) -> None:
    named: list[SiteMap | Zone | Place] = [belt, *belt.zones, *belt.places]
    assert [x.id for x in named if not (x.title.get("en") and x.title.get("ko"))] == []
    for language in ("en", "ko"):
        titles = Counter((site_of(place.id), place.title[language]) for place in belt.places)
        assert [title for title, times in titles.items() if times > 1] == []


def test_nothing_to_warn_of(belt: SiteMap) -> None:
    assert lint(MapNetwork(belt)) == ()


def test_everywhere_can_be_reached_from_everywhere(belt: SiteMap) -> None:
    count, _ = connected_components(graph(belt), directed=True, connection="strong")
    assert count == 1


def test_only_spurs_and_rides_hang_by_one_way(belt: SiteMap) -> None:
    """Cutting any other stretch of way, in both directions, still leaves the map in one piece."""
    around = neighbours(belt)
    index = {node.id: i for i, node in enumerate(belt.nodes)}
    stretches = sorted({tuple(sorted((index[lane.start], index[lane.end]))) for lane in belt.lanes})
    ends = np.array(stretches)
    cut_off = set()
    for row, (a, b) in enumerate(ends):
        rest = np.delete(ends, row, axis=0)
        matrix = csr_matrix((np.ones(len(rest)), rest.T), shape=(len(index), len(index)))
        if connected_components(matrix, directed=False, return_labels=False) > 1:
            cut_off.add(frozenset((belt.nodes[a].id, belt.nodes[b].id)))
    spurs = {frozenset((node, *around[node])) for node in around if len(around[node]) == 1}
    rides = {frozenset(lift.cabins.values()) for lift in belt.lifts}
    assert cut_off == spurs | rides


def test_robots_dwell_on_spurs(belt: SiteMap) -> None:
    """All places but gates are at the end of a spur, so nothing passes through them."""
    around = neighbours(belt)
    for place in belt.places:
        if PlaceKind.GATE in place.kinds:
            continue
        assert len(around[place.node]) == 1, place.id
        (foot,) = around[place.node]
        assert point(belt, foot).distance(point(belt, place.node)) >= SPUR_M, place.id
        assert len(around[foot]) >= 3, place.id


def test_two_ways_only_where_few_meet(belt: SiteMap) -> None:
    """Robots can meet head-on only on spurs and on single-lane bridges, which have a mutex."""
    pairs = {(lane.start, lane.end) for lane in belt.lanes}
    around = neighbours(belt)
    for lane in belt.lanes:
        if (lane.end, lane.start) in pairs and lane.kind is not LaneKind.LIFT:
            is_spur = 1 in (len(around[lane.start]), len(around[lane.end]))
            assert is_spur or lane.mutex, lane.id
    assert len({lane.mutex for lane in belt.lanes if lane.mutex}) == 2


def test_places_are_apart(belt: SiteMap) -> None:
    for a, b in combinations(belt.places, 2):
        if belt.node_by_id[a.node].level == belt.node_by_id[b.node].level:
            away = point(belt, a.node).distance(point(belt, b.node))
            assert away >= BETWEEN_PLACES_M, (a.id, b.id)


def test_places_are_clear_of_lanes_that_pass(belt: SiteMap) -> None:
    for level, lanes in by_level(belt).items():
        lines = [line(belt, lane) for lane in lanes]
        places = [place for place in belt.places if belt.node_by_id[place.node].level == level]
        where = [point(belt, place.node) for place in places]
        near = shapely.STRtree(lines).query(where, predicate="dwithin", distance=CLEAR_M)
        for first, second in near.T:
            place, lane = places[first], lanes[second]
            assert place.node in (lane.start, lane.end), (place.id, lane.id)


def test_lanes_are_apart_unless_they_meet(belt: SiteMap) -> None:
    for lanes in by_level(belt).values():
        lines = [line(belt, lane) for lane in lanes]
        near = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=CLEAR_M)
        for first, second in near.T:
            a, b = lanes[first], lanes[second]
            assert {a.start, a.end} & {b.start, b.end}, (a.id, b.id)


def test_lane_lengths(belt: SiteMap) -> None:
    for lane in belt.lanes:
        if lane.kind is not LaneKind.LIFT:
            assert 2.0 <= line(belt, lane).length <= 300.0, lane.id


def test_gates_between_the_sites_and_the_belt_roads(belt: SiteMap) -> None:
    gates = {place.node for place in belt.places_of(PlaceKind.GATE)}
    used = set()
    for lane in belt.lanes:
        if site_of(lane.start) != site_of(lane.end):
            assert "belt" in (site_of(lane.start), site_of(lane.end)), lane.id
            ends = {lane.start, lane.end} & gates
            assert len(ends) == 1, lane.id
            used |= ends
    assert used == gates


def test_sites_end_at_their_gates(belt: SiteMap) -> None:
    """Every node is on the ground of its own site, and gates on the edge to the belt roads."""
    ground: defaultdict[str, list[Polygon]] = defaultdict(list)
    for zone in belt.zones:
        ground[site_of(zone.id)].append(Polygon(zone.polygon))
    area = {site: shapely.union_all(polygons) for site, polygons in ground.items()}
    gates = {place.node for place in belt.places_of(PlaceKind.GATE)}
    for node in belt.nodes:
        where = point(belt, node.id)
        assert area[site_of(node.id)].distance(where) <= 0.5, node.id
        if node.id in gates:
            assert area["belt"].distance(where) <= 0.5, node.id
        others = [site for site in area if site != site_of(node.id) and area[site].contains(where)]
        assert not others or node.id in gates, (node.id, others)


def test_zones_nest_or_are_apart(belt: SiteMap) -> None:
    for a, b in combinations(belt.zones, 2):
        first, second = Polygon(a.polygon), Polygon(b.polygon)
        shared = first.intersection(second).area
        assert shared < 10.0 or shared > 0.99 * min(first.area, second.area), (a.id, b.id)


@pytest.mark.parametrize(
    ("kinds", "limit_mps"),
    [
        ({ZoneKind.PARK}, PARK_MPS),
        ({ZoneKind.HALL, ZoneKind.BUILDING}, HALL_MPS),
        (set(ZoneKind), SIDEWALK_MPS),
    ],
    ids=["parks", "halls", "everywhere"],
)
def test_speeds_are_lawful(belt: SiteMap, kinds: set[ZoneKind], limit_mps: float) -> None:
    zones = [zone for zone in belt.zones if zone.kind in kinds]
    assert zones
    for zone in zones:
        assert zone.speed_limit_mps is not None, zone.id
        assert zone.speed_limit_mps <= limit_mps, zone.id


def test_lanes_keep_the_limits_of_their_zones(
    belt: SiteMap, zones_of: dict[str, list[Zone]]
) -> None:
    for lane_id, zones in zones_of.items():
        limit_mps = belt.lane_by_id[lane_id].speed_limit_mps
        assert zones, lane_id
        assert limit_mps is not None, lane_id
        assert limit_mps <= min(zone.speed_limit_mps or 0.0 for zone in zones), lane_id


def test_lanes_are_indoors_where_halls_are(belt: SiteMap, zones_of: dict[str, list[Zone]]) -> None:
    for lane_id, zones in zones_of.items():
        is_roofed = any(zone.kind in {ZoneKind.HALL, ZoneKind.BUILDING} for zone in zones)
        assert is_roofed == (belt.lane_by_id[lane_id].kind is LaneKind.INDOOR), lane_id


def test_widths_and_slopes(belt: SiteMap) -> None:
    narrow = {LaneKind.SIDEWALK: 2.0, LaneKind.CROSSING: 3.0, LaneKind.STREET: 2.0}
    for lane in belt.lanes:
        if lane.kind is not LaneKind.LIFT:
            assert lane.width_m is not None, lane.id
            assert lane.width_m >= narrow.get(lane.kind, 1.0), lane.id
        assert abs(lane.slope) <= STABLE_SLOPE, lane.id
        assert bool(lane.slope) == (lane.kind is LaneKind.RAMP), lane.id


def test_halls_and_plazas_have_a_capacity(belt: SiteMap) -> None:
    full = {ZoneKind.HALL, ZoneKind.BUILDING, ZoneKind.PLAZA}
    spots = [p for p in belt.places if p.kinds & {PlaceKind.CHARGER, PlaceKind.PARKING}]
    for zone in belt.zones:
        if zone.kind in full:
            inside = [
                place
                for place in spots
                if zone.level in (None, belt.node_by_id[place.node].level)
                and Polygon(zone.polygon).intersects(point(belt, place.node))
            ]
            assert zone.capacity is not None, zone.id
            assert zone.capacity >= len(inside) + 4, zone.id


def test_every_pickup_has_a_dropoff_some_hundred_metres_away(belt: SiteMap) -> None:
    index = {node.id: i for i, node in enumerate(belt.nodes)}
    metres = dijkstra(graph(belt))
    drop_offs = belt.places_of(PlaceKind.DROPOFF)
    for pickup in belt.places_of(PlaceKind.PICKUP):
        away = [
            metres[index[pickup.node], index[place.node]]
            for place in drop_offs
            if site_of(place.id) == site_of(pickup.id)
        ]
        assert any(100 <= m <= 500 for m in away), pickup.id


@pytest.mark.parametrize("name", LANDMARKS)
def test_sites_are_where_they_are(belt: SiteMap, name: str) -> None:
    assert belt.origin is not None
    landmark = Point(TangentPlane(*belt.origin).to_map(*LANDMARKS[name]))
    zones = [Polygon(z.polygon) for z in belt.zones if z.id.startswith(name)]
    assert min(landmark.distance(zone) for zone in zones) <= 250


@pytest.mark.skipif(not DISTRICTS.exists(), reason="no district boundaries in ../shared/data")
@pytest.mark.parametrize("zone_id", DISTRICT_OF)
def test_zones_are_in_their_districts(belt: SiteMap, zone_id: str) -> None:
    assert belt.origin is not None
    plane = TangentPlane(*belt.origin)
    zone = Polygon([plane.to_wgs84(*corner)[::-1] for corner in belt.zone_by_id[zone_id].polygon])
    features = json.loads(DISTRICTS.read_text(encoding="utf-8"))["features"]
    district = next(
        shape(feature["geometry"])
        for feature in features
        if feature["properties"]["name_en"] == DISTRICT_OF[zone_id]
    )
    assert district.intersects(zone.centroid)
    assert district.intersection(zone).area > 0.5 * zone.area


def test_every_site_zone_has_a_district(belt: SiteMap) -> None:
    assert {zone.id for zone in belt.zones if site_of(zone.id) != "belt"} == set(DISTRICT_OF)
