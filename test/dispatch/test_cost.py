# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from core.engine.small import COURIER, HELPER
from numpy.typing import NDArray

from suwon_fleet.core.dispatch import Candidate, Errand, Worker
from suwon_fleet.core.robots.kind import Battery
from suwon_fleet.dispatch import RollingHorizon
from suwon_fleet.dispatch.cost import SLACK, energy_share
from suwon_fleet.dispatch.queues import first_ends_s
from suwon_fleet.dispatch.tables import problem_of

ERRAND = Errand("job-1", ("p", "q"), 60.0, "deliver", 2.0, 1, 0.0, math.inf)
WORKER = Worker("r1", COURIER, "home", 10.0, 0.9)
WAYS = {("home", "p"): 30.0, ("p", "q"): 50.0, ("q", "dock"): 40.0, ("q", "far dock"): 90.0}
WAYS |= {("p", "trap"): 5.0, ("p", "dock"): 20.0}


def travel_s(kind: str, start: str, goal: str) -> float:
    return 0.0 if start == goal else WAYS.get((start, goal), math.inf)


class Ways:
    """The same, many at once."""

    travel_s = staticmethod(travel_s)

    def travel_table(
        self, kind: str, starts: Sequence[str], goals: Sequence[str]
    ) -> NDArray[np.float32]:
        rows = [[travel_s(kind, start, goal) for goal in goals] for start in starts]
        return np.array(rows, dtype=np.float32)


def weigh(errand: Errand = ERRAND, worker: Worker = WORKER, *chargers: str) -> Candidate:
    return RollingHorizon(chargers or ("far dock", "dock")).weigh(errand, worker, travel_s)


def test_what_a_job_costs() -> None:
    told = weigh()
    assert (told.pickup_s, told.work_s, told.cost_s) == (10.0 + 30.0, 50.0 + 60.0, 150.0)
    used = energy_share(COURIER.battery, (30.0 + 50.0 + 40.0) * SLACK, 60.0)
    assert told.soc_after == pytest.approx(0.9 - used)
    assert told.refusal is None


def test_energy() -> None:
    battery = Battery(capacity_wh=100.0, idle_w=20.0, drive_w=80.0, charge_w=1.0)
    assert energy_share(battery, 3600.0, 0.0) == pytest.approx(1.0)
    assert energy_share(battery, 0.0, 3600.0) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("errand", "worker", "told"),
    [
        (ERRAND._replace(robot_id="r2"), WORKER, "not-this-robot"),
        (ERRAND, WORKER._replace(kind=HELPER), "not-capable"),
        (ERRAND._replace(payload_kg=10.1), WORKER, "payload-too-heavy"),
        (ERRAND._replace(vertices=("p", "moon")), WORKER, "unreachable"),
        (ERRAND, WORKER._replace(vertex="moon"), "unreachable"),
        (ERRAND._replace(vertices=("p", "trap")), WORKER._replace(vertex="p"), "no-way-back"),
        (ERRAND._replace(vertices=("p", "trap")), WORKER, ""),
        (ERRAND, WORKER._replace(soc=0.15), "battery-too-low"),
        (ERRAND._replace(action_s=1e6), WORKER._replace(soc=0.9), "battery-too-small"),
        (ERRAND._replace(robot_id="r1"), WORKER, ""),
        (ERRAND._replace(payload_kg=10.0), WORKER, ""),
    ],
)
def test_why_a_robot_cannot(errand: Errand, worker: Worker, told: str) -> None:
    candidate = weigh(errand, worker)
    assert (candidate.refusal.code if candidate.refusal else "") == told
    assert (candidate.cost_s is None) == bool(told)
    # plans are made of arrays, decisions told in candidates: the two must not part
    problem = problem_of([errand], [worker], Ways(), ["far dock", "dock"])
    assert first_ends_s(problem, 0)[0] == (math.inf if told else candidate.cost_s)


def test_the_reserve_is_left_at_the_charger_and_no_less() -> None:
    used = 0.9 - (weigh().soc_after or 0.0)
    reserve = COURIER.battery.reserve_soc
    assert weigh(ERRAND, WORKER._replace(soc=reserve + used + 1e-9)).refusal is None
    assert weigh(ERRAND, WORKER._replace(soc=reserve + used - 1e-9)).refusal is not None


def test_without_a_charger_in_reach_only_the_job_counts() -> None:
    used = energy_share(COURIER.battery, (30.0 + 50.0) * SLACK, 60.0)
    for chargers in ((), ("moon",)):
        told = RollingHorizon(chargers).weigh(ERRAND, WORKER, travel_s)
        assert told.soc_after == pytest.approx(0.9 - used)
