# SPDX-License-Identifier: Apache-2.0
"""What the service and the simulator need of the outside, as protocols; adapters implement them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.engine.messages import Heard, PeerSaid, Tell
from suwon_fleet.core.errors import Problem
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.core.robots.report import Pose


class Journal(Protocol):
    """Where events are kept, in order, for ever.

    `append` may return before the events would survive the death of the process. `unkept` says how many
    of the newest appends might not: nothing may be done about them yet. `flush` waits until none is left.
    All three raise OSError when events cannot be kept, or others write the journal now: nothing may then
    be done about what is not kept, ever. `surprises` are what people should know of it.
    """

    surprises: list[Problem]

    def append(self, events: Sequence[Event]) -> None: ...
    def unkept(self) -> int: ...
    def flush(self) -> None: ...
    def read(self) -> Iterator[Event]:
        """All events; it may begin with a snapshot instead of what came before that."""

    def close(self) -> None: ...


class RobotLink(Protocol):
    """The way to the robots, whatever they speak. Neither call waits for a robot.

    `drain` gives all that has arrived since it was last called, in order of arrival. `send` may lose a
    command, as networks do: whoever sends looks at the reports and sends again.
    """

    def drain(self) -> Sequence[Heard]: ...
    def send(self, commands: Iterable[RobotCommand]) -> None: ...
    def close(self) -> None: ...


class UrgentLink(RobotLink, Protocol):
    """A way to robots that somebody on another thread may use while it is at work.

    What `send_now` is given is on the wire when it returns; it never waits for what `send` was given.
    """

    def send_now(self, commands: Iterable[RobotCommand]) -> None: ...


class PeerLink(Protocol):
    """The way to the owners of other groups of zones. Neither call waits for one of them.

    `drain` gives all that has arrived since it was last called. `tell` may lose, double and delay what it
    is given: whoever tells something looks for the answer and tells it again.
    """

    def drain(self) -> list[PeerSaid]: ...
    def tell(self, messages: Iterable[Tell]) -> None: ...
    def close(self) -> None: ...


class Clock(Protocol):
    """The fleet's time in nanoseconds, simulated or wall."""

    def now_ns(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Tick:
    """A step that is about to be made: from simulated `now_ns` on, for `step_ns`."""

    run: str
    """Differs each time the simulator starts."""
    number: int
    now_ns: int
    step_ns: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a controller's robot is, that stands in for a simulated one."""

    pose: Pose
    speed_mps: float
    path_index: int | None = None
    """The last vertex of its granted path that it has reached, where that was told."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A participant has lived through a tick; with an empty `run` it is there, and waits for ticks."""

    participant: str
    run: str
    tick: int
    place: Place | None = None


class TickLink(Protocol):
    """The way to participants. No call waits."""

    unusable: int
    """What came in and could not be read."""

    def tell(self, tick: Tick, names: Iterable[str]) -> None:
        """Tell some of them a tick, perhaps once more."""

    def answers(self) -> list[Answer]:
        """What they have said since the last call."""

    def places(self) -> list[tuple[str, Place]]:
        """Where robots of controllers, and they alone, are as their reports tell outside of ticks."""

    def close(self) -> None:
        """Leave."""
