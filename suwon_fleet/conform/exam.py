# SPDX-License-Identifier: Apache-2.0
"""One robot under examination: what is told to it, and waiting for what its reports show."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from suwon_fleet.conform.book import Book
from suwon_fleet.conform.watch import Watch
from suwon_fleet.core.robots.command import Grant, RobotCommand
from suwon_fleet.core.robots.report import RobotReport


class Subject(Protocol):
    """The way to the robot, by one of the contracts."""

    def tell(self, command: RobotCommand) -> None:
        """Tell it in the ordinary way; it is told again until it is known to have heard."""

    def pump(self, timeout_s: float) -> list[RobotReport]:
        """Its reports since the last call; waits at most so long for something to come."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the robot is put through."""

    room_m: float = 1.0
    """Free straight ahead of it; 0: it is not driven."""
    patience_s: float = 5.0
    """It has so long to do what it is told."""
    action_s: float = 60.0
    """And so long for an action."""
    speed_mps: float = 1.0
    """The limit of the ground it is granted."""


@dataclass(slots=True)
class Exam:
    """What the scenes of an examination share."""

    robot_id: str
    subject: Subject
    book: Book
    watch: Watch
    plan: Plan
    mark: str
    """In all ids of this examination, so that the robot knows none of them from an earlier one."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def now(self) -> RobotReport:
        """The newest report; the scenes begin after the first."""
        assert self.watch.now is not None
        return self.watch.now

    def new_id(self, of: str) -> str:
        """An id that the robot does not know."""
        return f"{of}-{self.mark}-{next(self._numbers)}"

    def tell(self, command: RobotCommand) -> None:
        """As the fleet does."""
        if isinstance(command, Grant):
            self.watch.granted(command)
        self.subject.tell(command)

    def until(self, what: Callable[[], object], patience_s: float = 0.0) -> bool:
        """Hear reports until something is so; False when patience is at an end."""
        deadline_s = time.monotonic() + (patience_s or self.plan.patience_s)
        while not what():
            left_s = deadline_s - time.monotonic()
            if left_s <= 0.0:
                return False
            for report in self.subject.pump(left_s):
                self.watch.hear(report, time.time_ns())
        return True

    def more(self, reports: int) -> bool:
        """Hear so many more reports; False when they do not come."""
        enough = self.watch.count + reports
        return self.until(lambda: self.watch.count >= enough)

    def stays(self, what: Callable[[], object], reports: int = 3) -> bool:
        """Whether something is so in each of the next reports."""
        return all(self.more(1) and what() for _ in range(reports))
