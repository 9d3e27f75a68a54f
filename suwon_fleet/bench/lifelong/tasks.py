# SPDX-License-Identifier: Apache-2.0
"""Which errands each robot has to do: tasks dealt to robots, or chosen from a pool."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Protocol

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


class Tasks(Protocol):
    """What robots have to do, as the game goes on."""

    changed: set[int]
    """Robots whose goals are not what they were."""
    tasks: int
    errands: int
    """Done so far."""

    def goals(self, robot: int) -> list[int]:
        """Cells to visit, as far as they are known."""

    def visit(self, cells: Sequence[int]) -> None:
        """Take note of where robots are at the end of a step."""


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
        self.tasks = self.errands = 0
        self._reveal()

    def goals(self, robot: int) -> list[int]:
        return [cell for task in self.known[robot] for cell in task]

    def visit(self, cells: Sequence[int]) -> None:
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


class Pool:
    """Tasks that lie open until a robot is given them; a robot has one at a time, and keeps it."""

    def __init__(self, instance: Instance) -> None:
        self._file = instance.tasks
        self._revealed = instance.revealed
        self._next = 0
        self.waiting: dict[int, Task] = {}
        """Tasks that nobody has, by their number."""
        self.idle = set(range(len(instance.starts)))
        """Robots without a task."""
        self._left: dict[int, Task] = {}
        self.changed: set[int] = set()
        self.tasks = self.errands = 0
        self._reveal()

    def give(self, robot: int, number: int) -> None:
        """Give a task to a robot that has none."""
        self._left[robot] = self.waiting.pop(number)
        self.idle.remove(robot)
        self.changed.add(robot)

    def goals(self, robot: int) -> list[int]:
        return list(self._left.get(robot, ()))

    def visit(self, cells: Sequence[int]) -> None:
        for robot, left in list(self._left.items()):
            if cells[robot] != left[0]:
                continue
            self.errands += 1
            self.changed.add(robot)
            self._left[robot] = left[1:]
            if len(left) == 1:
                del self._left[robot]
                self.idle.add(robot)
                self.tasks += 1
        self._reveal()

    def _reveal(self) -> None:
        while len(self.waiting) + len(self._left) < self._revealed:
            self.waiting[self._next] = self._file[self._next % len(self._file)]
            self._next += 1


def tasks_of(instance: Instance) -> Tasks:
    """The tasks of a new game."""
    return Pool(instance) if instance.dealing is Dealing.FREE else Dealt(instance)
