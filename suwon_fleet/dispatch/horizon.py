# SPDX-License-Identifier: Apache-2.0
"""Dispatch with a rolling horizon: plan all jobs that wait, decide only what each robot does next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from suwon_fleet.core.dispatch import (
    Candidate,
    Decision,
    Errand,
    Forecast,
    Plan,
    Travel,
    TravelTime,
    Worker,
)
from suwon_fleet.core.errors import Reason
from suwon_fleet.dispatch.cost import HomeTime, weigh
from suwon_fleet.dispatch.plan import make_plan
from suwon_fleet.dispatch.problem import Problem
from suwon_fleet.dispatch.queues import first_ends_s
from suwon_fleet.dispatch.search import moves
from suwon_fleet.dispatch.tables import problem_of

LEAST_MOVES = 20_000
MOVES_PER_ROBOT = 100
"""How long the search goes on: 5 ms with fifty robots, and with many less than the rounds before it."""
SHOWN = 5
"""Candidates kept in a decision."""


def moves_for(robots: int) -> int:
    """The moves that a search for so many robots may try."""
    return max(LEAST_MOVES, MOVES_PER_ROBOT * robots)


class RollingHorizon:
    """Gives each free robot the next job of the best plan it finds for all jobs and robots.

    Pure: decides from what it is given, and the same way each time. `chargers` are the vertices robots
    return to for charge.
    """

    def __init__(self, chargers: Sequence[str] = ()) -> None:
        self._chargers = tuple(chargers)

    def weigh(self, errand: Errand, worker: Worker, travel_s: TravelTime) -> Candidate:
        """What giving `errand` to `worker` would cost, or why it cannot be."""
        return weigh(errand, worker, travel_s, self._home_s(travel_s))

    def _home_s(self, travel_s: TravelTime) -> HomeTime:
        return lambda kind, vertex: min(
            (travel_s(kind, vertex, charger) for charger in self._chargers), default=0.0
        )

    def assign(self, errands: Sequence[Errand], workers: Sequence[Worker], travel: Travel) -> Plan:
        """Plan all jobs; decide for robots that are free, and do not have that job already.

        A job is put off where the plan says so: its robot is at work still, has another job to do
        first, or must charge before. Jobs that no robot can do have no place in it.
        """
        if not errands or not workers:
            return Plan()
        problem = problem_of(errands, workers, travel, self._chargers)
        queues = make_plan(problem, spent=moves(moves_for(len(workers))))
        decisions, forecasts = [], []
        for robot, worker in enumerate(workers):
            for rank, job in enumerate(queues.of(robot)):
                slot, errand = queues.slots[job], errands[job]
                end_s = float(slot["end_s"])
                before = rank + worker.is_busy
                forecasts.append(Forecast(errand.job_id, worker.robot_id, before, end_s))
                is_next = rank == 0 and not worker.is_busy and not slot["charges"]
                if is_next and errand.held_by != worker.robot_id:
                    decision = self._decide(errand, worker, problem, job, workers, travel.travel_s)
                    decisions.append(decision)
        return Plan(tuple(decisions), tuple(forecasts))

    def _decide(
        self,
        errand: Errand,
        worker: Worker,
        problem: Problem,
        job: int,
        workers: Sequence[Worker],
        travel_s: TravelTime,
    ) -> Decision:
        """The decision with its best alternatives, and how many could not."""
        ends_s = first_ends_s(problem, job)
        order = sorted(range(len(workers)), key=lambda r: (ends_s[r], workers[r].robot_id))
        nearest = [workers[robot] for robot in order if workers[robot] is not worker]
        chosen = self.weigh(errand, worker, travel_s)
        others = [self.weigh(errand, other, travel_s) for other in nearest[: SHOWN - 1]]
        others.sort(key=lambda c: (c.cost_s is None, c.cost_s or 0.0, c.robot_id))
        best_s = others[0].cost_s if others else None
        soonest = best_s is None or best_s >= (chosen.cost_s or 0.0)
        reason = Reason.of("soonest-done" if soonest else "best-for-all", robot=worker.robot_id)
        unable = int(np.isinf(ends_s).sum())
        return Decision(errand.job_id, worker.robot_id, (chosen, *others), reason, unable)
