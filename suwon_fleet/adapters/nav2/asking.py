# SPDX-License-Identifier: Apache-2.0
"""What a robot's machine wants said: requests that may stay unanswered, and messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

SECOND = 1_000_000_000
AGAIN_NS = 300_000_000
"""After a lost reply it is asked again so much later, twice as late each time, up to LATEST_NS."""
LATEST_NS = 5 * SECOND


class Service(StrEnum):
    """Services of the action NavigateToPose, by their names after the robot's namespace."""

    SEND_GOAL = "navigate_to_pose/_action/send_goal"
    GET_RESULT = "navigate_to_pose/_action/get_result"
    CANCEL_GOAL = "navigate_to_pose/_action/cancel_goal"


FEEDBACK, STATUS = "navigate_to_pose/_action/feedback", "navigate_to_pose/_action/status"


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to a service of the robot; `token` names its reply."""

    token: int
    service: str
    payload: bytes
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Tell:
    """A message on a topic of the robot."""

    topic: str
    payload: bytes


@dataclass(slots=True)
class Asking:
    """One thing that is asked until it is answered: one request at a time, ever later after a loss."""

    service: str
    timeout_s: float
    token: int | None = None
    """Of the request under way."""
    due_ns: int = 0
    _wait_ns: int = field(default=AGAIN_NS)

    def ask(self, token: int, payload: bytes, now_ns: int) -> Ask | None:
        """The request, if none is under way and it is time."""
        if self.token is not None or now_ns < self.due_ns:
            return None
        self.token = token
        return Ask(token, self.service, payload, self.timeout_s)

    def was_lost(self, now_ns: int) -> None:
        """No reply came."""
        self.token, self.due_ns = None, now_ns + self._wait_ns
        self._wait_ns = min(2 * self._wait_ns, LATEST_NS)

    def was_answered(self, now_ns: int, again_ns: int = 0) -> None:
        """A reply came; asked again, it is no sooner than `again_ns` from now."""
        self.token, self.due_ns, self._wait_ns = None, now_ns + again_ns, AGAIN_NS
