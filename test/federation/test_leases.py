# SPDX-License-Identifier: Apache-2.0
"""Chargers of other groups, kept for a while for robots that have none of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from federation.realm import SECOND, Realm, Trouble
from federation.test_borders_at_work import ask, told_of, wait
from federation.test_realm import realm

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.borrowing import RENEW_S
from suwon_fleet.core.engine.group_state import Lease
from suwon_fleet.core.engine.lending import LEASE_S
from suwon_fleet.core.engine.soundness import fault_of
from suwon_fleet.core.federation.events import LeaseEnded, PlaceLeased
from suwon_fleet.core.federation.messages import AskPlace, NoPlace, PlaceLent, PlaceReturned
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.core.robots.states import Mission
from suwon_fleet.core.sitemap import Place, PlaceKind

LOW = 0.12


def no_charger_in_the_west(
    trouble: Trouble | None = None, places: tuple[Place, ...] = (), **more: str
) -> Realm:
    """The only charger of the west is taken by one that is stopped there; `r` has to charge."""
    starts = {"r": "w1", "s": "w3", **more}
    one = realm(starts, places=places)
    one.turn()
    assert ask(one, "west", m.StopRobots("stop", "robot", "s", requester="ana")).reason is None
    for name in starts.keys() - {"s"}:
        one.world.robots[name].soc = LOW
    one.trouble = trouble or Trouble()
    return one


def leases(one: Realm) -> dict[str, Lease]:
    return one.owners["east"].state.leases


def mission(one: Realm, robot_id: str) -> Mission | None:
    owners = one.owners_of(robot_id)
    return one.owners[owners[0]].state.robots[robot_id].states.mission if owners else None


def charges(one: Realm, robot_id: str) -> bool:
    return mission(one, robot_id) is Mission.CHARGING


def written(one: Realm, kind: type) -> int:
    return sum(isinstance(event, kind) for event in one.owners["east"].journal.read())


def test_a_robot_charges_at_another_groups_charger_and_is_back_in_service() -> None:
    one = no_charger_in_the_west()
    wait(one, lambda: "r" in leases(one), turns=40)
    assert leases(one)["r"].place == "charger-e"
    wait(one, lambda: one.owners_of("r") == ["east"], turns=1000)
    assert not leases(one)
    wait(one, lambda: charges(one, "r"), turns=400)
    assert told_of(one, "west", "no-free-charger") == 0
    one.world.robots["r"].soc = 0.9
    one.submit("east", JobRequest(JobKind.GO_TO, ("at-e2",)))
    one.settle(2000)
    assert one.owners["east"].state.jobs["east.job-0-1"].robot_id == "r"
    assert not one.checker.violations


def test_a_charger_is_lent_to_one_robot_only() -> None:
    one = no_charger_in_the_west(q="w4")
    wait(one, lambda: charges(one, "r") or charges(one, "q"), turns=2000)
    for _ in range(100):
        one.turn()
        assert not leases(one)
    assert charges(one, "r") + charges(one, "q") == 1
    assert told_of(one, "west", "no-free-charger") == 1


def test_a_lease_is_renewed_as_long_as_its_robot_is_on_the_way() -> None:
    one = no_charger_in_the_west(k="m")
    assert ask(one, "yard", m.StopRobots("halt", "robot", "k", requester="ana")).reason is None
    wait(one, lambda: "r" in leases(one), turns=40)
    one.run(3 * LEASE_S)
    assert one.owners_of("r") == ["west"]
    assert leases(one)["r"].place == "charger-e"
    assert written(one, PlaceLeased) >= 3
    assert written(one, LeaseEnded) == 0
    one.trouble = Trouble(lost=1.0)
    one.run(2 * LEASE_S)
    assert not leases(one)
    assert written(one, LeaseEnded) == 1
    assert mission(one, "r") is Mission.IDLE


def test_one_that_is_stopped_for_long_loses_its_place_and_asks_again() -> None:
    one = no_charger_in_the_west()
    wait(one, lambda: mission(one, "r") is Mission.TO_DOCK, turns=40)
    assert ask(one, "west", m.StopRobots("halt", "robot", "r", requester="ana")).reason is None
    one.run(LEASE_S + RENEW_S)
    assert not leases(one)
    assert ask(one, "west", m.ReleaseRobots("go", "ana", scope="robot", id="r")).reason is None
    wait(one, lambda: charges(one, "r"), turns=2000)
    assert not one.checker.violations


def test_a_lease_outlives_both_owners_processes() -> None:
    one = no_charger_in_the_west()
    wait(one, lambda: "r" in leases(one), turns=40)
    before = leases(one)["r"]
    one.restart("east")
    one.restart("west")
    assert leases(one)["r"] == before
    wait(one, lambda: one.owners_of("r") == ["yard"], turns=1000)
    one.restart("yard")
    wait(one, lambda: charges(one, "r"), turns=1000)
    assert written(one, LeaseEnded) == 0


def test_an_owner_that_has_forgotten_a_lease_gives_it_again() -> None:
    one = no_charger_in_the_west()
    wait(one, lambda: mission(one, "r") is Mission.TO_DOCK, turns=40)
    one.owners["east"].journal = MemoryJournal()
    one.restart("east")
    wait(one, lambda: "r" in leases(one), turns=200)
    wait(one, lambda: charges(one, "r"), turns=2000)


def test_who_finds_its_place_taken_looks_for_another() -> None:
    one = no_charger_in_the_west()
    wait(one, lambda: mission(one, "r") is Mission.TO_DOCK, turns=40)
    east = one.owners["east"].core
    east.fleet.emit(LeaseEnded(one.world.now_ns, "r"))
    east.fleet.emit(PlaceLeased(one.world.now_ns, "x", "west", "charger-e", 0, 10**18))
    wait(one, lambda: mission(one, "r") is Mission.IDLE, turns=200)
    assert [lease.place for lease in leases(one).values()] == ["charger-e"]


def test_one_that_is_charged_makes_room_for_another_groups() -> None:
    one = no_charger_in_the_west(t="e4")
    one.run(20)
    assert charges(one, "t")
    wait(one, lambda: "r" in one.owners["east"].core.fleet.border.wanted, turns=60)  # type: ignore[union-attr]
    one.world.robots["t"].soc = 0.95
    wait(one, lambda: charges(one, "r"), turns=3000)
    assert not charges(one, "t")


def test_one_that_cannot_leave_its_charger_keeps_nobody_else_there() -> None:
    other = Place("charger-e2", "e2", frozenset({PlaceKind.CHARGER}))
    one = no_charger_in_the_west(t="e4", u="e2", places=(other,))
    one.world.robots["u"].soc = 0.9
    assert ask(one, "east", m.StopRobots("halt", "robot", "u", requester="ana")).reason is None
    one.run(20)
    assert charges(one, "t")
    one.world.robots["t"].soc = 0.95
    wait(one, lambda: charges(one, "r"), turns=3000)
    assert not charges(one, "t")


def test_a_place_lent_for_a_question_of_tomorrow_is_not_believed() -> None:
    """It would be kept for ever: leases count from when they were asked for."""
    one = no_charger_in_the_west()
    west = one.owners["west"].core.fleet
    assert west.border
    lent = PlaceLent("r", "charger-e", west.now_ns, LEASE_S)
    assert fault_of(west, west.border, "east", lent) is None
    lent = replace(lent, asked_ns=west.now_ns + 1)
    assert fault_of(west, west.border, "east", lent) == "asked_ns"


def test_a_place_that_is_not_needed_is_returned() -> None:
    one = no_charger_in_the_west()
    wait(one, lambda: mission(one, "r") is Mission.TO_DOCK, turns=40)
    west, now_ns = one.owners["west"].core, one.world.now_ns
    again = PlaceLent("r", "charger-w", now_ns, LEASE_S)
    late = west.step(now_ns, [m.PeerSaid("east", again)]).effects  # it may have been the east's
    assert not [
        one for one in late if isinstance(one, m.Tell) and isinstance(one.message, PlaceReturned)
    ]
    assert ask(one, "west", m.CommissionRobot("off", "s", False, "ana")).reason is None
    one.removed.add("r")
    assert ask(one, "west", m.RemoveRobot("gone", "r", "ana")).reason is None
    one.run(LEASE_S + 1)
    assert not leases(one)


def test_who_returns_a_place_late_takes_it_from_nobody() -> None:
    one = no_charger_in_the_west()
    wait(one, lambda: "r" in leases(one), turns=40)
    east, lease = one.owners["east"].core, leases(one)["r"]
    for peer, asked_ns in (("yard", lease.asked_ns), ("west", lease.asked_ns - 1)):
        east.step(one.world.now_ns, [m.PeerSaid(peer, PlaceReturned("r", asked_ns))])
        assert "r" in leases(one)
    east.step(one.world.now_ns, [m.PeerSaid("west", PlaceReturned("r", lease.asked_ns))])
    assert not leases(one)


def test_questions_that_cannot_be_are_not_heeded() -> None:
    one = realm({})
    one.turn()
    east = one.owners["east"].core
    good = AskPlace("x", "delivery_indoor", "w1", PlaceKind.CHARGER, "", 1)
    for bad in (
        AskPlace("x", "tank", "w1", PlaceKind.CHARGER, "", 1),
        AskPlace("x", "delivery_indoor", "nowhere", PlaceKind.CHARGER, "", 1),
        AskPlace("x", "delivery_indoor", "w1", PlaceKind.PICKUP, "", 1),
        AskPlace("x", "delivery_indoor", "w1", PlaceKind.CHARGER, "nowhere", 1),
    ):
        east.step(one.world.now_ns, [m.PeerSaid("west", bad)])
        assert told_of(one, "east", "peer-unsound") == 1
        for alert in [*east.state.alerts]:
            east.step(one.world.now_ns, [m.AnswerAlert("", alert, "seen", "ana")])
    assert not leases(one)
    not_ours = replace(good, place="charger-w")  # it may have been, when that was asked
    told = east.step(one.world.now_ns, [m.PeerSaid("west", not_ours)]).effects
    assert m.Tell("west", NoPlace("x", 1)) in told
    told = east.step(one.world.now_ns, [m.PeerSaid("west", good)]).effects
    assert m.Tell("west", PlaceLent("x", "charger-e", 1, LEASE_S)) in told
    other = AskPlace("y", "delivery_indoor", "w1", PlaceKind.CHARGER, "", 2)
    told = east.step(one.world.now_ns, [m.PeerSaid("yard", other)]).effects
    assert m.Tell("yard", NoPlace("y", 2)) in told
    later_ns = one.world.now_ns + round((LEASE_S + 1) * SECOND)
    told = east.step(later_ns, [m.PeerSaid("yard", other)]).effects
    assert not leases(one)
    told = east.step(later_ns, [m.PeerSaid("yard", other)]).effects
    assert list(leases(one)) == ["y"]


@pytest.mark.parametrize("seed", range(2))
def test_no_charger_is_ever_promised_twice(seed: int) -> None:
    trouble = Trouble(lost=0.2, doubled=0.2, late=3, killed=0.02, killed_at=0.2)
    one = no_charger_in_the_west(trouble, q="w4")
    one.random.seed(seed)
    for _ in range(1200):
        one.turn()
        east = one.owners["east"].state
        places = [lease.place for lease in east.leases.values()]
        own = [r.destination for r in east.robots.values() if r.destination in places]
        assert len(places) == len(set(places))
        assert not own
        if charges(one, "r") or charges(one, "q"):
            break
    one.trouble = Trouble()
    wait(one, lambda: charges(one, "r") or charges(one, "q"), turns=2000)
    assert not one.checker.violations
