# SPDX-License-Identifier: Apache-2.0
"""Robots' events, gap-free over outages; what an outage longer than promised has cost is counted.

Zenoh asks a robot's cache once for what did not come. When that question itself falls into the next outage
it gives up; we ask again, and let what came after wait until then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import zenoh
from zenoh.ext import HistoryConfig, RecoveryConfig, declare_advanced_subscriber

from suwon_fleet.adapters.clocks import SECOND
from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.adapters.zenoh.queues import Inbox
from suwon_fleet.wire.zenoh.happenings import RobotEvent

ASK_AGAIN_S = 1.0
MOST_ANSWERS = 2
"""Without what is asked for: then it is believed that the cache does not have it any more."""
LONGEST_S = 60.0
"""So long it is asked for when nobody answers."""
MOST_HELD = 10_000


def subscribe(session: zenoh.Session, key: str) -> Inbox:
    """Hear events by a key expression, those too that were said before or during an outage."""
    inbox = Inbox()
    subscriber = declare_advanced_subscriber(
        session,
        key,
        inbox.handler,
        history=HistoryConfig(detect_late_publishers=True),
        recovery=RecoveryConfig(periodic_queries=None, heartbeat=True),
    )
    return inbox.of(subscriber)


def cache_of(key: str) -> str:
    """What to ask for all the events that are still kept by the robot whose events have this key."""
    return f"{key}/@adv/pub/**"


@dataclass(slots=True)
class _Stream:
    """The events of one run of a robot's program."""

    session: str
    last: int
    """The newest that was passed on."""
    before: str = ""
    """The run before this one; what still comes of it is too late."""
    held: dict[int, RobotEvent] = field(default_factory=dict)
    """Those behind a gap."""
    since_ns: int = 0
    """When the gap was first asked for; 0 when it was not yet."""
    asked_ns: int = 0
    answers: int = 0
    """By how many of the questions the cache was reached."""
    is_answered: bool = False
    """The last one."""


class Order:
    """Passes events on in order and once, session by session of each robot."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._streams: dict[str, _Stream] = {}

    def take(self, event: RobotEvent, *, is_again: bool = False) -> list[RobotEvent]:
        """What is due now: the next and those it lets go; nothing for one from beyond a gap.

        `is_again`: a cache was asked for all it has, so it is no surprise that much of that is known.
        """
        stream = self._streams.get(event.robot_id)
        passed: list[RobotEvent] = []
        if stream is None:  # what was before we met does not count
            stream = _Stream(event.session, event.sequence - 1)
        elif stream.session != event.session:
            if is_again or event.session == stream.before:
                return []
            passed = self._give_up(stream)
            stream = _Stream(event.session, 0, stream.session)
        self._streams[event.robot_id] = stream
        stream.is_answered |= is_again
        if event.sequence <= stream.last or event.sequence in stream.held:
            self._counts.events_doubled += not is_again
            return passed
        stream.held[event.sequence] = event
        passed += self._due(stream)
        if len(stream.held) > MOST_HELD:
            passed += self._give_up(stream)
        return passed

    def gaps(self, now_ns: int) -> Iterator[str]:
        """Robots whose caches are to be asked now."""
        for robot_id, stream in self._streams.items():
            if stream.held and now_ns - stream.asked_ns >= ASK_AGAIN_S * SECOND:
                stream.since_ns = stream.since_ns or now_ns
                stream.asked_ns = now_ns
                stream.answers += stream.is_answered
                stream.is_answered = False
                yield robot_id

    def overdue(self, now_ns: int) -> list[RobotEvent]:
        """What has waited behind a gap that nobody fills any more."""
        passed: list[RobotEvent] = []
        for stream in self._streams.values():
            waited_ns = now_ns - stream.since_ns if stream.since_ns else 0
            if stream.held and (stream.answers >= MOST_ANSWERS or waited_ns >= LONGEST_S * SECOND):
                passed += self._give_up(stream)
        return passed

    def _due(self, stream: _Stream) -> list[RobotEvent]:
        due = []
        while (event := stream.held.pop(stream.last + 1, None)) is not None:
            stream.last += 1
            due.append(event)
        self._counts.events += len(due)
        if due:
            stream.since_ns = stream.answers = 0
            stream.is_answered = False
        return due

    def _give_up(self, stream: _Stream) -> list[RobotEvent]:
        """Pass on all that waits; what was missing before it is lost."""
        passed: list[RobotEvent] = []
        while stream.held:
            following = min(stream.held)
            self._counts.events_missed += following - stream.last - 1
            stream.last = following - 1
            passed += self._due(stream)
        return passed
