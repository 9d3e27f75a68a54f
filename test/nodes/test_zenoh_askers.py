# SPDX-License-Identifier: Apache-2.0
"""What a fleet_manager tells those who ask over Zenoh: how robots were, and how the link is."""

from __future__ import annotations

from contextlib import closing

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")
pytest.importorskip("zenoh", reason="Zenoh is not installed")


from waiting import wait_for
from zenoh_net import answers, free_endpoint, plain, sessions

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.zenoh.examine import Link, Verdict, examine
from suwon_fleet.nodes.zenoh_robots import PARAMETERS, ZenohParameters, ZenohRobots
from suwon_fleet.wire.zenoh.keys import Address, owner_of

pytestmark = pytest.mark.ros
KEY = "suwon/v1/suseo/lab/r-1/state"


def test_who_asks_is_told_the_newest_and_that_the_link_is_well() -> None:
    endpoint = free_endpoint()
    values = {parameter.name: parameter.default for parameter in PARAMETERS}
    given = ZenohParameters(values | {"zenoh_listen": endpoint})
    with closing(ZenohRobots(given, WallClock(), "suseo")) as robots, sessions() as opened:
        robot = opened(plain("client", connect=(endpoint,)))

        def turn() -> None:
            robots.link.drain()
            robots.turn()

        def told() -> dict[str, str]:
            robot.put(KEY, "here")
            return answers(robot, KEY, turn)

        wait_for(lambda: told() == {KEY: "here"})
        link = Link(endpoint, owner_of("suseo", "lab"), Address("suseo", "lab", "r-1"))
        found = {finding.check: finding.verdict for finding in examine(link)}
    assert found.pop("encryption") is Verdict.NOTE
    assert set(found.values()) == {Verdict.GOOD}
