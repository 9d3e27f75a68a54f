# SPDX-License-Identifier: Apache-2.0
"""A manager dies again and again, at any moment: nothing accepted is lost, and nothing is done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from suwon_fleet.bench.reliability.crashes import Outcome, crash
from suwon_fleet.bench.reliability.mortal import End, Sync
from suwon_fleet.bench.reliability.yard import PLACES, Yard
from suwon_fleet.sim.scenario import load_scenario

CRASHES, JOBS = 25, 5
SEEDS = range(8)
LONG_CRASHES, LONG_JOBS = 100, 40
LONG_SEEDS = range(100, 110)


def check(folder: Path, seed: int, times: int, jobs: int) -> None:
    scenario, sync = load_scenario(Yard.write(folder).scenario), list(Sync)[seed % 2]
    outcome = crash(
        scenario, PLACES, jobs=jobs, crashes=times, sync=sync, ends=list(End), seed=seed
    )
    assert outcome == Outcome(crashes=times, accepted=jobs)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_done_twice(tmp_path: Path, seed: int) -> None:
    check(tmp_path, seed, CRASHES, JOBS)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", LONG_SEEDS)
def test_nor_in_a_longer_day(tmp_path: Path, seed: int) -> None:
    check(tmp_path, seed, LONG_CRASHES, LONG_JOBS)
