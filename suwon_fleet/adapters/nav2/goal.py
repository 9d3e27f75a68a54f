# SPDX-License-Identifier: Apache-2.0
"""One NavigateToPose goal, from the first request to its end, over a link that loses replies.

A goal whose `send_goal` was not answered may have been accepted or not. Sent twice, the same goal makes
rclcpp's action server throw and rclpy's say "rejected". So before it is sent again the server is asked
for the goal's result: one it does not know it names UNKNOWN at once. Feedback and status tell of it, too.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from enum import Enum, auto

from suwon_fleet.adapters.nav2.asking import SECOND, Ask, Asking, Service
from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.cdr import actions
from suwon_fleet.wire.cdr.actions import Feedback, GoalStatus

REPLY_S = 2.0
"""A service that answers at once has so long."""
RESULT_S = 5.0
"""How long one request for a result waits; the next finds out whether the server is still there."""
CANCEL_AGAIN_NS = SECOND
"""A goal that goes on after its cancel was taken is cancelled again."""
ALL_GOALS = bytes(actions.UUID_BYTES)
"""In a request to cancel: whatever is under way, also what an earlier program of ours had sent."""


class Phase(Enum):
    """What is known of a goal."""

    UNSENT = auto()
    """The server does not have it."""
    SENT = auto()
    UNSURE = auto()
    """Sent, and the reply was lost."""
    UNDER_WAY = auto()
    OVER = auto()


class Ending(Enum):
    """How a goal ended."""

    SUCCEEDED = auto()
    CANCELED = auto()
    ABORTED = auto()
    REJECTED = auto()
    FORGOTTEN = auto()
    """The server has started anew since, or it kept the result no longer."""


_ENDINGS = {
    GoalStatus.SUCCEEDED: Ending.SUCCEEDED,
    GoalStatus.CANCELED: Ending.CANCELED,
    GoalStatus.ABORTED: Ending.ABORTED,
}


class Goal:
    """See the module. `target` is the path index it leads to."""

    def __init__(
        self, goal_id: bytes, target: int, request: bytes, tokens: itertools.count[int]
    ) -> None:
        self.goal_id, self.target = goal_id, target
        self.phase = Phase.UNSENT
        self.ending: Ending | None = None
        self.error = ""
        """What Nav2 says of its end."""
        self._request, self._tokens = request, tokens
        self._is_repeat = self._is_refused = False
        self.is_cancelled = False
        """By us."""
        self.is_taken = False
        """The server has it, or had it: those before it are over."""
        self._send = Asking(Service.SEND_GOAL, REPLY_S)
        self._result = Asking(Service.GET_RESULT, RESULT_S)
        self._cancel = Asking(Service.CANCEL_GOAL, REPLY_S)

    def cancel(self) -> None:
        """Have it end, and those before it, which may still be under way where this one has not come."""
        self.is_cancelled = True

    def step(self, now_ns: int) -> list[Ask]:
        """What is to be asked now."""
        asked: list[Ask | None] = []
        if self.phase is Phase.UNSENT and not self.is_cancelled:
            if sent := self._send.ask(next(self._tokens), self._request, now_ns):
                self.phase = Phase.SENT
                asked.append(sent)
        elif self.phase in (Phase.UNSURE, Phase.UNDER_WAY):
            wanted = actions.write_get_result(self.goal_id)
            asked.append(self._result.ask(next(self._tokens), wanted, now_ns))
        if self.is_cancelled and self.phase is not Phase.OVER:
            wanted = actions.write_cancel_goal(ALL_GOALS)
            asked.append(self._cancel.ask(next(self._tokens), wanted, now_ns))
        return [ask for ask in asked if ask]

    def answer(self, token: int, payload: bytes | None, now_ns: int) -> bool:
        """A request of this goal was answered, or with None was not; whether it was one of its own.

        Raises BadInput for a reply that cannot be read, which then counts as lost.
        """
        takers = {
            self._send.token: (self._send, self._on_sent),
            self._result.token: (self._result, self._on_result),
            self._cancel.token: (self._cancel, self._on_cancelled),
        }
        asking, take = takers.get(token, (None, None))
        if asking is None or take is None:
            return False
        try:
            if payload is not None:
                take(payload, now_ns)
        except BadInput:
            payload = None
            raise
        finally:
            if payload is None:
                asking.was_lost(now_ns)
                if asking is self._send and self.phase is Phase.SENT:
                    self.phase = Phase.UNSURE
        return True

    def _on_sent(self, payload: bytes, now_ns: int) -> None:
        accepted = actions.read_send_goal_response(payload)
        self._send.was_answered(now_ns)
        if self.phase is not Phase.SENT:  # feedback, a status or the result were sooner
            return
        if accepted:
            self._is_under_way()
        elif self._is_repeat:  # rejected because the first one did arrive, perhaps
            self.phase, self._is_refused = Phase.UNSURE, True
        else:
            self._end(Ending.REJECTED)

    def _on_result(self, payload: bytes, now_ns: int) -> None:
        result = actions.read_get_result_response(payload)
        self._result.was_answered(now_ns, again_ns=SECOND)
        if result.status.is_over:
            self.is_taken = True
            self.error = result.error_text or (str(result.error_code) if result.error_code else "")
            self._end(_ENDINGS[result.status])
        elif result.status is GoalStatus.UNKNOWN and self.phase is Phase.UNDER_WAY:
            self._end(Ending.FORGOTTEN)
        elif result.status is GoalStatus.UNKNOWN and self.phase is Phase.UNSURE:
            if self._is_refused:
                self._end(Ending.REJECTED)
            else:
                self.phase, self._is_repeat = Phase.UNSENT, True

    def _on_cancelled(self, payload: bytes, now_ns: int) -> None:
        code = actions.read_cancel_goal_response(payload)
        self._cancel.was_answered(now_ns, again_ns=CANCEL_AGAIN_NS)
        if self.phase is Phase.UNSENT and code != actions.CANCEL_REJECTED:
            self._end(Ending.CANCELED)

    def hear_status(self, told: Mapping[bytes, GoalStatus]) -> None:
        """The server told of all its goals."""
        status = told.get(self.goal_id)
        if status is None or self.phase is Phase.OVER:
            return
        if status.is_over:
            self.is_taken = True
            self._end(_ENDINGS[status])
        elif status is not GoalStatus.UNKNOWN:
            self._is_under_way()

    def hear_feedback(self, told: Feedback) -> bool:
        """The server told of a goal under way; whether it is this one."""
        is_mine = told.goal_id == self.goal_id and self.phase is not Phase.OVER
        if is_mine:
            self._is_under_way()
        return is_mine

    def _is_under_way(self) -> None:
        self.phase, self.is_taken = Phase.UNDER_WAY, True

    def _end(self, ending: Ending) -> None:
        if self.phase is not Phase.OVER:
            self.phase, self.ending = Phase.OVER, ending
