# SPDX-License-Identifier: Apache-2.0
"""From where each job is soonest reached: the moves that are worth trying."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.dispatch.problem import Ints, Problem
from suwon_fleet.kernel import kernel, lean_kernel

NEAR = 16
"""Predecessors tried for each job."""


def predecessors(problem: Problem, most: int = NEAR) -> Ints:
    """(J, N) for each job those it is soonest reached from: jobs, and robots as -1 - robot."""
    kinds = range(len(problem.kinds))
    able = np.isfinite(problem.first_s)
    fit = np.array([able[problem.robots["kind"] == kind].any(axis=0) for kind in kinds])
    most = min(most, len(problem.jobs) + len(problem.robots) - 1)
    near = np.empty((len(problem.jobs), most), dtype=np.int64)
    find_nearest(problem, fit, near)
    return near


@kernel
def find_nearest(problem: Problem, fit: NDArray[np.bool_], near: Ints) -> None:
    """Fill `near` with the predecessors of each job, the nearest first; `fit` (K, J) is who can do it.

    What is left over of a row, where fewer can come before a job, names the job itself.
    """
    lasts = problem.jobs["last"].copy()
    _find_nearest(problem, fit, lasts, near, np.empty(near.shape[1]))


@lean_kernel
def _find_nearest(
    problem: Problem,
    fit: NDArray[np.bool_],
    lasts: Ints,
    near: Ints,
    ways_s: NDArray[np.float64],
) -> None:
    """Of those as near as each other, each job has those that come after it: not all have the same."""
    jobs = len(lasts)
    for job in range(jobs):
        near[job] = job
        ways_s[:] = np.inf
        origin = problem.jobs[job].origin
        for robot in range(len(problem.robots)):
            _insert(near[job], ways_s, -1 - robot, problem.first_s[robot, job])
        for kind in range(len(fit)):
            if not fit[kind, job]:
                continue
            for step in range(1, jobs):
                other = job + step if job + step < jobs else job + step - jobs
                way_s = problem.hop_s[kind, lasts[other], origin]
                if way_s < ways_s[-1] and fit[kind, other]:
                    _insert(near[job], ways_s, other, way_s)


@lean_kernel
def _insert(names: Ints, ways_s: NDArray[np.float64], name: int, way_s: float) -> None:
    """Put one in its place among the nearest so far, if it belongs there.

    One that is there already, by the way of another kind, keeps its nearest.
    """
    at = len(names) - 1
    if at < 0 or not way_s < ways_s[at]:
        return
    for place in range(at):
        if names[place] == name:
            if not way_s < ways_s[place]:
                return
            at = place
    while at > 0 and way_s < ways_s[at - 1]:
        names[at], ways_s[at] = names[at - 1], ways_s[at - 1]
        at -= 1
    names[at], ways_s[at] = name, way_s
