# SPDX-License-Identifier: Apache-2.0
"""Other ways to plan an instance, written anew: first come, Hungarian rounds, cheapest insertion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from suwon_fleet.bench.dispatch.instance import Instance

Plan = list[list[int]]
Match = Callable[[NDArray[np.float64]], tuple[Any, Any]]
"""Rows and columns of the cheapest matching."""


def first_come(instance: Instance) -> Plan:
    """Each job in the order of asking to the robot that would end it soonest, as Open-RMF's greedy does."""
    plan: Plan = [[] for _ in range(instance.robots)]
    free_s, at_m = np.zeros(instance.robots), instance.starts.copy()
    for job in range(instance.jobs):
        ends_s = free_s + np.abs(at_m - instance.picks[job]).sum(axis=1) + instance.work_s[job]
        robot = int(ends_s.argmin())
        plan[robot].append(job)
        free_s[robot], at_m[robot] = ends_s[robot], instance.drops[job]
    return plan


def hungarian_rounds(instance: Instance, match: Match = linear_sum_assignment) -> Plan:
    """One more job to each robot, round after round, the sum of their ends least."""
    plan: Plan = [[] for _ in range(instance.robots)]
    free_s, ways_s = np.zeros(instance.robots), instance.first_s.copy()
    left = np.arange(instance.jobs)
    while len(left):
        ends_s = free_s[:, None] + ways_s[:, left] + instance.work_s[left]
        rows, columns = match(ends_s)
        for robot, column in zip(rows, columns, strict=True):
            plan[robot].append(int(left[column]))
        free_s[rows] = ends_s[rows, columns]
        ways_s[rows] = instance.hop_s[left[columns]]
        left = np.delete(left, columns)
    return plan


def cheapest_insertion(instance: Instance) -> Plan:
    """Each job in the order of asking to the place of any queue where the sum of all ends grows least."""
    plan: Plan = [[] for _ in range(instance.robots)]
    places = _Places.of(instance)
    for job in range(instance.jobs):
        robot, place = places.best(instance, job)
        plan[robot].insert(place, job)
        places.renew(instance, robot, plan[robot])
    return plan


@dataclass(slots=True)
class _Places:
    """All places of all queues: (R, width) when and where the robot is then, and what comes after."""

    width: int
    at_s: NDArray[np.float64]
    at_m: NDArray[np.float64]
    next_m: NDArray[np.float64]
    next_s: NDArray[np.float64]
    after: NDArray[np.float64]

    @classmethod
    def of(cls, instance: Instance) -> _Places:
        """Empty queues; a place that is not there yet is at infinity."""
        shape = (instance.robots, instance.jobs + 1)
        at_m, next_m = np.zeros((*shape, 2)), np.zeros((*shape, 2))
        at_s, next_s, after = np.full(shape, np.inf), np.zeros(shape), np.zeros(shape)
        at_s[:, 0], at_m[:, 0] = 0.0, instance.starts
        return cls(1, at_s, at_m, next_m, next_s, after)

    def best(self, instance: Instance, job: int) -> tuple[int, int]:
        """Where a job adds least to the sum of all ends."""
        seen = (slice(None), slice(self.width))
        own_s = np.abs(self.at_m[seen] - instance.picks[job]).sum(axis=2) + instance.work_s[job]
        onward_s = np.abs(self.next_m[seen] - instance.drops[job]).sum(axis=2)
        delay_s = own_s + onward_s - self.next_s[seen]
        cost = self.at_s[seen] + own_s + self.after[seen] * delay_s
        robot, place = divmod(int(cost.argmin()), self.width)
        return robot, place

    def renew(self, instance: Instance, robot: int, queue: list[int]) -> None:
        """Reckon the places of one queue anew."""
        self.width = max(self.width, len(queue) + 1)
        self.after[robot, : len(queue) + 1] = np.arange(len(queue), -1, -1)
        for place, job in enumerate(queue):
            way_s = float(np.abs(self.at_m[robot, place] - instance.picks[job]).sum())
            self.next_m[robot, place], self.next_s[robot, place] = instance.picks[job], way_s
            self.at_s[robot, place + 1] = (
                self.at_s[robot, place] + way_s + float(instance.work_s[job])
            )
            self.at_m[robot, place + 1] = instance.drops[job]
