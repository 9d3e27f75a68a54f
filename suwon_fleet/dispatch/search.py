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
from suwon_fleet.dispatch.queues import Queues, cost_from, leaves, renew, rest, total
from suwon_fleet.kernel import kernel, lean_kernel

CHUNK = 512
"""Moves tried between two looks at the budget."""
_COOL, _WARM, _GROWTH = 0.006, 0.3, 0.5
"""The temperature at the end, and at most at the start, in shares of what a typical job costs; the start
is warmer by this power of the moves there are for each job."""
Spent = Callable[[int], float]
"""Share of the budget that is used up after so many moves; 1 or more ends the search."""


def moves(count: int) -> Spent:
    """A budget of moves: the same problem then has the same plan wherever and whenever it is made."""
    return lambda done: done / count if count else 1.0


def improve(
    problem: Problem,
    queues: Queues,
    near: Ints,
    *,
    spent: Spent,
    seed: int = 1,
) -> None:
    """Search until the budget is spent; what is left is never worse than what was given."""
    if len(problem.jobs) == 0 or near.shape[1] == 0:
        return
    least, best = total(problem, queues), queues.copy()
    scale = float(problem.jobs["weight"].mean()) * typical_work_s(problem)
    state = np.array([0x9E3779B97F4A7C15 + seed], dtype=np.uint64)
    done, share, warm = 0, spent(0), _COOL
    while share < 1.0:
        heat = scale * warm * (_COOL / warm) ** share
        cost = anneal(problem, queues, near, heat, CHUNK, state)
        if (
            done == 0
        ):  # now it is known how far the budget goes: the further, the warmer it may begin
            moves = CHUNK / max(spent(CHUNK) - share, 1e-9)
            warm = min(_WARM, _COOL * (1.0 + (moves / len(problem.jobs)) ** _GROWTH))
        done += CHUNK
        share = spent(done)
        if cost < least:
            least = cost
            best.take(queues)
    queues.take(best)


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
def _next(queues: Queues, robot: int, before: int) -> int:
    """What a robot does after a job of its, or first."""
    return int(queues.slots[before].after if before >= 0 else queues.head[robot])


@lean_kernel
def _earlier(queues: Queues, one: int, other: int) -> int:
    """Of two jobs of a robot the one it ends first; none of them is before all."""
    if one < 0 or other < 0:
        return NO
    one_s, other_s = queues.slots[one].end_s, queues.slots[other].end_s
    if one_s != other_s:
        return one if one_s < other_s else other
    job = other
    while job >= 0:  # jobs that take no time end together
        if job == one:
            return one
        job = queues.slots[job].before
    return other


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
) -> float:
    """Try moves at one temperature; a worse plan is taken with probability exp(-loss / heat).

    Returns what the plan costs in the end.
    """
    _anneal(problem, queues, near, heat, moves, state)
    return total(problem, queues)


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
    old_before, old_after = queues.slots[job].before, queues.slots[job].after
    first = _earlier(queues, old_before, before)
    at_s, soc = leaves(problem, queues, robot, first)
    most = cost_from(queues, _next(queues, robot, first)) + limit
    _link(queues, robot, old_before, old_after)
    after = _next(queues, robot, before)
    queues.slots[job].after = after
    _link(queues, robot, before, job)
    head = _next(queues, robot, first)
    if rest(problem, queues.slots, robot, first, head, at_s, soc, most) < most:
        renew(problem, queues, robot, first)
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
    theirs = _next(queues, other, before)
    mine = queues.slots[job].after
    here_s, here_soc = leaves(problem, queues, robot, left)
    there_s, there_soc = leaves(problem, queues, other, before)
    most = cost_from(queues, job) + cost_from(queues, theirs) + limit
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
    cost = rest(problem, slots, other, before, job, there_s, there_soc, most)
    if cost < most:
        cost += rest(problem, slots, robot, left, new_here, here_s, here_soc, most - cost)
    if cost < most:
        renew(problem, queues, robot, left)
        renew(problem, queues, other, before)
        return
    if way < 2:
        slots[job].after = mine
    if way == 1:
        slots[theirs].after = theirs_after
    _link(queues, robot, left, job)
    _link(queues, other, before, theirs)
