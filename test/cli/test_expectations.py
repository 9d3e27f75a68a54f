# SPDX-License-Identifier: Apache-2.0
"""Expectations and the figures behind them, judged by whole runs on a small map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli.test_simulate import SCENARIO, SITE

from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.cli.simulate import simulate
from suwon_fleet.sim.scenario import load_scenario
from suwon_fleet.sim.scenario.expect import Metric

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "gates.yaml").write_text(SITE, "utf-8")
    path = tmp_path / "fit.yaml"
    path.write_text(
        SCENARIO.replace("kind: delivery, places", "id: parcel, kind: delivery, places")
    )
    return path


def expect(path: Path, *lines: str) -> None:
    path.write_text(path.read_text() + "expect:\n" + "".join(f"  - {line}\n" for line in lines))


def run(path: Path, capsys: Capture) -> tuple[int, dict[str, Any]]:
    code = main(["run", str(path), "--json", "-"])
    return code, json.loads(capsys.readouterr().out)


def test_expectations_that_are_met(scenario: Path, capsys: Capture) -> None:
    expect(
        scenario,
        '{metric: jobs_finished, op: "==", value: 2}',
        "{event: job, of: parcel, is: finished, after_s: 60}",
        '{event: action, of: big-1, is: load finished, op: "==", value: 1}',
        "{event: robot, of: big-1, is: mission to_dropoff}",
        '{event: alert, op: "==", value: 0}',
    )
    code, told = run(scenario, capsys)
    assert code == Exit.GOOD, told["expectations"]
    assert len(told["expectations"]) == 10, "the implied ones are told, too"
    assert all(one["met"] for one in told["expectations"])


def test_one_that_is_missed_fails_the_run_and_is_told(scenario: Path, capsys: Capture) -> None:
    expect(scenario, "{event: job, of: parcel, is: finished, before_s: 20}")
    assert main(["run", str(scenario)]) == Exit.FAILED
    lines = capsys.readouterr().out.splitlines()
    (missed,) = [line for line in lines if line.startswith("MISSED")]
    assert missed.split() == [
        "MISSED",
        *["job", "parcel", "finished", "before", "20", "s", "never"],
    ]


def test_a_scenario_may_expect_what_is_bad_of_itself(scenario: Path, capsys: Capture) -> None:
    text = scenario.read_text().replace("duration_s: 1200", "duration_s: 20")
    scenario.write_text(text)
    assert run(scenario, capsys)[0] == Exit.FAILED
    expect(scenario, '{metric: jobs_undone, op: "==", value: 1}')
    assert run(scenario, capsys)[0] == Exit.GOOD


def test_metrics(scenario: Path) -> None:
    result = simulate(load_scenario(scenario))
    figures = result.metrics
    assert set(figures) == set(Metric)
    assert figures[Metric.JOBS_FINISHED] == 2
    assert figures[Metric.JOBS_LATE] == 0
    assert figures[Metric.ROBOTS_JOINED] == 1
    assert 0 <= figures[Metric.WAIT_MEAN_S] <= figures[Metric.WAIT_P95_S]
    assert figures[Metric.WAIT_P95_S] < figures[Metric.SERVICE_P95_S] < result.sim_s
    assert 0 < figures[Metric.SOC_MIN] <= figures[Metric.SOC_END_MIN] + 1e-9 < 1
    assert figures[Metric.DISTANCE_KM] == pytest.approx(0.12), "the long way"


def test_a_run_may_go_on_to_its_time(scenario: Path) -> None:
    early = simulate(load_scenario(scenario))
    scenario.write_text(scenario.read_text() + "ends: time\n")
    late = simulate(load_scenario(scenario))
    assert early.sim_s < late.sim_s == 1200


def test_an_operator_answers_what_people_are_asked(scenario: Path) -> None:
    text = scenario.read_text().replace("blocks_per_hour: 0", "no_show: 1, blocks_per_hour: 0")
    scenario.write_text(text + "ends: time\n")
    alone = simulate(load_scenario(scenario))
    scenario.write_text(scenario.read_text() + "operator: {after_s: 30}\n")
    helped = simulate(load_scenario(scenario))
    assert alone.metrics[Metric.ALERTS_OPEN] == 1, "nobody came, and the job failed"
    assert helped.metrics[Metric.ALERTS_OPEN] == 0
    assert helped.metrics[Metric.ALERTS_RAISED] == 1
