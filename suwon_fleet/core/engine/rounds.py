# SPDX-License-Identifier: Apache-2.0
"""Everybody in turn: a few in each step, so that no step has to do with all."""

from __future__ import annotations

from collections import deque


class Round:
    """Gives everybody a turn once in `every_ns`."""

    def __init__(self, every_ns: int) -> None:
        self._every_ns = every_ns
        self._queue: deque[str] = deque()
        self._last_ns: int | None = None
        self._credit = 0

    def add(self, one: str) -> None:
        """Somebody has come; its first turn is after all others'."""
        self._queue.append(one)

    def drop(self, one: str) -> None:
        """Somebody has left."""
        self._queue.remove(one)

    def next(self, now_ns: int) -> list[str]:
        """Whose turn has come since this was asked last; the first time that is everybody's."""
        passed_ns = self._every_ns if self._last_ns is None else now_ns - self._last_ns
        self._last_ns = now_ns
        earned = min(passed_ns, self._every_ns) * len(self._queue)
        count, self._credit = divmod(self._credit + earned, self._every_ns)
        count = min(count, len(self._queue))
        chosen = [self._queue[place] for place in range(count)]
        self._queue.rotate(-count)
        return chosen
