# SPDX-License-Identifier: Apache-2.0
"""Parts, loops and bridges of small graphs, against their definitions."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.core.mapgraph import MapGraph
from suwon_fleet.core.sitemap import GROUND, Lane, LaneKind, Level, Node, SiteMap

Pair = tuple[int, int]
NODES = 8


@st.composite
def lanes(draw: st.DrawFn) -> list[Pair]:
    """Lanes between some of eight nodes, one-way and two-way, in any order."""
    nodes = st.integers(0, NODES - 1)
    drawn = draw(st.lists(st.tuples(nodes, nodes, st.booleans()), max_size=16))
    ways = {(a, b): both for a, b, both in drawn if a != b}
    both_ways = {way[::-1] for way, both in ways.items() if both}
    return draw(st.permutations(sorted({*ways, *both_ways})))


def graph_of(pairs: list[Pair]) -> MapGraph:
    drawn = tuple(Lane(f"{a}-{b}", str(a), str(b), LaneKind.PATH) for a, b in pairs)
    nodes = tuple(Node(str(number), 10.0 * number, 0.0) for number in range(NODES))
    return MapGraph(SiteMap("drawn", (Level(GROUND),), nodes, drawn))


def walked(pairs: set[Pair], start: int) -> set[int]:
    """By the definition: what some walk from the start ends at."""
    found = {start}
    while more := {b for a, b in pairs if a in found} - found:
        found |= more
    return found


def joined(edges: set[frozenset[int]], start: int) -> set[int]:
    return walked({(a, b) for edge in edges for a in edge for b in edge}, start)


@settings(deadline=None)
@given(lanes())
def test_parts_loops_and_bridges_are_those_of_the_definition(pairs: list[Pair]) -> None:
    graph, edges = graph_of(pairs), {frozenset(pair) for pair in pairs}
    ends = zip(graph.edge_start.tolist(), graph.edge_end.tolist(), strict=True)
    assert {frozenset(pair) for pair in ends} == edges
    for a in range(NODES):
        assert graph.degree[a] == sum(a in edge for edge in edges)
        assert set(graph.edges_at(a).tolist()) == {
            number
            for number, pair in enumerate(zip(graph.edge_start, graph.edge_end, strict=True))
            if a in pair
        }
        for b in range(NODES):
            there, back = walked(set(pairs), a), walked(set(pairs), b)
            assert (graph.strong[a] == graph.strong[b]) == (b in there and a in back)
            stays = b in joined(edges, a) and all(b in joined(edges - {e}, a) for e in edges)
            assert (graph.loop_of[a] == graph.loop_of[b]) == stays
    for number, is_bridge in enumerate(graph.is_bridge.tolist()):
        a, b = int(graph.edge_start[number]), int(graph.edge_end[number])
        falls_apart = b not in joined(edges - {frozenset((a, b))}, a)
        assert is_bridge == falls_apart
        blind = {node for branch in graph.branches for node in branch}
        assert graph.joins_loops[number] == (falls_apart and not blind & {a, b})


def test_a_way_between_two_rings_joins_loops_and_a_spur_does_not() -> None:
    ring, other = [(0, 1), (1, 2), (2, 0)], [(4, 5), (5, 6), (6, 4)]
    graph = graph_of([*ring, (2, 4), (4, 2), *other, (6, 7), (7, 6)])
    lanes = [graph.edge_lane[edge] for edge in graph.joins_loops.nonzero()[0]]
    assert lanes == [3]
    assert graph.branches == [[7]]
    assert graph.core.sum() == 3
    assert graph.on_loop.tolist() == [True, True, True, False, True, True, True, False]


def test_some_lanes_alone_make_a_graph_of_their_own() -> None:
    whole = graph_of([(0, 1), (1, 0), (1, 2), (2, 1)])
    pairs = [(0, 1), (1, 0), (1, 2), (2, 1)]
    drawn = tuple(Lane(f"{a}-{b}", str(a), str(b), LaneKind.PATH) for a, b in pairs)
    nodes = tuple(Node(str(number), 10.0 * number, 0.0) for number in range(NODES))
    some = MapGraph(SiteMap("drawn", (Level(GROUND),), nodes, drawn), [2, 3])
    assert whole.main.sum() == 3
    assert some.main.tolist() == [False, True, True, *[False] * 5]
    assert some.edge_lane.tolist() == [2]


def test_an_empty_map_has_nothing() -> None:
    graph = MapGraph(SiteMap("empty", (Level(GROUND),), (), ()))
    assert graph.main.sum() == graph.core.sum() == len(graph.is_bridge) == 0
    assert graph.branches == graph.parts(graph.main) == []
