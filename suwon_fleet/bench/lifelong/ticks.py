# SPDX-License-Identifier: Apache-2.0
"""The world of 2026's game: actions take several ticks, robots are squares and may be struck by delays.

Robots are told an order of moves, not times: each cell is entered by those that were granted it, one
after another, so that whoever is late is waited for. A robot may come straight behind another that is
still on its way out, as long as it stays behind where the other was at the beginning of the tick.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.bench.lifelong.grid import Grid
from suwon_fleet.traffic.window.ground import NO, Ints, TimedGround


class TickWorld:
    """Robots at vertices of `ground`, each `progress[i]` ticks into the first action of its queue."""

    def __init__(self, grid: Grid, ground: TimedGround, vertex: Ints, ticks: int) -> None:
        self._grid, self._ground, self._ticks = grid, ground, ticks
        self.vertex = vertex.copy()
        self.progress = np.zeros(len(vertex), dtype=np.int32)
        self._queue: list[deque[int]] = [deque() for _ in vertex]
        down, right = np.divmod(np.arange(grid.side**2), grid.side)
        self._offsets: list[int] = (down * grid.is_open.shape[1] + right).tolist()
        self._visitors: dict[int, deque[int]] = {}
        for robot, at in enumerate(vertex):
            for cell in self._covered(int(at)):
                self._visitors[cell] = deque([robot])

    def grant(self, robot: int, edge: int) -> None:
        """Add an action to those a robot is to do, after all that was granted to anybody before."""
        self._queue[robot].append(edge)
        tail, head = int(self._ground.tail[edge]), int(self._ground.head[edge])
        for cell in self._covered(head) - self._covered(tail):
            self._visitors.setdefault(cell, deque()).append(robot)

    def ticks_left(self) -> Ints:
        """Ticks until robots have done all they were granted, if nobody makes them wait."""
        granted = np.array([len(queue) for queue in self._queue], dtype=np.int32)
        return granted * self._ticks - self.progress

    def tick(self, is_delayed: NDArray[np.bool_]) -> None:
        """Let a tick pass: robots that may go do, but for those that are delayed."""
        going = [
            robot
            for robot, queue in enumerate(self._queue)
            if queue and not is_delayed[robot] and self._may_go(robot, queue[0])
        ]
        self.progress[going] += 1
        for robot in going:
            if self.progress[robot] == self._ticks:
                self._arrive(robot, self._queue[robot].popleft())

    def _may_go(self, robot: int, edge: int) -> bool:
        tail, head = int(self._ground.tail[edge]), int(self._ground.head[edge])
        if tail // 4 == head // 4:
            return True
        for cell in self._covered(head):
            visitors = self._visitors[cell]
            if visitors[0] != robot and (
                visitors[1] != robot or not self._leads(visitors[0], robot, head)
            ):
                return False
        return True

    def _leads(self, first: int, robot: int, head: int) -> bool:
        """Whether a robot is on its way out of `head`, straight on, and farther than `robot` is in."""
        if self._grid.side > 1 or self.vertex[first] != head or not self._queue[first]:
            return False
        onward = int(self._ground.head[self._queue[first][0]])
        return onward // 4 != head // 4 and bool(self.progress[first] > self.progress[robot])

    def _arrive(self, robot: int, edge: int) -> None:
        before = self._covered(int(self.vertex[robot]))
        self.vertex[robot] = self._ground.head[edge]
        self.progress[robot] = 0
        for cell in before - self._covered(int(self.vertex[robot])):
            first = self._visitors[cell].popleft()
            assert first == robot

    def _covered(self, vertex: int) -> set[int]:
        cell = int(self._grid.cell_of[vertex // 4])
        return {cell + offset for offset in self._offsets}

    def corners(self) -> NDArray[np.float64]:
        """(robots, 2) the upper left corners of robots' squares, as row and column."""
        cells = self._grid.cell_of[self.vertex // 4]
        corners = np.stack(np.divmod(cells, self._grid.is_open.shape[1]), axis=1).astype(np.float64)
        first = np.array([queue[0] if queue else NO for queue in self._queue], dtype=np.int32)
        onto = np.where(first == NO, self.vertex, self._ground.head[first])
        to_cells = self._grid.cell_of[onto // 4]
        to = np.stack(np.divmod(to_cells, self._grid.is_open.shape[1]), axis=1)
        share = (self.progress / self._ticks)[:, None]
        moved: NDArray[np.float64] = corners + share * (to - corners)
        return moved
