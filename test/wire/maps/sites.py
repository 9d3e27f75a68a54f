# SPDX-License-Identifier: Apache-2.0
"""Random sites, and what it takes for two sites to be the same."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from suwon_fleet.core.sitemap import (
    GROUND,
    Door,
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
from suwon_fleet.wire.maps.ways import Way, lanes_of, rides

ORIGINS = (None, (37.4875, 127.1019), (-33.9, 18.4), (1.3, 103.8))
TITLES = st.dictionaries(
    st.sampled_from(["en", "ko", "zh-Hant"]),
    st.sampled_from(["Locker 1", "보관함 1", "no", "1e3", "a: b # c", "'\"", "{x}", "~", "🚚"]),
    max_size=2,
)
SPEEDS = st.sampled_from([None, 0.5, 1.8])


@st.composite
def sites(draw: st.DrawFn) -> SiteMap:
    """Sites as the loader would make them, with every kind of thing in them."""
    levels = draw(st.sampled_from([(Level(GROUND),), (Level("G", -3.5), Level("F2", 5.0))]))
    spots = draw(st.lists(_spots(), min_size=2, max_size=12, unique=True))
    on = [draw(st.sampled_from(levels)).id for _ in spots]
    named = draw(st.integers(0, len(spots)))
    ids = [f"n{index}" if index >= named else f"place-{index}" for index in range(len(spots))]
    nodes = [
        Node(node_id, *spot, level) for node_id, spot, level in zip(ids, spots, on, strict=True)
    ]
    places = [Place(node.id, node.id, draw(_kinds()), draw(TITLES)) for node in nodes[:named]]
    others = draw(st.lists(st.sampled_from(nodes), max_size=3))
    for index, node in enumerate(others):
        places.insert(
            draw(st.integers(0, len(places))),
            Place(f"on-{index}", node.id, draw(_kinds()), draw(TITLES)),
        )
    doors = draw(st.sampled_from([(), (Door("door", 2.5),)]))
    lifts = _lifts(levels, nodes) if draw(st.booleans()) else ()
    lanes = [lane for way in draw(_ways(nodes, doors)) for lane in lanes_of(way)]
    return SiteMap(
        draw(st.sampled_from(["site", "1", "no"])),
        levels,
        (*nodes[named:], *nodes[:named]) if named else tuple(nodes),
        (*lanes, *(lane for lift in lifts for lane in rides(lift))),
        _with_nodes_in_order(places, nodes[:named]),
        tuple(draw(st.lists(_zones(levels), max_size=3, unique_by=lambda zone: zone.id))),
        doors,
        lifts,
        draw(st.sampled_from(ORIGINS)),
        draw(TITLES),
    )


def _with_nodes_in_order(places: list[Place], nodes: list[Node]) -> tuple[Place, ...]:
    """Places that own nodes stay in the order of these."""
    own = [place.id for place in places if place.node == place.id]
    assert own == [node.id for node in nodes]
    return tuple(places)


def _spots() -> st.SearchStrategy[tuple[float, float]]:
    whole = st.integers(-300, 300)
    return st.tuples(whole, whole).map(lambda spot: (spot[0] / 3.0, spot[1] / 7.0))


def _kinds() -> st.SearchStrategy[frozenset[PlaceKind]]:
    return st.frozensets(st.sampled_from(PlaceKind), min_size=1)


def _lifts(levels: tuple[Level, ...], nodes: list[Node]) -> tuple[Lift, ...]:
    cabins = {}
    for level in levels:
        found = [node.id for node in nodes if node.level == level.id]
        if found:
            cabins[level.id] = found[0]
    return (Lift("lift", cabins, 6.5, 3.0),)


@st.composite
def _ways(draw: st.DrawFn, nodes: list[Node], doors: tuple[Door, ...]) -> list[Way]:
    ways = []
    for index in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from([LaneKind.SIDEWALK, LaneKind.RAMP, LaneKind.STAIRS]))
        near = nodes if kind is not LaneKind.SIDEWALK else _of_one_level(draw, nodes)
        path = draw(st.lists(st.sampled_from([n.id for n in near]), min_size=2, max_size=5))
        path = [node for node, before in zip(path, [None, *path], strict=False) if node != before]
        if len(path) >= 2:
            way = Way(
                draw(st.sampled_from([f"w{index}", f"w{index}.1", f"w{index}.1.r"])),
                tuple(path),
                kind,
                draw(st.booleans()),
                draw(st.sampled_from([None, 1.25, 3.0])),
                draw(SPEEDS),
                draw(st.sampled_from([0.0, 0.05, -0.1])),
                draw(st.sampled_from([None, *(door.id for door in doors)])),
                draw(st.sampled_from([None, "bridge"])),
            )
            ways.append(way)
    return ways


def _of_one_level(draw: st.DrawFn, nodes: list[Node]) -> list[Node]:
    level = draw(st.sampled_from(nodes)).level
    return [node for node in nodes if node.level == level]


@st.composite
def _zones(draw: st.DrawFn, levels: tuple[Level, ...]) -> Zone:
    corners = draw(st.integers(3, 6))
    radius = draw(st.sampled_from([5.0, 40.0]))
    turn = draw(st.floats(0, 6))
    angles = [turn + 2 * math.pi * index / corners for index in range(corners)]
    return Zone(
        draw(st.sampled_from(["z1", "z2", "no"])),
        draw(st.sampled_from(ZoneKind)),
        tuple((radius * math.cos(angle), radius * math.sin(angle)) for angle in angles),
        draw(st.sampled_from([None, *(level.id for level in levels)])),
        draw(st.sampled_from([None, 0, 12])),
        draw(st.booleans()),
        draw(SPEEDS),
        draw(TITLES),
        draw(st.sampled_from([None, "visitor"])),
    )


def assert_same(found: SiteMap | None, expected: SiteMap, within_m: float = 1e-3) -> None:
    """The two sites are the same, positions up to rounding."""
    assert found is not None
    for name in ("id", "levels", "lanes", "places", "doors", "lifts", "origin", "title"):
        assert getattr(found, name) == getattr(expected, name), name
    for here, there in zip(found.nodes, expected.nodes, strict=True):
        assert (here.id, here.level) == (there.id, there.level)
        assert math.dist((here.x_m, here.y_m), (there.x_m, there.y_m)) < within_m
    for mine, yours in zip(found.zones, expected.zones, strict=True):
        for name in (
            "id",
            "kind",
            "level",
            "capacity",
            "is_open",
            "speed_limit_mps",
            "title",
            "permit",
        ):
            assert getattr(mine, name) == getattr(yours, name), name
        for here_xy, there_xy in zip(mine.polygon, yours.polygon, strict=True):
            assert math.dist(here_xy, there_xy) < within_m
