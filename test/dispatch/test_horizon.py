# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from core.engine.small import COURIER, HELPER
from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.core.dispatch import Decision, Errand, Forecast, Plan, Worker
from suwon_fleet.dispatch import RollingHorizon
from suwon_fleet.dispatch.horizon import SHOWN
from suwon_fleet.dispatch.problem import SWITCH_S

SECONDS = st.sampled_from([5.0, 10.0, 60.0, 61.0, 300.0, 900.0, math.inf])


@dataclass
class Round:
    """One round of dispatch: jobs, robots, and the seconds from each vertex to each job's.

    Robots stand at vertices v0, v1, …; jobs are at j0, j1, …
    """

    errands: list[Errand]
    workers: list[Worker]
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)

    def travel_s(self, kind: str, start: str, goal: str) -> float:
        return 0.0 if start == goal else self.seconds.get((start, goal), math.inf)

    def travel_table(
        self, kind: str, starts: Sequence[str], goals: Sequence[str]
    ) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        rows = [[self.travel_s(kind, start, goal) for goal in goals] for start in starts]
        return np.array(rows, dtype=np.float32).reshape(len(starts), len(goals))

    def plan(self) -> Plan:
        return RollingHorizon().assign(self.errands, self.workers, self)

    def weigh(self, errand: Errand, worker: Worker) -> float:
        """The cost; infinite if a robot cannot."""
        told = RollingHorizon().weigh(errand, worker, self.travel_s)
        return math.inf if told.cost_s is None else told.cost_s


@st.composite
def rounds(draw: st.DrawFn, most: int = 6, seconds: st.SearchStrategy[float] = SECONDS) -> Round:
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
            draw(st.sampled_from(["", "", "", "r0", "r1"])),
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
            draw(st.sampled_from([False, False, True])),
        )
        for number in range(robots)
    ]
    starts = [f"v{number}" for number in range(robots)] + [f"j{number}" for number in range(jobs)]
    goals = [f"j{number}" for number in range(jobs)]
    ways = {(a, b): draw(seconds) for a in starts for b in goals}
    return Round(errands, workers, ways)


def errand(number: int, **more: object) -> Errand:
    base = Errand(f"job-{number}", (f"j{number}",), 0.0, "go_to", 0.0, 1, 0.0, math.inf)
    return base._replace(**more)  # type: ignore[arg-type]


def couriers(count: int) -> list[Worker]:
    return [Worker(f"r{number}", COURIER, f"v{number}", 0.0, 0.9) for number in range(count)]


def alike(jobs: int, robots: int, there_s: Sequence[Sequence[float]], between_s: float) -> Round:
    """Normal jobs and couriers; `there_s` by robot, then job."""
    seconds = {(f"v{r}", f"j{j}"): there_s[r][j] for r in range(robots) for j in range(jobs)}
    seconds |= {(f"j{a}", f"j{b}"): between_s for a in range(jobs) for b in range(jobs)}
    return Round([errand(number) for number in range(jobs)], couriers(robots), seconds)


def chosen_of(decisions: Sequence[Decision]) -> dict[str, str]:
    return {decision.job_id: decision.robot_id for decision in decisions}


@settings(deadline=None)
@given(rounds())
def test_at_most_one_job_each_and_only_to_those_who_can(now: Round) -> None:
    plan = now.plan()
    assert len({d.job_id for d in plan.decisions}) == len(plan.decisions)
    assert len({d.robot_id for d in plan.decisions}) == len(plan.decisions)
    errands = {errand.job_id: errand for errand in now.errands}
    workers = {worker.robot_id: worker for worker in now.workers}
    for decision in plan.decisions:
        errand, worker = errands[decision.job_id], workers[decision.robot_id]
        assert not math.isinf(now.weigh(errand, worker))
        assert errand.held_by != worker.robot_id
        assert not worker.is_busy


@settings(deadline=None)
@given(rounds(seconds=SECONDS.filter(math.isfinite)))
def test_every_job_that_a_robot_can_do_has_a_place_in_the_plan(now: Round) -> None:
    forecasts = {forecast.job_id: forecast for forecast in now.plan().forecasts}
    for errand in now.errands:
        if any(not math.isinf(now.weigh(errand, worker)) for worker in now.workers):
            assert errand.job_id in forecasts
    workers = {worker.robot_id: worker for worker in now.workers}
    for job_id, forecast in forecasts.items():
        errand = next(one for one in now.errands if one.job_id == job_id)
        worker = workers[forecast.robot_id]
        assert errand.needs in worker.kind.capabilities
        assert errand.payload_kg <= worker.kind.payload_kg
        assert errand.robot_id in ("", worker.robot_id)
        assert forecast.end_s >= worker.free_in_s + errand.action_s


@settings(deadline=None)
@given(rounds())
def test_a_robot_does_one_job_after_the_other(now: Round) -> None:
    queues: dict[str, list[Forecast]] = {}
    for forecast in now.plan().forecasts:
        queues.setdefault(forecast.robot_id, []).append(forecast)
    for queue in queues.values():
        first = queue[0].before
        assert first in (0, 1)
        assert [forecast.before - first for forecast in queue] == list(range(len(queue)))
        ends_s = [forecast.end_s for forecast in queue]
        assert ends_s == sorted(ends_s)


@settings(deadline=None)
@given(rounds())
def test_the_same_round_ends_the_same(now: Round) -> None:
    assert now.plan() == now.plan()


@settings(deadline=None)
@given(rounds())
def test_decisions_tell_who_else_might_have(now: Round) -> None:
    errands = {errand.job_id: errand for errand in now.errands}
    for decision in now.plan().decisions:
        chosen, *others = decision.candidates
        assert chosen.robot_id == decision.robot_id
        assert len(decision.candidates) == min(SHOWN, len(now.workers))
        able = [c.cost_s for c in others if c.cost_s is not None]
        assert able == sorted(able)
        cannot = [w for w in now.workers if math.isinf(now.weigh(errands[decision.job_id], w))]
        assert decision.unable == len(cannot)
        assert all((c.refusal is None) == (c.cost_s is not None) for c in decision.candidates)
        sooner = [cost for cost in able if cost < (chosen.cost_s or 0.0)]
        assert decision.reason.code == ("best-for-all" if sooner else "soonest-done")


def test_one_robot_yields_to_help_the_other_more() -> None:
    plan = alike(2, 2, [[10.0, 20.0], [12.0, 200.0]], 900.0).plan()
    assert chosen_of(plan.decisions) == {"job-0": "r1", "job-1": "r0"}
    codes = {decision.job_id: decision.reason.code for decision in plan.decisions}
    assert codes == {"job-0": "best-for-all", "job-1": "soonest-done"}


def test_what_does_not_go_to_a_robot_now_is_planned_for_later() -> None:
    plan = alike(3, 1, [[10.0, 20.0, 30.0]], 5.0).plan()
    assert chosen_of(plan.decisions) == {"job-0": "r0"}
    assert [(one.before, one.end_s) for one in plan.forecasts] == [(0, 10.0), (1, 15.0), (2, 20.0)]


def test_a_job_waits_for_a_robot_that_is_nearly_done_nearby() -> None:
    now = alike(1, 2, [[5.0], [300.0]], 0.0)
    now.workers[0] = now.workers[0]._replace(is_busy=True, free_in_s=60.0)
    plan = now.plan()
    assert plan.decisions == ()
    assert plan.forecasts == (Forecast("job-0", "r0", 1, 65.0),)


@pytest.mark.parametrize(("priority", "first"), [(1, "job-0"), (3, "job-1")])
def test_the_urgent_job_gets_the_only_robot(priority: int, first: str) -> None:
    now = alike(2, 1, [[100.0, 200.0]], 300.0)
    now.errands[1] = errand(1, priority=priority)
    assert chosen_of(now.plan().decisions) == {first: "r0"}


def test_no_job_waits_for_ever() -> None:
    now = alike(2, 1, [[100.0, 100.0]], 100.0)
    now.errands = [errand(0, priority=3), errand(1, priority=0)]
    assert chosen_of(now.plan().decisions) == {"job-0": "r0"}
    now.errands[1] = errand(1, priority=0, waited_s=10 * 3600.0)
    assert chosen_of(now.plan().decisions) == {"job-1": "r0"}


def test_a_deadline_draws_a_nearer_robot() -> None:
    """Without it, both go with 100 s in all either way round."""
    now = alike(2, 2, [[20.0, 50.0], [50.0, 80.0]], 900.0)
    now.errands[1] = errand(1, slack_s=60.0)
    assert chosen_of(now.plan().decisions)["job-1"] == "r0"


@pytest.mark.parametrize(("won_s", "moves"), [(SWITCH_S - 10.0, False), (SWITCH_S + 10.0, True)])
def test_a_robot_is_turned_round_only_for_more_than_that_is_worth(
    won_s: float, moves: bool
) -> None:
    now = alike(1, 2, [[100.0 + won_s], [100.0]], 0.0)
    now.errands[0] = errand(0, held_by="r0")
    assert chosen_of(now.plan().decisions) == ({"job-0": "r1"} if moves else {})


def test_a_robot_that_must_charge_first_is_not_sent() -> None:
    now = alike(1, 1, [[300.0]], 0.0)
    now.workers[0] = now.workers[0]._replace(soc=COURIER.battery.reserve_soc + 0.001)
    plan = now.plan()
    assert plan.decisions == ()
    (forecast,) = plan.forecasts
    battery = COURIER.battery
    charge_s = (0.9 - now.workers[0].soc) * battery.capacity_wh * 3600 / battery.charge_w
    assert forecast.end_s == pytest.approx(300.0 + charge_s)


def test_nothing_to_decide() -> None:
    assert Round([], couriers(1)).plan() == Plan()
    assert Round([errand(0)], []).plan() == Plan()
    assert Round([errand(0)], couriers(1)).plan() == Plan()


EXTREMES = st.sampled_from([0.0, 1e-3, 1.0, 60.0, 1e6, math.inf])


@settings(deadline=None)
@given(rounds(seconds=EXTREMES), st.data())
def test_no_number_is_too_large_or_too_small(now: Round, data: st.DataObject) -> None:
    """Deadlines long past, jobs that waited for months, robots that are empty or free in a year."""
    long_s = st.sampled_from([0.0, 1e3, 1e9])
    now.errands = [
        errand._replace(
            waited_s=data.draw(long_s),
            slack_s=data.draw(st.sampled_from([-1e9, -1.0, 0.0, 1e9, math.inf])),
            action_s=data.draw(st.sampled_from([0.0, 1e5])),
        )
        for errand in now.errands
    ]
    now.workers = [
        worker._replace(
            soc=data.draw(st.sampled_from([0.0, 0.5, 1.0])), free_in_s=data.draw(long_s)
        )
        for worker in now.workers
    ]
    plan = now.plan()
    assert all(math.isfinite(one.end_s) and one.end_s >= 0.0 for one in plan.forecasts)
    assert len({one.job_id for one in plan.forecasts}) == len(plan.forecasts)
    for decision in plan.decisions:
        assert math.isfinite(decision.candidates[0].cost_s or 0.0)


@settings(deadline=None)
@given(rounds(seconds=st.just(math.inf)))
def test_what_nobody_can_reach_is_in_no_plan(now: Round) -> None:
    assert now.plan() == Plan()


@settings(deadline=None)
@given(st.integers(1, 8), st.integers(1, 8))
def test_among_equals_the_plan_is_always_the_same_and_even(jobs: int, robots: int) -> None:
    now = alike(jobs, robots, [[60.0] * jobs] * robots, 60.0)
    plan = now.plan()
    assert plan == now.plan()
    assert len(plan.decisions) == min(jobs, robots)
    queues = [one.robot_id for one in plan.forecasts]
    lengths = [queues.count(worker.robot_id) for worker in now.workers]
    assert max(lengths) - min(lengths) <= 1
