# SPDX-License-Identifier: Apache-2.0
"""A stretch of a day on the belt: the jobs of a morning, asked for at random times with two rushes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from suwon_fleet.resources import resource_path
from suwon_fleet.sim.chance import stream
from suwon_fleet.sim.scenario import Demand, Scenario, load_scenario
from suwon_fleet.sim.scenario.demand import Arrivals

SCENARIO = "sim/scenarios/belt_morning.yaml"
"""Who is there, and what is asked for; here it is asked for over a longer time."""
QUARTER_S = 900.0
RUSHES = (0.5, 1.0, 1.8, 1.0, 0.6, 1.0, 1.6, 0.5)
"""How busy each quarter of an hour is, beside the mean of all; two hours."""
SHARE = 0.2
"""Of a demand's jobs, so many come in a quarter of an hour of mean business."""
DEADLINE_S = (1200.0, 2400.0)
"""For jobs that have none of their own, so that each is on time or late."""
TO_END_S = 5400.0
"""Jobs that have not ended so long after the last was asked for are not served."""


def day(seed: int, quarters: int = len(RUSHES)) -> Scenario:
    """The scenario of a seed: arrivals are a Poisson process whose rate changes every quarter."""
    base = load_scenario(resource_path(SCENARIO), seed=seed)
    demands = tuple(
        part
        for demand in base.demands
        for quarter, busy in enumerate(RUSHES[:quarters])
        if (part := _part(demand, quarter, busy, seed)).count
    )
    duration_s = quarters * QUARTER_S + TO_END_S
    return replace(base, id=f"belt_day_{seed}", demands=demands, timed=(), duration_s=duration_s)


def _part(demand: Demand, quarter: int, busy: float, seed: int) -> Demand:
    """What is asked for in one quarter of an hour. The count is drawn here, the times are later."""
    name = f"{demand.id}-{quarter}"
    random: np.random.Generator = stream(seed, "quarter", name)
    return replace(
        demand,
        id=name,
        count=int(random.poisson(SHARE * busy * demand.count)),
        window_s=(quarter * QUARTER_S, (quarter + 1) * QUARTER_S),
        arrivals=Arrivals.RANDOM,
        deadline_s=demand.deadline_s or DEADLINE_S,
    )
