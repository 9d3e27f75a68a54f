# SPDX-License-Identifier: Apache-2.0
"""What the service needs of the outside, as protocols; adapters and the simulator implement them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.engine.messages import Heard, PeerSaid, Tell
from suwon_fleet.core.robots.command import RobotCommand


class Journal(Protocol):
    """Where events are kept, in order, for ever.

    `append` may return before the events would survive the death of the process. `unkept` says how many
    of the newest appends might not: nothing may be done about them yet. `flush` waits until none is left.
    All three raise OSError when events cannot be kept, or others write the journal now: nothing may then
    be done about what is not kept, ever.
    """

    def append(self, events: Sequence[Event]) -> None: ...
    def unkept(self) -> int: ...
    def flush(self) -> None: ...
    def read(self) -> Iterator[Event]: ...
    def close(self) -> None: ...


class RobotLink(Protocol):
    """The way to the robots, whatever they speak. Neither call waits for a robot.

    `drain` gives all that has arrived since it was last called, in order of arrival. `send` may lose a
    command, as networks do: whoever sends looks at the reports and sends again.
    """

    def drain(self) -> Sequence[Heard]: ...
    def send(self, commands: Iterable[RobotCommand]) -> None: ...
    def close(self) -> None: ...


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
