# SPDX-License-Identifier: Apache-2.0
"""Bounded queues from Zenoh's threads to the fleet's: no Python runs for a message until it is drained."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Protocol

import zenoh
from zenoh import ConsolidationMode, ReplyKeyExpr
from zenoh.handlers import FifoChannel

CAPACITY = 100_000
"""Messages: two seconds of 5,000 robots at 10 Hz. When full, the oldest are dropped."""
_MOST_REPLIES = 100_000


class _Receiver(Protocol):
    def try_recv(self) -> zenoh.Sample | None: ...
    def undeclare(self) -> None: ...


class Inbox:
    """What a subscriber has heard."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.handler: zenoh.handlers.RingChannel[zenoh.Sample] = zenoh.handlers.RingChannel(
            capacity
        )
        self.capacity = capacity
        self.overruns = 0
        self._receiver: _Receiver | None = None

    def of(self, receiver: _Receiver) -> Inbox:
        """Take from what was declared with `handler`."""
        self._receiver = receiver
        return self

    def drain(self) -> list[zenoh.Sample]:
        """All that is there now, oldest first, and not what comes meanwhile without end."""
        assert self._receiver is not None
        there = iter(self._receiver.try_recv, None)
        samples = [*islice(there, self.capacity)]
        self.overruns += len(samples) == self.capacity
        return samples

    def close(self) -> None:
        """Hear no more."""
        assert self._receiver is not None
        self._receiver.undeclare()


class Replies:
    """What others are asked for, and answer later: all answers, whoever gives them."""

    def __init__(self, session: zenoh.Session, timeout_s: float) -> None:
        """They have `timeout_s` to answer."""
        self._session, self._timeout_s = session, timeout_s
        self._open: list[zenoh.handlers.Handler[zenoh.Reply]] = []

    def ask(self, key: str) -> None:
        """Ask whoever answers for a key expression."""
        self._open.append(
            self._session.get(
                key,
                FifoChannel(_MOST_REPLIES),
                consolidation=ConsolidationMode.NONE,
                accept_replies=ReplyKeyExpr.ANY,  # a cache answers by the key it is of
                timeout=self._timeout_s,
            )
        )

    def drain(self) -> Iterator[tuple[str, bytes]]:
        """Keys and bytes of what has been answered since the last call."""
        for replies in list(self._open):
            try:
                while reply := replies.try_recv():
                    if reply.ok:
                        yield str(reply.ok.key_expr), reply.ok.payload.to_bytes()
            except zenoh.ZError:  # all have answered
                self._open.remove(replies)
