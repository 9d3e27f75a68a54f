# SPDX-License-Identifier: Apache-2.0
"""The link at work over a real session: what comes in, what goes out, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgpack
import pytest

zenoh = pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from waiting import wait_for
from zenoh_fleet import free_endpoint, session_at

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.core.engine.messages import Announced, Heard, Noticed, Reported, Vanished
from suwon_fleet.core.robots.command import (
    Act,
    ActionKind,
    Grant,
    ReleaseStop,
    RequestStop,
    StopKind,
    Waypoint,
)
from suwon_fleet.core.robots.report import Factsheet, Pose, RobotReport
from suwon_fleet.robot.contract import pack
from suwon_fleet.robot.member import Body, Member
from suwon_fleet.wire.zenoh.keys import Address, Channel
from suwon_fleet.wire.zenoh.reports import encode_factsheet, encode_state

SHEET = Factsheet("r-1", "courier", "one")
REPORT = RobotReport("r-1", 1, 1, "one", Pose(1.0, 2.0), 0.0, -1, -1)
LOAD = Act("r-1", "a-1", ActionKind.LOAD)


@dataclass
class Wire:
    """A link, and a robot's session that says what it is told to."""

    link: ZenohLink
    robot: Any

    def say(self, channel: Channel, payload: bytes, home: str = "hall", robot: str = "r-1") -> None:
        self.robot.put(Address("site", home, robot).key(channel), payload)

    def heard(self, count: int = 1) -> list[Heard]:
        """What the link gives, once it is so much."""
        got: list[Heard] = []
        wait_for(lambda: len(got := [*got, *self.link.drain()]) >= count or got_more(got, count))
        return got

    def drain_until(self, what: Any) -> list[Heard]:
        """All that the link gives until something is so of it."""
        got: list[Heard] = []

        def is_so() -> bool:
            got.extend(self.link.drain())
            return bool(what(got))

        wait_for(is_so)
        return got

    def join(self) -> None:
        """The robot has joined, and the link knows it."""
        self.say(Channel.FACTSHEET, encode_factsheet(SHEET, 1, 1))
        self.drain_until(lambda got: self.link.counts.states or self.say_state(REPORT))
        assert self.link.knows("r-1")

    def say_state(self, report: RobotReport, **where: str) -> None:
        self.say(Channel.STATE, encode_state(report), **where)


@pytest.fixture
def wire() -> Iterator[Wire]:
    endpoint = free_endpoint()
    with session_at(listen=[endpoint]) as fleet:
        link = ZenohLink(fleet, WallClock(), "site")
        with session_at(mode="client", connect=[endpoint]) as robot:
            yield Wire(link, robot)
            link.close()
