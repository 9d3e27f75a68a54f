# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import random
from dataclasses import replace

import pytest
from federation.realm import Point, Realm, Trouble
from traffic.streets import GROUPS, street

from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import Place, PlaceKind, SiteMap
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.people import People
from suwon_fleet.sim.world import Spawn, World
from suwon_fleet.wire.kinds import load_kinds

KINDS = {
    name: kind
    for name, kind in load_kinds(resource_path("config/robots")).items()
    if name == "delivery_indoor"
}
QUICK = People(
    handover_min_s=1.0, handover_max_s=2.0, no_show=0.0, blocks_per_hour=0.0, grasp_failure=0.0
)
SHOPS = ("w4", "w1", "e2", "e3", "n")


def town() -> SiteMap:
    site = street(bays=True)
    both = frozenset({PlaceKind.PICKUP, PlaceKind.DROPOFF})
    places = [Place(f"at-{node}", node, both) for node in SHOPS]
    places.append(Place("charger-w", "w3", frozenset({PlaceKind.CHARGER})))
    places.append(Place("charger-e", "e4", frozenset({PlaceKind.CHARGER})))
    places.append(Place("bay-w", "bw", frozenset({PlaceKind.PARKING})))
    places.append(Place("bay-e", "be", frozenset({PlaceKind.PARKING})))
    return replace(site, places=tuple(places))


def realm(
    starts: dict[str, str],
    *,
    seed: int = 1,
    trouble: Trouble | None = None,
    places: tuple[Place, ...] = (),
) -> Realm:
    """Robots at nodes of the town, which has some more places."""
    site = town()
    site = replace(site, places=(*site.places, *places))
    at = site.node_by_id
    spawns = [
        Spawn(name, "delivery_indoor", Pose(at[node].x_m, at[node].y_m), 0.9)
        for name, node in starts.items()
    ]
    world = World(site, KINDS, spawns, seed=seed, people=QUICK)
    return Realm(site, KINDS, GROUPS, world, seed=seed, trouble=trouble)


def test_a_robot_with_its_job_goes_from_group_to_group() -> None:
    one = realm({"r": "w1"})
    one.run(2)
    assert one.owners_of("r") == ["west"]
    one.submit("west", JobRequest(JobKind.DELIVERY, ("at-w4", "at-e3")))
    one.settle(600)
    assert one.finished() == ["west.job-0-1"]
    assert one.owners_of("r") == ["east"]
    assert one.handed_over == 2
    assert not one.checker.violations
    assert one.owners["west"].state.tally.finished == 1
    assert one.owners["east"].state.tally.finished == 0


def test_a_job_is_sent_to_where_it_begins() -> None:
    one = realm({"r": "w1", "s": "e2"})
    one.run(2)
    one.submit("west", JobRequest(JobKind.GO_TO, ("at-e3",)))
    one.settle(600)
    assert one.finished() == ["west.job-0-1"]
    assert one.owners["east"].state.jobs["west.job-0-1"].robot_id == "s"
    assert one.owners_of("r") == ["west"]


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_lost_or_doubled_whatever_the_network_and_the_processes_do(seed: int) -> None:
    chance = random.Random(seed)
    trouble = Trouble(lost=0.2, doubled=0.2, late=3, killed=0.02)
    one = realm({"r": "w1", "s": "e2", "t": "w3"}, seed=seed, trouble=trouble)
    one.run(2)
    for _ in range(6):
        places = tuple(f"at-{node}" for node in chance.sample(SHOPS, 2))
        one.submit(chance.choice(["west", "east", "yard"]), JobRequest(JobKind.DELIVERY, places))
        one.run(40)
    one.settle(3000)
    assert len(one.finished()) == 6
    assert not one.checker.violations
    assert one.handed_over >= 4


AT_HANDOVERS = (
    "HandoverAsked",
    "HandoverPromised",
    "HandoverBegun",
    "RobotHandedOver",
    "RobotTaken",
    "HandoverClosed",
    "JobForwarded",
    "JobArrived",
    "JobDelivered",
    "JobCameBack",
    "JobEndHeard",
)
KILLS = 1_000


@pytest.mark.long
@pytest.mark.timeout(900)
def test_owners_killed_at_every_step_of_handovers_lose_and_double_nothing() -> None:
    kills, seed, killed_in = 0, 0, set()
    while kills < KILLS:
        seed += 1
        chance = random.Random(seed)
        trouble = Trouble(lost=0.1, doubled=0.1, late=2, killed_at=0.5)
        one = realm({"r": "w1", "s": "e2", "t": "w3", "u": "e3"}, seed=seed, trouble=trouble)
        one.run(2)
        for _ in range(10):
            places = tuple(f"at-{node}" for node in chance.sample(SHOPS, 2))
            one.submit(
                chance.choice(["west", "east", "yard"]), JobRequest(JobKind.DELIVERY, places)
            )
            one.run(40)
        one.settle(3000)
        assert len(one.finished()) == 10
        assert not one.checker.violations
        kills += one.kills
        killed_in |= one.killed_in
    missed = {(name, point) for name in AT_HANDOVERS for point in Point} - killed_in
    assert not missed
