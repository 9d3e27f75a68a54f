# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from sim.day import SCENARIO, SITE

from suwon_fleet.core.access import Network
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.jobs import NEEDS, JobKind, Priority
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.scenario import Scenario, load_scenario

Write = Callable[[str], Path]


def test_robots(write: Write) -> None:
    scenario = load_scenario(write(SCENARIO))
    spawns = scenario.spawns()
    assert [spawn.robot_id for spawn in spawns] == ["cart-1", "cart-2", "cart-3"]
    assert all(0.5 <= spawn.soc <= 0.6 for spawn in spawns)
    assert (spawns[0].pose.x_m, spawns[0].pose.y_m) == (20, 4), "chargers are taken first"
    assert_apart(scenario)


def assert_apart(scenario: Scenario) -> None:
    for one, other in combinations(scenario.spawns(), 2):
        if one.pose.level == other.pose.level:
            radii = scenario.kinds[one.kind].radius_m + scenario.kinds[other.kind].radius_m
            at = [(spawn.pose.x_m, spawn.pose.y_m) for spawn in (one, other)]
            assert math.dist(*at) > radii


def test_robots_start_in_the_part_of_the_map_that_most_nodes_are_in(write: Write) -> None:
    scenario = load_scenario(write(SCENARIO.replace("count: 3", "count: 8")))
    assert max(spawn.pose.x_m for spawn in scenario.spawns()) <= 30


def test_robots_start_where_they_are_told_to(write: Write) -> None:
    told = SCENARIO.replace("count: 3", "count: 1, start: {places: [desk]}")
    (spawn,) = load_scenario(write(told)).spawns()
    assert (spawn.pose.x_m, spawn.pose.y_m) == (10, 4)
    told = SCENARIO.replace("count: 3", "count: 2, start: {zones: [west]}")
    assert all(spawn.pose.x_m < 11 for spawn in load_scenario(write(told)).spawns())


def test_jobs(write: Write) -> None:
    jobs = load_scenario(write(SCENARIO)).jobs()
    first, *drawn = jobs
    assert first.at_ns == 1_500_000_000
    assert first.request.places == ("hatch",)
    assert (first.request.priority, first.request.deadline_ns) == (Priority.URGENT, 61_500_000_000)
    assert [job.at_ns for job in jobs] == sorted(job.at_ns for job in jobs)
    assert len({job.request.request_id for job in jobs}) == 21
    for job in drawn:
        assert 10e9 <= job.at_ns <= 110e9
        assert 1 <= job.request.payload_kg <= 5
        assert 100e9 <= job.request.deadline_ns - job.at_ns <= 200e9
    assert {job.request.places for job in drawn} == {("shop", "desk"), ("shop", "hatch")}, (
        "nobody can get to the island"
    )
    assert {job.request.priority for job in drawn} == {Priority.NORMAL, Priority.HIGH}


FOLLOWING = """\
  - {at_s: 2, kind: go_to, places: [desk], id: first}
  - {at_s: 2, kind: go_to, places: [hatch], id: second, after: [first]}
"""


def test_jobs_that_follow_others(write: Write) -> None:
    jobs = load_scenario(write(SCENARIO.replace("demands:\n", f"{FOLLOWING}demands:\n"))).jobs()
    follows = {job.request.job_id: job.request.after for job in jobs if job.request.job_id}
    assert follows == {"first": (), "second": ("first",)}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("after: [first]", "after: [third]", "unknown-reference"),
        ("after: [first]", "after: [second]", "unknown-reference"),
        (
            "at_s: 2, kind: go_to, places: [desk]",
            "at_s: 3, kind: go_to, places: [desk]",
            "not-yet-asked",
        ),
        ("id: second", "id: first", "duplicate-id"),
        ("id: second", "id: cart", "duplicate-id"),
    ],
)
def test_jobs_that_cannot_follow(
    complain: Callable[[str], list[tuple[str, str]]], old: str, new: str, code: str
) -> None:
    assert old in FOLLOWING
    text = SCENARIO.replace("demands:\n", f"{FOLLOWING.replace(old, new)}demands:\n")
    assert ("11", code) in complain(text)


JOINT = """\
  - at_s: 2
    kind: joint
    roles: [{kind: delivery, places: [shop, desk], payload_kg: 1}, {kind: go_to, places: [hatch]}]
"""


def test_joint_jobs(write: Write) -> None:
    jobs = load_scenario(write(SCENARIO.replace("demands:\n", f"{JOINT}demands:\n"))).jobs()
    (job,) = (job.request for job in jobs if job.request.kind is JobKind.JOINT)
    assert job.places == ()
    assert [(role.kind, role.places, role.payload_kg) for role in job.roles] == [
        (JobKind.DELIVERY, ("shop", "desk"), 1.0),
        (JobKind.GO_TO, ("hatch",), 0.0),
    ]


@pytest.mark.parametrize(
    ("old", "new", "where", "code"),
    [
        ("kind: joint", "kind: delivery", "12", "not-for-this-kind"),
        ("at_s: 2", "at_s: 2\n    places: [shop]", "11", "not-for-this-kind"),
        ("[shop, desk]", "[shop]", "12", "wrong-places"),
        ("[shop, desk]", "[shop, dusk]", "12", "unknown-reference"),
        ("places: [hatch]", "places: [hatch], meet_at: [hutch]", "12", "unknown-reference"),
        ("kind: go_to", "kind: goto", "12", "unknown-value"),
    ],
)
def test_joint_jobs_that_cannot_be(
    complain: Callable[[str], list[tuple[str, str]]], old: str, new: str, where: str, code: str
) -> None:
    assert old in JOINT
    text = SCENARIO.replace("demands:\n", f"{JOINT.replace(old, new)}demands:\n")
    assert (where, code) in complain(text)


def test_joint_jobs_are_not_drawn(complain: Callable[[str], list[tuple[str, str]]]) -> None:
    assert ("12", "not-drawn") in complain(SCENARIO.replace("kind: delivery\n", "kind: joint\n"))


def test_even_arrivals(write: Write) -> None:
    text = SCENARIO.replace("window_s: [10, 110]", "window_s: [10, 110]\n    arrivals: even")
    times = [job.at_ns for job in load_scenario(write(text)).jobs()[1:]]
    assert times == [(10 + 5 * k) * 10**9 for k in range(20)]


def test_a_trip_is_as_long_as_its_way(write: Write) -> None:
    text = SCENARIO.replace("count: 20", "count: 20\n    within_m: 25")
    places = {job.request.places for job in load_scenario(write(text)).jobs()[1:]}
    assert places == {("shop", "desk")}


def test_patrols_and_single_goals(write: Write) -> None:
    text = SCENARIO[: SCENARIO.index("demands:")] + (
        "demands:\n"
        "  - {id: rounds, kind: patrol, count: 9, window_s: [0, 9], stops: 3, rounds: 2, "
        "at: {kinds: [pickup, dropoff]}}\n"
        "  - {id: visits, kind: go_to, count: 9, window_s: 5, at: {zones: [west]}}\n"
    )
    jobs = load_scenario(write(text)).jobs()
    for job in jobs:
        if job.request.kind is JobKind.PATROL:
            assert job.request.rounds == 2
            assert sorted(job.request.places) == ["desk", "hatch", "shop"]
    visits = [job for job in jobs if job.request.requester == "visits"]
    assert {job.request.places[0] for job in visits} == {"shop", "desk"}
    assert {job.at_ns for job in visits} == {5_000_000_000}


def test_a_seed_decides_all(write: Write) -> None:
    path = write(SCENARIO)
    one, same = load_scenario(path), load_scenario(path, seed=3)
    assert (one.spawns(), one.jobs()) == (same.spawns(), same.jobs())
    other = load_scenario(path, seed=4)
    assert one.jobs() != other.jobs()
    assert one.spawns() != other.spawns()


def test_a_demand_draws_what_it_drew_without_the_others(write: Write) -> None:
    more = "  - {id: more, kind: go_to, count: 5, window_s: [0, 50], at: {kinds: [dropoff]}}\n"
    alone, beside = (
        load_scenario(write(SCENARIO)).jobs(),
        load_scenario(write(SCENARIO + more)).jobs(),
    )
    assert alone == [job for job in beside if job.request.requester != "more"]


@pytest.mark.parametrize(
    ("old", "new", "where", "code"),
    [
        ("scenario@1", "scenario@9", "1", "wrong-format"),
        ("id: day\n", "", "1", "missing-key"),
        ("duration_s: 600", "duration: 600", "5", "unknown-key"),
        ("duration_s: 600", "duration_s: soon", "5", "not-a-number"),
        ("seed: 3", "seed: -1", "4", "out-of-range"),
        ("yard.yaml", "yurd.yaml", "3", "bad-file"),
        ("delivery_indoor", "delivery_indor", "7", "unknown-reference"),
        ("count: 3,", "count: 2.5,", "7", "not-whole"),
        ("[0.5, 0.6]", "[0.6, 0.5]", "7", "not-a-range"),
        ("count: 3,", "count: 30,", "7", "no-room"),
        ("places: [hatch]", "places: [hutch]", "9", "unknown-reference"),
        ("places: [hatch]", "places: [hatch, desk]", "9", "wrong-places"),
        ("priority: urgent", "priority: now", "9", "unknown-reference"),
        ("id: parcels", "id: cart", "11", "duplicate-id"),
        ("kind: delivery\n", "kind: delivry\n", "12", "unknown-value"),
        ("to: {kinds", "at: {kinds", "16", "not-for-this-kind"),
        ("to: {kinds: [dropoff]}", "to: {zones: [east]}", "16", "unknown-reference"),
        ("to: {kinds: [dropoff]}", "to: {places: [island]}", "11", "no-places"),
        ("{normal: 1, high: 1}", "{normal: 0}", "18", "no-priorities"),
        ("seed: 3", "seed: 3\npeople: {no_show: 2}", "5", "out-of-range"),
        ("seed: 3", "seed: 3\npeople: {block_min_s: 60}", "5", "not-a-range"),
        ("seed: 3", "seed: 3\npeople: {walking_in: [east]}", "5", "unknown-reference"),
    ],
)
def test_every_error_names_its_line(
    complain: Callable[[str], list[tuple[str, str]]], old: str, new: str, where: str, code: str
) -> None:
    assert old in SCENARIO
    assert (where, code) in complain(SCENARIO.replace(old, new, 1))


def test_problems_of_the_map_are_told_too(write: Write) -> None:
    path = write(SCENARIO)
    (path.parent / "yard.yaml").write_text(SITE.replace("[n0, shop]", "[n0, shup]"), "utf-8")
    with pytest.raises(BadInput) as caught:
        load_scenario(path)
    assert [problem.code for problem in caught.value.problems] == ["bad-file", "unknown-reference"]
    assert "yard.yaml:15" in caught.value.problems[1].where


def test_no_file_and_no_yaml(tmp_path: Path, write: Write) -> None:
    for path in (tmp_path / "none.yaml", tmp_path, write("fleets: [")):
        with pytest.raises(BadInput):
            load_scenario(path)


@pytest.fixture(scope="module")
def belt() -> Scenario:
    """The scenario of the demo."""
    return load_scenario(resource_path("sim/scenarios/belt_morning.yaml"))


def test_belt_morning_robots(belt: Scenario) -> None:
    kinds = Counter(spawn.kind for spawn in belt.spawns())
    assert kinds["delivery_outdoor"] + kinds["delivery_indoor"] == 24
    assert min(kinds["delivery_outdoor"], kinds["delivery_indoor"]) > 4
    assert kinds["humanoid"] == 8
    assert_apart(belt)


def test_belt_morning_jobs(belt: Scenario) -> None:
    jobs = belt.jobs()
    assert len(jobs) == 150
    assert {job.request.kind for job in jobs} == set(NEEDS)
    assert jobs[-1].at_ns <= 1100e9


def test_belt_morning_every_job_is_doable(belt: Scenario) -> None:
    site, kinds = belt.site, belt.kinds
    at = {(node.x_m, node.y_m, node.level): node.id for node in site.nodes}
    homes: dict[str, set[str]] = {}
    for spawn in belt.spawns():
        pose = spawn.pose
        homes.setdefault(spawn.kind, set()).add(at[pose.x_m, pose.y_m, pose.level])
    part = {kind: Network(site, kinds[kind]).part_of for kind in homes}
    for job in belt.jobs():
        nodes = [site.place_by_id[name].node for name in job.request.places]
        assert any(
            NEEDS[job.request.kind] in kinds[kind].capabilities
            and job.request.payload_kg <= kinds[kind].payload_kg
            and {part[kind].get(node) for node in nodes} == {part[kind][home]}
            for kind in homes
            for home in homes[kind]
        ), job


def test_belt_morning_trips_are_short(belt: Scenario) -> None:
    nodes = belt.site.node_by_id
    for job in belt.jobs():
        stops = [nodes[belt.site.place_by_id[p].node] for p in job.request.places]
        for a, b in pairwise(stops):
            assert math.dist((a.x_m, a.y_m), (b.x_m, b.y_m)) < 400
