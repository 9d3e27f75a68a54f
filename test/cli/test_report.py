# SPDX-License-Identifier: Apache-2.0
"""The report of a run: a page that needs nothing else, and a recording that is read back."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cli.test_simulate import SCENARIO, SITE
from mcap.reader import make_reader

from suwon_fleet.cli import run_report
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.main import main
from suwon_fleet.core.engine.state import FleetState
from suwon_fleet.report.recording import MOST_SAMPLES, Recording
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.scenario import load_scenario

TROUBLE = """\
title: {en: Two <fits>, ko: 두 번}
operator: {after_s: 30}
faults:
  - {id: gone, at_s: 20, for_s: 30, target: big-1, comms: {partition: true}}
  - {id: button, at_s: 60, target: big-1, actuator: {estop: true}}
expect:
  - {metric: jobs_finished, op: "==", value: 2}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report."""
    place = tmp_path_factory.mktemp("report")
    (place / "gates.yaml").write_text(SITE, "utf-8")
    (place / "fit.yaml").write_text(SCENARIO + TROUBLE, "utf-8")
    target = place / "new" / "folder"
    assert main(["run", str(place / "fit.yaml"), "--report", str(target), "--quiet"]) == Exit.GOOD
    return target


class Outline(HTMLParser):
    """The headings of a page, its SVGs, and whatever it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.svgs = 0
        self.fetched: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.svgs += tag == "svg"
        fetching = tag in ("script", "link", "img", "iframe")
        self.fetched += [str(attrs)] * fetching

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("h1", "h2"):
            self.headings.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass


def test_the_page(folder: Path) -> None:
    text = (folder / "report.html").read_text("utf-8")
    outline = Outline()
    outline.feed(text)
    assert outline.headings[0] == "Two <fits>"
    assert {
        "Expectations",
        "Throughput",
        "Waiting",
        "Battery",
        "Robots",
        "Lanes",
        "Faults",
        "Alerts",
    } <= set(outline.headings)
    assert outline.svgs == 5
    assert not outline.fetched, "it needs nothing else"
    for told in ("jobs_finished == 2", "대기 시간", "충돌", "big-1", "button"):
        assert told in text


def messages(folder: Path) -> dict[str, list[tuple[int, Any]]]:
    with (folder / "run.mcap").open("rb") as file:
        found: dict[str, list[tuple[int, Any]]] = {}
        for _, channel, message in make_reader(file).iter_messages():
            found.setdefault(channel.topic, []).append((message.log_time, json.loads(message.data)))
        return found


def test_the_recording(folder: Path) -> None:
    told = messages(folder)
    assert set(told) == {"/scene", "/robots", "/events", "/alerts"}
    times = [at_ns for at_ns, _ in told["/robots"]]
    assert times == sorted(times)
    (first,) = told["/robots"][0][1]["robots"]
    (last,) = told["/robots"][-1][1]["robots"]
    assert (first["id"], first["x_m"], first["y_m"]) == ("big-1", -10.0, 0.0)
    assert last["battery"] < first["battery"]
    states = {robot["state"] for _, one in told["/robots"] for robot in one["robots"]}
    assert {"to_pickup", "silent", "stopped"} <= states
    entities = [entity for _, one in told["/scene"] for entity in one["entities"]]
    assert {entity["id"] for entity in entities} == {"lanes", "big-1"}
    assert all(entity["frame_id"] == "map" for entity in entities)
    events = [(one["sort"], one["of"], one["is"]) for _, one in told["/events"]]
    assert ("fault", "gone", "ended") in events
    assert any(sort == "job" and what == "finished" for sort, _, what in events)
    levels = [one["level"] for _, one in told["/alerts"]]
    assert levels
    assert set(levels) <= {2, 3, 4}


def test_foxglove_knows_the_schemas(folder: Path) -> None:
    with (folder / "run.mcap").open("rb") as file:
        summary = make_reader(file).get_summary()
    assert summary is not None
    schemas = {c.topic: summary.schemas[c.schema_id] for c in summary.channels.values()}
    assert schemas["/scene"].name == "foxglove.SceneUpdate"
    assert schemas["/alerts"].name == "foxglove.Log"
    assert {schema.encoding for schema in schemas.values()} == {"jsonschema"}
    assert {c.message_encoding for c in summary.channels.values()} == {"json"}


def test_without_mcap_there_is_the_page(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(run_report, "find_spec", lambda _name: None)
    scenario = folder.parents[1] / "fit.yaml"
    assert main(["run", str(scenario), "--report", str(tmp_path)]) == Exit.GOOD
    assert "run.mcap is left out" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_folder_that_cannot_be(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = folder.parents[1] / "fit.yaml"
    assert main(["run", str(scenario), "--report", str(scenario), "--quiet"]) == Exit.BAD_INPUT
    assert "[unwritable]" in capsys.readouterr().err


def test_a_long_run_is_thinned_out() -> None:
    scenario = load_scenario(resource_path("sim/scenarios/lab_hour.yaml"))
    world = scenario.world()
    recording = Recording(scenario.site, {})
    for second in range(3 * MOST_SAMPLES):
        world.now_ns = second * 1_000_000_000
        recording.look(world, FleetState())
    assert MOST_SAMPLES / 2 <= len(recording.samples) <= MOST_SAMPLES
    gaps = {later.at_s - one.at_s for one, later in pairwise(recording.samples)}
    assert gaps == {4.0}
