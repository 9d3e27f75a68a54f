# SPDX-License-Identifier: Apache-2.0
"""A zone that is closed at one owner is closed for all."""

from __future__ import annotations

import pytest
from federation.realm import Realm, Trouble
from federation.test_borders_at_work import ask, told_of, wait
from federation.test_realm import realm

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.core.engine import explain
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.federation.messages import ZonesTold
from suwon_fleet.core.federation.zones import ZoneWord
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus
from suwon_fleet.core.texts import say


def closed_at(one: Realm) -> list[str]:
    """Owners that let nobody into the east."""
    return [name for name, owner in one.owners.items() if owner.core.fleet.closed_zones()]


def set_east(one: Realm, name: str, *, is_open: bool) -> None:
    answer = ask(one, name, m.SetZone(f"z {one.turns}", "east", is_open, "ana", "wet floor"))
    assert answer.reason is None


@pytest.mark.parametrize("at", ["east", "west"])
def test_a_job_into_a_zone_closed_elsewhere_waits_and_says_why(at: str) -> None:
    one = realm({"r": "w1"})
    one.run(2)
    set_east(one, at, is_open=False)
    wait(one, lambda: len(closed_at(one)) == 3)
    one.submit("west", JobRequest(JobKind.DELIVERY, ("at-w4", "at-e3")))
    wait(one, lambda: told_of(one, "west", "job-stranded") == 1)
    west = one.owners["west"]
    job = west.state.jobs["west.job-0-1"]
    assert job.status is JobStatus.QUEUED
    told = explain.explain_job(west.core.fleet, job.job_id)
    assert told
    assert "at-e3 lies in zone east, which is closed" in say(told.reasons[-1], "en")
    set_east(one, "yard", is_open=True)
    one.settle(600)
    assert one.finished() == ["west.job-0-1"]
    assert told_of(one, "west", "job-stranded") == 0
    assert closed_at(one) == []


def test_a_robot_on_its_way_to_a_zone_that_is_closed_there_stays_and_says_why() -> None:
    one = realm({"r": "w1"})
    one.run(2)
    one.submit("west", JobRequest(JobKind.GO_TO, ("at-e3",), robot_id="r"))
    one.run(1)
    set_east(one, "east", is_open=False)
    wait(one, lambda: told_of(one, "west", "goal-unreachable") == 1)
    west = one.owners["west"]
    assert not west.state.leaving
    told = explain.explain_robot(west.core.fleet, "r")
    assert told
    assert any("the zone in between (east)" in say(one, "en") for one in told.reasons)
    set_east(one, "east", is_open=True)
    one.settle(600)
    assert told_of(one, "west", "goal-unreachable") == 0
    assert one.owners_of("r") == ["east"]


def test_owners_agree_whatever_the_network_and_the_processes_do() -> None:
    trouble = Trouble(lost=0.3, doubled=0.3, late=4, killed=0.1)
    one = realm({"r": "w1"}, seed=3, trouble=trouble)
    for turn in range(40):
        one.asked[one.random.choice(list(one.owners))].append(
            m.SetZone(str(turn), one.random.choice(["west", "east"]), one.random.random() < 0.5)
        )
        one.turn()
    one.trouble = Trouble()
    one.run(10)
    west, yard, east = (one.owners[name].state for name in ("west", "yard", "east"))
    assert west.zones == yard.zones == east.zones
    assert west.closed_zones.keys() == yard.closed_zones.keys() == east.closed_zones.keys()
    assert sum(word.number for word in west.zones.values()) >= 2


def test_an_owner_on_a_new_journal_is_told_what_was_closed() -> None:
    one = realm({})
    set_east(one, "east", is_open=False)
    wait(one, lambda: len(closed_at(one)) == 3)
    one.owners["east"].journal = MemoryJournal()
    one.restart("east")
    one.run(3)
    assert one.owners["east"].state.closed_zones == {"east": "wet floor"}


def test_what_cannot_be_said_of_zones_is_not_heeded() -> None:
    one = realm({})
    one.run(1)
    west = one.owners["west"].core
    good = ZoneWord("east", False, "ana", "", 1, "east")
    bad = [
        ZoneWord("nowhere", False, "ana", "", 1, "east"),
        ZoneWord("east", False, "ana", "", 0, "east"),
        ZoneWord("east", False, "ana", "", 2**60, "east"),
        ZoneWord("east", False, "ana", "", 1, "south"),
    ]
    for word in bad:
        west.step(one.world.now_ns, [m.PeerSaid("east", ZonesTold((good, word)))])
        assert told_of(one, "west", "peer-unsound") == 1
        for alert in [*west.state.alerts]:
            west.step(one.world.now_ns, [m.AnswerAlert("", alert, "seen", "ana")])
    assert not west.state.closed_zones
    west.step(one.world.now_ns, [m.PeerSaid("east", ZonesTold((good,)))])
    assert list(west.state.closed_zones) == ["east"]
