# SPDX-License-Identifier: Apache-2.0
"""Commands on their way: told again with the same id until they are answered or expire."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from suwon_fleet.adapters.zenoh.counts import Counts
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

SECOND = 1_000_000_000
RETRY_S = 0.5
LIVES_S = 5.0
"""A robot that hears a command later does not do it; the core asks again if it is still wanted."""

Put = Callable[[Address, Channel, bytes], None]
About = tuple[str, str]
"""A robot and what a command is about; of two about the same, only the later counts."""


@dataclass(slots=True)
class _Underway:
    command: RobotCommand
    address: Address
    payload: bytes
    command_id: str
    expires_ns: int
    told_ns: int


class Telling:
    """Tells robots, by `put`."""

    def __init__(self, put: Put, counts: Counts, wall_ns: Callable[[], int]) -> None:
        """Numbers follow the wall's time, so that they grow from one start of the fleet to the next."""
        self._put, self._counts, self._wall_ns = put, counts, wall_ns
        self._newest = wall_ns()
        self._prefix = f"{self._newest:x}"
        self._ids = itertools.count(1)
        self._underway: dict[About, _Underway] = {}

    @property
    def waiting(self) -> int:
        """Commands without an answer yet."""
        return len(self._underway)

    def tell(
        self, command: RobotCommand, address: Address, session: str, epoch: int, now_ns: int
    ) -> None:
        """Tell a robot; the same command that is still under way is not told twice."""
        number = self.next_number()
        if isinstance(command, Grant):
            ticket = Ticket(session, epoch, number, now_ns)
            self._put(address, Channel.GRANT, encode_command(command, ticket))
            return
        about = _about(command)
        before = self._underway.get(about)
        if before and before.command == command and before.expires_ns > now_ns:
            return
        command_id = f"{self._prefix}-{next(self._ids)}"
        expires_ns = now_ns + round(LIVES_S * SECOND)
        payload = encode_command(
            command, Ticket(session, epoch, number, now_ns, command_id, expires_ns)
        )
        self._underway[about] = _Underway(command, address, payload, command_id, expires_ns, now_ns)
        self._counts.commands += 1
        self._put(address, channel_of(command), payload)

    def next_number(self) -> int:
        """Greater than all before it."""
        self._newest = max(self._newest + 1, self._wall_ns())
        return self._newest

    def answered(self, answer: CommandAnswer) -> None:
        """A robot has answered."""
        for about, told in self._underway.items():
            if told.command_id == answer.command_id and about[0] == answer.robot_id:
                del self._underway[about]
                self._counts.refused += answer.refusal is not Refusal.NONE
                return

    def forget(self, robot_id: str) -> None:
        """What was under way was for a program that runs no more."""
        for about in [about for about in self._underway if about[0] == robot_id]:
            del self._underway[about]

    def again(self, now_ns: int) -> None:
        """Tell again what has not been answered, and give up what has expired."""
        for about, told in list(self._underway.items()):
            if told.expires_ns <= now_ns:
                del self._underway[about]
                self._counts.unanswered += 1
            elif now_ns - told.told_ns >= RETRY_S * SECOND:
                told.told_ns = now_ns
                self._counts.retries += 1
                self._put(told.address, channel_of(told.command), told.payload)


def _about(command: RobotCommand) -> About:
    match command:
        case Act() | CancelAction():
            return command.robot_id, f"action {command.action_id}"
        case RequestStop() | ReleaseStop():
            return command.robot_id, f"stop {command.stop_id}"
        case Pause() | Resume():
            return command.robot_id, "pause"
        case Grant():
            return command.robot_id, "ground"
