# SPDX-License-Identifier: Apache-2.0
"""Cuts a large problem into cells: robots and jobs that are near to each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.dispatch.problem import Ints, Problem

CELL = 200
"""Robots of a cell, about."""
PROBES = 256
"""Robots by whose ways the distance of two jobs is told."""


def cells_of(problem: Problem) -> Iterator[tuple[Ints, Ints]]:
    """Robots and jobs of each cell; together they are all robots and all jobs.

    Cells are what is nearest to one of some jobs that lie far from each other (Gonzalez 1985), told by
    travel times, so that a river or a closed zone parts them as it should.
    """
    count = -(-len(problem.robots) // CELL)
    jobs = _cells_of_jobs(problem, count)
    nearest = problem.first_s.argmin(axis=1)
    robots = jobs[nearest]
    for cell in range(count + 1):
        yield np.flatnonzero(robots == cell), np.flatnonzero(jobs == cell)


def _cells_of_jobs(problem: Problem, count: int) -> NDArray[np.intp]:
    """The cell of each job; the last is for what no probe comes to from any other cell."""
    probes = problem.first_s[:: max(1, len(problem.robots) // PROBES)]
    gaps = np.full((count, len(problem.jobs)), np.inf, dtype=np.float32)
    centre = 0
    for cell in range(count):
        gaps[cell] = (probes + probes[:, centre, None]).min(axis=0)
        gaps[cell, centre] = 0.0
        centre = int(gaps[: cell + 1].min(axis=0).argmax())
    return np.where(np.isfinite(gaps.min(axis=0)), gaps.argmin(axis=0), count)
