# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.cli.map_scenario import scenario_of
from suwon_fleet.cli.run import document
from suwon_fleet.cli.simulate import Result, simulate
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.sitemap import PlaceKind
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.scenario import load_scenario

DATA = Path(__file__).parents[3] / "shared" / "data" / "rmf_demos"
GRID = "type octile\nheight 5\nwidth 7\nmap\n.......\n.@@.@@.\n.......\n.@@.@@.\n.......\n"
KEYS = {
    "scenario", "site", "seed", "robots", "jobs_submitted", "jobs_finished", "jobs_refused",
    "jobs_failed", "jobs_cancelled", "jobs_unfinished", "collisions", "deadlocks",
    "illegal_grants", "sim_s", "wall_s", "setup_s", "state_hash", "replay_state_hash",
    "not_finished", "violations", "metrics", "expectations",
}  # fmt: skip
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def grid(tmp_path: Path) -> str:
    """A map without a single place: two blocks of houses."""
    path = tmp_path / "blocks.map"
    path.write_text(GRID)
    return str(path)


def run_json(capsys: Capture, *argv: str) -> tuple[int, dict[str, Any]]:
    code = main(["run", *argv, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def lab_hour() -> Result:
    """One run of a small scenario."""
    return simulate(load_scenario(resource_path("sim/scenarios/lab_hour.yaml")))


def test_a_scenario_to_its_end(lab_hour: Result) -> None:
    assert lab_hour.is_good
    assert (lab_hour.jobs_submitted, lab_hour.jobs_finished, lab_hour.jobs_refused) == (5, 4, 1)
    assert (lab_hour.collisions, lab_hour.deadlocks, lab_hour.illegal_grants) == (0, 0, 0)
    (refused,) = lab_hour.not_finished
    assert refused.request_id == "timed-2"
    assert isinstance(refused.reason, Reason)
    assert refused.reason.code == "payload-too-heavy"


def test_a_run_again_is_the_same_and_so_is_its_replay(lab_hour: Result, capsys: Capture) -> None:
    path = str(resource_path("sim/scenarios/lab_hour.yaml"))
    code, told = run_json(capsys, path)
    assert code == Exit.GOOD
    assert told["state_hash"] == lab_hour.state_hash == lab_hour.replay_state_hash
    assert told["sim_s"] == lab_hour.sim_s


def test_another_seed_gives_another_run(grid: str, capsys: Capture) -> None:
    options = ["--map", grid, "--robots", "1", "--jobs", "1"]
    hashes = {run_json(capsys, *options, "--seed", seed)[1]["state_hash"] for seed in "123"}
    assert len(hashes) == 3


def test_json(grid: str, tmp_path: Path, capsys: Capture) -> None:
    options = ["--map", grid, "--robots", "2", "--jobs", "4", "--seed", "1"]
    code, told = run_json(capsys, *options)
    assert code == Exit.GOOD
    assert set(told) == KEYS
    assert (told["robots"], told["jobs_submitted"], told["jobs_finished"]) == (2, 4, 4)
    target = tmp_path / "out.json"
    assert main(["run", *options, "--json", str(target), "--quiet"]) == Exit.GOOD
    assert capsys.readouterr().out == ""
    assert json.loads(target.read_text())["state_hash"] == told["state_hash"]


def test_reasons_are_told_in_the_language_asked_for(lab_hour: Result) -> None:
    (refused,) = document(lab_hour, "ko")["not_finished"]
    assert refused["code"] == "payload-too-heavy"
    assert any("가" <= letter <= "힣" for letter in refused["reason"])


def test_jobs_that_do_not_end_in_time_fail_the_run(grid: str, capsys: Capture) -> None:
    options = ["--map", grid, "--robots", "1", "--jobs", "3", "--duration", "20"]
    assert main(["run", *options]) == Exit.FAILED
    out, err = capsys.readouterr()
    assert "1 submitted: 0 finished, 3 unfinished" in out
    assert "delivery-1 running" in err


def test_shipped_scenarios_go_by_name(capsys: Capture, lab_hour: Result) -> None:
    code, told = run_json(capsys, "lab_hour")
    assert (code, told["state_hash"]) == (Exit.GOOD, lab_hour.state_hash)


def test_a_result_with_a_missed_expectation_is_bad(lab_hour: Result) -> None:
    first, *others = lab_hour.verdicts
    assert lab_hour.is_good
    assert not replace(lab_hour, verdicts=(replace(first, is_met=False), *others)).is_good


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["none.yaml"], "no-file"),
        (["--map", "none.map"], "no-file"),
        (["none.yaml", "--robots", "3"], "not-with-a-scenario"),
        (["--map", "GRID", "--kind", "tank"], "unknown-reference"),
        (["--map", "GRID", "--robots", "500"], "no-room"),
        (["--map", "GRID", "--kind", "humanoid"], "no-places"),
    ],
)
def test_bad_input(options: list[str], code: str, grid: str, capsys: Capture) -> None:
    argv = ["run", *(option.replace("GRID", grid) for option in options)]
    assert main(argv) == Exit.BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert f"[{code}]" in err


def test_a_map_without_places_gets_some(grid: str) -> None:
    scenario = scenario_of(grid, robots=2, jobs=6, seed=5)
    assert len(scenario.site.places_of(PlaceKind.WAYPOINT)) == 20
    assert scenario.jobs() == scenario_of(grid, robots=2, jobs=6, seed=5).jobs()
    assert scenario.jobs() != scenario_of(grid, robots=2, jobs=6, seed=6).jobs()
    times = [job.at_ns / 1e9 for job in scenario.jobs()]
    assert times == pytest.approx([2 + 40 * k for k in range(6)])


def test_the_kind_suits_the_map(grid: str) -> None:
    belt = str(resource_path("config/sites/belt.yaml"))
    assert scenario_of(grid, robots=1, jobs=1, seed=1).fleets[0].kind == "delivery_indoor"
    scenario = scenario_of(belt, robots=1, jobs=1, seed=1)
    assert scenario.fleets[0].kind == "delivery_outdoor"
    places = {name for job in scenario.jobs() for name in job.request.places}
    assert not any("charger" in name or "parking" in name for name in places)


@pytest.mark.longest
@pytest.mark.skipif(not DATA.is_dir(), reason="the Open-RMF demo maps are not at hand")
@pytest.mark.parametrize("name", ["office", "hotel", "campus", "airport_terminal"])
def test_open_rmf_demo_maps(name: str, capsys: Capture) -> None:
    path = str(DATA / f"{name}.building.yaml")
    code, told = run_json(capsys, "--map", path, "--robots", "8", "--jobs", "40", "--seed", "1")
    assert code == Exit.GOOD, told
    assert told["jobs_finished"] + told["jobs_refused"] == 40


@pytest.mark.longest
def test_belt_morning() -> None:
    result = simulate(load_scenario(resource_path("sim/scenarios/belt_morning.yaml")))
    assert result.is_good
    assert (result.jobs_finished, result.jobs_refused) == (150, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--robots", "0"],
        ["--jobs", "-1"],
        ["--jobs", "99999999999"],
        ["--seed", "-3"],
        ["--duration", "0"],
        ["--duration", "nan"],
    ],
)
def test_a_number_out_of_range_is_a_wrong_argument(
    capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "--map", "any.map", *wrong])
    assert ended.value.code == Exit.BAD_INPUT
    assert f"argument {wrong[0]}: '{wrong[1]}' is no" in capsys.readouterr().err
