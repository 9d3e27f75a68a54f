# SPDX-License-Identifier: Apache-2.0
"""What robots say that cannot be used: counted, answered if of a newer schema, told to people once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from suwon_fleet.adapters.clocks import SECOND
from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.core.engine.alerts import ERROR, WARNING
from suwon_fleet.core.engine.messages import Noticed
from suwon_fleet.core.errors import BadInput, Problem, Reason
from suwon_fleet.wire.zenoh.commands import Unread
from suwon_fleet.wire.zenoh.envelope import NewerSchema
from suwon_fleet.wire.zenoh.keys import Address

ANSWER_AGAIN_S = 10.0
"""A robot that speaks a newer schema is told so again."""
_MOST_TOLD = 10_000

T = TypeVar("T")


class Refusing:
    """Reads messages; `answer` tells a robot that what it says is not understood."""

    def __init__(self, counts: Counts, answer: Callable[[str, Unread], None]) -> None:
        self._counts, self._answer = counts, answer
        self._answered_ns: dict[str, int] = {}
        self._told: set[Reason] = set()
        self._news: list[Noticed] = []

    def read(
        self, decode: Callable[[bytes, str], T], payload: bytes, key: str, now_ns: int
    ) -> T | None:
        """A message, or None after dealing with what is wrong."""
        try:
            return decode(payload, key)
        except NewerSchema as error:
            self._counts.fault(key, error)
            if now_ns - self._answered_ns.get(key, -(10**18)) >= ANSWER_AGAIN_S * SECOND:
                if len(self._answered_ns) >= _MOST_TOLD:
                    self._answered_ns.clear()
                self._answered_ns[key] = now_ns
                self._answer(key, Unread(key.rsplit("/", 1)[-1], error.head.seq))
        except BadInput as error:
            self._counts.fault(key, error)
        return None

    def impostor(self, address: Address, claimed: str, key: str) -> None:
        """What came by a robot's key says it is another's."""
        mend = "a robot speaks by its own key only: mend its robot_id, or find out who this is"
        self._counts.fault(key, _problem("speaks-as-another", key, f"says it is {claimed}", mend))
        reason = Reason.of("robot-speaks-as-another", robot=address.robot, other=claimed)
        self._tell(ERROR, reason, address.robot)

    def second(self, address: Address, holder: Address, key: str) -> None:
        """Two robots of one name at two homes; the first is believed while it is there."""
        what = f"{address.robot} is at home at {holder}"
        mend = "give each robot a name of its own"
        self._counts.fault(key, _problem("robot-id-taken", key, what, mend))
        reason = Reason.of("robot-id-taken", robot=address.robot, known=holder, other=address)
        self._tell(WARNING, reason, address.robot)

    def twice(self, address: Address, one: str, other: str, key: str) -> None:
        """Two programs speak by one key, each as the robot."""
        what = f"sessions {one} and {other} take turns"
        mend = "end one of the programs, or find out who the other is"
        self._counts.fault(key, _problem("speaks-twice", key, what, mend))
        sessions = " ".join(sorted((one, other)))
        reason = Reason.of("robot-speaks-twice", robot=address.robot, sessions=sessions)
        self._tell(ERROR, reason, address.robot)

    def _tell(self, level: int, reason: Reason, subject: str) -> None:
        if reason not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(reason)
            self._news.append(Noticed(level, reason, subject))

    def news(self) -> list[Noticed]:
        """What people have not been told yet."""
        news, self._news = self._news, []
        return news


def _problem(code: str, where: str, what: str, mend: str) -> BadInput:
    return BadInput([Problem(code, where, what, mend)])
