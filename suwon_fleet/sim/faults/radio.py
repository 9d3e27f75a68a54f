# SPDX-License-Identifier: Apache-2.0
"""The link between robots and the fleet, when it is bad: messages lost, late, doubled, out of order."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import numpy as np

from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.core.robots.report import RobotReport
from suwon_fleet.sim.faults.effects import Comms, Direction

SECOND = 1_000_000_000
OVERTAKEN_S = 1.0
"""A message that is reordered is late by up to so much more."""


class _Addressed(Protocol):
    @property
    def robot_id(self) -> str: ...


Message = TypeVar("Message", bound=_Addressed)
Bad = tuple[Comms, np.random.Generator]
"""What is wrong with a robot's link, and its chance."""


@dataclass(slots=True)
class _Air(Generic[Message]):
    """Messages one way that are still to arrive, by when they do."""

    waiting: list[tuple[int, int, Message]] = field(default_factory=list)
    sent: int = 0
    newest_ns: dict[str, int] = field(default_factory=dict)
    """When the last message to or from a robot arrives that keeps its turn."""

    def send(self, message: Message, due_ns: int, *, keeps_turn: bool) -> None:
        if keeps_turn:
            due_ns = max(due_ns, self.newest_ns.get(message.robot_id, 0))
            self.newest_ns[message.robot_id] = due_ns
        self.sent += 1
        heapq.heappush(self.waiting, (due_ns, self.sent, message))

    def arrived(self, now_ns: int) -> Iterable[Message]:
        while self.waiting and self.waiting[0][0] <= now_ns:
            yield heapq.heappop(self.waiting)[2]


class Radio:
    """Carries reports up and commands down; `lost` counts what never arrives."""

    def __init__(self) -> None:
        self.bad: dict[str, list[Bad]] = {}
        """What is wrong now, by robot."""
        self.lost = 0
        self._up: _Air[RobotReport] = _Air()
        self._down: _Air[RobotCommand] = _Air()

    def reports(self, now_ns: int, told: list[RobotReport]) -> list[RobotReport]:
        """What arrives at the fleet now, of what robots tell now and told before."""
        return self._carry(self._up, Direction.UP, now_ns, told)

    def commands(self, now_ns: int, sent: list[RobotCommand]) -> list[RobotCommand]:
        """What arrives at robots now, of what the fleet sends now and sent before."""
        return self._carry(self._down, Direction.DOWN, now_ns, sent)

    def _carry(
        self, air: _Air[Message], way: Direction, now_ns: int, messages: list[Message]
    ) -> list[Message]:
        if not self.bad and not air.waiting:
            return messages
        for message in messages:
            bad = self.bad.get(message.robot_id, ())
            self._send(air, message, now_ns, [b for b in bad if b[0].direction in (way, "both")])
        return list(air.arrived(now_ns))

    def _send(self, air: _Air[Message], message: Message, now_ns: int, bad: Sequence[Bad]) -> None:
        late_s, keeps_turn, copies = 0.0, True, 1
        for comms, random in bad:
            # All is drawn each time, so that what becomes of one message changes no other.
            lost, doubled, overtaken, late, after = random.random(5)
            if comms.partition or lost < comms.loss:
                copies = 0
            elif doubled < comms.duplicate:
                copies *= 2
            first_s, last_s = comms.latency_s
            late_s += first_s + late * (last_s - first_s)
            if overtaken < comms.reorder:
                keeps_turn = False
                late_s += after * OVERTAKEN_S
        self.lost += not copies
        for _ in range(copies):
            air.send(message, now_ns + round(late_s * SECOND), keeps_turn=keeps_turn)
