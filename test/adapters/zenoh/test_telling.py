# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import msgpack

from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.adapters.zenoh.telling import Telling
from suwon_fleet.core.robots.command import Pause, Resume
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
