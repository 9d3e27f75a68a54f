# SPDX-License-Identifier: Apache-2.0
"""GeoJSON drawn by hand or by an editor."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from suwon_fleet.core.sitemap import PlaceKind

ORIGIN = (37.4875, 127.1019)
DEGREE_M = 1 / 111_000
"""Roughly; positions here are near enough to tell apart, or together."""


def feature(what: str, shape: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    geometry = {"type": shape, "coordinates": coordinates}
    return {
        "type": "Feature",
        "properties": {"type": what, **properties},
        "geometry": geometry,
    }


def at(x_m: float, y_m: float) -> list[float]:
    return [ORIGIN[1] + x_m * DEGREE_M / 0.793, ORIGIN[0] + y_m * DEGREE_M]


def collection(*features: dict[str, Any], **member: Any) -> str:
    whole = {"type": "FeatureCollection", "features": list(features)}
    if member:
        whole["suwon_fleet"] = {"format": "suwon_fleet/site@1", "id": "drawn", **member}
    return json.dumps(whole)


LOCKER = feature("place", "Point", at(0, 0), id="locker", kinds=["pickup"], title={"en": "L"})
WALK = feature("lane", "LineString", [at(0, 0), at(50, 0), at(50, 50)], id="walk", kind="sidewalk")
ZONE = feature(
    "zone",
    "Polygon",
    [[at(-9, -9), at(60, -9), at(60, 60), at(-9, 60), at(-9, -9)]],
    id="zone",
    kind="plaza",
    capacity=3,
)


def test_a_drawing_needs_no_foreign_member(read: Callable) -> None:
    site, problems = read(collection(LOCKER, WALK, ZONE), "my drawing.geojson")
    assert problems == []
    assert site.id == "my-drawing"
    assert site.place_by_id["locker"].kinds == {PlaceKind.PICKUP}
    assert site.zones[0].capacity == 3
    assert len(site.zones[0].polygon) == 4
    latitude, longitude = site.origin
    assert ORIGIN[0] < latitude < ORIGIN[0] + 60 * DEGREE_M
    assert ORIGIN[1] < longitude < ORIGIN[1] + 80 * DEGREE_M


def test_lanes_join_places_and_each_other_at_their_vertices(read: Callable) -> None:
    branch = feature("lane", "LineString", [at(50, 0.03), at(90, 0)], id="branch", kind="path")
    apart = feature("lane", "LineString", [at(0, 1), at(90, 0)], id="apart", kind="path")
    site, problems = read(collection(LOCKER, WALK, branch, apart), "map.geojson")
    assert problems == []
    assert site.lane_by_id["walk.1"].start == "locker"
    corner = site.lane_by_id["walk.1"].end
    assert site.lane_by_id["branch"].start == corner
    assert site.lane_by_id["apart"].start not in {"locker", corner}
    assert site.lane_by_id["apart"].end == site.lane_by_id["branch"].end
    assert len(site.nodes) == 5


def test_levels_and_the_rest_of_the_member(read: Callable) -> None:
    up = feature("lane", "LineString", [at(0, 0), at(20, 0)], id="up", level="F2")
    text = collection(
        LOCKER,
        WALK,
        up,
        title={"ko": "지도"},
        frame={"kind": "wgs84", "origin": list(ORIGIN)},
        levels=[{"id": "G"}, {"id": "F2", "elevation_m": 5}],
        defaults={"lane": {"kind": "indoor"}},
        doors=[{"id": "door"}],
    )
    site, problems = read(text, "map.geojson")
    assert problems == []
    assert (site.id, site.origin, site.title) == ("drawn", ORIGIN, {"ko": "지도"})
    assert site.node_by_id[site.lane_by_id["up"].start].level == "F2"
    assert site.node_by_id["locker"].level == "G"
    assert site.doors[0].id == "door"


def test_generated_nodes_keep_clear_of_named_ones(read: Callable) -> None:
    node = feature("node", "Point", at(0, 0), id="node-1")
    site, problems = read(collection(node, WALK), "map.geojson")
    assert problems == []
    assert [n.id for n in site.nodes] == ["node-1", "node-2", "node-3"]


def test_columns_that_an_editor_left_null_do_not_matter(read: Callable) -> None:
    padded = json.loads(json.dumps(WALK))
    padded["properties"] |= {"fid": None, "capacity": None}
    site, problems = read(collection(LOCKER, padded), "map.geojson")
    assert problems == []
    assert len(site.lanes) == 4


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ('{"type": "FeatureCollection"}', "", "missing-key"),
        (collection({"type": "Feature"}), "features[0]", "missing-key"),
        (
            collection(feature("lift", "Point", at(0, 0))),
            "features[0].properties.type",
            "unknown-value",
        ),
        (
            collection(feature("zone", "MultiPolygon", [])),
            "features[0].geometry.type",
            "wrong-geometry",
        ),
        (
            collection(LOCKER, feature("node", "Point", [37.5, 127.1], id="n")),
            "features[1].geometry.coordinates",
            "out-of-range",
        ),
        (
            collection(LOCKER, feature("lane", "LineString", [at(0, 0), ["x", 1]], kind="path")),
            "features[1].geometry.coordinates[1][0]",
            "not-a-number",
        ),
        (
            collection(LOCKER, feature("lane", "LineString", [at(0, 0), at(0, 0.01)], kind="path")),
            "features[1].geometry.coordinates",
            "short-path",
        ),
        (
            collection(LOCKER, feature("lane", "LineString", [at(0, 0), at(9, 0)], kind="pth")),
            "features[1].properties.kind",
            "unknown-value",
        ),
        (collection(LOCKER, LOCKER), "features[1].properties.id", "duplicate-id"),
        (
            collection(*[feature("node", "Point", at(0, 0), id="n")] * 2),
            "features[1].properties.id",
            "duplicate-id",
        ),
        (
            collection(feature("node", "Point", at(0, 0))),
            "features[0].properties",
            "missing-key",
        ),
        (
            collection(LOCKER, feature("zone", "Polygon", [[], []], id="z", kind="park")),
            "features[1].geometry.coordinates[1]",
            "bad-polygon",
        ),
        (collection(LOCKER, frame={"kind": "utm"}), "suwon_fleet.frame.kind", "unknown-value"),
        (
            collection(LOCKER, frame={"kind": "wgs84", "origin": [127.1, 37.5]}),
            "suwon_fleet.frame.origin",
            "out-of-range",
        ),
        (
            collection(LOCKER, frame={"kind": "wgs84", "origin": [0, 0]}),
            "features[0].geometry.coordinates",
            "far-away",
        ),
        (collection(LOCKER, zones=[]), "suwon_fleet.zones", "unknown-key"),
        ('{"type": "FeatureCollection", "features": []}', "", "no-nodes"),
    ],
)
def test_a_mistake_is_named_at_its_path(read: Callable, text: str, where: str, code: str) -> None:
    site, problems = read(text, "map.geojson")
    assert site is None
    assert (f"map.geojson:{where}".rstrip(":"), code) in [(p.where, p.code) for p in problems]
