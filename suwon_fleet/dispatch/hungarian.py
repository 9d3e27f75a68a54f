# SPDX-License-Identifier: Apache-2.0
"""Assignment of jobs to free robots by the Hungarian method (Kuhn 1955; scipy's Jonker-Volgenant)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy.optimize import linear_sum_assignment

from suwon_fleet.core.dispatch import Candidate, Decision, Errand, TravelTime, Worker
from suwon_fleet.core.errors import Reason
from suwon_fleet.dispatch.cost import HomeTime, Outline, cost_s, weigh

PRIORITY_S = 600.0
"""One step of priority outweighs so much more time to completion."""
LATE_WEIGHT = 3.0
"""A second after the deadline counts as much as so many before it."""
TURNING_S = 60.0
"""A robot is turned round on its way to a job only for more than this."""
SHOWN = 5
"""Candidates kept in a decision."""
_NEVER = 1e9


class Hungarian:
    """Gives the free robots those jobs that together are done soonest, urgent and old jobs first.

    Pure: decides from what it is given. `chargers` are the vertices robots return to for charge.
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

    def assign(
        self, errands: Sequence[Errand], workers: Sequence[Worker], travel_s: TravelTime
    ) -> list[Decision]:
        """At most one job to each robot. Jobs are left out that no robot can do, or that rather wait.

        A job waits when its best robots are taken and each other one would be later than they by more
        than the job's priority and age are worth: a robot is not sent across the town for a short queue.
        A job that stays with the robot on its way to it needs no decision.
        """
        travel_s, home_s = cache(travel_s), cache(self._home_s(travel_s))
        if not errands or not workers:
            return []
        cost = np.array([_costs(errand, workers, travel_s, home_s) for errand in errands])
        worth = np.array([_worth_s(errand) for errand in errands])[:, None]
        kept = TURNING_S * np.array([[e.held_by == w.robot_id for w in workers] for e in errands])
        having = np.where(cost < _NEVER, cost - worth - kept, _NEVER)
        best = cost.min(axis=1, keepdims=True)
        waiting = np.repeat(np.where(best < _NEVER, best, 0.0), len(errands), axis=1)
        rows, columns = linear_sum_assignment(np.hstack([having, waiting]))
        return [
            _decide(errands[row], workers, workers[column], travel_s, home_s)
            for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
            if column < len(workers)
            and cost[row, column] < _NEVER
            and errands[row].held_by != workers[column].robot_id
        ]


def _costs(
    errand: Errand, workers: Sequence[Worker], travel_s: TravelTime, home_s: HomeTime
) -> list[float]:
    """Time to completion, and lateness, for each worker."""
    outlines = {
        kind: Outline.of(errand, kind, travel_s, home_s)
        for kind in {worker.kind.id for worker in workers}
    }
    costs = []
    for worker in workers:
        seconds = cost_s(errand, worker, outlines[worker.kind.id], travel_s)
        late_s = max(0.0, seconds - errand.slack_s) if seconds < _NEVER else 0.0
        costs.append(min(seconds + LATE_WEIGHT * late_s, _NEVER))
    return costs


def _worth_s(errand: Errand) -> float:
    """What having a robot is worth to a job; it grows with waiting, so that no job waits for ever."""
    return errand.priority * PRIORITY_S + errand.waited_s


def _decide(
    errand: Errand,
    workers: Sequence[Worker],
    worker: Worker,
    travel_s: TravelTime,
    home_s: HomeTime,
) -> Decision:
    """The decision with its alternatives; a job that only waits for a busy robot needs none yet."""
    chosen = weigh(errand, worker, travel_s, home_s)
    others = () if worker.is_busy else workers
    row = [weigh(errand, other, travel_s, home_s) for other in others if other is not worker]
    able = sorted(
        (c for c in row if c.cost_s is not None),
        key=lambda c: (c.cost_s, c.robot_id),
    )
    unable = [c for c in row if c.cost_s is None]
    soonest = not able or (able[0].cost_s or 0.0) >= (chosen.cost_s or 0.0)
    code = "soonest-done" if soonest else "best-for-all"
    shown = (chosen, *(*able, *unable)[: SHOWN - 1])
    reason = Reason.of(code, robot=chosen.robot_id)
    return Decision(errand.job_id, chosen.robot_id, shown, reason, len(unable))
