# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.engine.small import COURIER, HELPER
from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.core.dispatch import Decision, Errand, Worker
from suwon_fleet.dispatch import Hungarian
from suwon_fleet.dispatch.hungarian import LATE_WEIGHT, PRIORITY_S, SHOWN

SECONDS = st.sampled_from([5.0, 10.0, 60.0, 61.0, 300.0, 900.0, math.inf])


@dataclass
class Round:
    """One round of dispatch: jobs, robots, and the seconds from each robot to each job."""

    errands: list[Errand]
    workers: list[Worker]
    seconds: list[list[float]]

    def travel_s(self, kind: str, start: str, goal: str) -> float:
        if start == goal:
            return 0.0
        return self.seconds[int(start[1:])][int(goal[1:])]

    def assign(self) -> list[Decision]:
        return Hungarian().assign(self.errands, self.workers, self.travel_s)

    def cost_s(self, errand: Errand, worker: Worker) -> float:
        """What dispatch compares, reckoned anew; infinite where a robot cannot."""
        told = Hungarian().weigh(errand, worker, self.travel_s)
        if told.cost_s is None:
            return math.inf
        return told.cost_s + LATE_WEIGHT * max(0.0, told.cost_s - errand.slack_s)

    def total(self, chosen: dict[str, str]) -> float:
        """What an assignment of jobs to robots costs in all; a job that waits costs as its best."""
        total = 0.0
        for errand in self.errands:
            costs = {w.robot_id: self.cost_s(errand, w) for w in self.workers}
            if errand.job_id in chosen:
                worth = errand.priority * PRIORITY_S + errand.waited_s
                total += costs[chosen[errand.job_id]] - worth
            elif not math.isinf(best := min(costs.values())):
                total += best
        return total


@st.composite
def rounds(draw: st.DrawFn, most: int = 6) -> Round:
    jobs, robots = draw(st.integers(1, most)), draw(st.integers(1, most))
    errands = [
        Errand(
            f"job-{number}",
            (f"j{number}",),
            draw(st.sampled_from([0.0, 30.0])),
            draw(st.sampled_from(["deliver", "go_to", "manipulate"])),
            draw(st.sampled_from([0.0, 4.0])),
            draw(st.integers(0, 3)),
            draw(st.sampled_from([0.0, 7.0, 1000.0])),
            draw(st.sampled_from([math.inf, 50.0, -10.0])),
            draw(st.sampled_from(["", "", "", "r0"])),
        )
        for number in range(jobs)
    ]
    workers = [
        Worker(
            f"r{number}",
            draw(st.sampled_from([COURIER, HELPER])),
            f"v{number}",
            draw(st.sampled_from([0.0, 20.0])),
            draw(st.sampled_from([0.9, 0.5, 0.1])),
        )
        for number in range(robots)
    ]
    seconds = [[draw(SECONDS) for _ in range(jobs)] for _ in range(robots)]
    return Round(errands, workers, seconds)


def chosen_of(decisions: Sequence[Decision]) -> dict[str, str]:
    return {decision.job_id: decision.robot_id for decision in decisions}


@given(rounds())
def test_at_most_one_job_each_and_only_to_those_who_can(now: Round) -> None:
    decisions = now.assign()
    assert len({d.job_id for d in decisions}) == len(decisions)
    assert len({d.robot_id for d in decisions}) == len(decisions)
    errands = {errand.job_id: errand for errand in now.errands}
    workers = {worker.robot_id: worker for worker in now.workers}
    for decision in decisions:
        errand, worker = errands[decision.job_id], workers[decision.robot_id]
        assert not math.isinf(now.cost_s(errand, worker))
        assert errand.needs in worker.kind.capabilities
        assert errand.payload_kg <= worker.kind.payload_kg
        assert errand.robot_id in ("", worker.robot_id)


@given(rounds())
def test_never_worse_than_giving_each_in_turn_its_best(now: Round) -> None:
    greedy: dict[str, str] = {}
    for errand in sorted(now.errands, key=lambda e: -(e.priority * PRIORITY_S + e.waited_s)):
        free = [w for w in now.workers if w.robot_id not in greedy.values()]
        able = [w for w in free if not math.isinf(now.cost_s(errand, w))]
        if able:
            greedy[errand.job_id] = min(able, key=lambda w: now.cost_s(errand, w)).robot_id
    assert now.total(chosen_of(now.assign())) <= now.total(greedy) + 1e-6


@given(rounds(most=3))
def test_no_assignment_at_all_is_better(now: Round) -> None:
    best = math.inf
    slots = [worker.robot_id for worker in now.workers] + [""] * len(now.errands)
    for order in set(itertools.permutations(slots, len(now.errands))):
        chosen = {e.job_id: robot for e, robot in zip(now.errands, order, strict=True) if robot}
        best = min(best, now.total(chosen))
    assert now.total(chosen_of(now.assign())) <= best + 1e-6


@given(rounds())
def test_the_same_round_ends_the_same(now: Round) -> None:
    assert now.assign() == now.assign()


@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_of_robots_costs_nothing(now: Round, random: object) -> None:
    mixed = replace_workers(now, random)
    assert math.isclose(
        now.total(chosen_of(now.assign())), now.total(chosen_of(mixed.assign())), abs_tol=1e-6
    )


def replace_workers(now: Round, random: object) -> Round:
    workers = now.workers[:]
    random.shuffle(workers)  # type: ignore[attr-defined]
    return replace(now, workers=workers)


@given(rounds())
def test_decisions_tell_who_else_might_have(now: Round) -> None:
    errands = {errand.job_id: errand for errand in now.errands}
    for decision in now.assign():
        chosen, *others = decision.candidates
        assert chosen.robot_id == decision.robot_id
        assert len(decision.candidates) == min(SHOWN, len(now.workers))
        able = [c.cost_s for c in others if c.cost_s is not None]
        assert able == sorted(able)
        cannot = [w for w in now.workers if math.isinf(now.cost_s(errands[decision.job_id], w))]
        assert decision.unable == len(cannot)
        assert all((c.refusal is None) == (c.cost_s is not None) for c in decision.candidates)
        sooner = [cost for cost in able if cost < (chosen.cost_s or 0.0)]
        assert decision.reason.code == ("best-for-all" if sooner else "soonest-done")


def errand(number: int, **more: object) -> Errand:
    base = Errand(f"job-{number}", (f"j{number}",), 0.0, "go_to", 0.0, 1, 0.0, math.inf)
    return replace(base, **more)  # type: ignore[arg-type]


def couriers(count: int) -> list[Worker]:
    return [Worker(f"r{number}", COURIER, f"v{number}", 0.0, 0.9) for number in range(count)]


def test_one_robot_yields_to_help_the_other_more() -> None:
    now = Round([errand(0), errand(1)], couriers(2), [[10.0, 20.0], [12.0, 200.0]])
    decisions = now.assign()
    assert chosen_of(decisions) == {"job-0": "r1", "job-1": "r0"}
    assert [decision.reason.code for decision in decisions] == ["best-for-all", "soonest-done"]


def test_the_urgent_job_gets_the_only_robot() -> None:
    now = Round([errand(0), errand(1, priority=3)], couriers(1), [[10.0, 500.0]])
    assert chosen_of(now.assign()) == {"job-1": "r0"}


def test_no_job_waits_for_ever() -> None:
    now = Round(
        [errand(0, priority=0, waited_s=4000.0), errand(1, priority=3)], couriers(1), [[9.0, 9.0]]
    )
    assert chosen_of(now.assign()) == {"job-0": "r0"}


def test_a_deadline_draws_a_nearer_robot() -> None:
    """Without it, both go with 100 s in all either way round."""
    seconds = [[20.0, 50.0], [50.0, 80.0]]
    late = [errand(0), errand(1, slack_s=60.0)]
    assert chosen_of(Round(late, couriers(2), seconds).assign())["job-1"] == "r0"


def test_nothing_to_decide() -> None:
    assert Round([], couriers(1), [[]]).assign() == []
    assert Round([errand(0)], [], []).assign() == []
    assert Round([errand(0)], couriers(1), [[math.inf]]).assign() == []
