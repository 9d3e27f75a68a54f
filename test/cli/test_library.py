# SPDX-License-Identifier: Apache-2.0
"""The shipped scenarios: each run meets all that its scenario expects."""

from __future__ import annotations

import pytest

from suwon_fleet.cli.simulate import simulate
from suwon_fleet.resources import SCENARIOS, resource_path
from suwon_fleet.sim.faults.effects import EFFECTS
from suwon_fleet.sim.scenario import load_scenario

ALL = sorted(path.stem for path in resource_path(SCENARIOS).glob("*.yaml"))
QUICK = {"fault_localisation"}
NAMES = [pytest.param(name, marks=[] if name in QUICK else pytest.mark.longest) for name in ALL]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", NAMES)
def test_every_expectation_is_met(name: str) -> None:
    result = simulate(load_scenario(resource_path(f"{SCENARIOS}/{name}.yaml")))
    missed = [verdict for verdict in result.verdicts if not verdict.is_met]
    assert not missed, (result.not_finished, result.violations)


def test_there_is_one_for_every_sort_of_fault_and_one_for_all() -> None:
    alone = {name.removeprefix("fault_") for name in ALL if name.startswith("fault_")}
    assert alone == {str(sort) for sort in EFFECTS}
    whole = load_scenario(resource_path(f"{SCENARIOS}/all_at_once.yaml"))
    assert {type(fault.effect) for fault in whole.faults} == set(EFFECTS.values())
