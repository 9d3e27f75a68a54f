# SPDX-License-Identifier: Apache-2.0
"""A morning on the belt with an owner for each site and one for the roads, over a bad network."""

from __future__ import annotations

import pytest
from federation.realm import Realm, Trouble

from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.scenario import Scenario, load_scenario
from suwon_fleet.wire.groups import load_groups

FAR = (("suseo.locker-1", "setec.info-desk"), ("setec.locker", "suseo.reception"))
"""Ways from one site to another that outdoor robots deliver along."""


def belt(trouble: Trouble) -> tuple[Realm, Scenario]:
    scenario = load_scenario(resource_path("sim/scenarios/belt_morning.yaml"))
    groups = load_groups(resource_path("config/groups/belt.yaml"), scenario.site)
    world = scenario.world()
    realm = Realm(scenario.site, scenario.kinds, groups, world, trouble=trouble, steps=10)
    return realm, scenario


def home(realm: Realm, request: JobRequest) -> str:
    """The group to ask: that of the first place."""
    return realm.groups.names[0] if not request.places else request.places[0].split(".")[0]


@pytest.mark.longest
@pytest.mark.timeout(900)
def test_a_morning_with_six_owners() -> None:
    realm, scenario = belt(Trouble(lost=0.1, doubled=0.1, late=2, killed=0.002))
    realm.run(2)
    jobs = scenario.jobs()
    for job in jobs:
        while realm.world.now_ns < job.at_ns:
            realm.turn()
        realm.submit(home(realm, job.request), job.request)
    for places in FAR:
        realm.submit(places[0].split(".")[0], JobRequest(JobKind.DELIVERY, places))
    realm.settle(7200)
    assert len(realm.finished()) == len(jobs) + len(FAR)
    assert not realm.checker.violations
    assert realm.handed_over >= 4
    assert realm.kills > 0
