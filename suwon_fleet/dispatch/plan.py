# SPDX-License-Identifier: Apache-2.0
"""From a problem to a plan: Hungarian rounds, then a search for something better."""

from __future__ import annotations

import numpy as np

from suwon_fleet.dispatch.cells import cells_of
from suwon_fleet.dispatch.nearest import predecessors
from suwon_fleet.dispatch.problem import Problem
from suwon_fleet.dispatch.queues import Queues
from suwon_fleet.dispatch.rounds import deal
from suwon_fleet.dispatch.search import Spent, improve

WHOLE = 500
"""Up to so many robots are matched all at once; with more the search makes better use of the time."""


def make_plan(
    problem: Problem,
    *,
    spent: Spent,
    seed: int = 1,
    whole: int = WHOLE,
) -> Queues:
    """Queues for all robots that hold every job somebody can do.

    With many robots, those of each cell are dealt the jobs of that cell, and then all bid for what none
    of its own could take; the search moves jobs across the borders.
    """
    queues = Queues.empty(len(problem.robots), len(problem.jobs))
    if len(problem.robots) <= whole:
        deal(problem, queues, np.arange(len(problem.robots)), np.arange(len(problem.jobs)))
    else:
        for robots, jobs in cells_of(problem):
            deal(problem, queues, robots, jobs)
        left = np.flatnonzero(queues.slots["robot"] < 0)
        deal(problem, queues, np.arange(len(problem.robots)), left)
    if spent(0) < 1.0:
        improve(problem, queues, predecessors(problem), spent=spent, seed=seed)
    return queues
