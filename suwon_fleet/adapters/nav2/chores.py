# SPDX-License-Identifier: Apache-2.0
"""What a robot does where it stands, for Nav2 only drives: by a service of the robot, or by waiting."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from suwon_fleet.adapters.nav2.asking import SECOND, Ask, Asking
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.command import Act, ActionKind
from suwon_fleet.core.robots.report import ActionReport, ActionStatus
from suwon_fleet.wire.bridge.nav2_robot import ByService, ByTime
from suwon_fleet.wire.cdr import actions

CANCELLED, UNABLE = "cancelled", "this robot has no such action"
TRIES = 10
"""A service that does not answer is called so often; where there is none, that takes half a minute."""
REMEMBERED = 256
"""Actions that are not done again."""


class Chores:
    """One action at a time; those known before are not done again.

    A std_srvs/Trigger that is called answers when the action has ended. It has no id, so after a lost reply
    it is called again: a robot that is asked for what it has just done says so and does nothing. It cannot
    be told to end either: one that is cancelled keeps the robot busy until it answers.
    """

    def __init__(
        self, means: Mapping[ActionKind, ByService | ByTime], tokens: itertools.count[int]
    ) -> None:
        self._means, self._tokens = means, tokens
        self._known: dict[str, ActionReport] = {}
        self.newest: ActionReport | None = None
        self._doing = ""
        self._is_cancelled = False
        self._ends_ns: int | None = None
        self._service: Asking | None = None
        self._lost = 0

    @property
    def is_busy(self) -> bool:
        return bool(self._doing)

    def begin(self, act: Act, now_ns: int) -> None:
        """Do something; while something else is done it is left, and comes again."""
        if act.action_id in self._known:
            self.newest = self._known[act.action_id]
        elif not self._doing:
            self._start(act, self._means.get(act.kind), now_ns)

    def _start(self, act: Act, means: ByService | ByTime | None, now_ns: int) -> None:
        match means:
            case ByTime():
                self._ends_ns = now_ns + round(means.seconds * SECOND)
            case ByService():
                self._service = Asking(means.service, means.timeout_s)
            case None:
                self._tell(act.action_id, ActionStatus.FAILED, UNABLE)
                return
        self._doing = act.action_id
        self._tell(act.action_id, ActionStatus.RUNNING)

    def cancel(self, action_id: str) -> None:
        """End it early, or never begin it."""
        if action_id == self._doing:
            self._is_cancelled = True
            if self._service is None or self._service.token is None:
                self._end(ActionStatus.FAILED, CANCELLED)
        elif action_id not in self._known:
            self._remember(ActionReport(action_id, ActionStatus.FAILED, CANCELLED))

    def step(self, now_ns: int) -> list[Ask]:
        """What is to be asked now."""
        if self._ends_ns is not None and now_ns >= self._ends_ns:
            self._end(ActionStatus.FINISHED)
        if self._service:
            ask = self._service.ask(next(self._tokens), actions.write_trigger(), now_ns)
            return [ask] if ask else []
        return []

    def answer(self, token: int, payload: bytes | None, now_ns: int) -> bool:
        """A service was answered, or with None was not; whether it was asked here. Raises BadInput."""
        if self._service is None or self._service.token != token:
            return False
        try:
            success, words = (
                (None, "") if payload is None else actions.read_trigger_response(payload)
            )
        except BadInput:
            self._was_lost(self._service, now_ns)
            raise
        if success is None:
            self._was_lost(self._service, now_ns)
        elif self._is_cancelled:
            self._end(ActionStatus.FAILED, CANCELLED)
        else:
            self._end(ActionStatus.FINISHED if success else ActionStatus.FAILED, words)
        return True

    def _was_lost(self, service: Asking, now_ns: int) -> None:
        service.was_lost(now_ns)
        self._lost += 1
        if self._is_cancelled:  # not again, then
            self._end(ActionStatus.FAILED, CANCELLED)
        elif self._lost == TRIES:
            self._end(ActionStatus.FAILED, f"{service.service} does not answer")

    def _end(self, status: ActionStatus, result: str = "") -> None:
        self._tell(self._doing, status, result)
        self._doing, self._ends_ns, self._service = "", None, None
        self._is_cancelled, self._lost = False, 0

    def _tell(self, action_id: str, status: ActionStatus, result: str = "") -> None:
        self.newest = ActionReport(action_id, status, result)
        self._remember(self.newest)

    def _remember(self, report: ActionReport) -> None:
        self._known[report.action_id] = report
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
