# SPDX-License-Identifier: Apache-2.0
"""The way to the owners of other groups over Zenoh, as a PeerLink."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count

import zenoh
from zenoh import CongestionControl, Priority

from suwon_fleet.adapters.allowance import Allowance
from suwon_fleet.adapters.clocks import HeardClock, WallClock
from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.adapters.zenoh.declared import DeclaredKeys
from suwon_fleet.core.engine.messages import PeerSaid, Tell
from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.zenoh.keys import owner_of
from suwon_fleet.wire.zenoh.peers import decode, encode, key_to, keys_to

_WAITING = 10_000
"""Messages that may wait to be drained; what is dropped is told again."""
MOST_PER_S, MOST_AT_ONCE = 1_000.0, 10_000
"""Messages of one owner: far beyond what all its robots at our gates have to be told of."""


class ZenohPeers:
    """Hears what others tell the owner of a group, and tells them. Belongs to one thread.

    While it is open the group's liveliness token is there: its owner is up.
    """

    def __init__(
        self,
        session: zenoh.Session,
        clock: HeardClock | WallClock,
        site: str,
        group: str,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """Join; the session stays the caller's. Raises BadInput for names that cannot be part of keys.

        `wake` is called on a thread of Zenoh's whenever something has been said, so that nobody waits at
        a gate for our next turn.
        """
        self.counts = Counts(allowance=Allowance(MOST_PER_S, MOST_AT_ONCE))
        self._session, self._clock, self._site, self._group = session, clock, site, group
        self._keys = DeclaredKeys(session)
        self._numbers = count(1)
        self._waiting: deque[zenoh.Sample] = deque(maxlen=_WAITING)
        self._wake = wake
        self._subscriber = session.declare_subscriber(keys_to(site, group), self._on_said)
        self._token = session.liveliness().declare_token(owner_of(site, group).alive)

    def drain(self) -> list[PeerSaid]:
        """What has been said since the last call; what cannot be read is counted, and what is too much.

        What is turned away comes again: owners say all that matters until it is answered.
        """
        said, now_s = [], time.monotonic()
        for _ in range(len(self._waiting)):
            sample = self._waiting.popleft()
            key = str(sample.key_expr)
            if not self.counts.allowance.allows(key, now_s):
                continue
            try:
                said.append(decode(sample.payload.to_bytes(), key))
            except BadInput as error:
                self.counts.fault(key, error)
        return said

    def _on_said(self, sample: zenoh.Sample) -> None:
        """On a thread of Zenoh's: wake only once it is there to be drained."""
        self.counts.overruns += len(self._waiting) == _WAITING
        self._waiting.append(sample)
        self._wake()

    def tell(self, messages: Iterable[Tell]) -> None:
        """Say things; never waits: what congestion drops is said again."""
        now_ns = self._clock.now_ns()
        for one in messages:
            self._session.put(
                self._keys.of(key_to(self._site, self._group, one.peer)),
                encode(one.message, next(self._numbers), now_ns),
                congestion_control=CongestionControl.DROP,
                priority=Priority.INTERACTIVE_HIGH,
                express=True,
            )

    def close(self) -> None:
        """Leave the keys; the session stays open."""
        self._subscriber.undeclare()
        self._token.undeclare()
