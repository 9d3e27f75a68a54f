# SPDX-License-Identifier: Apache-2.0
"""Robots that stand still although told to go, at random, as an instance describes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.bench.lifelong.instance import Delays, Events, Lengths


class Delaying:
    """Draws delays tick after tick. The same seed gives the same, though not those of other programs."""

    def __init__(self, delays: Delays, robots: int) -> None:
        self._delays = delays
        self._left = np.zeros(robots, dtype=np.int64)
        self._chance = np.random.default_rng(delays.seed)

    def tick(self) -> NDArray[np.bool_]:
        """Which robots cannot move in the next tick."""
        self._left = np.maximum(self._left - 1, 0)
        able = np.flatnonzero(self._left == 0)
        struck = self._struck(able)
        self._left[struck] = self._lengths(len(struck))
        return self._left > 0

    def _struck(self, able: NDArray[np.intp]) -> NDArray[np.intp]:
        share = self._delays.p_delay
        if self._delays.event_model is Events.BERNOULLI:
            return able[self._chance.random(len(able)) < share]
        number = min(int(self._chance.poisson(len(self._left) * share)), len(able))
        return self._chance.choice(able, number, replace=False)

    def _lengths(self, number: int) -> NDArray[np.int64]:
        low, high = self._delays.min_delay, self._delays.max_delay
        if self._delays.duration_model is Lengths.UNIFORM:
            return self._chance.integers(low, high + 1, number)
        mean = low + (high - low) * self._delays.gauss_mean_ratio
        drawn = self._chance.normal(mean, (high - low) * self._delays.gauss_std_ratio, number)
        return np.clip(np.rint(drawn), low, high).astype(np.int64)
