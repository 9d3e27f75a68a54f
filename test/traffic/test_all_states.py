# SPDX-License-Identifier: Apache-2.0
"""All states that the Coordinator and its robots can come to on small graphs.

Robots make the moves they were granted in any order and as late as they like; plans are made anew at any
moment. No two robots are ever granted ground on which they might touch; whoever can get to its goal by
some order of single moves does, and where robots cannot it says so.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import chain, islice

import pytest
from traffic.model import Counts, Model, coordinator_of
from traffic.small_graphs import Placement, SmallGraph, connected, one_way, problems

ROBOTS = 4
Problem = tuple[SmallGraph, Placement, Placement]


def problems_on(graphs: Iterable[SmallGraph], most: int = ROBOTS) -> Iterator[Problem]:
    for graph in graphs:
        for robots in range(1, min(most, graph.size) + 1):
            for start, goal in problems(graph, robots):
                yield graph, start, goal


def explore_all(chosen: Iterable[Problem], *, unruly: bool) -> Counts:
    counts = Counts()
    graph, fresh = None, None
    for now, start, goal in chosen:
        if now is not graph:
            graph, fresh = now, coordinator_of(now)
        counts.add(Model(graph, start, goal, fresh, unruly).explore())
    print(counts)
    return counts


def test_up_to_three_vertices() -> None:
    counts = explore_all(problems_on(chain(*map(connected, range(1, 4)))), unruly=True)
    assert counts.problems == 1 + 4 + 28


def test_some_of_four_vertices() -> None:
    explore_all(islice(problems_on(connected(4)), 0, None, 10), unruly=True)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_four_vertices() -> None:
    explore_all(problems_on(connected(4)), unruly=True)


@pytest.mark.longest
@pytest.mark.timeout(600)
def test_five_vertices() -> None:
    explore_all(problems_on(connected(5), most=3), unruly=False)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_some_of_six_vertices() -> None:
    explore_all(sample(problems_on(connected(6), most=3), 1000), unruly=False)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_one_way_lanes_on_four_vertices() -> None:
    graphs = chain(*map(one_way, connected(4)))
    explore_all(sample(problems_on(graphs), 3000), unruly=False)


def sample(chosen: Iterable[Problem], count: int) -> list[Problem]:
    """Some of them, in their order, so that those on one graph stay together."""
    everything = list(chosen)
    return [everything[i] for i in sorted(random.Random(1).sample(range(len(everything)), count))]
