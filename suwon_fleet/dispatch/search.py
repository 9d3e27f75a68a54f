# SPDX-License-Identifier: Apache-2.0
"""Makes a plan better: simulated annealing over moves of one job, two jobs, or all that follow one.

Every move makes one job the follower of another (or of a robot's start) that ends near where it begins,
so that few of the many moves are tried in vain.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.dispatch.problem import NO, Ints, Problem, typical_work_s
from suwon_fleet.dispatch.queues import Queues, leaves, renew, rest, total
from suwon_fleet.kernel import kernel, lean_kernel

NEAR = 24
"""Predecessors tried for each job."""
CHUNK = 4096
"""Moves tried between two looks at the clock."""
_WARM, _COOL = 0.05, 0.001
"""Temperatures at the start and the end, in shares of what a typical job costs."""


def improve(
    problem: Problem,
    queues: Queues,
    near: Ints,
    *,
    moves: int,
    seed: int = 1,
    is_over: Callable[[], bool] = lambda: False,
) -> None:
    """Try `moves` moves, fewer once `is_over`; what is left is never worse than what was given."""
    if len(problem.jobs) == 0 or near.shape[1] == 0:
        return
    before, best = total(problem, queues), queues.copy()
    scale = float(problem.jobs["weight"].mean()) * typical_work_s(problem)
    state = np.array([0x9E3779B97F4A7C15 + seed], dtype=np.uint64)
    done = 0
    while done < moves and not is_over():
        chunk = min(CHUNK, moves - done)
        heat = scale * _WARM * (_COOL / _WARM) ** (done / moves)
        anneal(problem, queues, near, heat, chunk, state)
        done += chunk
    if not total(problem, queues) <= before:
        queues.take(best)


def predecessors(problem: Problem, most: int = NEAR) -> Ints:
    """(J, N) for each job those it is quickly reached from: jobs, and robots as -1 - robot."""
    jobs, robots = len(problem.jobs), len(problem.robots)
    able = np.isfinite(problem.first_s)
    ways_s = np.full((jobs, jobs + robots), np.inf, dtype=np.float32)
    for kind, hop_s in enumerate(problem.hop_s):
        own = np.flatnonzero(able[problem.robots["kind"] == kind].any(axis=0))
        block = np.ix_(own, own)
        between_s = hop_s[np.ix_(problem.jobs["last"][own], problem.jobs["origin"][own])].T
        ways_s[block] = np.minimum(ways_s[block], between_s)
    ways_s[:, jobs:] = problem.first_s.T
    np.fill_diagonal(ways_s, np.inf)
    most = min(most, jobs + robots - 1)
    nearest = np.argpartition(ways_s, most - 1, axis=1)[:, :most] if most else ways_s[:, :0]
    return np.where(nearest < jobs, nearest, jobs - 1 - nearest).astype(np.int64)


@lean_kernel
def _random(state: NDArray[np.uint64]) -> Any:
    """The next of a sequence of random numbers (Marsaglia's xorshift, 2003)."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return x


@lean_kernel
def _below(state: NDArray[np.uint64], most: int) -> int:
    return int(np.int64((_random(state) >> np.uint64(20)) % np.uint64(most)))


@lean_kernel
def _link(queues: Queues, robot: int, before: int, job: int) -> None:
    """Let a job (or none) follow another, or come first."""
    if before >= 0:
        queues.slots[before].after = job
    else:
        queues.head[robot] = job


@kernel
def anneal(
    problem: Problem,
    queues: Queues,
    near: Ints,
    heat: float,
    moves: int,
    state: NDArray[np.uint64],
) -> None:
    """Try moves at one temperature; a worse plan is taken with probability exp(-loss / heat)."""
    _anneal(problem, queues, near, heat, moves, state)


@lean_kernel
def _anneal(
    problem: Problem,
    queues: Queues,
    near: Ints,
    heat: float,
    moves: int,
    state: NDArray[np.uint64],
) -> None:
    for _ in range(moves):
        job = _below(state, near.shape[0])
        target = near[job, _below(state, near.shape[1])]
        robot = queues.slots[job].robot
        if robot < 0 or target == job or (target >= 0 and queues.slots[target].robot < 0):
            continue
        other = queues.slots[target].robot if target >= 0 else -1 - target
        before = target if target >= 0 else NO
        if before == queues.slots[job].before and other == robot:
            continue
        chance = (float(_random(state) >> np.uint64(11)) + 0.5) / 9007199254740992.0
        limit = -heat * math.log(chance)
        if other == robot:
            _shift(problem, queues, robot, before, job, limit)
        else:
            _across(problem, queues, other, before, job, _below(state, 3), limit)


@lean_kernel
def _shift(
    problem: Problem, queues: Queues, robot: int, before: int, job: int, limit: float
) -> None:
    """Do a job at another time in the same queue, if that costs no more than `limit`."""
    free_s, soc = leaves(problem, queues, robot, NO)
    was = rest(problem, queues.slots, robot, NO, queues.head[robot], free_s, soc)
    old_before, old_after = queues.slots[job].before, queues.slots[job].after
    _link(queues, robot, old_before, old_after)
    after = queues.slots[before].after if before >= 0 else queues.head[robot]
    queues.slots[job].after = after
    _link(queues, robot, before, job)
    cost = rest(problem, queues.slots, robot, NO, queues.head[robot], free_s, soc)
    if cost - was < limit:
        renew(problem, queues, robot)
        return
    _link(queues, robot, before, after)
    queues.slots[job].after = old_after
    _link(queues, robot, old_before, job)


@lean_kernel
def _across(
    problem: Problem, queues: Queues, other: int, before: int, job: int, way: int, limit: float
) -> None:
    """Let a job follow `before` of the queue of another robot, if that costs no more than `limit`.

    Way 0: it goes alone. Way 1: it changes places with the one that follows there now. Way 2: all that
    follow go with it, and all that follow there come here.
    """
    robot, left = queues.slots[job].robot, queues.slots[job].before
    theirs = queues.slots[before].after if before >= 0 else queues.head[other]
    mine = queues.slots[job].after
    here_s, here_soc = leaves(problem, queues, robot, left)
    there_s, there_soc = leaves(problem, queues, other, before)
    if way == 1 and theirs < 0:
        way = 0
    _link(queues, robot, left, mine if way == 0 else theirs)
    _link(queues, other, before, job)
    theirs_after = queues.slots[theirs].after if theirs >= 0 else NO
    if way == 0:
        queues.slots[job].after = theirs
    elif way == 1:
        queues.slots[job].after = theirs_after
        queues.slots[theirs].after = mine
    new_here = mine if way == 0 else theirs
    slots = queues.slots
    cost = rest(problem, slots, robot, left, new_here, here_s, here_soc)
    cost += rest(problem, slots, other, before, job, there_s, there_soc)
    if way < 2:
        slots[job].after = mine
    if way == 1:
        slots[theirs].after = theirs_after
    was = rest(problem, slots, robot, left, job, here_s, here_soc)
    was += rest(problem, slots, other, before, theirs, there_s, there_soc)
    if cost - was < limit:
        if way == 0:
            slots[job].after = theirs
        elif way == 1:
            slots[job].after = theirs_after
            slots[theirs].after = mine
        renew(problem, queues, robot)
        renew(problem, queues, other)
        return
    _link(queues, robot, left, job)
    _link(queues, other, before, theirs)
