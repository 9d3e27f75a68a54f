# SPDX-License-Identifier: Apache-2.0
"""Problems at random, of robots of two kinds that may run low, and jobs of all sorts."""

from __future__ import annotations

import numpy as np

from suwon_fleet.bench.dispatch.instance import Instance
from suwon_fleet.dispatch.problem import KIND, NO, WORK, Problem


def plain(robots: int, jobs: int, seed: int) -> Problem:
    """As the benchmark has it: time alone counts."""
    return Instance.random(robots, jobs, seed).problem


def mixed(robots: int, jobs: int, seed: int) -> Problem:
    """Two kinds, the second slower and not for all jobs; batteries, deadlines, weights and holders."""
    random = np.random.default_rng(seed)
    base = plain(robots, jobs, seed)
    base.robots["kind"] = [0, *random.integers(0, 2, robots - 1)]
    base.robots["free_s"] = random.uniform(0.0, 300.0, robots)
    base.robots["soc"] = random.uniform(0.2, 1.0, robots)
    base.robots["home_s"] = random.uniform(0.0, 300.0, robots)
    base.jobs["weight"] = random.choice([1 / 3, 1.0, 3.0, 9.0], jobs)
    base.jobs["slack_s"] = random.choice([500.0, 1500.0, np.inf], jobs)
    base.jobs["holder"] = random.choice([NO, NO, *range(robots)], jobs)
    work = np.zeros((2, jobs), dtype=WORK)
    work["drive_s"] = base.work["drive_s"][0] * np.array([[1.0], [2.0]])
    work["back_s"] = random.uniform(0.0, 300.0, (2, jobs))
    kinds = np.zeros(2, dtype=KIND)
    kinds["moving"], kinds["standing"] = 1e-4, 2e-5
    kinds["reserve"], kinds["full"], kinds["refill_s"] = 0.15, 0.9, 3600.0
    slow = base.robots["kind"] == 1
    first_s = base.first_s * np.where(slow, 2.0, 1.0)[:, None].astype(np.float32)
    first_s[np.ix_(slow, random.random(jobs) < 0.3)] = np.inf
    hop_s = np.concatenate([base.hop_s, 2.0 * base.hop_s])
    return base._replace(
        kinds=kinds, work=work, first_s=first_s.astype(np.float32), hop_s=hop_s, empty_weight=0.1
    )
