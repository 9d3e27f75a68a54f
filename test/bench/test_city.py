# SPDX-License-Identifier: Apache-2.0
"""The day on the belt: what is asked for, the simpler ways, and how they are counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from traffic.drive import kind, site_of
from traffic.maps import line, ring

from suwon_fleet.bench.city import run, run_seed
from suwon_fleet.bench.city.day import QUARTER_S, RUSHES, day
from suwon_fleet.bench.city.outcome import Outcome, Way, run_day
from suwon_fleet.bench.city.plain_dispatch import AsBefore, FirstCome, Matched, turns_of
from suwon_fleet.bench.city.plain_traffic import FAR, NextVertex, NoConflict
from suwon_fleet.bench.figure import Options
from suwon_fleet.core.dispatch import Candidate, Decision, Errand, Plan, Worker
from suwon_fleet.core.engine.events import JobAssigned
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.sitemap import Zone, ZoneKind
from suwon_fleet.core.traffic import WaitReason
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.scenario import Scenario, load_scenario
from suwon_fleet.sim.scenario.demand import SECOND

SMALL = kind("small")


def test_a_day_is_its_seeds() -> None:
    jobs = day(1, 1).jobs()
    assert jobs == day(1, 1).jobs()
    assert jobs != day(2, 1).jobs()
    assert all(0 < job.at_ns < QUARTER_S * SECOND for job in jobs)
    assert all(job.request.deadline_ns > job.at_ns for job in jobs)


def test_a_day_has_its_rushes() -> None:
    per_quarter = [0] * len(RUSHES)
    for seed in range(1, 9):
        for demand in day(seed).demands:
            per_quarter[int(demand.window_s[0] / QUARTER_S)] += demand.count
    mean = sum(per_quarter) / sum(RUSHES)
    assert per_quarter == pytest.approx([mean * busy for busy in RUSHES], rel=0.25)


def travel(traffic: NoConflict, robot: str, goal: str) -> list[str]:
    """Where a robot is granted to go."""
    traffic.aim(robot, goal, urgency=0.0, now_ns=0)
    return [name for extension in traffic.step(0) for name in extension.vertices]


def test_without_conflicts_a_robot_is_granted_its_shortest_way_at_once() -> None:
    traffic = NoConflict(ring(8), [SMALL])
    for robot in ("one", "other"):
        traffic.place(robot, "small", ["n0"], 0)
    assert traffic.owner_near("small", "n0") is None
    assert travel(traffic, "one", "n2") == ["n1", "n2"]
    assert traffic.front_of("one") == "n2"
    assert traffic.ahead_s("one") == pytest.approx(traffic.travel_s("small", "n0", "n2"))
    traffic.release("one", 1)
    assert traffic.ahead_s("one") == pytest.approx(traffic.travel_s("small", "n1", "n2"))
    assert travel(traffic, "other", "n1") == ["n1"]
    traffic.remove("other")
    assert traffic.step(0) == []


def test_it_is_granted_no_further_ahead_than_robots_remember() -> None:
    traffic = NoConflict(line(FAR + 10), [SMALL])
    traffic.place("one", "small", ["n0"], 0)
    assert len(travel(traffic, "one", f"n{FAR + 9}")) == FAR
    traffic.set_mobile("one", False)
    traffic.release("one", 5)
    assert traffic.step(0) == []


def test_reserving_robots_wait_for_ground_and_for_ever_face_to_face() -> None:
    traffic = NextVertex(line(5), [SMALL])
    traffic.place("one", "small", ["n0"], 0)
    traffic.place("other", "small", ["n4"], 0)
    assert travel(traffic, "one", "n4") == ["n1", "n2"]
    assert travel(traffic, "other", "n0") == ["n3"]
    wait = traffic.wait_of("other")
    assert wait is not None
    assert (wait.reason, wait.robot_id) == (WaitReason.GROUND, "one")
    assert traffic.owner_near("small", "n2") == "one"
    traffic.release("one", 2)
    traffic.release("other", 1)
    assert traffic.step(0) == []
    traffic.remove("other")
    assert [e.vertices for e in traffic.step(0)] == [("n3", "n4")]
    assert traffic.wait_of("one") is None


def test_reserving_robots_wait_for_room_in_a_zone() -> None:
    square = ((4.0, -1.0), (8.0, -1.0), (8.0, 1.0), (4.0, 1.0))
    zone = Zone("yard", ZoneKind.PLAZA, square, capacity=1)
    traffic = NextVertex(replace(line(5), zones=(zone,)), [SMALL])
    traffic.place("one", "small", ["n0"], 0)
    traffic.place("other", "small", ["n3"], 0)
    assert travel(traffic, "one", "n2") == ["n1"]
    wait = traffic.wait_of("one")
    assert wait is not None
    assert (wait.reason, wait.zone_id) == (WaitReason.ZONE_FULL, "yard")
    assert travel(traffic, "other", "n4") == ["n4"]
    traffic.release("other", 1)
    assert travel(traffic, "one", "n2") == ["n2"]


def worker(name: str, vertex: str, *, is_busy: bool = False) -> Worker:
    return Worker(name, SMALL, vertex, 0.0, 1.0, is_busy)


def errand(name: str, vertex: str, waited_s: float = 0.0) -> Errand:
    return Errand(name, (vertex,), 0.0, "go_to", 0.0, 1, waited_s, 1e6)


def ways() -> NoConflict:
    points = {name: (10.0 * number, 0.0) for number, name in enumerate("abcd")}
    site = site_of(points, [("a", "b"), ("b", "c"), ("c", "d")])
    return NoConflict(site, [SMALL])


def test_who_comes_first_gets_the_nearest_robot() -> None:
    workers = [worker("left", "a"), worker("right", "d")]
    errands = [errand("late", "d", 1.0), errand("early", "c", 5.0)]
    decided = FirstCome().assign(errands, workers, ways()).decisions
    assert [(d.job_id, d.robot_id) for d in decided] == [("early", "right"), ("late", "left")]
    too_heavy = errand("heavy", "a")._replace(payload_kg=1e6)
    assert FirstCome().assign([too_heavy], workers, ways()) == Plan()


def test_matched_are_served_best_together_and_nobody_thinks_ahead() -> None:
    workers = [worker("left", "a"), worker("right", "d", is_busy=True)]
    errands = [errand("near", "a"), errand("far", "c"), errand("third", "b")]
    decided = Matched().assign(errands, workers, ways()).decisions
    assert [(d.job_id, d.robot_id) for d in decided] == [("near", "left")]
    held = errand("near", "a")._replace(held_by="left")
    assert Matched().assign([held, errand("far", "c")], workers, ways()) == Plan()
    too_heavy = errand("heavy", "a")._replace(payload_kg=1e6)
    assert Matched().assign([too_heavy], workers, ways()) == Plan()


def test_as_before_is_as_it_was_in_the_end() -> None:
    def assigned(job: str, robot: str) -> JobAssigned:
        reason = Reason.of("soonest-done", robot=robot)
        return JobAssigned(0, Decision(job, robot, (Candidate(robot, 1.0),), reason), 0)

    turns = turns_of([assigned("j1", "x"), assigned("j2", "y"), assigned("j1", "y")])
    assert turns == {"y": ["j2", "j1"]}
    dispatch = AsBefore(turns, [])
    workers = [worker("x", "a"), worker("y", "b")]
    both = [errand("j1", "a"), errand("j2", "c")]
    assert dispatch.assign([errand("j1", "a")], workers, ways()) == Plan()
    assert [d.robot_id for d in dispatch.assign(both, workers, ways()).decisions] == ["y"]
    decided = dispatch.assign([errand("j1", "a")], [worker("y", "b")], ways()).decisions
    assert [(d.job_id, d.robot_id) for d in decided] == [("j1", "y")]


@pytest.fixture(scope="module")
def hour() -> Scenario:
    """A short scenario in one building."""
    scenario = load_scenario(resource_path("sim/scenarios/lab_hour.yaml"))
    return replace(scenario, duration_s=900.0)


@pytest.fixture(scope="module")
def ours(hour: Scenario) -> tuple[Outcome, dict[str, list[str]]]:
    return run_day(hour, Way.FULL)


def test_an_outcome_counts_what_was_driven(ours: tuple[Outcome, dict[str, list[str]]]) -> None:
    outcome, turns = ours
    assert outcome.jobs == sum(map(len, turns.values())) > 0
    assert 0.0 < outcome.empty_km <= outcome.driven_km
    assert outcome.energy_kwh > 0.0
    assert outcome.alone_s < outcome.mean_s <= outcome.p95_s
    assert (outcome.collisions, outcome.deadlocks, outcome.replays) == (0, 0, True)


def test_the_same_jobs_go_to_the_same_robots_without_conflicts(
    hour: Scenario, ours: tuple[Outcome, dict[str, list[str]]]
) -> None:
    outcome, turns = run_day(hour, Way.WITHOUT_CONFLICT, ours[1])
    assert turns == ours[1]
    assert outcome.jobs == ours[0].jobs


def test_first_come_and_reservation_serve_a_quiet_building(hour: Scenario) -> None:
    outcome, _ = run_day(hour, Way.FIRST_COME_RESERVING)
    assert outcome.collisions == outcome.illegal_grants == 0
    assert outcome.served > 0.0


@pytest.mark.longest
def test_a_whole_day_twice_is_the_same() -> None:
    one = run_seed(3, 1)
    assert one.again.state_hash == one.outcomes[Way.FULL].state_hash


@pytest.mark.longest
def test_the_whole_benchmark() -> None:
    figures = list(run(Options(seeds=1, quick=True)))
    assert not [figure for figure in figures if figure.fault]
    assert {way.value for way in Way} == {figure.by for figure in figures}
