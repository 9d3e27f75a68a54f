# SPDX-License-Identifier: Apache-2.0
"""Scale: that the load is what it is said to be. How fast it is carried is for the benchmark to say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from suwon_fleet.bench.figure import Options
from suwon_fleet.bench.scale import rows, run
from suwon_fleet.bench.scale.city_map import city
from suwon_fleet.bench.scale.engine_load import EngineLoad
from suwon_fleet.bench.scale.sizes import ALL, QUICK, Size
from suwon_fleet.bench.scale.traffic_load import TrafficLoad
from suwon_fleet.core.access import Network
from suwon_fleet.core.errors import BadInput, Broken, Severity
from suwon_fleet.core.maplint import lint
from suwon_fleet.core.mapnetwork import MapNetwork
from suwon_fleet.resources import resource_path
from suwon_fleet.traffic.roadmap import compile_roadmap
from suwon_fleet.wire.kinds import load_kinds

KIND = load_kinds(resource_path("config/robots"))["delivery_outdoor"]


@pytest.mark.parametrize("blocks", [2, 4, 6])
def test_in_a_city_every_place_can_be_reached_from_every_other(blocks: int) -> None:
    site = city(blocks, 3, seed=1)
    assert len(site.places) == 3
    part = Network(site, KIND).part_of
    assert len(set(part.values())) == 1
    assert len(part) == len(site.nodes)
    problems = lint(MapNetwork(site), [KIND])
    assert not [problem for problem in problems if problem.severity is Severity.ERROR]


@pytest.mark.parametrize("size", [*QUICK, *ALL[:2]])
def test_cities_are_as_large_as_they_are_called(size: Size) -> None:
    vertices = compile_roadmap(city(size.blocks, size.stations, seed=1), [KIND]).vertex_count
    assert vertices == pytest.approx(1000 * float(size.vertices.removesuffix("k")), rel=0.2)
    assert all(robots <= vertices / 5 for robots in size.robots)


def test_all_ways_to_find_a_row_agree_and_one_that_does_not_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roadmap = compile_roadmap(city(4, 12, seed=1), [KIND])
    watches = dict(rows.measure(roadmap, [0, 7]))
    assert {"suwon_fleet", "scipy csgraph", "pure Python"} <= set(watches)
    assert all(len(watch.cpu_ms) == 2 for watch in watches.values())
    wrong = np.zeros(roadmap.vertex_count, dtype=np.float32)
    monkeypatch.setattr(rows, "_scipy", lambda _: lambda _goal: wrong)
    with pytest.raises(Broken, match="scipy csgraph finds other times"):
        dict(rows.measure(roadmap, [0]))


def test_robots_drive_from_station_to_station() -> None:
    load = TrafficLoad(city(2, 3, seed=1), KIND, 3, seed=1)
    load.begin()
    load.run(3000)
    assert load.visits >= 3
    assert len(load.ticks.cpu_ms) == 3000
    assert 0.3 < load.moving <= 1.0


def test_the_same_seed_is_the_same_load() -> None:
    visits = []
    for _ in range(2):
        load = TrafficLoad(city(2, 3, seed=1), KIND, 4, seed=2)
        load.begin()
        load.run(1500)
        visits.append((load.visits, load.moving))
    assert visits[0] == visits[1]


def test_a_city_takes_no_more_robots_than_find_room() -> None:
    with pytest.raises(BadInput, match="robots find room"):
        TrafficLoad(city(2, 1, seed=1), KIND, 500, seed=1)


def test_a_fleet_works_off_its_jobs(tmp_path: Path) -> None:
    load = EngineLoad(city(2, 4, seed=1), KIND, 12, seed=1, journal=tmp_path / "journal")
    load.join()
    assert load.joined == 12
    load.run(3000)
    load.close()
    assert load.finished >= 2
    assert len(load.turns.cpu_ms) == 3000
    assert 0 < len(load.to_assigned_ms) <= load.asked
    assert min(load.to_granted_ms) > 0.0


@pytest.mark.long
def test_the_whole_benchmark_on_a_small_city() -> None:
    told: list[str] = []
    figures = list(run(Options(seeds=1, quick=True, tell=told.append)))
    assert any("in pure Python" in words for words in told)
    measured = {figure.what for figure in figures}
    assert "submit -> assigned, wall, p99" in measured
    assert "traffic, CPU of one tick, mean" in measured
    assert all(figure.value >= 0.0 and not figure.fault for figure in figures)
