# SPDX-License-Identifier: Apache-2.0
"""Owners killed in the very turn in which they journal what goes between them, but for handovers."""

from __future__ import annotations

import random

import pytest
from federation.realm import Point, Realm, Trouble
from federation.test_realm import SHOPS, realm

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.federation.events import JobCancelHeard
from suwon_fleet.core.jobs import JobKind, JobRequest

STEPS = (
    "JobSeen",
    "JobSeenHeard",
    "JobCancelAsked",
    "JobCancelHeard",
    "JobCancelSettled",
    "PlaceLeased",
    "ZoneHeard",
)
MOST_SEEDS = 60
JOBS = 6


def morning(seed: int) -> Realm:
    """Jobs that are called off on their way, robots that run low, and a zone closed for a while."""
    chance = random.Random(seed)
    trouble = Trouble(lost=0.1, doubled=0.1, late=2, killed_at=0.5)
    one = realm({"r": "w1", "s": "e2", "t": "w3"}, seed=seed, trouble=trouble)
    one.run(2)
    for number in range(JOBS):
        places = tuple(f"at-{node}" for node in chance.sample(SHOPS, 2))
        one.submit(chance.choice(["west", "east", "yard"]), JobRequest(JobKind.DELIVERY, places))
        one.world.robots[chance.choice("rst")].soc = chance.uniform(0.2, 0.9)
        closing = m.SetZone(f"zone {number}", "east", is_open=number % 3 != 1)
        one.asked[chance.choice(["west", "east", "yard"])].append(closing)
        one.run(chance.randint(5, 60))
        for name, owner in one.owners.items():
            for job_id in sorted(owner.state.away.keys() - owner.state.origins):
                one.asked[name].append(m.CancelJob(f"{number} {job_id}", job_id, "ana"))
    one.asked["yard"].append(m.SetZone("open", "east", is_open=True))
    one.settle(4000)
    return one


def check(one: Realm) -> None:
    owners = [owner.state for owner in one.owners.values()]
    tallies = [state.tally for state in owners]
    assert sum(tally.cancelled + tally.finished + tally.failed for tally in tallies) == JOBS
    assert not any(state.calling or state.called or state.unseen for state in owners)
    assert all(state.zones == owners[0].zones for state in owners)
    heard = [
        (event.job_id, event.number)
        for owner in one.owners.values()
        for event in owner.journal.read()
        if isinstance(event, JobCancelHeard)
    ]
    assert len(heard) == len(set(heard))
    assert not one.checker.violations


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_nothing_is_lost_or_done_twice() -> None:
    missed = {(name, point) for name in STEPS for point in Point}
    for seed in range(MOST_SEEDS):
        one = morning(seed)
        check(one)
        missed -= one.killed_in
        if not missed:
            return
    raise AssertionError(f"never killed in {missed}")
