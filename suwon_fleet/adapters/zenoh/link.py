# SPDX-License-Identifier: Apache-2.0
"""Robots that speak our contract over Zenoh, as a RobotLink."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

import zenoh
from zenoh import CongestionControl, Priority, SampleKind

from suwon_fleet.adapters.clocks import SECOND, HeardClock, WallClock
from suwon_fleet.adapters.zenoh import happenings
from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.adapters.zenoh.declared import DeclaredKeys
from suwon_fleet.adapters.zenoh.guests import Guests
from suwon_fleet.adapters.zenoh.members import Member, Members
from suwon_fleet.adapters.zenoh.queues import Inbox, Replies
from suwon_fleet.adapters.zenoh.refusing import Refusing
from suwon_fleet.adapters.zenoh.telling import Telling
from suwon_fleet.core.engine import alerts
from suwon_fleet.core.engine.messages import Heard, Noticed, Vanished
from suwon_fleet.core.errors import BadInput, Problem, Reason
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.core.robots.report import RobotReport
from suwon_fleet.wire.zenoh.commands import Unread, encode_unread
from suwon_fleet.wire.zenoh.happenings import (
    Grade,
    RobotEvent,
    decode_alarm,
    decode_answer,
    decode_event,
)
from suwon_fleet.wire.zenoh.keys import ALIVE, Address, Channel, all_robots, parse
from suwon_fleet.wire.zenoh.reports import decode_factsheet, decode_state

ASK_AGAIN_S = 1.0
"""A robot that has not said who it is, is asked again."""
NEW_AT_ONCE = 200
"""Robots that join or start anew in one turn; the others with their next state, so that no turn is long."""
Keep = Callable[[Mapping[str, zenoh.Sample]], None]
"""Takes what was said last, by key."""
MOST_EVENTS = 100_000
"""Kept until somebody asks for them."""
_SMALL = 10_000
_PRIORITY = {
    Channel.GRANT: Priority.INTERACTIVE_HIGH,
    Channel.COMMAND: Priority.INTERACTIVE_HIGH,
    Channel.STOP: Priority.REAL_TIME,
}
_LEVEL = {Grade.INFO: alerts.INFO, Grade.WARNING: alerts.WARNING, Grade.ERROR: alerts.ERROR}


class ZenohLink:
    """Hears and tells the robots at home in a site, or in one of its zones. Belongs to one thread, but for
    `send`.

    What robots say waits in bounded queues until `drain` decodes it in one batch; of several states of a
    robot only the newest is looked at. A robot whose liveliness token is gone has vanished at once.
    """

    def __init__(
        self,
        session: zenoh.Session,
        clock: HeardClock | WallClock,
        site: str,
        zone: str = "*",
        *,
        keep: Keep = lambda said: None,
    ) -> None:
        """Join; the session stays the caller's. Raises BadInput for a site or zone that cannot be.

        `keep` is handed states and factsheets as they came, by key, with each `drain`.
        """
        keys = {channel: all_robots(site, zone, channel) for channel in (*Channel, ALIVE)}
        self.counts = Counts()
        self._session, self._clock, self._keep = session, clock, keep
        self._members = Members()
        self._telling = Telling(self._put, self.counts, WallClock().now_ns)
        self._refusing = Refusing(self.counts, self._answer_unread)
        self._guests = Guests(session, self.counts, site, zone)
        self._order = happenings.Order(self.counts)
        self._caches = Replies(session, happenings.ASK_AGAIN_S)
        self._events: deque[RobotEvent] = deque(maxlen=MOST_EVENTS)
        self._asked_ns: dict[str, int] = {}
        self._told_who = Replies(session, ASK_AGAIN_S)
        self._keys = DeclaredKeys(session)
        self._states = self._subscribe(keys[Channel.STATE], Inbox())
        self._sheets = self._subscribe(keys[Channel.FACTSHEET], Inbox())
        self._answers = self._subscribe(keys[Channel.ANSWER], Inbox(_SMALL))
        self._alarms = self._subscribe(keys[Channel.ALARM], Inbox(_SMALL))
        self._happened = happenings.subscribe(session, keys[Channel.EVENTS])
        alive = Inbox()
        liveliness = session.liveliness()
        self._alive = alive.of(
            liveliness.declare_subscriber(keys[ALIVE], alive.handler, history=True)
        )
        self._boxes = (
            self._states,
            self._sheets,
            self._answers,
            self._alarms,
            self._happened,
            self._alive,
        )
        self._told_who.ask(keys[Channel.FACTSHEET])

    def _subscribe(self, key: str, inbox: Inbox) -> Inbox:
        return inbox.of(self._session.declare_subscriber(key, inbox.handler))

    # As a RobotLink

    def drain(self) -> list[Heard]:
        """What robots have said since the last call: of states the newest of each."""
        now_ns = self._clock.now_ns()
        vanished = self._hear_tokens()
        states = self._newest_states()  # before the sheets: a robot says who it is, then how it is
        self._hear_sheets(now_ns)
        heard = self._hear_states(states, now_ns)
        heard += map(Vanished, vanished)
        heard += self._hear_alarms(now_ns)
        self._hear_events(now_ns)
        for member, key, payload in self._from_robots(self._answers.drain()):
            answer = self._refusing.read(decode_answer, payload, key, now_ns)
            if answer and self._is_own(member, answer.robot_id, key):
                heard += self._telling.answered(answer)
        self._telling.again(now_ns)
        self.counts.overruns = sum(box.overruns for box in self._boxes)
        heard += self._guests.look(self._members.is_alive, now_ns)
        return [*heard, *self._refusing.news()]

    def send(self, commands: Iterable[RobotCommand]) -> None:
        """Tell robots; a command is told again by `drain` until it is answered. Any thread."""
        now_ns = self._clock.now_ns()
        for command in commands:
            member = self._members.named(command.robot_id)
            if member is None:
                self.counts.nowhere += 1
                continue
            self._telling.tell(command, member.address, member.session, member.epoch, now_ns)

    def send_now(self, commands: Iterable[RobotCommand]) -> None:
        """As `send`, which waits for nothing. Any thread."""
        self.send(commands)

    def close(self) -> None:
        """Leave the keys; the session stays open. What was not drained robots tell again."""
        for box in self._boxes:
            box.close()

    # Beyond it

    def take_over(self, robot_id: str, epoch: int) -> None:
        """Speak to a robot as its owner number `epoch`; it heeds earlier ones no more."""
        member = self._members.named(robot_id)
        if member is not None:
            member.epoch = epoch

    def events(self) -> list[RobotEvent]:
        """What has happened to robots since the last call, each once and in its robot's order.

        Of more than `MOST_EVENTS` the oldest are dropped.
        """
        events = list(self._events)
        self._events.clear()
        return events

    @property
    def unanswered(self) -> int:
        """Commands that wait for an answer now."""
        return self._telling.waiting

    # Hearing

    def _from_robots(self, samples: Iterable[zenoh.Sample]) -> Iterator[tuple[Member, str, bytes]]:
        """Messages by robots' keys; others, and more than one may send, are counted.

        What is turned away comes again: commands until they are answered, events out of the robot's cache.
        """
        told = ((str(one.key_expr), one) for one in samples)
        now_s = time.monotonic()
        may = self.counts.allowance.allows
        return self._of_robots(
            (key, one.payload.to_bytes()) for key, one in told if may(key, now_s)
        )

    def _of_robots(self, told: Iterable[tuple[str, bytes]]) -> Iterator[tuple[Member, str, bytes]]:
        for key, payload in told:
            if (member := self._at(key)) is not None:
                yield member, key, payload

    def _at(self, key: str) -> Member | None:
        try:
            return self._members.at(key)
        except BadInput as error:
            self.counts.fault(key, error)
            return None

    def _is_own(self, member: Member, robot_id: str, key: str) -> bool:
        """Whether a message is from the robot whose key it came by, and that is the one we know."""
        if member.is_believed and robot_id == member.name:
            return True
        if robot_id != member.name:
            self._refusing.impostor(member.address, robot_id, key)
            return False
        holder = self._members.holder(member)
        if holder is not member:
            self._refusing.second(member.address, holder.address, key)
        return holder is member

    def _hear_tokens(self) -> list[str]:
        """Who is there; gives those who are no more."""
        gone: dict[str, None] = {}
        for sample in self._alive.drain():
            member = self._at(str(sample.key_expr))
            if member is None:
                continue
            member.is_alive = sample.kind == SampleKind.PUT
            name = member.name
            if not member.is_alive and self._members.named(name) is member:
                gone[name] = None
            else:
                gone.pop(name, None)
        return list(gone)

    def _hear_sheets(self, now_ns: int) -> None:
        sheets = self._sheets.drain()
        self._keep({str(sample.key_expr): sample for sample in sheets})
        for member, key, payload in self._from_robots(sheets):
            sheet = self._refusing.read(decode_factsheet, payload, key, now_ns)
            if sheet and self._is_own(member, sheet.robot_id, key):
                member.sheet = sheet
        for member, key, payload in self._of_robots(self._told_who.drain()):
            sheet = self._refusing.read(decode_factsheet, payload, key, now_ns)
            if sheet and self._is_own(member, sheet.robot_id, key):
                member.recall(sheet)

    def _newest_states(self) -> dict[str, zenoh.Sample]:
        """What has come since the last call, by key."""
        samples = self._states.drain()
        newest = {str(sample.key_expr): sample for sample in samples}
        self.counts.states += len(samples)
        self.counts.conflated += len(samples) - len(newest)
        self._keep(newest)
        return newest

    def _hear_states(self, states: dict[str, zenoh.Sample], now_ns: int) -> list[Heard]:
        told: list[tuple[Member, RobotReport]] = []
        for key, sample in states.items():
            member = self._at(key)
            if member is None:
                continue
            report = self._refusing.read(decode_state, sample.payload.to_bytes(), key, now_ns)
            if report is not None and self._is_own(member, report.robot_id, key):
                told.append((member, report))
        latest_ns = self._clock.hear([report.stamp_ns for _, report in told])
        heard: list[Heard] = []
        new = 0
        for member, report in told:
            if report.stamp_ns > latest_ns:
                self.counts.fault(member.address.key(Channel.STATE), _from_the_future(report))
                continue
            if report.session != member.session:
                if new == NEW_AT_ONCE:
                    continue
                new += 1
                self._telling.forget(report.robot_id)
                if member.takes_turns(report.session):
                    key = member.address.key(Channel.STATE)
                    self._refusing.twice(member.address, member.session, report.session, key)
            said = member.hear(report, now_ns)
            if said is not None:
                heard.append(said)
            else:
                self._ask_who(member, now_ns)
        return heard

    def _ask_who(self, member: Member, now_ns: int) -> None:
        key = member.address.key(Channel.FACTSHEET)
        if now_ns - self._asked_ns.get(key, -(10**18)) >= ASK_AGAIN_S * SECOND:
            self._asked_ns[key] = now_ns
            self._told_who.ask(key)

    def _hear_alarms(self, now_ns: int) -> Iterator[Noticed]:
        for member, key, payload in self._from_robots(self._alarms.drain()):
            alarm = self._refusing.read(decode_alarm, payload, key, now_ns)
            if alarm and self._is_own(member, alarm.robot_id, key):
                reason = Reason.of(
                    "robot-alarm", robot=alarm.robot_id, alarm=alarm.code, text=alarm.text
                )
                yield Noticed(_LEVEL[alarm.grade], reason, alarm.robot_id, not alarm.is_on)

    def _hear_events(self, now_ns: int) -> None:
        for member, key, payload in self._from_robots(self._happened.drain()):
            event = self._refusing.read(decode_event, payload, key, now_ns)
            if event and self._is_own(member, event.robot_id, key):
                self._happen(self._order.take(event))
        for member, key, payload in self._of_robots(self._caches.drain()):
            event = self._refusing.read(decode_event, payload, key, now_ns)
            if event and self._is_own(member, event.robot_id, key):
                self._happen(self._order.take(event, is_again=True))
        self._happen(self._order.overdue(now_ns))
        for robot_id in self._order.gaps(now_ns):
            if (holder := self._members.named(robot_id)) is not None:
                self._caches.ask(happenings.cache_of(holder.address.key(Channel.EVENTS)))

    def _happen(self, events: list[RobotEvent]) -> None:
        """Keep them for whoever asks, if anybody does."""
        self.counts.events_dropped += max(0, len(self._events) + len(events) - MOST_EVENTS)
        self._events += events

    # Telling

    def _put(self, address: Address, channel: Channel, payload: bytes) -> None:
        """Never waits: what congestion drops is told again."""
        self._session.put(
            self._keys.of(address.key(channel)),
            payload,
            congestion_control=CongestionControl.DROP,
            priority=_PRIORITY[channel],
            express=channel is Channel.STOP,  # many grants in one turn go together
        )

    def _answer_unread(self, key: str, unread: Unread) -> None:
        payload = encode_unread(unread, self._telling.next_number(), self._clock.now_ns())
        self._put(parse(key)[0], Channel.COMMAND, payload)


def _from_the_future(report: RobotReport) -> BadInput:
    what = f"{report.stamp_ns / SECOND:.1f} s is far ahead of the fleet's time and of other robots"
    mend = "set the robot's clock by the fleet's (NTP)"
    return BadInput([Problem("stamp-in-the-future", f"{report.robot_id}: stamp", what, mend)])
