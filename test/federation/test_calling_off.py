# SPDX-License-Identifier: Apache-2.0
"""Jobs called off where they were asked for, while others have them."""

from __future__ import annotations

import random

import pytest
from federation.realm import Realm, Trouble
from federation.test_borders_at_work import ask, sent_east, told_of, wait
from federation.test_realm import SHOPS, realm

from suwon_fleet.core.engine import calling_off, explain
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.federation.events import JobCancelHeard
from suwon_fleet.core.federation.messages import CancelThere
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus
from suwon_fleet.core.robots.states import Mission
from suwon_fleet.core.texts import say

JOB = "west.job-0-1"


def call_off(one: Realm, name: str = "west", token: str = "cancel") -> Reason | None:
    return ask(one, name, m.CancelJob(token, JOB, "ana")).reason


def stands(one: Realm) -> str | None:
    """What people are told at its origin of a job that is elsewhere: a code."""
    west = one.owners["west"].core
    told = calling_off.how_it_stands(west.fleet, west.state.jobs[JOB])
    return told.code if told else None


def status(one: Realm) -> JobStatus:
    return one.owners["west"].state.jobs[JOB].status


def test_a_job_is_called_off_wherever_it_is_by_now() -> None:
    one = sent_east()
    wait(one, lambda: one.owners_of("r") == ["east"])
    west = one.owners["west"]
    one.run(1)
    told = explain.explain_job(west.core.fleet, JOB)
    assert told
    assert "on the ground of group east" in say(told.reasons[0], "en")
    assert one.owners["east"].state.unseen == {}
    assert stands(one) == "job-elsewhere"
    assert call_off(one) is None
    told = explain.explain_job(west.core.fleet, JOB)
    assert told
    assert "ana has called job west.job-0-1 off" in say(told.reasons[1], "en")
    assert stands(one) == "job-cancel-told"
    wait(one, lambda: status(one) is JobStatus.CANCELLED, turns=20)
    assert west.state.jobs[JOB].reason == Reason.of("cancelled-by", requester="ana")
    assert west.state.tally.cancelled == 1
    assert (west.state.calling, one.owners["east"].state.called) == ({}, {})
    assert not [about for about, _ in west.core.fleet.sent_ns if JOB in about]
    assert call_off(one, token="again") == Reason.of("job-is-over", job=JOB, status="cancelled")
    assert told_of(one, "west", "job-not-cancelled") == 0


def test_a_job_that_no_robot_has_begun_elsewhere_is_called_off() -> None:
    one = realm({"r": "w1"})
    one.run(2)
    one.trouble = Trouble(lost=1.0)  # the east hears of nothing yet
    one.submit("west", JobRequest(JobKind.GO_TO, ("at-e3",), robot_id="x"))
    one.turn()
    assert call_off(one) is None
    one.restart("west")
    one.trouble = Trouble()
    wait(one, lambda: status(one) is JobStatus.CANCELLED, turns=40)
    assert one.owners["east"].state.jobs[JOB].status is JobStatus.CANCELLED


def test_what_was_fetched_is_brought_back_through_the_gates() -> None:
    one = realm({"r": "w1"})
    one.run(2)
    one.submit("west", JobRequest(JobKind.DELIVERY, ("at-w4", "at-e3")))
    wait(one, lambda: one.owners_of("r") == ["east"], turns=2000)
    assert call_off(one) is None
    one.run(3)
    assert one.owners["west"].state.calling[JOB].is_done
    assert stands(one) == "job-cancelled-there"
    assert call_off(one, token="again") == Reason.of("job-is-returning", job=JOB)
    one.settle(900)
    assert status(one) is JobStatus.CANCELLED
    assert one.owners_of("r") == ["west"]
    assert one.owners["west"].state.robots["r"].laden is False
    assert one.owners["west"].state.calling == {}


def test_people_hear_of_it_if_it_could_not_be_called_off() -> None:
    one = realm({"r": "w1"})
    one.run(2)
    one.submit("west", JobRequest(JobKind.DELIVERY, ("at-w4", "at-e3")))
    wait(one, lambda: one.owners_of("r") == ["east"], turns=2000)
    stop = ask(one, "east", m.CancelJob("there", JOB, "bo"))  # called off where it is, by others
    assert stop.reason is None
    assert call_off(one) is None
    wait(one, lambda: told_of(one, "west", "job-not-cancelled") == 1, turns=20)
    (alert,) = one.owners["west"].state.alerts.values()
    assert "its load is on the way back" in say(alert.reason, "en")
    assert one.owners["west"].state.calling == {}
    late = CancelThere(JOB, 1, "ana")
    east, journal = one.owners["east"], one.owners["east"].journal
    heard = [e for e in journal.read() if isinstance(e, JobCancelHeard)]
    assert len(heard) == 1
    outcome = east.core.step(one.world.now_ns, [m.PeerSaid("west", late)])
    assert not [e for e in outcome.events if isinstance(e, JobCancelHeard)]
    one.settle(900)
    assert told_of(one, "west", "job-not-cancelled") == 0
    assert one.owners["west"].state.tally.cancelled == 1


def test_who_has_not_been_asked_for_a_job_says_who_was() -> None:
    one = sent_east()
    wait(one, lambda: one.owners_of("r") == ["east"])
    asked = Reason.of("job-asked-elsewhere", job=JOB, group="west")
    assert call_off(one, "yard") == asked
    one.run(1)
    assert call_off(one, "east", "there") is None  # it is there
    unknown = ask(one, "yard", m.CancelJob("unknown", "yard.job-9", "ana")).reason
    assert unknown == Reason.of("no-such-job", job="yard.job-9")


def test_only_whom_it_was_asked_of_may_have_a_job_called_off() -> None:
    one = sent_east()
    wait(one, lambda: one.owners_of("r") == ["east"])
    east = one.owners["east"].core
    east.step(one.world.now_ns, [m.PeerSaid("yard", CancelThere(JOB, 1, "eve"))])
    assert told_of(one, "east", "peer-unsound") == 1
    assert east.state.jobs[JOB].status is JobStatus.RUNNING


@pytest.mark.parametrize("seed", range(2))
def test_jobs_end_once_whatever_the_network_and_the_processes_do(seed: int) -> None:
    chance = random.Random(seed)
    trouble = Trouble(lost=0.2, doubled=0.2, late=3, killed=0.02, killed_at=0.2)
    one = realm({"r": "w1", "s": "e2"}, seed=seed, trouble=trouble)
    one.run(2)
    for number in range(6):
        places = tuple(f"at-{node}" for node in chance.sample(SHOPS, 2))
        one.submit(chance.choice(["west", "east", "yard"]), JobRequest(JobKind.DELIVERY, places))
        one.run(chance.randint(5, 60))
        for name, owner in one.owners.items():
            for job_id in sorted(owner.state.away.keys() - owner.state.origins):
                one.asked[name].append(m.CancelJob(f"{number} {job_id}", job_id, "ana"))
    one.settle(3000)
    owners = one.owners.values()
    assert not any(owner.state.calling or owner.state.called for owner in owners)
    assert not any(owner.state.unseen for owner in owners)
    heard = [
        (event.job_id, event.number)
        for owner in owners
        for event in owner.journal.read()
        if isinstance(event, JobCancelHeard)
    ]
    assert len(heard) == len(set(heard)) > 0
    tallies = [owner.state.tally for owner in owners]
    assert sum(tally.cancelled for tally in tallies) > 0
    assert sum(tally.cancelled + tally.finished + tally.failed for tally in tallies) == 6
    idle = [r.states.mission for owner in owners for r in owner.state.robots.values()]
    assert Mission.TO_DROPOFF not in idle
    assert not one.checker.violations
