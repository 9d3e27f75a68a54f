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
    walking: int = 0
    """How many walk about, as bodies; see :mod:`.crowd`."""
    walking_in: tuple[str, ...] = ()
    """The zones they stay in; none named: anywhere."""

    def handover_s(self, random: np.random.Generator) -> float:
        """How long a compartment stays open; for ever when nobody comes."""
        if random.random() < self.no_show:
            return math.inf
        return float(random.uniform(self.handover_min_s, self.handover_max_s))

    def clear_s(self, random: np.random.Generator) -> float:
        """How long a robot drives until somebody steps in its way; mostly long."""
        if self.blocks_per_hour <= 0.0:
            return math.inf
        return float(random.exponential(3600.0 / self.blocks_per_hour))

    def block_s(self, random: np.random.Generator) -> float:
        """For how long somebody then stays there."""
        return float(random.uniform(self.block_min_s, self.block_max_s))

    def grasp_fails(self, random: np.random.Generator) -> bool:
        """Whether a grasp turns out not to hold."""
        return bool(random.random() < self.grasp_failure)
