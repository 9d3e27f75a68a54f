# SPDX-License-Identifier: Apache-2.0
"""Instances: robots and jobs thrown at random on a square, and what a plan for them comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.dispatch.problem import JOB, KIND, NO, ROBOT, WORK, Problem

SIDE_M = 1000.0
SERVICE_S = 20.0
"""For each job, at both of its ends together."""


@dataclass(frozen=True)
class Instance:
    """R robots and J jobs, all there at the start; each robot carries one load at a time.

    Robots drive along streets at right angles, a metre a second: a way takes |dx| + |dy|. `first_s`
    (R, J) is that from a robot to a job's start, `hop_s` (J, J) from the end of one to the start of
    another, `work_s` (J,) what a job takes from its start.
    """

    starts: NDArray[np.float64]
    picks: NDArray[np.float64]
    drops: NDArray[np.float64]

    @classmethod
    def random(cls, robots: int, jobs: int, seed: int) -> Instance:
        """All points uniform on the square."""
        random = np.random.default_rng(seed)
        return cls(*(random.uniform(0.0, SIDE_M, (count, 2)) for count in (robots, jobs, jobs)))

    @cached_property
    def first_s(self) -> NDArray[np.float64]:
        return _ways_s(self.starts, self.picks)

    @cached_property
    def hop_s(self) -> NDArray[np.float64]:
        return _ways_s(self.drops, self.picks)

    @cached_property
    def work_s(self) -> NDArray[np.float64]:
        ways_s: NDArray[np.float64] = np.abs(self.picks - self.drops).sum(axis=1)
        return SERVICE_S + ways_s

    @property
    def robots(self) -> int:
        return len(self.starts)

    @property
    def jobs(self) -> int:
        return len(self.picks)

    @cached_property
    def problem(self) -> Problem:
        """As dispatch takes it: one kind, batteries that last, every job as urgent, time alone counts."""
        robots = np.zeros(self.robots, dtype=ROBOT)
        robots["soc"] = 1.0
        jobs = np.zeros(self.jobs, dtype=JOB)
        jobs["origin"] = jobs["last"] = np.arange(self.jobs)
        jobs["action_s"], jobs["weight"] = SERVICE_S, 1.0
        jobs["slack_s"], jobs["holder"] = np.inf, NO
        work = np.zeros((1, self.jobs), dtype=WORK)
        work["drive_s"] = self.work_s - SERVICE_S
        first_s, hop_s = self.first_s.astype(np.float32), self.hop_s.astype(np.float32)
        return Problem(robots, jobs, np.zeros(1, dtype=KIND), work, first_s, hop_s[None], 0.0)

    def bound_s(self) -> float:
        """A mean completion that no plan can beat.

        Every job takes at least its work and the shortest way to it from anywhere; and of robots that
        do jobs of known length one after the other, shortest first is best (Conway et al. 1967).
        """
        others_s = self.hop_s + np.where(np.eye(self.jobs, dtype=bool), np.inf, 0.0)
        way_s = np.minimum(self.first_s.min(axis=0), others_s.min(axis=0))
        longest_first = np.sort(self.work_s + way_s)[::-1]
        followers = np.arange(self.jobs) // self.robots + 1
        return float((longest_first * followers).sum() / self.jobs)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a plan comes to: seconds until jobs end, and all seconds of driving without a load."""

    mean_s: float
    p95_s: float
    empty_s: float


def judge(instance: Instance, queues: Sequence[Sequence[int]]) -> Outcome:
    """Drive a plan, the jobs of each robot in order. Raises ValueError unless each job is done once."""
    if sorted(job for queue in queues for job in queue) != list(range(instance.jobs)):
        raise ValueError("not a plan: some job is done twice, or not at all")
    ends_s, empty_s = [], 0.0
    for robot, queue in enumerate(queues):
        at_m, at_s = instance.starts[robot], 0.0
        for job in queue:
            way_s = float(np.abs(at_m - instance.picks[job]).sum())
            at_s += way_s + float(instance.work_s[job])
            at_m = instance.drops[job]
            empty_s += way_s
            ends_s.append(at_s)
    return Outcome(float(np.mean(ends_s)), float(np.quantile(ends_s, 0.95)), empty_s)


def _ways_s(starts: NDArray[np.float64], goals: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.abs(starts[:, None, 0] - goals[None, :, 0]) + np.abs(
        starts[:, None, 1] - goals[None, :, 1]
    )
