# SPDX-License-Identifier: Apache-2.0
"""All problems on all small graphs: is there a plan when there can be, and is it good whatever the order?

Every connected graph of up to six vertices, up to four robots on it, every start and every goal (but for
those that differ in numbering only): a plan is found if and only if robots can do it by single moves;
and carried out in every order its waits allow, robots as late as they like, no two are ever granted
ground on which they might touch, and the plan is always finished.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import chain

import pytest
from traffic.plans import Bench, Tally
from traffic.small_graphs import SmallGraph, connected, one_way, problems

ROBOTS = 4


def check_all(graphs: Iterable[SmallGraph]) -> Tally:
    tally = Tally()
    for graph in graphs:
        bench = Bench(graph)
        tally.graphs += 1
        for robots in range(1, min(ROBOTS, graph.size) + 1):
            for start, goal in problems(graph, robots):
                bench.check(start, goal, tally)
    print(tally)
    return tally


def test_as_many_graphs_as_there_are() -> None:
    """Known numbers: OEIS A001349 (connected graphs), A035512 (strong digraphs) without two-way ones."""
    assert [len(connected(size)) for size in range(1, 6)] == [1, 1, 2, 6, 21]
    two_vertices, three = ([*chain(*map(one_way, connected(size)))] for size in (2, 3))
    assert (len(two_vertices), len(three)) == (0, 5 - 2)


def test_up_to_four_vertices() -> None:
    tally = check_all(chain(*map(connected, range(1, 5))))
    assert (tally.graphs, tally.problems) == (10, 429)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("size", "graphs"), [(5, 21), pytest.param(6, 112, marks=pytest.mark.longest)]
)
def test_five_and_six_vertices(size: int, graphs: int) -> None:
    assert check_all(connected(size)).graphs == graphs


@pytest.mark.long
@pytest.mark.timeout(600)
def test_one_way_lanes_on_four_vertices() -> None:
    check_all(chain(*map(one_way, connected(4))))


@pytest.mark.longest
@pytest.mark.timeout(600)
def test_some_one_way_lanes_on_five_vertices() -> None:
    graphs = [graph for whole in connected(5) for graph in one_way(whole)]
    check_all(random.Random(1).sample(graphs, 40))
