# SPDX-License-Identifier: Apache-2.0
"""Travel times: those of scipy's Dijkstra, over the edges now open."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic.drive import kind, site_of
from traffic.maps import grids

from suwon_fleet.core.sitemap import SiteMap, Zone, ZoneKind
from suwon_fleet.traffic.roadmap import Roadmap, compile_roadmap
from suwon_fleet.traffic.routes import LEAST_DETOURS, Routes

SMALL = kind("small")


def oracle(roadmap: Roadmap, goal: int, is_open: np.ndarray) -> np.ndarray:
    size = roadmap.vertex_count
    edges = np.flatnonzero(is_open)
    ends = (roadmap.edge_to[edges], roadmap.edge_from[edges])
    matrix = scipy.sparse.csr_matrix((roadmap.edge_time[0, edges], ends), shape=(size, size))
    return np.asarray(scipy.sparse.csgraph.dijkstra(matrix, indices=goal))


@given(grids(most=12), st.data())
@settings(max_examples=60, deadline=None)
def test_rows_are_shortest_times(site: SiteMap, data: st.DataObject) -> None:
    roadmap = compile_roadmap(site, [SMALL])
    routes = Routes(roadmap)
    goal = data.draw(st.integers(0, roadmap.vertex_count - 1))
    is_open = np.array(
        data.draw(
            st.lists(
                st.booleans(), min_size=len(roadmap.edge_from), max_size=len(roadmap.edge_from)
            )
        ),
        dtype=bool,
    )
    everything = np.ones_like(is_open)
    assert routes.table[routes.to(0, goal)] == pytest.approx(
        oracle(roadmap, goal, everything), rel=1e-6
    )
    avoiding = routes.table[routes.avoiding(0, goal, is_open, is_open.tobytes())]
    assert avoiding == pytest.approx(oracle(roadmap, goal, is_open), rel=1e-6)


def test_a_closed_zone_may_be_left_and_not_entered() -> None:
    zone = Zone("hall", ZoneKind.HALL, ((2.0, -1.0), (3.0, -1.0), (3.0, 1.0), (2.0, 1.0)))
    points = {"a": (0.0, 0.0), "b": (2.4, 0.0), "c": (4.8, 0.0)}
    site = site_of(points, [("a", "b"), ("b", "c")], zones=(zone,))
    roadmap = compile_roadmap(site, [SMALL])
    routes = Routes(roadmap)
    a, b, c = (roadmap.vertex_of[name] for name in "abc")
    assert np.isfinite(routes.seconds(0, a, c))
    routes.close_zones(frozenset({0}))
    assert np.isinf(routes.seconds(0, a, c))
    assert np.isfinite(routes.seconds(0, b, c))
    routes.close_zones(frozenset())
    assert np.isfinite(routes.seconds(0, a, c))


def test_a_kind_that_may_not_use_a_lane_has_no_way() -> None:
    site = site_of({"a": (0.0, 0.0), "b": (2.4, 0.0)}, [("a", "b")])
    wide = kind("wide", radius_m=0.9)
    narrow = tuple(
        type(lane)(lane.id, lane.start, lane.end, lane.kind, width_m=1.0) for lane in site.lanes
    )
    roadmap = compile_roadmap(SiteMap("test", site.levels, site.nodes, narrow), [SMALL, wide])
    routes = Routes(roadmap)
    assert np.isfinite(routes.seconds(0, 0, 1))
    assert np.isinf(routes.seconds(1, 0, 1))


def test_rows_that_were_prepared_are_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    roadmap = compile_roadmap(site_of({"a": (0.0, 0.0), "b": (2.4, 0.0)}, [("a", "b")]), [SMALL])
    routes, b = Routes(roadmap), roadmap.vertex_of["b"]
    routes.prepare([b])
    monkeypatch.delattr(Routes, "_find_row")
    assert routes.row(0, b)[b] == 0.0
    with pytest.raises(AttributeError):
        routes.row(0, roadmap.vertex_of["a"])


def test_as_many_rows_past_obstacles_are_kept_as_robots_need() -> None:
    points = {str(number): (2.4 * number, 0.0) for number in range(40)}
    roadmap = compile_roadmap(site_of(points, list(pairwise(points))), [SMALL])
    routes, is_open = Routes(roadmap), np.ones(len(roadmap.edge_from), dtype=bool)
    home = routes.row(0, 0)
    for tag in range(1_000):
        routes.avoiding(0, 39, is_open, tag)
    numbers = {routes.avoiding(0, goal, is_open, "last") for goal in range(40)}
    assert len(numbers) == LEAST_DETOURS
    routes.keep(40)
    numbers = {routes.avoiding(0, goal, is_open, "more") for goal in range(40)}
    assert len(numbers) == 40
    assert all(routes.avoiding(0, goal, is_open, "more") in numbers for goal in range(40))
    assert np.array_equal(routes.row(0, 0), home)


def test_times_between_many_places_are_those_of_each_pair() -> None:
    points = {str(number): (2.4 * number, 0.0) for number in range(80)}
    roadmap = compile_roadmap(site_of(points, list(pairwise(points))), [SMALL])
    routes, starts = Routes(roadmap), np.array([70, 3, 3])
    table = routes.between(0, starts, range(80))
    assert table.tolist() == [[routes.seconds(0, s, g) for g in range(80)] for s in starts]
