# SPDX-License-Identifier: Apache-2.0
"""What robots are sent to: tasks of the pool go to those that have done them soonest, all together."""

from __future__ import annotations

from itertools import pairwise, takewhile

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from suwon_fleet.bench.lifelong.grid import Grid
from suwon_fleet.bench.lifelong.tasks import Pool, Task, Tasks
from suwon_fleet.kernel import kernel
from suwon_fleet.traffic.window.ground import Ints
from suwon_fleet.traffic.window.planner import WindowPlanner

_NEVER = 1 << 20


class Giver:
    """Gives tasks to robots without any (Hungarian method); lengths of tasks are worked out once."""

    def __init__(self, grid: Grid) -> None:
        self._places = grid.place_of.ravel()
        self._ahead = grid.ahead()
        self._length_of: dict[Task, int] = {}

    def give(self, pool: Pool, place: Ints) -> None:
        """Give tasks to idle robots, which are or soon will be at `place` (by robot)."""
        robots, numbers = sorted(pool.idle), sorted(pool.waiting)
        if not robots or not numbers:
            return
        tasks = [pool.waiting[number] for number in numbers]
        first = self._places[[task[0] for task in tasks]]
        costs = np.empty((len(robots), len(tasks)), dtype=np.int64)
        for row, robot in enumerate(robots):
            costs[row] = np.where(
                first >= 0, distances(self._ahead, int(place[robot]))[first], _NEVER
            )
        costs += np.array([self._length(task) for task in tasks])
        for robot_index, task_index in zip(*linear_sum_assignment(costs), strict=True):
            if costs[robot_index, task_index] < _NEVER:
                pool.give(robots[robot_index], numbers[task_index])

    def _length(self, task: Task) -> int:
        """Cells from the first errand to the last."""
        if task not in self._length_of:
            places = self._places[list(task)].tolist()
            steps = [
                int(distances(self._ahead, a)[b]) if a >= 0 <= b else _NEVER
                for a, b in pairwise(places)
            ]
            self._length_of[task] = min(_NEVER, sum(steps))
        return self._length_of[task]


class Aimer:
    """Tells a planner where robots are to go."""

    def __init__(self, planner: WindowPlanner, grid: Grid) -> None:
        self._planner, self._places = planner, grid.place_of.ravel()
        self._giver = Giver(grid)

    def aim(self, tasks: Tasks) -> None:
        """Give tasks to robots without, and say where those go whose goals have changed."""
        if isinstance(tasks, Pool):
            self._giver.give(tasks, self._planner.plans.start // 4)
        for robot in sorted(tasks.changed):
            places = self._places[tasks.goals(robot)].tolist()
            self._planner.aim(robot, list(takewhile(lambda place: place >= 0, places)))
        tasks.changed.clear()


@kernel
def distances(ahead: Ints, place: int) -> NDArray[np.int64]:
    """Cells from a place to every other."""
    found = np.full(len(ahead), _NEVER, dtype=np.int64)
    queue = np.empty(len(ahead), dtype=np.int32)
    found[place] = 0
    queue[0] = place
    done, known = 0, 1
    while done < known:
        here = queue[done]
        done += 1
        for heading in range(4):
            there = ahead[here, heading]
            if there >= 0 and found[there] == _NEVER:
                found[there] = found[here] + 1
                queue[known] = there
                known += 1
    return found
