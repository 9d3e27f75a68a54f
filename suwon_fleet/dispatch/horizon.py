# SPDX-License-Identifier: Apache-2.0
"""Dispatch with a rolling horizon: plan all jobs that wait, decide only what each robot does next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

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
from suwon_fleet.dispatch.queues import first_ends_s, reckon
from suwon_fleet.dispatch.search import moves
from suwon_fleet.dispatch.tables import problem_of

LEAST_MOVES, MOVES = 4_000, 20_000
MOVES_PER_PAIR, MOVES_PER_JOB, MOVES_PER_ROBOT = 100, 40, 100
"""How long the search goes on: less than `MOVES` for few pairs of jobs, and more where there are many jobs
and many robots. That is 1 to 5 ms with fifty robots, and with many less than the rounds before it."""
SHOWN = 5
"""Candidates kept in a decision."""


def moves_for(robots: int, jobs: int) -> int:
    """The moves that a search may try."""
    many = min(MOVES_PER_JOB * jobs, MOVES_PER_ROBOT * robots)
    return max(LEAST_MOVES, min(MOVES_PER_PAIR * jobs * jobs, max(MOVES, many)))


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
            [travel_s(kind, vertex, charger) for charger in self._chargers], default=0.0
        )

    def assign(self, errands: Sequence[Errand], workers: Sequence[Worker], travel: Travel) -> Plan:
        """Plan all jobs; decide for robots that are free, and do not have that job already.

        A job is put off where the plan says so: its robot is at work still, has another job to do
        first, or must charge before. Jobs that no robot can do have no place in it.
        """
        if not errands or not workers:
            return Plan()
        problem = problem_of(errands, workers, travel, self._chargers)
        queues = make_plan(problem, spent=moves(moves_for(len(workers), len(errands))))
        home_s = cache(self._home_s(travel.travel_s))
        weighing = _Weighing(errands, workers, problem, travel.travel_s, home_s)
        ends_s, charges = queues.slots["end_s"].tolist(), queues.slots["charges"].tolist()
        decisions, forecasts = [], []
        for robot, (worker, queue) in enumerate(zip(workers, queues.lists(), strict=True)):
            for rank, job in enumerate(queue):
                errand, before = errands[job], rank + worker.is_busy
                forecasts.append(Forecast(errand.job_id, worker.robot_id, before, ends_s[job]))
                is_next = rank == 0 and not worker.is_busy and not charges[job]
                if is_next and errand.held_by != worker.robot_id:
                    decisions.append(weighing.decide(job, robot))
        parts = reckon(problem, queues) if forecasts else None
        return Plan(tuple(decisions), tuple(forecasts), parts)


class _Weighing:
    """Tells of a decision what else could have been decided."""

    def __init__(
        self,
        errands: Sequence[Errand],
        workers: Sequence[Worker],
        problem: Problem,
        travel_s: TravelTime,
        home_s: HomeTime,
    ) -> None:
        self._errands, self._workers, self._problem = errands, workers, problem
        self._travel_s, self._home_s = travel_s, home_s
        self._by_name = np.argsort(np.argsort([worker.robot_id for worker in workers]))

    def decide(self, job: int, robot: int) -> Decision:
        """The decision with its best alternatives, and how many could not."""
        ends_s = first_ends_s(self._problem, job)
        nearest = np.lexsort((self._by_name, ends_s))[:SHOWN].tolist()
        errand, name = self._errands[job], self._workers[robot].robot_id
        chosen = self._weigh(job, robot)
        others = [self._weigh(job, other) for other in nearest if other != robot][: SHOWN - 1]
        others.sort(key=lambda c: (c.cost_s is None, c.cost_s or 0.0, c.robot_id))
        best_s = others[0].cost_s if others else None
        soonest = best_s is None or best_s >= (chosen.cost_s or 0.0)
        reason = Reason.of("soonest-done" if soonest else "best-for-all", robot=name)
        unable = int(np.isinf(ends_s).sum())
        return Decision(errand.job_id, name, (chosen, *others), reason, unable)

    def _weigh(self, job: int, robot: int) -> Candidate:
        return weigh(self._errands[job], self._workers[robot], self._travel_s, self._home_s)
