# SPDX-License-Identifier: Apache-2.0
"""Commands on their way: told again with the same id until they are answered or expire."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock

from suwon_fleet.adapters.clocks import SECOND
from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.core.engine.alerts import ERROR
from suwon_fleet.core.engine.messages import Noticed
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.command import (
    Act,
    CancelAction,
    Grant,
    Pause,
    ReleaseStop,
    RequestStop,
    Resume,
    RobotCommand,
)
from suwon_fleet.wire.zenoh.commands import Ticket, channel_of, encode_command
from suwon_fleet.wire.zenoh.happenings import CommandAnswer, Refusal
from suwon_fleet.wire.zenoh.keys import Address, Channel

RETRY_S = 0.5
LIVES_S = 5.0
"""A robot that hears a command later does not do it; the core asks again if it is still wanted."""

Put = Callable[[Address, Channel, bytes], None]


@dataclass(slots=True)
class _Underway:
    command: RobotCommand
    address: Address
    payload: bytes
    command_id: str
    expires_ns: int
    told_ns: int


class Telling:
    """Tells robots, by `put`. Any thread: of two commands the one with the greater number is put later."""

    def __init__(self, put: Put, counts: Counts, wall_ns: Callable[[], int]) -> None:
        """Numbers follow the wall's time, so that they grow from one start of the fleet to the next."""
        self._put, self._counts, self._wall_ns = put, counts, wall_ns
        self._newest = wall_ns()
        self._prefix = f"{self._newest:x}"
        self._ids = itertools.count(1)
        self._underway: dict[str, dict[str, _Underway]] = {}
        """By robot, and by what it is about."""
        self._unstopped: set[str] = set()
        self._lock = RLock()

    @property
    def waiting(self) -> int:
        """Commands without an answer yet."""
        with self._lock:
            return sum(map(len, self._underway.values()))

    def tell(
        self, command: RobotCommand, address: Address, session: str, epoch: int, now_ns: int
    ) -> None:
        """Tell a robot; the same command that is still under way is not told twice."""
        with self._lock:
            self._tell(command, address, session, epoch, now_ns)

    def _tell(
        self, command: RobotCommand, address: Address, session: str, epoch: int, now_ns: int
    ) -> None:
        number = self.next_number()
        if isinstance(command, Grant):
            ticket = Ticket(session, epoch, number, now_ns)
            self._put(address, Channel.GRANT, encode_command(command, ticket))
            return
        about = _about(command)
        underway = self._underway.setdefault(command.robot_id, {})
        before = underway.get(about)
        if before and before.command == command and before.expires_ns > now_ns:
            return
        command_id = f"{self._prefix}-{next(self._ids)}"
        expires_ns = now_ns + round(LIVES_S * SECOND)
        payload = encode_command(
            command, Ticket(session, epoch, number, now_ns, command_id, expires_ns)
        )
        underway[about] = _Underway(command, address, payload, command_id, expires_ns, now_ns)
        self._counts.commands += 1
        self._put(address, channel_of(command), payload)

    def next_number(self) -> int:
        """Greater than all before it."""
        with self._lock:
            self._newest = max(self._newest + 1, self._wall_ns())
            return self._newest

    def answered(self, answer: CommandAnswer) -> list[Noticed]:
        """A robot has answered; what people are to know of it."""
        with self._lock:
            return self._answered(answer)

    def _answered(self, answer: CommandAnswer) -> list[Noticed]:
        underway = self._underway.get(answer.robot_id, {})
        for about, told in underway.items():
            if told.command_id == answer.command_id:
                del underway[about]
                if answer.refusal is not Refusal.NONE:
                    self._counts.refused += 1
                    self._counts.last_refusal = answer
                return self._noticed(told.command, answer)
        return []

    def _noticed(self, command: RobotCommand, answer: CommandAnswer) -> list[Noticed]:
        """That a robot will not stop; over once it heeds a later request."""
        robot_id, refusal = answer.robot_id, answer.refusal
        if not isinstance(command, RequestStop) or refusal is Refusal.OLDER:  # asked for anew
            return []
        is_over = refusal is Refusal.NONE
        if is_over and robot_id not in self._unstopped:
            return []
        (self._unstopped.discard if is_over else self._unstopped.add)(robot_id)
        why = f"{refusal} {answer.detail}".strip()
        reason = Reason.of("robot-refuses-stop", robot=robot_id, why=why)
        return [Noticed(ERROR, reason, robot_id, is_over)]

    def forget(self, robot_id: str) -> None:
        """What was under way was for a program that runs no more."""
        with self._lock:
            self._underway.pop(robot_id, None)

    def again(self, now_ns: int) -> None:
        """Tell again what has not been answered, and give up what has expired."""
        for underway in list(self._underway.values()):
            with self._lock:
                self._tell_again(underway, now_ns)

    def _tell_again(self, underway: dict[str, _Underway], now_ns: int) -> None:
        for about, told in list(underway.items()):
            if told.expires_ns <= now_ns:
                del underway[about]
                self._counts.unanswered += 1
            elif now_ns - told.told_ns >= RETRY_S * SECOND:
                told.told_ns = now_ns
                self._counts.retries += 1
                self._put(told.address, channel_of(told.command), told.payload)


def _about(command: RobotCommand) -> str:
    """What a command is about; of two about the same, only the later counts."""
    match command:
        case Act() | CancelAction():
            return f"action {command.action_id}"
        case RequestStop() | ReleaseStop():
            return f"stop {command.stop_id}"
        case Pause() | Resume():
            return "pause"
        case Grant():
            return "ground"
