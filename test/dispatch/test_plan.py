# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools

import numpy as np
import pytest
from dispatch.squares import mixed, plain

from suwon_fleet.dispatch.cells import cells_of
from suwon_fleet.dispatch.nearest import predecessors
from suwon_fleet.dispatch.plan import make_plan
from suwon_fleet.dispatch.problem import LATE_WEIGHT, NO, SWITCH_S, Problem
from suwon_fleet.dispatch.queues import Queues, reckon
from suwon_fleet.dispatch.rounds import deal
from suwon_fleet.dispatch.search import moves

SEEDS = range(8)


def plan_of(problem: Problem, count: int = 20_000, whole: int = 500) -> list[list[int]]:
    return make_plan(problem, spent=moves(count), whole=whole).lists()


def judge(problem: Problem, plan: list[list[int]]) -> tuple[float, list[float]]:
    """What a plan comes to and when jobs end, reckoned without a kernel."""
    total, ends_s = 0.0, [np.inf] * len(problem.jobs)
    for robot, queue in enumerate(plan):
        start = problem.robots[robot]
        at_s, soc, before = float(start["free_s"]), float(start["soc"]), NO
        kind, home_s = problem.kinds[start["kind"]], float(start["home_s"])
        for job in queue:
            facts, work = problem.jobs[job], problem.work[start["kind"], job]
            way_s = float(problem.first_s[robot, job])
            assert np.isfinite(way_s), "it cannot do this"
            if before != NO:
                last = problem.jobs[before]["last"]
                way_s = float(problem.hop_s[start["kind"], last, facts["origin"]])
            drive_s = way_s + work["drive_s"]
            used = drive_s * kind["moving"] + facts["action_s"] * kind["standing"]
            if soc - used - work["back_s"] * kind["moving"] < kind["reserve"] - 1e-12:
                at_s += 2 * home_s + (kind["full"] - soc) * kind["refill_s"]
                soc = kind["full"]
            soc -= used
            at_s += drive_s + facts["action_s"]
            stays = facts["holder"] in (NO, robot) and (facts["holder"] == NO or before == NO)
            late_s = max(0.0, at_s - facts["slack_s"])
            switch_s = 0.0 if stays else SWITCH_S
            total += facts["weight"] * (at_s + LATE_WEIGHT * late_s + switch_s)
            total += problem.empty_weight * way_s
            ends_s[job], before, home_s = at_s, job, float(work["back_s"])
    return total, ends_s


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_is_what_it_says(seed: int) -> None:
    problem = mixed(6, 20, seed)
    queues = make_plan(problem, spent=moves(20_000))
    plan = queues.lists()
    assert sorted(itertools.chain(*plan)) == list(range(20))
    total, ends_s = judge(problem, plan)
    assert queues.slots["end_s"] == pytest.approx(ends_s)
    parts = reckon(problem, queues)
    assert parts.total == pytest.approx(total)
    assert parts.completion_s == pytest.approx(np.mean(ends_s))


@pytest.mark.parametrize("seed", SEEDS)
def test_searching_longer_is_never_worse_than_the_rounds(seed: int) -> None:
    problem = mixed(5, 15, seed)
    totals = [judge(problem, plan_of(problem, count))[0] for count in (0, 1, 50_000)]
    assert totals[1] <= totals[0] + 1e-6
    assert totals[2] <= totals[0] + 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_small_ones_are_solved(seed: int) -> None:
    """Two robots, four jobs: no order of all is better."""
    problem = mixed(2, 4, seed)
    best = np.inf
    for order in itertools.permutations(range(4)):
        for cut in range(5):
            plan = [list(order[:cut]), list(order[cut:])]
            if all(np.isfinite(problem.first_s[r, j]) for r in (0, 1) for j in plan[r]):
                best = min(best, judge(problem, plan)[0])
    if not np.isinf(best):
        assert judge(problem, plan_of(problem, 100_000))[0] == pytest.approx(best)


@pytest.mark.parametrize("seed", SEEDS)
def test_jobs_that_take_no_time_and_end_together_keep_their_order(seed: int) -> None:
    problem = mixed(3, 12, seed)
    spent_s = (problem.jobs["action_s"], problem.work["drive_s"], problem.robots["free_s"])
    for times in (*spent_s, problem.hop_s, problem.first_s):
        times[:] = 0.0
    problem.jobs["holder"], problem.jobs["weight"] = NO, 1.0
    queues = make_plan(problem, spent=moves(20_000))
    assert sorted(itertools.chain(*queues.lists())) == list(range(12))
    total, _ = judge(problem, queues.lists())
    assert reckon(problem, queues).total == pytest.approx(total)


def test_the_same_problem_has_the_same_plan() -> None:
    assert plan_of(mixed(8, 30, 1)) == plan_of(mixed(8, 30, 1))


def test_jobs_nobody_can_do_are_left_out() -> None:
    problem = mixed(3, 6, 1)
    problem.first_s[:, 2] = np.inf
    plan = plan_of(problem)
    assert sorted(itertools.chain(*plan)) == [0, 1, 3, 4, 5]


def test_a_round_is_the_cheapest_matching() -> None:
    problem = plain(4, 4, 0)
    queues = Queues.empty(4, 4)
    deal(problem, queues, np.arange(4), np.arange(4))
    best = min(
        judge(problem, [[job] for job in order])[0] for order in itertools.permutations(range(4))
    )
    assert judge(problem, queues.lists())[0] == pytest.approx(best)


def test_predecessors_are_the_nearest() -> None:
    problem = plain(5, 12, 0)
    near = predecessors(problem, 6)
    for job in range(12):
        ways = {-1 - robot: problem.first_s[robot, job] for robot in range(5)}
        ways |= {other: problem.hop_s[0, other, job] for other in range(12) if other != job}
        assert near[job].tolist() == sorted(ways, key=lambda one: ways[one])[:6]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("places", [1, 3, 25])
def test_predecessors_among_jobs_that_share_places(places: int, seed: int) -> None:
    """Two kinds of robots, of which the second cannot do all jobs."""
    problem = mixed(5, 40, seed)
    for end in ("last", "origin"):
        problem.jobs[end] = np.random.default_rng(seed).integers(0, places, 40)
    near = predecessors(problem, 12)
    able = np.isfinite(problem.first_s)
    fit = [able[problem.robots["kind"] == kind].any(axis=0) for kind in range(2)]
    for job, found in enumerate(near.tolist()):
        ways = {-1 - robot: float(problem.first_s[robot, job]) for robot in range(5)}
        for other in set(range(40)) - {job}:
            hops = problem.hop_s[:, problem.jobs["last"][other], problem.jobs["origin"][job]]
            both = [hops[kind] for kind in range(2) if fit[kind][job] and fit[kind][other]]
            ways[other] = min(map(float, both), default=np.inf)
        assert len(set(found)) == 12
        assert [ways[one] for one in found] == sorted(ways.values())[:12]


@pytest.mark.parametrize("make", [plain, mixed])
def test_cells_hold_everything_once(make: object) -> None:
    problem = make(700, 1000, 3)  # type: ignore[operator]
    cells = list(cells_of(problem))
    robots = np.concatenate([robots for robots, _ in cells])
    jobs = np.concatenate([jobs for _, jobs in cells])
    assert sorted(robots.tolist()) == list(range(700))
    assert sorted(jobs.tolist()) == list(range(1000))
    assert len([robots for robots, _ in cells if len(robots)]) > 2


def test_cell_by_cell_all_jobs_are_planned_nearly_as_well() -> None:
    problem = plain(600, 900, 2)
    plans = [plan_of(problem, 20_000, whole) for whole in (500, 600)]
    assert all(sorted(itertools.chain(*plan)) == list(range(900)) for plan in plans)
    by_cells, at_once = (judge(problem, plan)[0] for plan in plans)
    assert by_cells < 1.05 * at_once


def test_of_jobs_equally_near_not_all_have_the_same_before_them() -> None:
    """Jobs go from and to few places; moves must not all go to the first of them."""
    problem = plain(2, 60, 0)
    problem.jobs["last"] = problem.jobs["origin"] = 0
    near = predecessors(problem, 10)
    assert len(np.unique(near[near >= 0])) == 60
