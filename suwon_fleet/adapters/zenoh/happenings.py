# SPDX-License-Identifier: Apache-2.0
"""Robots' events, gap-free over outages; what an outage longer than promised has cost is counted."""

from __future__ import annotations

import zenoh
from zenoh.ext import HistoryConfig, RecoveryConfig, declare_advanced_subscriber

from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.adapters.zenoh.queues import Inbox
from suwon_fleet.wire.zenoh.happenings import RobotEvent


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


class Order:
    """Keeps events in order and once, session by session of each robot."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._last: dict[str, tuple[str, int]] = {}

    def takes(self, event: RobotEvent) -> bool:
        """Whether it is the next; a gap before it is counted, one that was there before is left out."""
        session, last = self._last.get(event.robot_id, ("", 0))
        if session != event.session:
            last = event.sequence - 1 if not session else 0
        if event.sequence <= last:
            self._counts.events_doubled += 1
            return False
        self._counts.events += 1
        self._counts.events_missed += event.sequence - last - 1
        self._last[event.robot_id] = event.session, event.sequence
        return True
