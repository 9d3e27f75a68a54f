# SPDX-License-Identifier: Apache-2.0
"""Making plans better until time is up, on two threads."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from suwon_fleet.traffic.window.planner import WindowPlanner

THREADS = 2
_SHORTEST_ROUND_S = 0.1
"""Then a new border is drawn between what the threads work on; on large ground, where that takes long,"""
_DRAWING = 0.05
"""so late that drawing takes no more than this share of the time."""
_CHUNK_S = 0.004
"""Between looks at the clock."""
_MOST_TRIES = 1000
_SPARE_S = 0.03
"""Of a step, for what cannot be stopped in the middle."""


@dataclass(frozen=True)
class Budget:
    """For each step: seconds of wall time, or so many tries per thread and round, which repeats exactly."""

    seconds: float = 1.0
    tries: int | None = None
    rounds: int = 2


class Thinker:
    """Spends the budget of each step on a planner."""

    def __init__(self, planner: WindowPlanner, budget: Budget) -> None:
        self._planner, self._budget = planner, budget
        self._pool = ThreadPoolExecutor(THREADS)
        self._seconds_per_try = 1e-4
        self.tries = 0

    def think(self, began_s: float) -> None:
        """Make the plans better until the step that began then (`time.perf_counter`) must end."""
        self._planner.weigh()
        if self._budget.tries is not None:
            for _ in range(self._budget.rounds):
                self._planner.divide()
                list(self._pool.map(self._try_often, range(THREADS)))
            return
        spare_s = min(_SPARE_S, self._budget.seconds / 4)
        deadline_s = began_s + self._budget.seconds - spare_s
        while (now_s := time.perf_counter()) < deadline_s:
            self._planner.divide()
            drawing_s = time.perf_counter() - now_s
            round_s = max(_SHORTEST_ROUND_S, drawing_s / _DRAWING)
            until_s = [min(now_s + round_s, deadline_s)] * THREADS
            self.tries += sum(self._pool.map(self._try_until, range(THREADS), until_s))

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def _try_often(self, side: int) -> None:
        assert self._budget.tries is not None
        self._planner.improve(self._budget.tries, side)

    def _try_until(self, side: int, until_s: float) -> int:
        """Make plans of one side better until then; how many tries that were."""
        tries = 0
        while (now_s := time.perf_counter()) < until_s:
            fits = int(min(_CHUNK_S, until_s - now_s) / self._seconds_per_try)
            chunk = max(1, min(fits, _MOST_TRIES))
            self._planner.improve(chunk, side)
            took_s = time.perf_counter() - now_s
            change_s = took_s / chunk - self._seconds_per_try
            self._seconds_per_try = max(1e-6, self._seconds_per_try + 0.2 * change_s)
            tries += chunk
        return tries


def warm_up(planner: WindowPlanner) -> None:
    """Compile what is not yet, before time counts; the planner is not to be used after."""
    planner.aim(0, [0])
    thinker = Thinker(planner, Budget(tries=1))
    thinker.think(0.0)
    thinker.close()
    planner.retime(planner.plans.ready)
    planner.advance()
