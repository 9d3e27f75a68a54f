# SPDX-License-Identifier: Apache-2.0
"""Whole runs on small maps: what robots do not fit, and what they cannot get to."""

from __future__ import annotations

from pathlib import Path

import pytest

from suwon_fleet.cli.simulate import Result, Simulation, simulate
from suwon_fleet.sim.scenario import load_scenario

SITE = """\
format: suwon_fleet/site@1
id: gates
frame: {kind: local}
nodes:
  a: [0, 0]
  thin: [20, 4]
  low: [20, -4]
  steep: [20, -12]
  far1: [0, 30]
  far2: [40, 30]
  b: [40, 0]
  isle1: [80, 0]
places:
  - {id: west, at: [-10, 0], kinds: [pickup, parking]}
  - {id: east, at: [50, 0], kinds: [dropoff, parking]}
  - {id: attic, at: [40, -10], kinds: [waypoint]}
  - {id: isle, at: [90, 0], kinds: [waypoint]}
lanes:
  - {path: [west, a], kind: indoor}
  - {path: [b, east], kind: indoor}
  - {id: thin, path: [a, thin, b], kind: indoor, width_m: 0.6}
  - {id: low, path: [a, low, b], kind: indoor, height_m: 0.9}
  - {id: steep, path: [a, steep, b], kind: ramp, slope: 0.2}
  - {id: wide, path: [a, far1, far2, b], kind: indoor, width_m: 2, height_m: 2}
  - {id: hatch, path: [b, attic], kind: indoor, width_m: 0.6}
  - {id: elsewhere, path: [isle1, isle], kind: indoor}
"""
SCENARIO = """\
format: suwon_fleet/scenario@1
id: fit
site: gates.yaml
duration_s: 1200
people: {handover_min_s: 2, handover_max_s: 3, blocks_per_hour: 0}
fleets:
  - {id: big, kind: delivery_outdoor, count: 1, start: {places: [west]}}
jobs:
  - {at_s: 2, kind: delivery, places: [west, east], payload_kg: 3}
  - {at_s: 2, kind: go_to, places: [west]}
"""
TIGHT = {"thin", "low", "steep", "attic"}
"""Nodes that a big robot cannot get to on its own size, height or motors."""


def run(folder: Path, scenario: str) -> tuple[Result, dict[str, set[str]]]:
    """Run a scenario; also the nodes each robot was granted."""
    (folder / "gates.yaml").write_text(SITE, "utf-8")
    (folder / "fit.yaml").write_text(scenario, "utf-8")
    been: dict[str, set[str]] = {}

    def watch(simulation: Simulation) -> None:
        for robot in simulation.core.state.robots.values():
            been.setdefault(robot.robot_id, set()).update(robot.path)

    return simulate(load_scenario(folder / "fit.yaml"), watch), been


def test_a_robot_takes_the_long_way_where_it_does_not_fit_the_short_one(tmp_path: Path) -> None:
    result, been = run(tmp_path, SCENARIO)
    assert result.is_good
    assert result.jobs_finished == 2
    assert {"far1", "far2"} <= been["big-1"]
    assert not TIGHT & been["big-1"]


def test_a_small_robot_takes_the_short_way(tmp_path: Path) -> None:
    result, been = run(tmp_path, SCENARIO.replace("delivery_outdoor", "delivery_indoor"))
    assert result.is_good
    assert been["big-1"] & {"thin", "low"}
    assert not been["big-1"] & {"far1", "far2"}


def test_the_one_that_fits_is_sent_though_another_is_nearer(tmp_path: Path) -> None:
    scenario = SCENARIO.replace(
        "jobs:\n",
        "  - {id: small, kind: delivery_indoor, count: 1, start: {places: [east]}}\n"
        "jobs:\n"
        "  - {at_s: 1, kind: go_to, places: [attic]}\n",
    ).replace("places: [west]}}", "places: [west]}, charge: 1}")
    result, been = run(tmp_path, scenario)
    assert result.is_good
    assert "attic" in been["small-1"]
    assert not TIGHT & been["big-1"]


@pytest.mark.parametrize(
    ("place", "code"), [("isle", "unreachable"), ("attic", "lane-not-for-robot")]
)
def test_a_job_to_where_nobody_gets_is_refused_with_the_reason(
    tmp_path: Path, place: str, code: str
) -> None:
    job = f"  - {{at_s: 2, kind: go_to, places: [{place}]}}\n"
    result, been = run(tmp_path, SCENARIO + job)
    (refused,) = result.not_finished
    assert refused.status == "refused"
    assert refused.reason is not None
    assert refused.reason.code == code
    assert dict(refused.reason.facts)["place"] == place
    assert result.is_good, "refused jobs harm no others"
    assert result.jobs_finished == 2
    assert not TIGHT & been["big-1"]
