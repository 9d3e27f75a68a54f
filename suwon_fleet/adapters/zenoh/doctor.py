# SPDX-License-Identifier: Apache-2.0
"""The owner's side of trying a link: says what time it is here, and what has come of a robot's tries."""

from __future__ import annotations

import time
from threading import Lock

import zenoh

from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.zenoh.doctor import ANSWER, DOCTOR, QUESTION, AnswerBody, mark_of, of_owner
from suwon_fleet.wire.zenoh.keys import all_robots

_MOST_MARKS = 1000


class Doctor:
    """Answers by itself, on Zenoh's threads, so that the time told is that of the question."""

    def __init__(self, session: zenoh.Session, site: str, zone: str, lease_s: float) -> None:
        """Begin to answer. Raises BadInput for a site or zone that cannot be."""
        self._lease_ms = round(lease_s * 1000)
        self._arrived: dict[bytes, int] = {}
        self._lock = Lock()
        self._tries = session.declare_subscriber(all_robots(site, zone, DOCTOR), self._count)
        self._questions = session.declare_queryable(of_owner(site, zone), self._answer)

    def close(self) -> None:
        """Answer no more; the session stays open."""
        self._questions.undeclare()
        self._tries.undeclare()

    def _count(self, sample: zenoh.Sample) -> None:
        mark = mark_of(sample.payload.to_bytes())
        with self._lock:
            count = self._arrived.pop(mark, 0)  # so that the first is always the oldest
            self._arrived[mark] = count + 1
            if len(self._arrived) > _MOST_MARKS:
                del self._arrived[next(iter(self._arrived))]

    def _answer(self, query: zenoh.Query) -> None:
        now_ns = time.time_ns()
        with query:
            payload = query.payload.to_bytes() if query.payload else b""
            try:
                mark = QUESTION.decode(payload, str(query.key_expr)).body.mark
            except BadInput as error:
                query.reply_err(str(error))
                return
            with self._lock:
                arrived = self._arrived.get(mark, 0)
            answer = AnswerBody(self._lease_ms, arrived)
            query.reply(query.key_expr, ANSWER.encode(0, now_ns, answer))
