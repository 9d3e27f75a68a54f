# SPDX-License-Identifier: Apache-2.0
"""Keeps the newest state and factsheet of robots for those who come late: a storage without zenohd."""

from __future__ import annotations

from collections.abc import Mapping

import zenoh
from zenoh import SampleKind
from zenoh.handlers import RingChannel

from suwon_fleet.wire.zenoh.access import LASTING
from suwon_fleet.wire.zenoh.keys import all_robots

MOST_KEYS = 100_000
"""Values kept; one that nobody has renewed for longest gives way."""
_MOST_QUERIES = 10_000
"""Waiting between two turns; further ones get no answer."""


class LastValues:
    """Answers whoever asks for ``suwon/v1/<site>/<zone>/*/{state,factsheet}``. Belongs to one thread.

    It listens to nobody: who does anyway hands it what was said. A value is passed on as it came, with its
    time stamp: of several answers the newest counts. It says how a robot was, not that it is there; that is
    its liveliness token's to say.
    """

    def __init__(
        self, session: zenoh.Session, site: str, zone: str = "*", *, most: int = MOST_KEYS
    ) -> None:
        """Begin to be asked. Raises BadInput for a site or zone that cannot be."""
        keys = [all_robots(site, zone, channel) for channel in LASTING]
        self._most = most
        self._values: dict[str, zenoh.Sample] = {}
        self._queryables = []
        for key in keys:
            waiting: RingChannel[zenoh.Query] = RingChannel(_MOST_QUERIES)
            self._queryables.append(session.declare_queryable(key, waiting))

    def __len__(self) -> int:
        """How many values there are."""
        return len(self._values)

    def keep(self, said: Mapping[str, zenoh.Sample]) -> None:
        """Take in what robots have said last, by key: a value, or that there is none any more."""
        values = self._values
        for key, sample in said.items():
            values.pop(key, None)  # so that the first is always the one renewed longest ago
            if sample.kind == SampleKind.PUT:
                values[key] = sample
        while len(values) > self._most:
            del values[next(iter(values))]

    def turn(self) -> int:
        """Answer who has asked since the last turn; the number of answers."""
        return sum(self._answer_all(queryable) for queryable in self._queryables)

    def close(self) -> None:
        """Answer no more; the session stays open."""
        for queryable in self._queryables:
            queryable.undeclare()

    def _answer_all(self, queryable: zenoh.Queryable[zenoh.handlers.Handler[zenoh.Query]]) -> int:
        answered = 0
        for _ in range(_MOST_QUERIES):
            query = queryable.try_recv()
            if query is None:
                break
            with query:
                answered += self._answer(query)
        return answered

    def _answer(self, query: zenoh.Query) -> int:
        asked = query.key_expr
        one = self._values.get(str(asked))
        found = (
            [one]
            if one is not None
            else [sample for sample in self._values.values() if asked.intersects(sample.key_expr)]
        )
        for sample in found:
            query.reply(
                sample.key_expr,
                sample.payload,
                encoding=sample.encoding,
                timestamp=sample.timestamp,
            )
        return len(found)
