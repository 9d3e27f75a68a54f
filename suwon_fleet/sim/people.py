# SPDX-License-Identifier: Apache-2.0
"""People in the simulated world: those who load and unload robots, and those who stand in the way."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class People:
    """How people behave towards robots. Probabilities are 0..1, times in seconds."""

    handover_min_s: float = 10.0
    handover_max_s: float = 40.0
    no_show: float = 0.0
    """Share of hand-overs at which nobody comes."""
    blocks_per_hour: float = 6.0
    """How often, in an hour of driving, somebody stands in a robot's way."""
    block_min_s: float = 2.0
    block_max_s: float = 15.0
    grasp_failure: float = 0.05

    def handover_s(self, random: np.random.Generator) -> float:
        """How long a compartment stays open; for ever when nobody comes."""
        if random.random() < self.no_show:
            return math.inf
        return float(random.uniform(self.handover_min_s, self.handover_max_s))

    def block_s(self, random: np.random.Generator, dt_s: float) -> float:
        """For how long somebody now steps into the way; mostly 0."""
        if random.random() >= self.blocks_per_hour * dt_s / 3600.0:
            return 0.0
        return float(random.uniform(self.block_min_s, self.block_max_s))

    def grasp_fails(self, random: np.random.Generator) -> bool:
        """Whether a grasp turns out not to hold."""
        return bool(random.random() < self.grasp_failure)
