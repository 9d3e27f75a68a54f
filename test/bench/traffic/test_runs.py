# SPDX-License-Identifier: Apache-2.0
"""Runs of ours and of the peers: nobody touches anybody, alone all do what can be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic.maps import grids

from suwon_fleet.bench.figure import Options
from suwon_fleet.bench.traffic import clash
from suwon_fleet.bench.traffic.case import Case, make_case
from suwon_fleet.bench.traffic.maps import city_lanes, random_grid
from suwon_fleet.bench.traffic.ours import Ours
from suwon_fleet.bench.traffic.peers import PEERS, Peer, async_pibt, next_vertex
from suwon_fleet.bench.traffic.pushing import dead_ends
from suwon_fleet.bench.traffic.runs import Way, make_run
from suwon_fleet.bench.traffic.suite import WAYS, Setup, run
from suwon_fleet.bench.traffic.world import NO
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.traffic.roadmap import Ints, compile_roadmap

ways = pytest.mark.parametrize("way", WAYS)


def _city(robots: int, **more: object) -> Case:
    options = {"delays": True, "seed": 1, "ticks": 600, **more}
    return make_case("city", city_lanes(3, 0, zones=2), robots, **options)  # type: ignore[arg-type]


@ways
def test_alone_a_robot_does_all_that_can_be_done(way: Callable[[Case], Way]) -> None:
    case = _city(1, ticks=3000)
    outcome = make_run(case, way(case))
    assert outcome.tasks > 10
    assert outcome.tasks >= case.bound - 1
    assert outcome.efficiency <= outcome.bound
    assert outcome.late_s < 30.0  # by bad luck alone
    assert (outcome.stuck, outcome.deadlocks, outcome.overlaps) == (0, 0, 0)


@ways
def test_a_run_repeats(way: Callable[[Case], Way]) -> None:
    one, other = (make_run(_city(12), way(_city(12))) for _ in range(2))
    assert (one.tasks, one.longest_s) == (other.tasks, other.longest_s)


def test_who_stands_in_a_crowd_is_let_on() -> None:
    """At the end of this one's dead ends robots stood for ever behind those who wanted to go in."""
    case = make_case("grid", random_grid(12, 0.25, 6), 32, delays=True, seed=6, ticks=2000)
    outcome = make_run(case, Ours(case))
    assert outcome.longest_s < 120.0
    assert (outcome.stuck, outcome.overlaps) == (0, 0)


@ways
def test_with_failures_nobody_touches_anybody_and_some_arrive(way: Callable[[Case], Way]) -> None:
    case = _city(12, faulty=True)
    outcome = make_run(case, way(case))
    assert len(case.faults.deaths) == 1
    assert len(case.faults.closures) == 4
    assert outcome.tasks > 0
    assert outcome.overlaps == 0


@ways
def test_with_two_sizes_nobody_touches_anybody(way: Callable[[Case], Way]) -> None:
    site = city_lanes(3, 0, apart_m=1.5)
    case = make_case("sizes", site, 12, delays=True, seed=1, ticks=600, radii=(0.33, 0.48))
    assert make_run(case, way(case)).overlaps == 0


@settings(max_examples=30, deadline=None)
@given(grids(least=4, most=9), st.integers(0, 99), st.sampled_from(PEERS), st.integers(1, 3))
def test_on_any_small_grid_no_peer_lets_robots_touch(
    site: SiteMap, seed: int, peer: Callable[[Case], Peer], robots: int
) -> None:
    case = make_case("grid", site, robots, delays=True, seed=seed, ticks=400)
    outcome = make_run(case, peer(case))
    assert outcome.overlaps == 0
    assert outcome.efficiency <= outcome.bound


def test_reservation_deadlocks_where_pushing_does_not() -> None:
    case = make_case("grid", random_grid(10, 0.1, 3), 20, delays=True, seed=0, ticks=3000)
    reserved, pushed = (make_run(case, peer(case)) for peer in (next_vertex, async_pibt))
    assert reserved.stuck > 0
    assert reserved.deadlocks > 0
    assert reserved.late_s > 200.0 > pushed.late_s
    assert (pushed.stuck, pushed.deadlocks) == (0, 0)
    assert pushed.tasks > 2 * reserved.tasks


class _Reckless:
    """Grants robots their shortest way whoever is on it."""

    name = "reckless"

    def __init__(self, case: Case) -> None:
        self._peers = [next_vertex(_only(case, robot)) for robot in range(len(case.kind))]

    def step(self, tick: int, reached: Ints, goals: Ints) -> Iterator[tuple[int, int]]:
        for robot, peer in enumerate(self._peers):
            mine = np.zeros(int((reached == robot).sum()), dtype=np.int32)
            for _, edge in peer.step(tick, mine, goals[robot : robot + 1]):
                yield robot, edge

    def lose(self, robot: int) -> None: ...
    def tow(self, robot: int) -> None: ...
    def set_open(self, zone: str, is_open: bool) -> None: ...


class _Jumping(_Reckless):
    """Grants a robot an edge far from where it is."""

    def step(self, tick: int, reached: Ints, goals: Ints) -> Iterator[tuple[int, int]]:
        for robot, edge in super().step(tick, reached, goals):
            yield robot, edge + 40


def test_a_grant_from_elsewhere_ends_the_run() -> None:
    case = _city(2)
    with pytest.raises(ValueError, match=r"reckless granted robot \d an edge from elsewhere"):
        make_run(case, _Jumping(case))


def _only(case: Case, robot: int) -> Case:
    """The case with one robot on an empty map."""
    return Case(
        case.name,
        case.site,
        case.roadmap,
        case.kind[robot : robot + 1],
        case.start[robot : robot + 1],
        case.goals[robot : robot + 1],
        case.delays,
        case.faults,
        case.seed,
        case.ticks,
    )


def test_who_ignores_others_reaches_the_bound_and_is_seen_to_collide() -> None:
    case = _city(12)
    outcome = make_run(case, _Reckless(case))
    assert outcome.overlaps > 0
    assert abs(outcome.tasks - case.bound) <= 6  # a run begins a tick later for each grant


def test_the_bound_is_less_than_free_flow_by_what_a_run_leaves_unfinished() -> None:
    case = make_case("long", city_lanes(3, 0), 6, delays=False, seed=0, ticks=3000)
    assert 0.85 < case.bound / case.free_flow < 1.1


def test_a_grid_has_its_dead_ends_numbered() -> None:
    site = random_grid(3, 0.0, 0)
    cells = [node for node in site.nodes if node.id not in ("x0y0", "x1y0")]  # leaves x2y0 a stub
    names = {node.id for node in cells}
    lanes = tuple(lane for lane in site.lanes if {lane.start, lane.end} <= names)
    cut = SiteMap(site.id, site.levels, tuple(cells), lanes)
    roadmap = compile_roadmap(cut, _city(1).roadmap.kinds)
    branch = dict(zip(roadmap.vertex_names, dead_ends(roadmap).tolist(), strict=True))
    assert {name for name, number in branch.items() if number != NO} == {"x2y0"}


def test_conflicts_are_timed_and_come_of_all_sorts_of_change() -> None:
    times = clash.clashes(seed=0, ticks=320)
    assert len(times.wall_ms) == len(times.cpu_ms) > 6
    assert times.overlaps == 0


@pytest.mark.long
def test_conflicts_become_figures() -> None:
    figures = list(clash.run(Options(seeds=1, quick=True)))
    assert [figure.what[-3:] for figure in figures] == ["p50", "p99"]
    assert 0.0 < figures[0].value <= figures[1].value
    assert figures[1].target == 5.0
    assert figures[1].note.endswith("overlaps 0")


def test_a_crowded_map_is_refused() -> None:
    with pytest.raises(ValueError, match="no room on random-4-4-0-0 for robot 16 of 17"):
        make_case("full", random_grid(4, 0.0, 0), 17, delays=False, seed=0)


@pytest.mark.longest
@pytest.mark.timeout(900)
def test_the_suite_prints_ours_beside_all_peers() -> None:
    figures = list(run(Options(seeds=1, quick=True)))
    rates = [figure for figure in figures if figure.what == "tasks / free-flow tasks"]
    assert {figure.by for figure in rates} == {
        "suwon_fleet",
        "next vertex",
        "claim 3 ahead",
        "full path",
        "async PIBT",
    }
    assert all(figure.bound is not None and figure.value <= figure.bound for figure in rates)
    overlaps = [figure.value for figure in figures if figure.what.startswith("overlaps")]
    assert overlaps
    assert not any(overlaps)


def test_a_setup_says_what_it_is() -> None:
    setup = Setup("city", 7, delays=False, faulty=True, radii=(0.33, 0.48))
    assert setup.name == (
        "one-way city lanes 12 x 12, 7 robots, no delays, robots die, lanes close, messages late, "
        "radii 0.33 and 0.48 m"
    )
