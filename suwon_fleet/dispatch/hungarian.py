# SPDX-License-Identifier: Apache-2.0
"""Assignment of jobs to free robots by the Hungarian method (Kuhn 1955; scipy's Jonker-Volgenant)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from suwon_fleet.core.dispatch import Candidate, Decision, Errand, TravelTime, Worker
from suwon_fleet.core.errors import Reason
from suwon_fleet.dispatch.cost import weigh

PRIORITY_S = 600.0
"""One step of priority outweighs so much more time to completion."""
LATE_WEIGHT = 3.0
"""A second after the deadline counts as much as so many before it."""
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
        return weigh(errand, worker, travel_s, self._chargers)

    def assign(
        self, errands: Sequence[Errand], workers: Sequence[Worker], travel_s: TravelTime
    ) -> list[Decision]:
        """At most one job to each robot. Jobs that nobody free can do are left out."""
        table = [[self.weigh(errand, worker, travel_s) for worker in workers] for errand in errands]
        if not table or not workers:
            return []
        cost = np.array(
            [
                [_cost(errand, candidate) for candidate in row]
                for errand, row in zip(errands, table, strict=True)
            ]
        )
        rows, columns = linear_sum_assignment(cost)
        return [
            _decide(errands[row], table[row], table[row][column])
            for row, column in zip(rows, columns, strict=True)
            if cost[row, column] < _NEVER
        ]


def _cost(errand: Errand, candidate: Candidate) -> float:
    """Time to completion and lateness, less what the job's priority and age are worth.

    The worth is the same for every robot; it only decides which jobs wait when robots are few, and
    since it grows with waiting, none waits for ever.
    """
    if candidate.cost_s is None:
        return _NEVER
    late_s = max(0.0, candidate.cost_s - errand.slack_s)
    worth_s = errand.priority * PRIORITY_S + errand.waited_s
    return candidate.cost_s + LATE_WEIGHT * late_s - worth_s


def _decide(errand: Errand, row: Sequence[Candidate], chosen: Candidate) -> Decision:
    able = sorted(
        (c for c in row if c.cost_s is not None and c is not chosen),
        key=lambda c: (c.cost_s, c.robot_id),
    )
    unable = [c for c in row if c.cost_s is None]
    soonest = not able or (able[0].cost_s or 0.0) >= (chosen.cost_s or 0.0)
    code = "soonest-done" if soonest else "best-for-all"
    shown = (chosen, *(*able, *unable)[: SHOWN - 1])
    return Decision(
        errand.job_id, chosen.robot_id, shown, Reason.of(code, robot=chosen.robot_id)
    )
