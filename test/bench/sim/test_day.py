# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from suwon_fleet.bench.sim.day import JOBS_PER_HOUR, run_day, scenario
from suwon_fleet.core.sitemap import PlaceKind


def test_a_day_has_robots_jobs_and_chargers() -> None:
    plan = scenario(1, hours=0.5, robots=20)
    assert len(plan.spawns()) == 20
    assert len(plan.jobs()) == round(JOBS_PER_HOUR * 20 * 0.5)
    kinds = {kind for place in plan.site.places for kind in place.kinds}
    assert {PlaceKind.CHARGER, PlaceKind.PARKING, PlaceKind.PICKUP} <= kinds


@pytest.mark.long
@pytest.mark.timeout(600)  # kernels may have to be compiled first
def test_a_day_is_played(tmp_path: Path) -> None:
    told: list[str] = []
    done = run_day(scenario(1, hours=0.15, robots=6), tmp_path, told.append)
    assert (done.robots, done.collisions) == (6, 0)
    assert 0 <= done.finished <= done.asked > 0
    assert done.cpu_s > done.world_cpu_s > 0.0
    assert told
