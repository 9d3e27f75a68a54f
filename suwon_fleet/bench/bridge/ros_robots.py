# SPDX-License-Identifier: Apache-2.0
"""Many pretended robots on Zenoh, and grants for them on ROS."""

from __future__ import annotations

import itertools
import time
from typing import Any

import zenoh

from suwon_fleet.core.robots.command import Grant, Waypoint
from suwon_fleet.core.robots.report import Factsheet, Pose, RobotReport
from suwon_fleet.wire.zenoh.keys import Address, Channel
from suwon_fleet.wire.zenoh.reports import encode_factsheet, encode_state

ROBOTS = 4_000
"""At 10 Hz, which is how often the bridge passes reports on, 40,000 states a second."""
GRANTS_IN_ONE = 100
"""In a message of the fleet's."""
_SESSION = "bench"


def _name(number: int) -> str:
    return f"robot-{number}"


def _key(number: int, channel: Channel) -> str:
    return Address("bench", "hall", _name(number)).key(channel)


def _state(number: int, sequence: int) -> bytes:
    pose = Pose(number % 100, number // 100)
    report = RobotReport(
        _name(number), sequence, time.time_ns(), _SESSION, pose, 1.0, 7, 9, battery_soc=0.5
    )
    return encode_state(report)


def is_heard(session: zenoh.Session) -> bool:
    """Whether somebody wants to know who they are."""
    publisher = session.declare_publisher(_key(0, Channel.FACTSHEET))
    status: Any = publisher.matching_status
    publisher.undeclare()
    return bool(status.matching)


def announce(session: zenoh.Session, robots: int) -> None:
    """Each says who it is and how it stands."""
    for number in range(robots):
        sheet = Factsheet(_name(number), "delivery_indoor", _SESSION)
        session.put(_key(number, Channel.FACTSHEET), encode_factsheet(sheet, 1, time.time_ns()))
        session.put(_key(number, Channel.STATE), _state(number, time.time_ns()))


class States:
    """States of all robots in turn."""

    def __init__(self, session: zenoh.Session) -> None:
        self._session = session
        self._keys = [_key(number, Channel.STATE) for number in range(ROBOTS)]
        self._turns = itertools.cycle(range(ROBOTS))

    def put(self) -> None:
        """The next one's."""
        number = next(self._turns)
        self._session.put(self._keys[number], _state(number, time.time_ns()))


def grants() -> bytes:
    """A message of grants of one more vertex, for as many robots, as ROS carries it."""
    from rclpy.serialization import serialize_message

    from suwon_fleet.adapters.ros.commands import batch_of

    waypoint = Waypoint(1.0, 2.0, "ground", 1.5, "lane-1")
    told = [Grant(_name(number), 10, (waypoint,)) for number in range(GRANTS_IN_ONE)]
    payload: bytes = serialize_message(batch_of(told, time.time_ns()))
    return payload
