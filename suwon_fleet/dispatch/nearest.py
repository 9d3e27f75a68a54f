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
    kinds, lasts, origins = problem.hop_s.shape
    last = problem.jobs["last"].copy()
    ends = np.argsort(last, kind="mergesort")  # jobs by where they end
    ptr = np.searchsorted(last[ends], np.arange(lasts + 1))
    is_end = np.zeros((kinds, lasts), dtype=np.bool_)
    for kind in range(kinds):
        for job in range(len(last)):
            is_end[kind, last[job]] |= fit[kind, job]
    places = np.full((kinds, origins, near.shape[1] + 1), -1, dtype=np.int64)
    _find_places(problem, is_end, places, np.empty(near.shape[1] + 1))
    _find_nearest(problem, fit, ends, ptr, places, near, np.empty(near.shape[1]))


@lean_kernel
def _find_places(
    problem: Problem, is_end: NDArray[np.bool_], places: Ints, ways_s: NDArray[np.float64]
) -> None:
    """From where robots of a kind are soonest at each origin, of the places where any of their jobs end.

    Jobs share few places: for none of them those farther off need to be looked at.
    """
    kinds, lasts, origins = problem.hop_s.shape
    for kind in range(kinds):
        for origin in range(origins):
            ways_s[:] = np.inf
            for last in range(lasts):
                if is_end[kind, last]:
                    way_s = problem.hop_s[kind, last, origin]
                    _insert(places[kind, origin], ways_s, last, way_s)


@lean_kernel
def _find_nearest(
    problem: Problem,
    fit: NDArray[np.bool_],
    ends: Ints,
    ptr: Ints,
    places: Ints,
    near: Ints,
    ways_s: NDArray[np.float64],
) -> None:
    """Of those that end at one place, each job has those that come after it: not all have the same."""
    for job in range(len(near)):
        near[job] = job
        ways_s[:] = np.inf
        origin = problem.jobs[job].origin
        for robot in range(len(problem.robots)):
            _insert(near[job], ways_s, -1 - robot, problem.first_s[robot, job])
        for kind in range(len(fit)):
            if not fit[kind, job]:
                continue
            for place in places[kind, origin]:
                if place >= 0:
                    way_s = problem.hop_s[kind, place, origin]
                    here = ends[ptr[place] : ptr[place + 1]]
                    _insert_all(near[job], ways_s, here, fit[kind], job, way_s)


@lean_kernel
def _insert_all(
    names: Ints,
    ways_s: NDArray[np.float64],
    here: Ints,
    fit: NDArray[np.bool_],
    job: int,
    way_s: float,
) -> None:
    """Put jobs that end at one place among the nearest, those that come after `job` first."""
    start = np.searchsorted(here, job)
    for step in range(len(here)):
        if not way_s < ways_s[-1]:
            return
        other = here[(start + step) % len(here)]
        if fit[other] and other != job:
            _insert(names, ways_s, other, way_s)


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
