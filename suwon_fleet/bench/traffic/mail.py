# SPDX-License-Identifier: Apache-2.0
"""Messages between robots and whoever directs them, which may be late or lost."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Generic, TypeVar

LATEST_TICKS = 2
"""A message is up to 0.2 s late."""
LOST = 0.05
SENT_AGAIN = 10
"""Ticks until what was lost is sent again."""

T = TypeVar("T")


class Mail(Generic[T]):
    """Delivers each robot's messages in the order they were sent."""

    def __init__(self, seed: int, *, is_late: bool) -> None:
        self._random = random.Random(seed)
        self._is_late = is_late
        self._due: defaultdict[int, list[tuple[int, T]]] = defaultdict(list)
        self._last: dict[int, int] = {}

    def send(self, tick: int, robot: int, content: T) -> None:
        due = tick
        if self._is_late:
            due += self._random.randint(0, LATEST_TICKS)
            while self._random.random() < LOST:
                due += SENT_AGAIN
            due = self._last[robot] = max(due, self._last.get(robot, 0))
        self._due[due].append((robot, content))

    def receive(self, tick: int) -> list[tuple[int, T]]:
        """What arrives in a tick, as (robot, content)."""
        return self._due.pop(tick, [])
