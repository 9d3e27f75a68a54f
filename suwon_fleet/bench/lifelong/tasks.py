# SPDX-License-Identifier: Apache-2.0
"""Which errands each robot has to do: tasks dealt to robots, or chosen from a pool."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import count

from suwon_fleet.bench.lifelong.instance import Dealing, Instance

Task = tuple[int, ...]
"""Cells to visit, in order."""


def dealt(instance: Instance, robot: int) -> Iterator[Task]:
    """The tasks of one robot in order, where what others do has no part in it."""
    robots, tasks = len(instance.starts), instance.tasks
    for number in count(robot, robots):
        if instance.dealing is Dealing.ROUND_ROBIN_FIXED and number >= len(tasks):
            return
        yield tasks[number % len(tasks)]


class Dealt:
    """Tasks that robots are given without being asked; `known[robot]` are those it knows of."""

    def __init__(self, instance: Instance) -> None:
        robots = range(len(instance.starts))
        self._revealed = instance.revealed
        self._greedy = instance.dealing is Dealing.GREEDY
        queue = iter(instance.tasks)
        self._coming = [queue if self._greedy else dealt(instance, robot) for robot in robots]
        self.known: list[deque[Task]] = [deque() for _ in robots]
        self.changed: set[int] = set()
        """Robots whose goals are not what they were."""
        self.tasks = self.errands = 0
        """Done so far."""
        self._reveal()

    def goals(self, robot: int) -> list[int]:
        """Cells to visit, as far as they are known."""
        return [cell for task in self.known[robot] for cell in task]

    def visit(self, cells: Sequence[int]) -> None:
        """Take note of where robots are at the end of a step."""
        for robot, cell in enumerate(cells):
            known = self.known[robot]
            if known and known[0][0] == cell:
                rest = known.popleft()[1:]
                self.errands += 1
                self.changed.add(robot)
                if rest:
                    known.appendleft(rest)
                else:
                    self.tasks += 1
        self._reveal()

    def _reveal(self) -> None:
        for robot, known in enumerate(self.known):
            while len(known) < self._revealed and (task := next(self._coming[robot], None)):
                known.append(task)
                self.changed.add(robot)
