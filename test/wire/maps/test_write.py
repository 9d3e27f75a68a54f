# SPDX-License-Identifier: Apache-2.0
"""Sites written and read again are the same sites."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from wire.maps.sites import assert_same, sites

from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Node, Place, PlaceKind, SiteMap
from suwon_fleet.wire.maps import load_site, to_geojson, write_site


def reread(text: str, suffix: str) -> SiteMap:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"map{suffix}"
        path.write_text(text, "utf-8")
        return load_site(path)


@settings(deadline=None)
@given(sites())
def test_yaml_gives_the_same_site(site: SiteMap) -> None:
    text = write_site(site)
    again = reread(text, ".yaml")
    assert_same(again, site)
    assert write_site(again) == text


@settings(deadline=None)
@given(sites())
def test_geojson_gives_the_same_site(site: SiteMap) -> None:
    assert_same(reread(json.dumps(to_geojson(site)), ".geojson"), site)


@pytest.fixture
def site() -> SiteMap:
    nodes = (Node("n", 10.0, 0.0), Node("locker", 0.0, -0.00001))
    lanes = (
        Lane("walk", "n", "locker", LaneKind.PATH, width_m=2.0),
        Lane("walk.r", "locker", "n", LaneKind.PATH, width_m=2.0),
    )
    kinds = frozenset({PlaceKind.PICKUP, PlaceKind.DROPOFF})
    places = (Place("locker", "locker", kinds, {"ko": "보관함 1"}),)
    return SiteMap("site", (Level(GROUND),), nodes, lanes, places)


def test_yaml_is_a_line_for_each_thing_and_no_more_than_was_said(site: SiteMap) -> None:
    assert write_site(site) == (
        "format: suwon_fleet/site@1\n"
        "id: site\n"
        "frame: {kind: local}\n"
        "nodes:\n"
        "  n: [10.0, 0.0]\n"
        "places:\n"
        "- {id: locker, at: [0.0, 0.0], kinds: [dropoff, pickup], title: {ko: 보관함 1}}\n"
        "lanes:\n"
        "- {id: walk, path: [n, locker], kind: path, width_m: 2.0}\n"
    )


def test_geojson_puts_a_local_map_at_zero_and_says_so(site: SiteMap) -> None:
    collection = to_geojson(site)
    assert collection["type"] == "FeatureCollection"
    assert collection["suwon_fleet"]["frame"] == {"kind": "local"}
    node, locker, walk = collection["features"]
    longitude, latitude = node["geometry"]["coordinates"]
    assert longitude == pytest.approx(10.0 / 111_320, rel=1e-3)
    assert latitude == 0.0
    assert locker["properties"]["type"] == "place"
    assert walk["geometry"]["coordinates"] == [
        node["geometry"]["coordinates"],
        locker["geometry"]["coordinates"],
    ]
