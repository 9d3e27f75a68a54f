# SPDX-License-Identifier: Apache-2.0
"""The link at work over a real session: what comes in, what goes out, and what is refused."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import msgpack
import pytest
from msgspec import structs

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from waiting import wait_for
from zenoh import CongestionControl
from zenoh_net import free_endpoint, session_at

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.zenoh import link as link_module
from suwon_fleet.adapters.zenoh.last_values import LastValues
from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.core.engine.messages import Announced, Heard, Noticed, Reported, Vanished
from suwon_fleet.core.robots.command import (
    Act,
    ActionKind,
    Grant,
    Pause,
    ReleaseStop,
    RequestStop,
    Resume,
    RobotCommand,
    StopKind,
    Waypoint,
)
from suwon_fleet.core.robots.report import Factsheet, Pose, RobotReport
from suwon_fleet.robot.member import Member
from suwon_fleet.wire.zenoh.happenings import (
    Alarm,
    Grade,
    RobotEvent,
    encode_alarm,
    encode_event,
)
from suwon_fleet.wire.zenoh.keys import Address, Channel
from suwon_fleet.wire.zenoh.reports import encode_factsheet, encode_state

SECOND = 1_000_000_000
TO_ROBOTS = (Channel.COMMAND, Channel.GRANT, Channel.STOP)
SHEET = Factsheet("r-1", "courier", "one")
REPORT = RobotReport("r-1", 1, 1, "one", Pose(1.0, 2.0), 0.0, -1, -1)
LOAD = Act("r-1", "a-1", ActionKind.LOAD)
GRANT = Grant("r-1", 0, (Waypoint(1.0, 2.0, "ground", 1.0),))


class SlowClock(WallClock):
    """The time when the test began plus what it adds: however long it takes, nothing happens by itself."""

    def __init__(self) -> None:
        super().__init__()
        self._began_ns, self.ahead_ns = super().now_ns(), 0

    def now_ns(self) -> int:
        return self._began_ns + self.ahead_ns


@dataclass
class Wire:
    """A link, and the session of a robot that says what it is told to."""

    link: ZenohLink
    clock: SlowClock
    robot: Any
    heard: list[Heard] = field(default_factory=list)
    told: list[tuple[str, bytes]] = field(default_factory=list)

    def say(self, channel: Channel, payload: bytes, zone: str = "hall", robot: str = "r-1") -> None:
        key = Address("site", zone, robot).key(channel)
        self.robot.put(key, payload, congestion_control=CongestionControl.BLOCK)

    def state(self, report: RobotReport, **where: str) -> None:
        self.say(Channel.STATE, encode_state(report), **where)

    def until(self, what: Callable[[], Any]) -> None:
        """Drain until something is so."""

        def is_so() -> bool:
            self.heard += self.link.drain()
            return bool(what())

        wait_for(is_so)

    def of(self, kind: type) -> list[Any]:
        return [one for one in self.heard if isinstance(one, kind)]

    def listen(self) -> None:
        """Keep what the fleet tells the robot."""

        def hear(sample: Any) -> None:
            channel = str(sample.key_expr).rsplit("/", 1)[-1]
            self.told.append((channel, sample.payload.to_bytes()))

        for channel in TO_ROBOTS:
            self.robot.declare_subscriber(Address("site", "hall", "r-1").key(channel), hear)

    def meet(self) -> Wire:
        """What the robot says is heard from now on."""
        for channel in Channel:
            key = Address("site", "hall", "r-1").key(channel)
            if channel not in TO_ROBOTS:
                with self.robot.declare_publisher(key) as publisher:
                    wait_for(lambda publisher=publisher: publisher.matching_status.matching)
        return self

    def join(self) -> None:
        """The robot has joined, and hears."""
        self.listen()
        self.say(Channel.FACTSHEET, encode_factsheet(SHEET, 1, 1))
        self.state(REPORT)
        self.until(lambda: self.of(Announced))

    def tell(self, *commands: RobotCommand, count: int = 1) -> None:
        """The fleet tells; all has arrived when `count` more messages have."""
        before = len(self.told)
        self.link.send(commands)
        wait_for(lambda: len(self.told) >= before + count)


@pytest.fixture
def wire() -> Iterator[Wire]:
    endpoint, clock = free_endpoint(), SlowClock()
    with session_at(listen=[endpoint]) as fleet:
        link = ZenohLink(fleet, clock, "site")
        with session_at(mode="client", connect=[endpoint]) as robot:
            yield Wire(link, clock, robot).meet()
            link.close()


def test_a_robot_is_announced_with_its_first_state_and_reported_after(wire: Wire) -> None:
    wire.join()
    wire.state(structs.replace(REPORT, sequence=2))
    wire.until(lambda: wire.of(Reported))
    wire.state(structs.replace(REPORT, sequence=3))
    wire.until(lambda: len(wire.heard) == 3)
    wire.clock.ahead_ns += 11 * SECOND
    wire.state(structs.replace(REPORT, sequence=4))
    wire.until(lambda: len(wire.heard) == 4)
    kinds = [type(one) for one in wire.heard]
    assert kinds == [Announced, Reported, Reported, Announced]
    assert wire.heard[0] == Announced(SHEET, REPORT)


def test_a_crowd_joins_some_in_each_turn(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "NEW_AT_ONCE", 2)
    names = [f"c-{number}" for number in range(5)]
    for name in names:
        sheet = encode_factsheet(replace(SHEET, robot_id=name), 1, 1)
        wire.say(Channel.FACTSHEET, sheet, robot=name)
    turns: list[int] = []

    def all_are_there() -> bool:
        turns.append(len(wire.of(Announced)))
        for name in names:
            wire.state(structs.replace(REPORT, robot_id=name, sequence=len(turns)), robot=name)
        return turns[-1] == len(names)

    wire.until(all_are_there)
    assert max(now - before for before, now in pairwise(turns)) <= 2


def test_who_reports_without_a_factsheet_is_asked_for_it(wire: Wire) -> None:
    key = Address("site", "hall", "r-1").key(Channel.FACTSHEET)
    with wire.robot.declare_queryable(
        key, lambda query: query.reply(key, encode_factsheet(SHEET, 1, 1))
    ):
        sequence = iter(range(1, 10**6))

        def is_announced() -> bool:
            wire.clock.ahead_ns += SECOND
            wire.state(structs.replace(REPORT, sequence=next(sequence)))
            return bool(wire.of(Announced))

        wire.until(is_announced)
    assert wire.heard[0] == wire.of(Announced)[0]


def test_a_restarted_robot_is_asked_who_it_is_until_it_is_heard_itself() -> None:
    """The fleet keeps the sheet of the run before for others, and it has the time stamp."""
    endpoint, clock, key = free_endpoint(), SlowClock(), Address("site", "hall", "r-1")
    with session_at(mode="router", listen=[endpoint]) as fleet:
        link, last = ZenohLink(fleet, clock, "site"), LastValues(fleet, "site")
        with session_at(mode="client", connect=[endpoint]) as robot:
            wire = Wire(link, clock, robot).meet()
            wire.join()
            wait_for(lambda: last.turn() or len(last) == 2)
            sheet = encode_factsheet(replace(SHEET, session="two"), 1, 1)
            with robot.declare_queryable(
                key.key(Channel.FACTSHEET), lambda query: query.reply(query.key_expr, sheet)
            ):

                def is_back() -> bool:
                    last.turn()
                    clock.ahead_ns += SECOND // 20
                    wire.state(structs.replace(REPORT, session="two", sequence=clock.ahead_ns))
                    return any(one.report.session == "two" for one in wire.of(Announced))

                wire.until(is_back)
        last.close()
        link.close()


def test_what_others_remember_of_an_earlier_run_changes_nothing(wire: Wire) -> None:
    wire.join()
    key = Address("site", "hall", "r-1").key(Channel.FACTSHEET)
    old = encode_factsheet(replace(SHEET, session="zero"), 1, 1)
    answered: list[Any] = []

    def answer(query: Any) -> None:
        query.reply(key, old)
        answered.append(query)

    with wire.robot.declare_queryable(key, answer):
        wait_for(lambda: wire.link._told_who.ask(key) or answered)
        answered.clear()  # a query is over when nobody holds it
        wire.until(lambda: not wire.link._told_who._open)
    wire.state(structs.replace(REPORT, sequence=2))
    wire.until(lambda: wire.of(Reported))


def test_of_several_states_the_newest_is_heard(wire: Wire) -> None:
    wire.join()
    for number in range(2, 102):
        wire.state(structs.replace(REPORT, sequence=number))
    wire.say(Channel.ALARM, b"the last")
    inbox = wire.link._alarms
    seen: list[Any] = []
    wait_for(lambda: seen.extend(inbox.drain()) or seen)  # all that was said before is there, too
    wire.until(lambda: wire.of(Reported))
    assert [one.report.sequence for one in wire.of(Reported)] == [101]
    assert wire.link.counts.conflated == 99


def test_a_robot_whose_token_is_gone_has_vanished(wire: Wire) -> None:
    wire.join()
    token = wire.robot.liveliness().declare_token(Address("site", "hall", "r-1").alive)
    wire.until(lambda: wire.link._members.named("r-1").is_alive)
    assert wire.of(Vanished) == []
    token.undeclare()
    wire.until(lambda: wire.of(Vanished))
    assert wire.of(Vanished) == [Vanished("r-1")]


def test_a_command_is_told_again_with_its_id_until_it_is_answered(wire: Wire) -> None:
    wire.join()
    wire.tell(LOAD)
    wire.link.send([LOAD])  # the core asks again; it is under way
    wire.clock.ahead_ns += SECOND
    wire.until(lambda: len(wire.told) >= 2)
    assert {channel for channel, _ in wire.told} == {"command"}
    first, again = (payload for _, payload in wire.told)
    assert first == again
    robot = Member("r-1", "courier", "one")
    answer = robot.hear("command", first, wire.clock.now_ns())
    assert answer is not None
    wire.say(Channel.ANSWER, answer)
    wire.until(lambda: wire.link.unanswered == 0)
    counts = wire.link.counts
    assert (counts.commands, counts.retries, counts.refused) == (1, 1, 0)
    assert robot.action is not None


def test_what_nobody_answers_is_given_up_when_it_expires(wire: Wire) -> None:
    wire.join()
    wire.tell(LOAD)
    wire.clock.ahead_ns += 6 * SECOND
    wire.until(lambda: wire.link.unanswered == 0)
    assert wire.link.counts.unanswered == 1
    wire.tell(LOAD)
    ids = {msgpack.unpackb(payload)[4][0] for _, payload in wire.told}
    assert len(ids) == 2


def test_each_kind_of_command_goes_by_its_channel(wire: Wire) -> None:
    wire.join()
    stop = RequestStop("r-1", "s-1", StopKind.PROTECTIVE)
    wire.tell(GRANT, LOAD, stop, count=3)
    assert sorted(channel for channel, _ in wire.told) == ["command", "grant", "stop"]


def test_what_takes_a_command_back_also_ends_its_repetition(wire: Wire) -> None:
    wire.join()
    stop = RequestStop("r-1", "s-1", StopKind.PROTECTIVE)
    wire.tell(stop, ReleaseStop("r-1", "s-1"), Pause("r-1"), Resume("r-1"), count=4)
    wire.told.clear()
    wire.clock.ahead_ns += SECOND
    wire.until(lambda: len(wire.told) >= 2)
    assert {msgpack.unpackb(payload)[1] for _, payload in wire.told} == {"release_stop", "resume"}


def test_a_robot_that_starts_anew_is_not_told_what_was_for_its_last_session(wire: Wire) -> None:
    wire.join()
    wire.tell(LOAD)
    wire.say(Channel.FACTSHEET, encode_factsheet(replace(SHEET, session="two"), 1, 1))
    wire.state(structs.replace(REPORT, session="two"))
    wire.until(lambda: len(wire.of(Announced)) == 2)
    assert wire.link.unanswered == 0
    wire.tell(GRANT)
    assert msgpack.unpackb(wire.told[-1][1])[4][0] == "two"


def test_an_owner_that_takes_over_says_so_in_what_it_tells(wire: Wire) -> None:
    wire.join()
    wire.link.take_over("r-1", 3)
    wire.tell(GRANT)
    assert msgpack.unpackb(wire.told[-1][1])[4][1] == 3


def test_commands_for_nobody_are_counted(wire: Wire) -> None:
    wire.link.send([Pause("r-9")])
    assert wire.link.counts.nowhere == 1


def test_bytes_that_are_no_message_are_counted_by_their_sender(wire: Wire) -> None:
    wire.join()
    for channel in (
        Channel.STATE,
        Channel.FACTSHEET,
        Channel.EVENTS,
        Channel.ANSWER,
        Channel.ALARM,
    ):
        wire.say(channel, b"\xc1 nonsense")
        key = Address("site", "hall", "r-1").key(channel)
        wire.until(lambda key=key: wire.link.counts.unusable[key] == 1)
    wire.robot.put("suwon/v1/site/hall/R%20/state", b"x")
    wire.until(lambda: wire.link.counts.unusable["suwon/v1/site/hall/R%20/state"] == 1)
    assert wire.of(Noticed) == []
    wire.state(structs.replace(REPORT, sequence=2))
    wire.until(lambda: wire.of(Reported))


def test_no_message_by_a_key_that_cannot_be_ends_the_fleet(wire: Wire) -> None:
    wire.join()
    newer = msgpack.packb([2, "factsheet", 1, 1, []])
    bad = "suwon/v1/site/hall/BAD/{}".format
    with (
        wire.robot.declare_queryable(
            "suwon/v1/site/**", lambda query: query.reply(bad("events"), newer)
        ),
        wire.robot.declare_publisher(bad("factsheet")) as publisher,
    ):
        publisher.put(newer)
        wire.until(lambda: wire.link.counts.unusable[bad("factsheet")] == 1)
        for asked in (wire.link._told_who, wire.link._caches):
            before = wire.link.counts.unusable[bad("events")]
            asked.ask("suwon/v1/site/hall/*/events")
            wire.until(lambda n=before: wire.link.counts.unusable[bad("events")] > n)
    assert wire.told == []


def test_what_nobody_asks_for_does_not_grow_without_end(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire.join()
    wire.link._events = deque(maxlen=2)
    monkeypatch.setattr(link_module, "MOST_EVENTS", 2)
    for number in range(1, 6):
        event = RobotEvent("r-1", "one", number, 1, "lid-forced")
        wire.say(Channel.EVENTS, encode_event(event))
    wire.until(lambda: wire.link.counts.events == 5)
    assert wire.link.counts.events_dropped == 3
    assert [event.sequence for event in wire.link.events()] == [4, 5]
    assert wire.link.events() == []


def test_a_newer_schema_is_answered_once(wire: Wire) -> None:
    wire.join()
    newer = msgpack.packb([2, "state", 7, 1, {"x": 1}])
    wire.say(Channel.STATE, newer)
    wire.until(lambda: wire.told)
    wire.say(Channel.STATE, newer)
    wire.until(lambda: wire.link.counts.unusable.total() == 2)
    (payload,) = (payload for _, payload in wire.told)
    robot = Member("r-1", "courier", "one")
    assert robot.hear("command", payload, 1) is None
    assert robot.detail == "unread by the fleet: ['state', 7, 1]"


def test_a_robot_that_speaks_as_another_is_refused_and_people_are_told_once(wire: Wire) -> None:
    wire.join()
    for number in (2, 3):
        wire.state(structs.replace(REPORT, robot_id="r-2", sequence=number))
        wire.until(lambda number=number: wire.link.counts.unusable.total() == number - 1)
    (noticed,) = wire.of(Noticed)
    assert noticed.reason.code == "robot-speaks-as-another"
    assert dict(noticed.reason.facts) == {"robot": "r-1", "other": "r-2"}
    wire.link.send([Pause("r-2")])
    assert wire.link.counts.nowhere == 1


def test_two_programs_that_speak_by_one_key_are_told_of_and_one_that_starts_anew_is_not(
    wire: Wire,
) -> None:
    wire.join()
    sequence = 1

    def say(session: str) -> None:
        nonlocal sequence
        sequence += 1
        before = wire.link.counts.states
        wire.state(structs.replace(REPORT, session=session, sequence=sequence))
        wire.until(lambda: wire.link.counts.states > before)

    for session in ("two", "one", "two", "two", "three", "four", "three", "four"):
        say(session)
    assert wire.of(Noticed) == []
    for session in ("three", "four", "three", "four"):
        say(session)
    (noticed,) = wire.of(Noticed)
    assert (noticed.reason.code, noticed.subject) == ("robot-speaks-twice", "r-1")
    assert dict(noticed.reason.facts)["sessions"] == "four three"
    assert wire.link.counts.unusable.total() == 3  # each time one follows the other


def test_of_two_robots_of_one_name_the_first_is_believed_while_it_is_there(wire: Wire) -> None:
    wire.join()
    token = wire.robot.liveliness().declare_token(Address("site", "hall", "r-1").alive)
    wire.until(lambda: wire.link._members.named("r-1").is_alive)
    wire.say(Channel.FACTSHEET, encode_factsheet(replace(SHEET, session="x"), 1, 1), zone="yard")
    wire.state(structs.replace(REPORT, session="x"), zone="yard")
    wire.until(lambda: wire.of(Noticed))
    assert wire.of(Noticed)[0].reason.code == "robot-id-taken"
    assert wire.of(Reported) == []
    token.undeclare()
    wire.until(lambda: wire.of(Vanished))
    wire.say(Channel.FACTSHEET, encode_factsheet(replace(SHEET, session="x"), 2, 1), zone="yard")
    sequence = itertools.count(2)

    def is_announced() -> bool:  # a state may come before the factsheet
        wire.state(structs.replace(REPORT, session="x", sequence=next(sequence)), zone="yard")
        return len(wire.of(Announced)) == 2

    wire.until(is_announced)


def test_a_stamp_far_ahead_is_refused(wire: Wire) -> None:
    wire.join()
    wire.state(structs.replace(REPORT, sequence=2, stamp_ns=wire.clock.now_ns() + 3600 * SECOND))
    wire.until(lambda: wire.link.counts.unusable.total() == 1)
    assert "far ahead" in str(wire.link.counts.last_fault)
    assert wire.of(Reported) == []


def test_an_alarm_is_told_and_so_is_its_end(wire: Wire) -> None:
    wire.join()
    alarm = Alarm("r-1", "one", 1, 1, "tilted", Grade.ERROR, "by 40 degrees")
    for one in (alarm, replace(alarm, sequence=2, text="no more", is_on=False)):
        wire.say(Channel.ALARM, encode_alarm(one))
    wire.until(lambda: len(wire.of(Noticed)) == 2)
    raised, over = wire.of(Noticed)
    assert (raised.level, raised.subject, raised.is_over, over.is_over) == (2, "r-1", False, True)
    assert dict(raised.reason.facts)["text"] == "by 40 degrees"
