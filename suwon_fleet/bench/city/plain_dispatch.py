# SPDX-License-Identifier: Apache-2.0
"""Other ways to say who does which job: first come, first served; matching without looking ahead; and
what was decided in another run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from suwon_fleet.core.dispatch import Candidate, Decision, Errand, Plan, Travel, Worker
from suwon_fleet.core.engine.events import Event, JobAssigned
from suwon_fleet.core.errors import Reason
from suwon_fleet.dispatch import RollingHorizon

_NEVER_S = 1e9


class FirstCome(RollingHorizon):
    """Gives each job, the oldest first, to the robot that would have done it soonest, as open fleet
    managers do. What a job costs is reckoned as ours does."""

    def assign(self, errands: Sequence[Errand], workers: Sequence[Worker], travel: Travel) -> Plan:
        """At most one job to each robot; who is best served by a busy robot waits for it."""
        decisions = []
        held = {errand.held_by for errand in errands}
        free = [worker for worker in workers if worker.robot_id not in held]
        waiting = [errand for errand in errands if not errand.held_by]
        for errand in sorted(waiting, key=lambda errand: -errand.waited_s):
            weighed = [(self.weigh(errand, worker, travel.travel_s), worker) for worker in free]
            able = [
                (one.cost_s, one.robot_id, one, who)
                for one, who in weighed
                if one.cost_s is not None
            ]
            if able:
                _, _, candidate, worker = min(able, key=lambda one: one[:2])
                free.remove(worker)
                if not worker.is_busy:
                    decisions.append(_decision(errand, candidate))
        return Plan(tuple(decisions))


class Matched(RollingHorizon):
    """Matches jobs that wait and robots each time anew, the sum of the times until they are done least.

    Only the next job of each robot is thought of, and a job keeps its robot.
    """

    def assign(self, errands: Sequence[Errand], workers: Sequence[Worker], travel: Travel) -> Plan:
        """At most one job to each robot; who is best served by a busy robot waits for it."""
        held = {errand.held_by for errand in errands}
        free = [worker for worker in workers if worker.robot_id not in held]
        waiting = [errand for errand in errands if not errand.held_by]
        weighed = [
            [self.weigh(errand, worker, travel.travel_s) for worker in free] for errand in waiting
        ]
        costs = [[_NEVER_S if c.cost_s is None else c.cost_s for c in row] for row in weighed]
        rows, columns = linear_sum_assignment(np.array(costs).reshape(len(waiting), len(free)))
        return Plan(
            tuple(
                _decision(waiting[row], weighed[row][column])
                for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
                if costs[row][column] < _NEVER_S and not free[column].is_busy
            )
        )


class AsBefore(RollingHorizon):
    """Gives each robot the jobs that it had in another run, in the order in which it had them."""

    def __init__(self, turns: Mapping[str, Sequence[str]], chargers: Sequence[str]) -> None:
        """`turns` are each robot's jobs."""
        super().__init__(chargers)
        self._turns = {robot_id: list(jobs) for robot_id, jobs in turns.items()}

    def assign(self, errands: Sequence[Errand], workers: Sequence[Worker], travel: Travel) -> Plan:
        """To each free robot the next of its jobs, if that was asked for already."""
        waiting = {errand.job_id: errand for errand in errands if not errand.held_by}
        held = {errand.held_by for errand in errands}
        decisions = []
        for worker in workers:
            turns = self._turns.get(worker.robot_id, [])
            is_free = not worker.is_busy and worker.robot_id not in held
            if not is_free or not turns or turns[0] not in waiting:
                continue
            errand = waiting[turns[0]]
            candidate = self.weigh(errand, worker, travel.travel_s)
            if candidate.cost_s is not None:
                turns.pop(0)
                decisions.append(_decision(errand, candidate))
        return Plan(tuple(decisions))


def turns_of(journal: Iterable[Event]) -> dict[str, list[str]]:
    """The jobs each robot had, in order; a job that changed hands counts for whoever had it last."""
    decided = [event.decision for event in journal if isinstance(event, JobAssigned)]
    last = {decision.job_id: number for number, decision in enumerate(decided)}
    turns: dict[str, list[str]] = {}
    for number, decision in enumerate(decided):
        if last[decision.job_id] == number:
            turns.setdefault(decision.robot_id, []).append(decision.job_id)
    return turns


def _decision(errand: Errand, candidate: Candidate) -> Decision:
    reason = Reason.of("soonest-done", robot=candidate.robot_id)
    return Decision(errand.job_id, candidate.robot_id, (candidate,), reason)
