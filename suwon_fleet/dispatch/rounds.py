# SPDX-License-Identifier: Apache-2.0
"""Hungarian rounds: each round gives every robot one more job, all together as soon as can be."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import linear_sum_assignment

from suwon_fleet.dispatch.problem import (
    LATE_WEIGHT,
    NO,
    Floats,
    Ints,
    Problem,
    follow,
    switch_s,
    typical_work_s,
)
from suwon_fleet.dispatch.queues import Queues, leaves, renew
from suwon_fleet.kernel import kernel, lean_kernel

NEVER = 1e12


def deal(problem: Problem, queues: Queues, robots: Ints, jobs: Ints) -> None:
    """Give `jobs` to `robots`, round after round; each goes to the end of the robot's queue.

    A round matches jobs and robots so that the sum of the jobs' ends, each over its weight, is least
    (Kuhn 1955; scipy's is Jonker and Volgenant's way): of few robots and many jobs, those that are soon
    done for what they count go first (Smith 1956). Jobs are left out that none of the robots can do.
    """
    tails = np.array([_tail(queues, int(robot)) for robot in robots], dtype=np.int64)
    typical_s = typical_work_s(problem)
    cost = np.empty((len(robots), len(jobs)))
    while len(jobs):
        weigh_round(problem, queues, robots, tails, jobs, typical_s, cost)
        rows, columns = linear_sum_assignment(cost[:, : len(jobs)])
        found = cost[rows, columns] < NEVER
        if not found.any():
            return
        rows, columns = rows[found], columns[found]
        append(problem, queues, robots[rows], tails[rows], jobs[columns])
        tails[rows] = jobs[columns]
        jobs = np.delete(jobs, columns)


def _tail(queues: Queues, robot: int) -> int:
    job, last = int(queues.head[robot]), NO
    while job != NO:
        job, last = int(queues.slots["after"][job]), job
    return last


@kernel
def weigh_round(
    problem: Problem,
    queues: Queues,
    robots: Ints,
    tails: Ints,
    jobs: Ints,
    typical_s: float,
    cost: Floats,
) -> None:
    """Fill `cost` (row by robot) with what it would be to do each job next."""
    _weigh_round(problem, queues, robots, tails, jobs, typical_s, cost)


@lean_kernel
def _weigh_round(
    problem: Problem,
    queues: Queues,
    robots: Ints,
    tails: Ints,
    jobs: Ints,
    typical_s: float,
    cost: Floats,
) -> None:
    for row in range(len(robots)):
        robot, before = robots[row], tails[row]
        at_s, soc = leaves(problem, queues, robot, before)
        for column in range(len(jobs)):
            job = jobs[column]
            end_s, _, _ = follow(problem, robot, before, job, at_s, soc)
            if end_s == np.inf:
                cost[row, column] = NEVER
                continue
            # As its deadline comes near a job counts for more (Vepsalainen and Morton's ATC, 1987).
            slack_s, haste = problem.jobs[job].slack_s, 1.0
            if slack_s < np.inf:
                haste += LATE_WEIGHT * math.exp(-max(0.0, slack_s - end_s) / typical_s)
            end_s += switch_s(problem, robot, before, job)
            cost[row, column] = end_s / (problem.jobs[job].weight * haste)


@kernel
def append(problem: Problem, queues: Queues, robots: Ints, tails: Ints, jobs: Ints) -> None:
    """Put each job behind the last of a robot's."""
    for row in range(len(robots)):
        if tails[row] >= 0:
            queues.slots[tails[row]].after = jobs[row]
        else:
            queues.head[robots[row]] = jobs[row]
        queues.slots[jobs[row]].after = NO
        renew(problem, queues, robots[row], tails[row])
