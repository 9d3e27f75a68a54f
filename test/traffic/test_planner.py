# SPDX-License-Identifier: Apache-2.0
"""Whose wishes a plan serves: all that can be met at once, and always the most urgent that can."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic.drive import kind
from traffic.maps import grids, line, tee

from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.traffic.conflicts import find_conflicts
from suwon_fleet.traffic.planner import FEW, Planned, Planner, Wishes
from suwon_fleet.traffic.problem import NO, Graph
from suwon_fleet.traffic.roadmap import Roadmap, compile_roadmap
from suwon_fleet.traffic.routes import Routes

SMALL = kind("small")
FAR_S = 1e6


def plan(
    site: SiteMap,
    *wishes: tuple[str, str | None, float],
    standing: tuple[str, ...] = (),
    horizon_s: float = FAR_S,
    was_crowd: bool = False,
    is_hurried: bool = False,
) -> tuple[Roadmap, Planned]:
    """Plan for robots given as (front, goal, urgency), past robots that stand."""
    roadmap = compile_roadmap(site, [SMALL])
    conflicts, at = find_conflicts(roadmap), roadmap.vertex_of
    blocked = np.zeros((1, len(roadmap.edge_from)), dtype=bool)
    for name in standing:
        blocked[0] |= (roadmap.edge_from == at[name]) | (roadmap.edge_to == at[name])
    fronts, goals, urgencies = zip(*wishes, strict=True)
    return roadmap, Planner(roadmap, Graph.of(roadmap, conflicts)).plan(
        Wishes(
            slot=np.arange(len(wishes), dtype=np.int32),
            kind=np.zeros(len(wishes), dtype=np.int32),
            front=np.array([at[front] for front in fronts], dtype=np.int32),
            goal=np.array([NO if goal is None else at[goal] for goal in goals], dtype=np.int32),
            urgency=np.array(urgencies),
            ready_s=np.zeros(len(wishes)),
            starving=np.zeros(len(wishes), dtype=np.bool_),
            standing=np.zeros(len(wishes), dtype=np.bool_),
        ),
        routes=Routes(roadmap),
        blocked=blocked,
        room=np.zeros(0, dtype=np.int32),
        horizon_s=horizon_s,
        left=np.empty((0, 2), dtype=np.int32),
        was_crowd=was_crowd,
        is_hurried=is_hurried,
    )


def ways(roadmap: Roadmap, planned: Planned) -> dict[int, list[str]]:
    """The vertices each robot is led through, by slot."""
    ptr, edges = planned.plan.ptr, planned.plan.edges
    return {
        slot: [roadmap.vertex_names[roadmap.edge_to[e]] for e in edges[ptr[i] : ptr[i + 1]]]
        for i, slot in enumerate(planned.slots.tolist())
    }


def test_all_are_served_when_they_can_be() -> None:
    roadmap, planned = plan(tee(), ("a", "c", 1.0), ("c", "a", 1.0))
    assert not planned.put_off
    assert not planned.no_way
    assert {"c", "a"} <= {way[-1] for way in ways(roadmap, planned).values()}


def test_of_two_that_cannot_both_be_served_the_urgent_one_is() -> None:
    roadmap, planned = plan(line(3), ("n0", "n1", 1.0), ("n2", "n1", 2.0))
    assert planned.put_off == {0}
    assert ways(roadmap, planned)[1] == ["n1"]


def test_of_robots_that_queue_for_a_place_the_first_in_line_is_served() -> None:
    roadmap, planned = plan(line(4), ("n0", "n3", 1.2), ("n1", "n3", 1.0))
    assert planned.put_off == {0}
    assert ways(roadmap, planned)[1] == ["n2", "n3"]


def test_a_robot_that_has_waited_long_goes_before_one_that_is_nearer() -> None:
    roadmap, planned = plan(tee(), ("a", "d", 9.0), ("b", "d", 1.0))
    assert planned.put_off == {1}
    assert ways(roadmap, planned)[0] == ["b", "d"]


def test_a_robot_that_stands_in_the_only_way_is_named() -> None:
    roadmap, planned = plan(line(3), ("n0", "n2", 1.0), standing=("n1",))
    edge = planned.no_way[0]
    assert roadmap.vertex_names[roadmap.edge_to[edge]] == "n1"
    assert not planned.put_off


def test_a_plan_goes_no_further_than_its_horizon() -> None:
    roadmap, planned = plan(line(12), ("n0", "n11", 1.0), horizon_s=5.0)
    served_s = 2.4 * len(ways(roadmap, planned)[0])
    assert 5.0 <= served_s <= 5.0 + 2 * 2.4


@given(grids(most=7, least=3), st.data())
@settings(max_examples=60, deadline=None)
def test_the_most_urgent_is_served_if_it_could_be_alone(site: SiteMap, data: st.DataObject) -> None:
    names = [node.id for node in site.nodes]
    starts = data.draw(st.permutations(names))[: data.draw(st.integers(1, 4))]
    wishes = [
        (start, goal, data.draw(st.sampled_from([1.0, 2.0, 3.0])))
        for start, goal in zip(starts, data.draw(st.permutations(names)), strict=False)
    ]
    _, planned = plan(site, *wishes)
    first = min(range(len(wishes)), key=lambda slot: (-wishes[slot][2], slot))
    alone = [
        (start, goal if slot == first else None, urgency)
        for slot, (start, goal, urgency) in enumerate(wishes)
    ]
    _, by_itself = plan(site, *alone)
    if first in planned.put_off:
        assert first in by_itself.put_off


@given(grids(most=7, least=3), st.data())
@settings(max_examples=20, deadline=None)
def test_the_same_wishes_get_the_same_plan(site: SiteMap, data: st.DataObject) -> None:
    names = [node.id for node in site.nodes]
    starts = data.draw(st.permutations(names))[:3]
    wishes = [(start, data.draw(st.sampled_from(names)), 1.0) for start in starts]
    one, other = (plan(site, *wishes)[1] for _ in range(2))
    assert one.plan.edges.tolist() == other.plan.edges.tolist()
    assert one.put_off == other.put_off


@pytest.mark.parametrize("was_crowd", [False, True])
@pytest.mark.parametrize("is_hurried", [False, True])
def test_in_a_hurry_a_crowd_is_planned_for_as_one(*, was_crowd: bool, is_hurried: bool) -> None:
    wishes = [(f"n{3 * number}", f"n{3 * number + 1}", 1.0) for number in range(FEW + 1)]
    for count in (FEW, FEW + 1):
        site = line(3 * count)
        _, planned = plan(site, *wishes[:count], was_crowd=was_crowd, is_hurried=is_hurried)
        assert planned.is_crowd == (was_crowd and is_hurried and count > FEW)
        assert len(np.unique(planned.moves[:, 0])) == count


def test_only_what_stands_on_the_quickest_way_sends_a_robot_round() -> None:
    roadmap, planned = plan(tee(), ("a", "b", 1.0), ("c", "d", 1.0), standing=("d",))
    assert set(planned.no_way) == {1}
    assert ways(roadmap, planned)[0] == ["b"]
