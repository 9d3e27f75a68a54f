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


class Chores:
    """One action at a time; those known before are not done again.

    A std_srvs/Trigger that is called answers when the action has ended. It has no id, so after a lost reply
    it is called again: a robot that is asked for what it has just done says so and does nothing.
    """

    def __init__(
        self, means: Mapping[ActionKind, ByService | ByTime], tokens: itertools.count[int]
    ) -> None:
        self._means, self._tokens = means, tokens
        self._known: dict[str, ActionReport] = {}
        self.newest: ActionReport | None = None
        self._doing = ""
        self._ends_ns: int | None = None
        self._service: Asking | None = None

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
            self._end(ActionStatus.FAILED, CANCELLED)
        elif action_id not in self._known:
            self._known[action_id] = ActionReport(action_id, ActionStatus.FAILED, CANCELLED)

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
            self._service.was_lost(now_ns)
            raise
        if success is None:
            self._service.was_lost(now_ns)
        else:
            self._end(ActionStatus.FINISHED if success else ActionStatus.FAILED, words)
        return True

    def _end(self, status: ActionStatus, result: str = "") -> None:
        self._tell(self._doing, status, result)
        self._doing, self._ends_ns, self._service = "", None, None

    def _tell(self, action_id: str, status: ActionStatus, result: str = "") -> None:
        self.newest = self._known[action_id] = ActionReport(action_id, status, result)
