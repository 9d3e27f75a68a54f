# SPDX-License-Identifier: Apache-2.0
"""What nobody could beat: each robot alone on the map."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.bench.lifelong.grid import Grid
from suwon_fleet.bench.lifelong.instance import Dealing, Instance
from suwon_fleet.bench.lifelong.tasks import Task, dealt
from suwon_fleet.kernel import inner_kernel, kernel

_NEVER = 1 << 30


def most_tasks(instance: Instance, grid: Grid, actions: int) -> int:
    """The most tasks that can be done with so many actions of every robot.

    Exact for robots without each other where each has a list of its own. Where tasks are chosen it is
    the number of shortest tasks that fit in the robots' time, of those that can be known by then.
    """
    ahead = grid.ahead()
    if instance.dealing in {Dealing.ROUND_ROBIN, Dealing.ROUND_ROBIN_FIXED}:
        return sum(
            _alone(instance, grid, ahead, robot, actions) for robot in range(len(instance.starts))
        )
    return _chosen(instance, grid, ahead, actions)


def _alone(
    instance: Instance, grid: Grid, ahead: NDArray[np.int32], robot: int, actions: int
) -> int:
    """The tasks a robot does alone: the soonest arrival at each errand, by heading."""
    place = int(grid.place_of.ravel()[instance.starts[robot]])
    arrival = np.array([0, _NEVER, _NEVER, _NEVER], dtype=np.int64)
    tasks = 0
    for task in dealt(instance, robot):
        for cell in task:
            goal = int(grid.place_of.ravel()[cell])
            arrival = _next_arrival(ahead, place, arrival, goal)
            place = goal
            if arrival.min() > actions:
                return tasks
        tasks += 1
    return tasks


def _chosen(instance: Instance, grid: Grid, ahead: NDArray[np.int32], actions: int) -> int:
    """Tasks by length, until the robots' time is used up; getting to a task is taken to be free."""
    budget = actions * len(instance.starts)
    greedy = instance.dealing is Dealing.GREEDY
    at_once = instance.revealed * (len(instance.starts) if greedy else 1)
    # as the crow flies first, so that only those tasks need be measured that may become known
    crow = [_crow(instance, task) for task in instance.tasks]
    done = _fitting(crow, budget, at_once, len(crow) if greedy else budget // min(crow), greedy)
    places = grid.place_of.ravel()
    known = crow[: at_once + done]
    for number in range(len(known)):
        stops = [int(places[cell]) for cell in instance.tasks[number]]
        if min(stops) >= 0:
            known[number] = _length(ahead, stops)
    return _fitting(known, budget, at_once, done, greedy)


def _fitting(lengths: Sequence[int], budget: int, at_once: int, most: int, greedy: bool) -> int:
    """How many tasks fit in a budget of actions, of those that can be known by then; at most `most`."""
    done = most
    while done:  # with fewer tasks done fewer were known, of which to choose the shortest
        known = at_once + done - 1
        known = min(known, len(lengths)) if greedy else known
        shortest = np.sort(np.resize(lengths, known))
        fits = int(np.searchsorted(np.cumsum(shortest), budget, side="right"))
        if fits >= done:
            break
        done = fits
    return done


def _crow(instance: Instance, task: Task) -> int:
    """Actions for a task if nothing were in the way, and one to come to its beginning."""
    width = instance.is_open.shape[1]
    cells = [divmod(cell, width) for cell in task]
    return 1 + sum(int(abs(a - c) + abs(b - d)) for (a, b), (c, d) in pairwise(cells))


def _length(ahead: NDArray[np.int32], places: Sequence[int]) -> int:
    """The fewest actions from the first place of a task to its last, and one to come to the first."""
    arrival = np.ones(4, dtype=np.int64)
    for place, goal in pairwise(places):
        arrival = _next_arrival(ahead, place, arrival, goal)
    return int(np.min(arrival))


@kernel
def _next_arrival(
    ahead: NDArray[np.int32], place: int, arrival: NDArray[np.int64], goal: int
) -> NDArray[np.int64]:
    """When a robot that is at `place` with each heading at `arrival` can be at `goal`, by heading.

    It is a search forward in time, one action after another, on places and headings.
    """
    there = np.full(4, _NEVER, dtype=np.int64)
    if place == goal:  # it has to be there at the end of one more action
        for heading in range(4):
            for turn in range(4):
                took = max(1, min(turn, 4 - turn))
                there[heading] = min(there[heading], arrival[(heading + turn) % 4] + took)
        return there
    known = np.full(4 * len(ahead), False)
    queue = np.empty(4 * len(ahead) + 4, dtype=np.int32)
    done = filled = 0
    now = arrival.min()
    while now < _NEVER:
        for heading in range(4):
            if arrival[heading] == now and not known[4 * place + heading]:
                known[4 * place + heading] = True
                queue[filled] = 4 * place + heading
                filled += 1
        until = filled
        while done < until:
            state = queue[done]
            done += 1
            at, heading = state // 4, state % 4
            if at == goal:
                there[heading] = now
                continue
            for turn in range(3):
                if turn == 0:
                    if ahead[at, heading] < 0:
                        continue
                    new = 4 * ahead[at, heading] + heading
                else:
                    new = 4 * at + (heading + 2 * turn - 1) % 4
                if not known[new]:
                    known[new] = True
                    queue[filled] = new
                    filled += 1
        if now >= there.min() + 2:  # to turn on the spot is as soon as any other way from now on
            break
        now += 1
        if done == filled:
            later = arrival[arrival >= now]
            if len(later) == 0:
                break
            now = max(now, later.min())
    return _turned(there)


@inner_kernel
def _turned(arrival: NDArray[np.int64]) -> NDArray[np.int64]:
    """Arrivals when a robot may also turn where it is."""
    best = arrival.copy()
    for heading in range(4):
        for turn in range(4):
            best[heading] = min(best[heading], arrival[(heading + turn) % 4] + min(turn, 4 - turn))
    return best
