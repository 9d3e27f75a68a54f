# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgpack
import pytest

from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.adapters.zenoh.telling import Telling
from suwon_fleet.core.engine.messages import Noticed
from suwon_fleet.core.robots.command import Pause, RequestStop, Resume, RobotCommand, StopKind
from suwon_fleet.wire.zenoh.happenings import CommandAnswer, Refusal
from suwon_fleet.wire.zenoh.keys import Address, Channel

ROBOT = Address("site", "hall", "r-1")


class Wall:
    """A clock that a test sets."""

    now_ns = 1000

    def __call__(self) -> int:
        return self.now_ns


def test_numbers_grow_whatever_the_clock_does_and_catch_up_with_it() -> None:
    wall, told = Wall(), []

    def put(address: Address, channel: Channel, payload: bytes) -> None:
        told.append(msgpack.unpackb(payload))

    telling = Telling(put, Counts(), wall)
    for now_ns, command in ((1000, Pause("r-1")), (400, Resume("r-1")), (9000, Pause("r-1"))):
        wall.now_ns = now_ns
        telling.tell(command, ROBOT, "one", 0, 5)
    assert [message[2] for message in told] == [1001, 1002, 9000]
    assert len({message[4][0] for message in told}) == 3


STOP = RequestStop("r-1", "s-1", StopKind.PROTECTIVE)


@pytest.fixture
def answered() -> Callable[[RobotCommand, Refusal], list[Noticed]]:
    """Tells a command, has it answered, and gives what people are told of that."""
    counts, told = Counts(), []

    def put(address: Address, channel: Channel, payload: bytes) -> None:
        told.append(msgpack.unpackb(payload)[4][0])

    telling = Telling(put, counts, Wall())

    def answer(command: RobotCommand, refusal: Refusal) -> list[Noticed]:
        telling.tell(command, ROBOT, "one", 0, 5)
        said = CommandAnswer("r-1", "one", 1, 1, told[-1], 1, refusal, "by 7 s")
        assert telling.answered(replace(said, robot_id="r-2")) == []
        noticed = telling.answered(said)
        assert telling.answered(said) == []
        assert telling.waiting == 0
        if refusal is not Refusal.NONE:
            assert counts.last_refusal == said
        return noticed

    return answer


def test_a_refused_stop_is_told_people_until_one_is_heeded(
    answered: Callable[[RobotCommand, Refusal], list[Noticed]],
) -> None:
    assert answered(STOP, Refusal.NONE) == []
    assert answered(Pause("r-1"), Refusal.EXPIRED) == []
    for _ in range(2):  # a person may have closed the first
        (noticed,) = answered(STOP, Refusal.EXPIRED)
        assert (noticed.level, noticed.subject, noticed.is_over) == (2, "r-1", False)
        assert dict(noticed.reason.facts) == {"robot": "r-1", "why": "expired by 7 s"}
    assert answered(STOP, Refusal.OLDER) == []
    (over,) = answered(STOP, Refusal.NONE)
    assert over.is_over
    assert over.reason.facts[:-1] == noticed.reason.facts[:-1]
    assert answered(STOP, Refusal.NONE) == []
