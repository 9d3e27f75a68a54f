# SPDX-License-Identifier: Apache-2.0
"""An action server as rclcpp has it, in memory: its answers as bytes written by hand."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from suwon_fleet.adapters.nav2.asking import Ask, Service
from suwon_fleet.wire.cdr.actions import GoalStatus

LE = b"\x00\x01\x00\x00"


@dataclass
class Server:
    """Goals it has accepted; what it was asked for the result of and could not tell yet."""

    goals: dict[bytes, GoalStatus] = field(default_factory=dict)
    waiting: list[tuple[Ask, bytes]] = field(default_factory=list)
    accepts: bool = True
    cancels: bool = True
    cancelled: int = 0

    def take(self, ask: Ask) -> bytes | None:
        """Its answer to a request; None while it waits for a result."""
        body = ask.payload[4:]
        if ask.service == Service.SEND_GOAL:
            assert body[:16] not in self.goals, "rclcpp would throw: a known goal was sent again"
            if self.accepts:
                self.end_all(GoalStatus.ABORTED)  # preempted
                self.goals[body[:16]] = GoalStatus.EXECUTING
            return LE + struct.pack("<?3xiI", self.accepts, 0, 0)
        if ask.service == Service.CANCEL_GOAL:
            self.cancelled += 1
            assert not any(body), "all goals are meant"
            if self.cancels:
                self.end_all(GoalStatus.CANCELED)
            return LE + struct.pack("<b3xI", not self.cancels, 0)
        status = self.goals.get(body, GoalStatus.UNKNOWN)
        if status in (GoalStatus.EXECUTING, GoalStatus.CANCELING):
            self.waiting.append((ask, body))
            return None
        return LE + struct.pack("<bxH", status, 0)

    def end_all(self, status: GoalStatus) -> None:
        """What is under way ends so."""
        for goal, now in self.goals.items():
            if not now.is_over:
                self.goals[goal] = status

    def results(self) -> list[tuple[Ask, bytes]]:
        """Answers that have become possible."""
        ready = [(ask, goal) for ask, goal in self.waiting if self.goals[goal].is_over]
        self.waiting = [pair for pair in self.waiting if pair not in ready]
        return [(ask, LE + struct.pack("<bxH", self.goals[goal], 0)) for ask, goal in ready]
