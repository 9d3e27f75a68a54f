# SPDX-License-Identifier: Apache-2.0
"""Lockstep: the world makes a step only when every participant has answered it. No clock, no network.

::

    begin ──> tick k is told ──> answers ──> gate: OPEN ──> the world steps, and so on
                                        └──> past the deadline: WAIT on, SKIP who is late, or ABORT

A tick is told again until it is answered, and answered as often: its number says what is new.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from suwon_fleet.sim.spread import Spread


class Policy(StrEnum):
    """What becomes of a tick that is not answered within the deadline."""

    WAIT = "wait"
    """The world waits on; that is counted as an overrun."""
    SKIP = "skip"
    """The tick is lost to who is late, and he is not waited for until he answers again."""
    ABORT = "abort"
    """The simulation ends."""


class Gate(StrEnum):
    """Whether the world may make its step."""

    OPEN = "open"
    CLOSED = "closed"
    ABORTED = "aborted"


@dataclass(slots=True)
class Participant:
    """One that answers ticks. Times are from the tick's beginning to its answer."""

    has_joined: bool = False
    is_away: bool = False
    """It has missed a tick, and not answered since."""
    answered: int = -1
    """The newest tick it has answered."""
    overrun: int = -1
    """The newest tick that it answered too late, or not yet."""
    ticks: int = 0
    overruns: int = 0
    lost: int = 0
    """Ticks that the world did not wait for."""
    strays: int = 0
    """Answers to ticks long past, or never told."""
    times: Spread = field(default_factory=Spread)


class Lockstep:
    """The coordinator. Wall times are seconds, of any clock that does not jump."""

    def __init__(self, names: Iterable[str], policy: Policy, deadline_s: float) -> None:
        self.policy, self.deadline_s = policy, deadline_s
        self.participants = {name: Participant() for name in names}
        self.tick = -1
        self._began_s = 0.0

    @property
    def absent(self) -> list[str]:
        """Those who have not joined yet; nothing begins without them."""
        return [name for name, one in self.participants.items() if not one.has_joined]

    @property
    def awaited(self) -> list[str]:
        """Those whose answer to this tick is missing."""
        return [
            name
            for name, one in self.participants.items()
            if one.answered < self.tick and not one.is_away
        ]

    @property
    def late(self) -> list[str]:
        """Those of whom the tick is to be told again: who is away may come back by it."""
        return [name for name, one in self.participants.items() if one.answered < self.tick]

    def join(self, name: str) -> bool:
        """One is there; False when it is not a participant."""
        if name not in self.participants:
            return False
        self.participants[name].has_joined = True
        return True

    def begin(self, now_s: float) -> bool:
        """Begin the next tick; False while somebody has not joined."""
        if self.absent:
            return False
        self.tick += 1
        self._began_s = now_s
        return True

    def answer(self, name: str, tick: int, now_s: float) -> bool:
        """One has lived through a tick; whether that is news, and not an answer heard before."""
        one = self.participants.get(name)
        if one is None:
            return False
        if tick != self.tick:
            self._stray(one, tick)
            return False
        if one.answered == tick:
            return False
        took_s = now_s - self._began_s
        one.has_joined, one.answered, one.is_away = True, tick, False
        one.ticks += 1
        one.times.note(took_s)
        if took_s > self.deadline_s:
            self._overran(one)
        return True

    def _stray(self, one: Participant, tick: int) -> None:
        """An answer too late for its tick tells that its participant is there: it is waited for again."""
        if one.answered < tick < self.tick:
            one.answered, one.is_away = tick, False
            one.strays += 1
        elif tick > self.tick:
            one.strays += 1

    def gate(self, now_s: float) -> Gate:
        """Whether the world may make the step of this tick."""
        awaited = self.awaited
        if not awaited:
            return Gate.OPEN
        if now_s - self._began_s <= self.deadline_s:
            return Gate.CLOSED
        for name in awaited:
            one = self.participants[name]
            self._overran(one)
            if self.policy is Policy.SKIP:
                one.is_away = True
        if self.policy is Policy.SKIP:
            return Gate.OPEN
        return Gate.ABORTED if self.policy is Policy.ABORT else Gate.CLOSED

    def _overran(self, one: Participant) -> None:
        """Count a tick once, however often it is looked at."""
        if one.overrun < self.tick:
            one.overrun = self.tick
            one.overruns += 1

    def end(self) -> None:
        """The step was made: the tick is lost to all who have not answered it."""
        for one in self.participants.values():
            one.lost += one.answered < self.tick

    @property
    def lost(self) -> int:
        """Ticks lost to anybody."""
        return sum(one.lost for one in self.participants.values())

    def figures(self) -> dict[str, Any]:
        """What there is to report."""
        return {
            "ticks": self.tick + 1,
            "lost": self.lost,
            "overruns": sum(one.overruns for one in self.participants.values()),
            "participants": {
                name: {
                    "ticks": one.ticks,
                    "lost": one.lost,
                    "overruns": one.overruns,
                    "strays": one.strays,
                    **one.times.figures(),
                }
                for name, one in self.participants.items()
            },
        }
