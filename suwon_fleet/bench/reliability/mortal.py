# SPDX-License-Identifier: Apache-2.0
"""What a fleet's manager that may die at any moment holds on to: a disk, a journal, the way to its robots.

It dies between any two things it does. The disk then has what a disk would have kept.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.errors import Problem
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.nodes.judged_world import JudgedWorld
from suwon_fleet.sim.link import WorldLink
from suwon_fleet.wire.journal import decode, encode
from suwon_fleet.wire.journal_chain import Head, Record, head_of, link

MOST_LATE_STEPS = 4
"""A message is under way for up to so many steps of the world."""
FULL_FOR = 40
"""Moments after which somebody kills a manager that has nothing to write to its full disk."""
FOUND_AFTER_STEPS = (0, 0, 3, 10, 30)


class End(StrEnum):
    """How a manager ends."""

    KILLED = "killed"
    """What was written is on the disk, whether it was synced or not."""
    POWER = "power"
    """What was not synced is gone, or some of it."""
    FULL = "full"
    """The disk takes no more; the process ends itself."""


class Sync(StrEnum):
    """When a turn's events are synced: before it ends, or some turns later."""

    ALWAYS = "always"
    GROUP = "group"


class Died(BaseException):
    """The process is no more: nothing may catch this."""


@dataclass(slots=True)
class Disk:
    """Appends as they were written; the first `synced` survive anything."""

    appends: list[list[Record]] = field(default_factory=list)
    synced: int = 0

    @property
    def records(self) -> Iterator[Record]:
        return (record for append in self.appends for record in append)

    def lose_power(self, chance: random.Random) -> None:
        """Of what was not synced some may have come to the disk, in order."""
        del self.appends[chance.randint(self.synced, len(self.appends)) :]
        self.synced = len(self.appends)


class Doom:
    """Counts the moments at which a process may die, and ends it at one; with 0 at none."""

    def __init__(self, moments: int, end: End) -> None:
        self._left, self.end = moments, end

    def moment(self) -> None:
        """One more. Raises Died when it is the last."""
        self._left -= 1
        if self._left == (-FULL_FOR if self.end is End.FULL else 0):
            raise Died

    @property
    def is_full(self) -> bool:
        """Whether the disk takes no more."""
        return self._left <= 0 and self.end is End.FULL


class MortalJournal:
    """A journal on a disk. With group commit a sync takes until somebody has looked a few times."""

    def __init__(self, disk: Disk, sync: Sync, doom: Doom, chance: random.Random) -> None:
        self.surprises: list[Problem] = []
        self._disk, self._sync, self._doom, self._chance = disk, sync, doom, chance
        self._syncing = len(disk.appends)
        self._head = Head()
        for record in disk.records:
            self._head = head_of(record)

    def append(self, events: Sequence[Event]) -> None:
        self._doom.moment()
        if self._doom.is_full:
            raise OSError("no space left on device")
        records = list(link(self._head, map(encode, events)))
        self._disk.appends.append(records)
        self._head = head_of(records[-1])
        self._doom.moment()
        if self._sync is Sync.ALWAYS:
            self._disk.synced = len(self._disk.appends)
        self._doom.moment()

    def unkept(self) -> int:
        self._doom.moment()
        if self._chance.random() < 0.4:
            self._disk.synced, self._syncing = (
                max(self._disk.synced, self._syncing),
                len(self._disk.appends),
            )
        return len(self._disk.appends) - self._disk.synced

    def flush(self) -> None:
        self._disk.synced = len(self._disk.appends)

    def read(self) -> Iterator[Event]:
        for record in self._disk.records:
            yield decode(record.name, record.body, f"record {record.number}")

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass(slots=True)
class Sender:
    """Robots hear it from the step `found_at` on."""

    found_at: int
    queue: deque[tuple[int, RobotCommand]] = field(default_factory=deque)


class Air:
    """What is under way to robots: of each sender in order, and late.

    Robots take a while to find a new sender, and hear nothing of it before; of one that died some is lost.
    """

    def __init__(self, judged: JudgedWorld, chance: random.Random) -> None:
        self._judged, self._chance = judged, chance
        self._senders: list[Sender] = []
        self._step = 0

    def sender(self) -> Sender:
        """A new one; what the others have sent is still under way, or lost."""
        for sender in self._senders:
            if self._chance.random() < 0.5:
                sender.queue.clear()
        self._senders = [sender for sender in self._senders if sender.queue]
        self._senders.append(Sender(self._step + self._chance.choice(FOUND_AFTER_STEPS)))
        return self._senders[-1]

    def put(self, sender: Sender, command: RobotCommand) -> None:
        """A command sets out."""
        if self._step >= sender.found_at:
            late = self._chance.randint(0, MOST_LATE_STEPS)
            due = max(self._step + late, sender.queue[-1][0] if sender.queue else 0)
            sender.queue.append((due, command))

    def step(self) -> None:
        """Robots hear what is due, and the world goes on."""
        for queue in (sender.queue for sender in self._senders):
            batch = []
            while queue and queue[0][0] <= self._step:
                batch.append(queue.popleft()[1])
            if batch:
                self._judged.take(batch)
        self._step += 1
        self._judged.step()


class MortalLink(WorldLink):
    """The way to robots of one manager, which may die between two commands."""

    def __init__(self, judged: JudgedWorld, air: Air, doom: Doom) -> None:
        super().__init__(judged.world)
        self._air, self._sender, self._doom = air, air.sender(), doom

    def send(self, commands: Iterable[RobotCommand]) -> None:
        for command in commands:
            self._doom.moment()
            self._air.put(self._sender, command)
