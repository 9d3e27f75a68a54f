# SPDX-License-Identifier: Apache-2.0
"""What dispatch has to decide, as arrays: robots, jobs, and what one job after another takes a robot."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import lean_kernel

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Table = NDArray[np.float32]
Records = NDArray[np.void]

NO = -1

LATE_WEIGHT = 3.0
"""A second after the deadline counts as much as so many before it."""
EMPTY_WEIGHT = 0.1
"""A second of driving without a load counts as much as so many a job of normal priority waits."""
SWITCH_S = 60.0
"""A job that has a robot is given to another when it is done so much sooner, not for less."""


# Few arrays of records, not many of numbers: a kernel counts the users of each array at each call.
ROBOT = np.dtype([("kind", np.int64), ("free_s", float), ("soc", float), ("home_s", float)])
"""When a robot can set out and its charge then; `home_s` is its way to a charger from there."""
JOB = np.dtype(
    [
        ("origin", np.int64),
        ("last", np.int64),
        ("action_s", float),
        ("weight", float),
        ("slack_s", float),
        ("holder", np.int64),
    ]
)
"""A job's first and last vertex by number; what is done at its vertices; what a second until its end
counts; the time to its deadline; the robot that has it already, or -1."""
WORK = np.dtype([("drive_s", float), ("back_s", float)])
"""A job's own drives, infinite where a kind cannot do it; the way from its end to a charger."""
KIND = np.dtype(
    [(name, float) for name in ("moving", "standing", "reserve", "full", "swap_s", "refill_s")]
)
"""Charge a second takes, what is left at the charger, and what a robot leaves it with, after `swap_s`
and `refill_s` for each share it lacks."""


class Problem(NamedTuple):
    """R robots of K kinds and J jobs. Times in seconds from now, charge in shares of a full battery.

    `first_s` (R, J) is the way from where a robot will be to a job's first vertex, infinite where it
    cannot do the job; `hop_s` (K, last, origin) that from the last vertex of one job to the first of
    another. `work` is (K, J). A second of driving to a job counts `empty_weight`.
    """

    robots: Records
    jobs: Records
    kinds: Records
    work: Records
    first_s: Table
    hop_s: Table
    empty_weight: float


def typical_work_s(problem: Problem) -> float:
    """About how long a job takes once its robot is there."""
    seconds = problem.work["drive_s"].min(axis=0) + problem.jobs["action_s"]
    return float(seconds.sum(where=np.isfinite(seconds)) / len(seconds)) + 1.0


@lean_kernel
def way_s(problem: Problem, robot: int, before: int, job: int) -> float:
    """Seconds from the end of the job `before`, or from where a robot will be, to the start of a job."""
    if before < 0:
        return float(problem.first_s[robot, job])
    kind, jobs = problem.robots[robot].kind, problem.jobs
    return float(problem.hop_s[kind, jobs[before].last, jobs[job].origin])


@lean_kernel
def follow(
    problem: Problem, robot: int, before: int, job: int, at_s: float, soc: float
) -> tuple[float, float, bool]:
    """When a robot ends a job it does after `before`, with what charge, and whether it charges first.

    It ends at infinity where it cannot do the job.
    """
    if problem.first_s[robot, job] == np.inf:
        return np.inf, 0.0, False
    number = problem.robots[robot].kind
    work, kind = problem.work[number, job], problem.kinds[number]
    action_s = problem.jobs[job].action_s
    drive_s = way_s(problem, robot, before, job) + work.drive_s
    end_s = at_s + drive_s + action_s
    if kind.moving == 0.0:
        return end_s, soc, False
    needed = drive_s * kind.moving + action_s * kind.standing
    least = needed + work.back_s * kind.moving + kind.reserve
    if soc >= least:
        return end_s, soc - needed, False
    if kind.full < least:
        return np.inf, 0.0, False
    home_s = problem.robots[robot].home_s if before < 0 else problem.work[number, before].back_s
    charge_s = kind.swap_s + max(0.0, kind.full - soc) * kind.refill_s
    return end_s + 2.0 * home_s + charge_s, kind.full - needed, True


@lean_kernel
def price(problem: Problem, robot: int, before: int, job: int, end_s: float) -> float:
    """What it counts that a robot ends a job, done after `before`, at `end_s`."""
    late_s = max(0.0, end_s - problem.jobs[job].slack_s)
    waited_s = end_s + switch_s(problem, robot, before, job) + LATE_WEIGHT * late_s
    empty_s = way_s(problem, robot, before, job)
    return float(problem.jobs[job].weight * waited_s + problem.empty_weight * empty_s)


@lean_kernel
def switch_s(problem: Problem, robot: int, before: int, job: int) -> float:
    """What it counts to take a job from the robot that has it already."""
    holder = problem.jobs[job].holder
    stays = holder < 0 or (robot == holder and before < 0)
    return 0.0 if stays else SWITCH_S
