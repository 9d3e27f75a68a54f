# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools

import numpy as np
import pytest

from suwon_fleet.bench import packages
from suwon_fleet.bench.dispatch import run, solvers
from suwon_fleet.bench.dispatch.burst import Burst
from suwon_fleet.bench.dispatch.instance import Instance, judge
from suwon_fleet.bench.dispatch.peers import (
    cheapest_insertion,
    first_come,
    hungarian_rounds,
)
from suwon_fleet.bench.figure import Options
from suwon_fleet.bench.measure import Stopwatch

WAYS = [first_come, hungarian_rounds, cheapest_insertion]


def test_the_instance_others_have_published() -> None:
    """Theirs are 1591, 1275 and 1157; they round ways down to metres."""
    instance = Instance.random(200, 600, 0)
    assert judge(instance, first_come(instance)).mean_s == pytest.approx(1591, abs=2)
    assert judge(instance, hungarian_rounds(instance)).mean_s == pytest.approx(1275, abs=2)
    assert instance.bound_s() == pytest.approx(1157, abs=2)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("way", WAYS)
def test_peers_do_every_job_once_and_beat_no_bound(way: object, seed: int) -> None:
    instance = Instance.random(5, 17, seed)
    outcome = judge(instance, way(instance))  # type: ignore[operator]
    assert instance.bound_s() <= outcome.mean_s <= outcome.p95_s


def test_what_is_no_plan_is_not_judged() -> None:
    instance = Instance.random(2, 2, 0)
    for plan in ([[0], []], [[0, 1], [1]]):
        with pytest.raises(ValueError, match="not a plan"):
            judge(instance, plan)


def test_the_bound_is_below_the_best_of_all_plans() -> None:
    instance = Instance.random(2, 4, 1)
    plans = (
        [list(order[:cut]), list(order[cut:])]
        for order in itertools.permutations(range(4))
        for cut in range(5)
    )
    best_s = min(judge(instance, plan).mean_s for plan in plans)
    assert instance.bound_s() <= best_s
    insertion_s = judge(instance, cheapest_insertion(instance)).mean_s
    assert best_s <= insertion_s


def test_insertion_takes_the_place_that_adds_least() -> None:
    """The third job lies on the way of the first, before the second."""
    points = np.array([[0.0, 0.0]])
    picks = np.array([[0.0, 0.0], [500.0, 0.0], [110.0, 0.0]])
    drops = np.array([[100.0, 0.0], [900.0, 0.0], [120.0, 0.0]])
    assert cheapest_insertion(Instance(points, picks, drops)) == [[0, 2, 1]]


@pytest.mark.skipif(not packages.has("ortools"), reason="OR-tools is not installed")
def test_the_exact_peer_is_exact() -> None:
    instance = Instance.random(2, 4, 1)
    plans = (
        [list(order[:cut]), list(order[cut:])]
        for order in itertools.permutations(range(4))
        for cut in range(5)
    )
    best_s = min(judge(instance, plan).mean_s for plan in plans)
    value_s, is_proven = solvers.exact(instance, 10.0)
    assert is_proven
    assert value_s == pytest.approx(best_s, abs=0.5)


@pytest.mark.parametrize("package", ["ortools", "pyvrp"])
def test_solvers_give_plans(package: str) -> None:
    if not packages.has(package):
        pytest.skip(f"{package} is not installed")
    solve = solvers.routing if package == "ortools" else solvers.vehicle_routing
    instance = Instance.random(3, 8, 0)
    assert judge(instance, solve(instance, 0.2)).mean_s >= instance.bound_s()


def test_all_jobs_of_a_burst_have_a_robot_in_sight() -> None:
    assert len(Burst(0, 60).waits_ms(2, Stopwatch())) == 60


@pytest.mark.long
def test_the_whole_benchmark() -> None:
    figures = list(run(Options(seeds=1, quick=True)))
    assert {figure.case for figure in figures} >= {"10x10", "50x200"}
    for figure in figures:
        if figure.what == "mean completion":
            assert figure.bound is not None
            assert figure.value >= figure.bound - 1e-3
