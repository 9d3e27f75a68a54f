# SPDX-License-Identifier: Apache-2.0
"""Each sort of fault with the fleet's core at work: nobody collides, and each job ends or people know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.cli.simulate import Result, Simulation
from suwon_fleet.core.engine.state import AlertRecord
from suwon_fleet.core.errors import BadInput
from suwon_fleet.sim.faults import read_fault_text
from suwon_fleet.sim.scenario import Scenario, load_scenario
from suwon_fleet.sim.scenario.expect import Metric
from suwon_fleet.sim.scenario.model import Operator

SCENARIO = """\
format: suwon_fleet/scenario@1
id: trouble
site: belt
seed: 2
duration_s: 2400
people: {blocks_per_hour: 0, grasp_failure: 0}
fleets:
  - {id: lab, kind: delivery_indoor, count: 2, start: {kinds: [charger], zones: [suseo.lab-hall]},
     charge: 0.8}
  - {id: hand, kind: humanoid, count: 1, start: {places: [suseo.assembly-1]}, charge: 0.9}
jobs:
  - {at_s: 2, kind: manipulation, places: [suseo.assembly-2, suseo.assembly-1], object: actuator}
  - {at_s: 5, kind: delivery, places: [suseo.reception, suseo.test-desk], payload_kg: 2}
  - {at_s: 9, kind: delivery, places: [suseo.parts-shelf, suseo.reception], payload_kg: 2}
"""
QUICK = [
    (
        "comms lost",
        "{target: '*', at_s: 60, for_s: 90, comms: {partition: true}}",
        "robot comms_lost",
    ),
    ("fall", "{target: hand-1, at_s: 60, humanoid: {fall: true}}", "robot control fallen"),
    ("fire", "{target: suseo.lift, for_s: 900, lift: {mode: fire}}", "robot navigation blocked"),
]
LONG = [
    (
        "bad link",
        "{target: '*', comms: {loss: 0.3, latency_s: [0, 2], duplicate: 0.3, reorder: 0.3}}",
        "",
    ),
    ("deaf", "{target: lab-1, at_s: 30, for_s: 300, comms: {loss: 1, direction: down}}", ""),
    (
        "mute",
        "{target: lab-1, at_s: 30, for_s: 300, comms: {loss: 1, direction: up}}",
        "robot comms_lost",
    ),
    (
        "jump",
        "{target: lab-1, at_s: 60, for_s: 60, localisation: {jump_m: 3}}",
        "alert check-failed",
    ),
    ("drift", "{target: lab-1, for_s: 300, localisation: {drift_mps: 0.05}}", "alert check-failed"),
    (
        "lost",
        "{target: lab-1, at_s: 60, for_s: 60, localisation: {lost: true}}",
        "robot stop fatal",
    ),
    (
        "stuck",
        "{target: lab-1, at_s: 40, for_s: 300, actuator: {wheel_stuck: true}}",
        "robot assist_needed",
    ),
    ("slow", "{target: lab-1, at_s: 20, actuator: {speed_share: 0.3}}", ""),
    (
        "braked",
        "{target: lab-1, at_s: 60, for_s: 400, actuator: {brake: true}}",
        "alert robot-stuck",
    ),
    ("estop", "{target: lab-1, at_s: 60, actuator: {estop: true}}", "robot stop emergency"),
    ("flat", "{target: lab-1, at_s: 60, battery: {drop: 0.75}}", "robot battery critical"),
    ("weak", "{target: lab-1, battery: {health: 0.2}}", ""),
    ("no gauge", "{target: lab-1, at_s: 60, sensor: {gauge: lost}}", "robot battery unknown"),
    (
        "blind",
        "{target: lab-1, at_s: 60, for_s: 120, sensor: {scan: blind}}",
        "robot navigation blocked",
    ),
    ("frozen", "{target: lab-1, at_s: 60, for_s: 60, sensor: {pose: frozen}}", ""),
    ("slips", "{target: hand-1, humanoid: {grasp_failure: 1}}", "action verify failed"),
    (
        "hot",
        "{target: hand-1, at_s: 20, for_s: 60, humanoid: {overheat: true}}",
        "robot control minor_fault",
    ),
    (
        "stays down",
        "{target: hand-1, for_s: 300, humanoid: {getup_failure: 1}}",
        "action get_ready failed",
    ),
    (
        "offline",
        "{target: suseo.lift, for_s: 900, lift: {mode: offline}}",
        "robot navigation blocked",
    ),
    (
        "blocked",
        "{target: lab-1, at_s: 60, for_s: 300, human: {block: true}}",
        "robot navigation blocked",
    ),
    ("refused", "{target: lab-1, for_s: 600, human: {refuse: true}}", "job failed"),
    ("forced", "{target: lab-1, at_s: 60, human: {open_lid: true}}", "robot compartment forced"),
    ("killed", "{target: lab-1, at_s: 60, for_s: 60, node: {kill: true}}", "robot restarted"),
    ("paused", "{target: lab-1, at_s: 60, for_s: 60, node: {pause: true}}", "robot comms_lost"),
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path = tmp_path_factory.mktemp("trouble") / "trouble.yaml"
    path.write_text(SCENARIO, "utf-8")
    return load_scenario(path)


def play(scenario: Scenario, *faults: str) -> tuple[Result, list[AlertRecord], list[str]]:
    """The result, the alerts open at the end, and all that happened in words such as "robot fallen"."""
    told = tuple(read_fault_text(text, f"f{n}", 0) for n, text in enumerate(faults))
    simulation = Simulation(replace(scenario, faults=told))
    happened: list[str] = []
    simulation.listeners.append(
        lambda one: happened.extend(f"{one.sort} {word}" for word in one.words)
    )
    while not simulation.is_over:
        simulation.turn()
    return simulation.result(0.0, 0.0), list(simulation.core.state.alerts.values()), happened


def assert_comes_through(result: Result, alerts: list[AlertRecord]) -> None:
    assert (result.collisions, result.illegal_grants) == (0, 0), result.violations
    assert result.state_hash == result.replay_state_hash
    if result.jobs_unfinished or result.jobs_failed or result.jobs_cancelled:
        assert alerts, f"people know nothing of {result.not_finished}"


@pytest.mark.parametrize(
    ("fault", "effect"),
    [
        *(pytest.param(fault, effect, id=name) for name, fault, effect in QUICK),
        *(pytest.param(f, effect, id=name, marks=pytest.mark.longest) for name, f, effect in LONG),
    ],
)
def test_the_fleet_comes_through(base: Scenario, fault: str, effect: str) -> None:
    result, alerts, happened = play(base, fault)
    assert_comes_through(result, alerts)
    assert not effect or effect in happened


@pytest.mark.longest
def test_with_an_operator_all_is_done_in_the_end(base: Scenario) -> None:
    helped = replace(base, operator=Operator(60.0), duration_s=7200.0)
    faults = [fault for name, fault, _ in (*QUICK, *LONG) if name in ("lost", "estop", "fall")]
    result, _, _ = play(helped, *faults)
    assert (result.collisions, result.illegal_grants, result.deadlocks) == (0, 0, 0)
    assert result.jobs_finished == 3, result.not_finished


@pytest.mark.longest
def test_a_dead_charger(base: Scenario) -> None:
    empty = replace(base, fleets=tuple(replace(f, charge=(0.32, 0.34)) for f in base.fleets[:1]))
    empty = replace(empty, timed=base.timed[1:], duration_s=3600.0)
    dead = "{target: 'suseo.lab*charger*', for_s: 3000, charger: {dead: true, misdock: 0.5}}"
    result, alerts, happened = play(empty, dead)
    assert_comes_through(result, alerts)
    assert "robot power charging" not in happened


def test_faults_change_nothing_before_they_begin(base: Scenario) -> None:
    early = replace(base, duration_s=50.0)
    plain, _, _ = play(early)
    later, _, _ = play(early, QUICK[0][1])
    assert plain.state_hash == later.state_hash


def test_the_same_faults_give_the_same_run(base: Scenario) -> None:
    early = replace(base, duration_s=240.0)
    bad_link = LONG[0][1]
    first, again = (play(early, bad_link)[0] for _ in range(2))
    assert first.state_hash == again.state_hash
    assert first.metrics[Metric.MESSAGES_LOST] == again.metrics[Metric.MESSAGES_LOST] > 50


def test_a_killed_fleet_manager_needs_the_real_nodes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kill.yaml"
    fault = "faults: [{at_s: 9, for_s: 3, target: fleet_manager, node: {kill: true}}]\n"
    path.write_text(SCENARIO + fault, "utf-8")
    with pytest.raises(BadInput, match="not-in-process"):
        Simulation(load_scenario(path))
    assert main(["run", str(path), "--quiet"]) == Exit.BAD_INPUT
    assert "[not-in-process]" in capsys.readouterr().err
