# SPDX-License-Identifier: Apache-2.0
"""Ownership of ground: nothing is owned twice, whatever is asked."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic.drive import kind, site_of
from traffic.maps import grids, line

from suwon_fleet.core.errors import Broken
from suwon_fleet.core.sitemap import SiteMap, Zone, ZoneKind
from suwon_fleet.traffic.conflicts import find_conflicts
from suwon_fleet.traffic.ledger import Ledger
from suwon_fleet.traffic.problem import Graph
from suwon_fleet.traffic.roadmap import Roadmap, compile_roadmap

SMALL, LARGE = kind("small"), kind("large", radius_m=0.9)


def ledger_of(site: SiteMap) -> tuple[Roadmap, Ledger]:
    roadmap = compile_roadmap(site, [SMALL, LARGE])
    return roadmap, Ledger(roadmap, Graph.of(roadmap, find_conflicts(roadmap)))


def no_ground_is_shared(roadmap: Roadmap, ledger: Ledger) -> bool:
    """By distances alone: no disc anywhere on one robot's ground can touch one on another's."""
    import shapely

    shapes = []
    for slot in ledger.slots:
        points = roadmap.xy[ledger.vertices(slot)]
        way = shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0])
        shapes.append((way, roadmap.kinds[ledger.held.kind[slot]].radius_m))
    return all(
        one.distance(other) >= a + b for (one, a), (other, b) in itertools.combinations(shapes, 2)
    )


@given(grids(most=8, least=4), st.data())
@settings(max_examples=80, deadline=None)
def test_whatever_is_asked_no_ground_is_shared(site: SiteMap, data: st.DataObject) -> None:
    roadmap, ledger = ledger_of(site)
    for _ in range(data.draw(st.integers(1, 40))):
        slot = data.draw(st.integers(0, 3))
        try:
            match data.draw(st.sampled_from(["place", "extend", "extend", "release", "remove"])):
                case "place" if slot not in ledger.slots:
                    vertex = data.draw(st.integers(0, roadmap.vertex_count - 1))
                    ledger.place(slot, slot % 2, [vertex], 0)
                case "extend" if slot in ledger.slots:
                    ledger.extend(slot, data.draw(st.integers(0, len(roadmap.edge_from) - 1)))
                case "release" if slot in ledger.slots:
                    ledger.release(slot, data.draw(st.integers(0, 12)))
                case "remove" if slot in ledger.slots:
                    ledger.remove(slot)
        except Broken:
            pass
        assert no_ground_is_shared(roadmap, ledger)
    for slot in ledger.slots:
        ledger.remove(slot)
    for vertex in range(roadmap.vertex_count):
        assert ledger.blocker(-1, 1, vertex) is None, "freed ground is free"


def test_a_robot_always_keeps_where_it_stands() -> None:
    roadmap, ledger = ledger_of(line(3))
    ledger.place(0, 0, [0], 0)
    ledger.extend(0, roadmap.edge_between[0, 1])
    assert ledger.release(0, 99) == 1
    assert ledger.vertices(0) == [1]
    assert ledger.release(0, 99) == 0


def test_ground_a_path_crosses_twice_is_freed_with_its_last_use() -> None:
    roadmap, ledger = ledger_of(line(3))
    ledger.place(0, 0, [0], 0)
    for pair in [(0, 1), (1, 0), (0, 1), (1, 2)]:
        ledger.extend(0, roadmap.edge_between[pair])
    ledger.release(0, 2)
    assert ledger.blocker(1, 0, 0) == 0
    ledger.release(0, 4)
    assert ledger.blocker(1, 0, 0) is None


def test_a_grant_must_go_on_from_the_front() -> None:
    roadmap, ledger = ledger_of(line(3))
    ledger.place(0, 0, [0], 0)
    with pytest.raises(Broken, match="cannot continue"):
        ledger.extend(0, roadmap.edge_between[1, 2])


def test_zones_count_robots_that_own_ground_in_them() -> None:
    area = ((2.0, -1.0), (3.0, -1.0), (3.0, 1.0), (2.0, 1.0))
    points = {"a": (0.0, 0.0), "b": (2.4, 0.0), "c": (4.8, 0.0)}
    site = site_of(points, [("a", "b"), ("b", "c")], zones=(Zone("z", ZoneKind.HALL, area),))
    roadmap, ledger = ledger_of(site)
    ledger.place(0, 0, [0], 0)
    assert ledger.held.inside.tolist() == [0]
    ledger.extend(0, roadmap.edge_between[0, 1])
    assert ledger.held.inside.tolist() == [1]
    ledger.extend(0, roadmap.edge_between[1, 2])
    ledger.release(0, 1)
    assert ledger.held.inside.tolist() == [1]
    ledger.release(0, 2)
    assert ledger.held.inside.tolist() == [0]


def test_blocked_edges_are_those_that_meet_a_standing_robot() -> None:
    roadmap, ledger = ledger_of(line(4))
    ledger.place(0, 0, [1], 0)
    blocked = ledger.blocked_edges(np.array([0], dtype=np.int32))[0]
    ends = [{int(a), int(b)} for a, b in zip(roadmap.edge_from, roadmap.edge_to, strict=True)]
    assert np.array_equal(blocked, [1 in pair for pair in ends])


def test_the_first_robot_that_cannot_move_is_an_obstacle() -> None:
    roadmap, ledger = ledger_of(line(4))
    for slot, vertex in enumerate((0, 2, 3)):
        ledger.place(slot, 0, [vertex], 0)
    into = roadmap.edge_between[1, 2]
    mobile = np.ones(len(ledger.held.kind), dtype=np.bool_)
    assert ledger.obstacle(0, into, mobile) is None
    mobile[1:] = False
    assert ledger.obstacle(0, into, mobile) == 1
    assert ledger.obstacle(0, roadmap.edge_between[0, 1], mobile) is None
    assert ledger.obstacle(1, into, mobile) is None, "no robot is in its own way"
