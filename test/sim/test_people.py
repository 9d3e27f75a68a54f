# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest

from suwon_fleet.sim.people import People


def test_come_within_the_times_given() -> None:
    random = np.random.default_rng(1)
    people = People(handover_min_s=10.0, handover_max_s=40.0)
    times = [people.handover_s(random) for _ in range(500)]
    assert 10.0 <= min(times) < 12.0
    assert 38.0 < max(times) <= 40.0


def test_come_as_often_as_the_share_says() -> None:
    random = np.random.default_rng(1)
    absent = sum(math.isinf(People(no_show=0.25).handover_s(random)) for _ in range(4000))
    assert absent / 4000 == pytest.approx(0.25, abs=0.03)


def test_stand_in_the_way_as_often_as_the_rate_says() -> None:
    people = People(blocks_per_hour=60.0, block_min_s=2.0, block_max_s=15.0)
    random = np.random.default_rng(1)
    clear = [people.clear_s(random) for _ in range(2000)]
    assert np.mean(clear) == pytest.approx(60.0, rel=0.1)
    blocks = [people.block_s(random) for _ in range(500)]
    assert 2.0 <= min(blocks) <= max(blocks) <= 15.0


def test_nobody_stands_in_the_way_where_the_rate_is_zero() -> None:
    assert math.isinf(People(blocks_per_hour=0.0).clear_s(np.random.default_rng(1)))


def test_grasps_fail_as_often_as_the_share_says() -> None:
    random = np.random.default_rng(1)
    failed = sum(People(grasp_failure=0.1).grasp_fails(random) for _ in range(4000))
    assert failed / 4000 == pytest.approx(0.1, abs=0.02)
