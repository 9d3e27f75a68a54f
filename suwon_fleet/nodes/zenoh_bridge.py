# SPDX-License-Identifier: Apache-2.0
"""The zenoh_bridge: ROS topics that cross to Zenoh and back, and robots on Zenoh for a fleet on ROS.

Routes follow what there is: they are looked after all the time, so either side may start first, end and
start anew. docs/bridge.md tells of its file.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import zenoh
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.links import Links
from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.adapters.zenoh.ros2dds_link import Ros2ddsLink
from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.core.errors import Unreachable
from suwon_fleet.nodes.bridge.crossings import Services
from suwon_fleet.nodes.bridge.from_zenoh import FromZenoh
from suwon_fleet.nodes.bridge.robots import BridgedRobots
from suwon_fleet.nodes.bridge.to_zenoh import ToZenoh
from suwon_fleet.nodes.bridge.told import BridgeDiagnostics, array_of
from suwon_fleet.nodes.parameters import Parameter, declare
from suwon_fleet.nodes.spinning import executor_for, run, spare_the_collector, spin_until_asked
from suwon_fleet.nodes.zenoh_robots import log_events
from suwon_fleet.resources import resource_path
from suwon_fleet.wire.bridge.read import read_bridge

ROBOTS_S, DIAGNOSTICS_S = 0.1, 1.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 5.0
"""For a router that is not there, between tries."""

PARAMETERS = (
    Parameter(
        "config",
        "",
        "What crosses, and how Zenoh is met: a file; empty: config/zenoh_bridge.yaml as shipped.",
    ),
    Parameter(
        "look_every_s",
        0.25,
        "How often topics that appear and vanish are looked for.",
        within=(0.01, 10.0),
    ),
)


def open_when_there(settings: SessionSettings, say: Callable[[str], object]) -> zenoh.Session:
    """A session; where that needs a router it waits for it. Raises BadInput."""
    wait_s = FIRST_WAIT_S
    while True:
        try:
            return open_session(settings)
        except Unreachable as error:
            say(f"{error}; trying again in {wait_s:g} s")
        time.sleep(wait_s)
        wait_s = min(2 * wait_s, LONGEST_WAIT_S)


class ZenohBridge(Node):
    """See the module. Raises BadInput when a parameter or the file is wrong."""

    def __init__(self, **options: Any) -> None:
        super().__init__("zenoh_bridge", namespace="/fleet", **options)
        values = declare(self, PARAMETERS)
        file = values["config"] or resource_path("config/zenoh_bridge.yaml")
        self.bridge = read_bridge(file)
        settings = SessionSettings(**self.bridge.zenoh)
        self._session = open_when_there(settings, self.get_logger().warning)
        given = self.bridge
        self.to_zenoh = ToZenoh(self, self._session, given.to_zenoh, given.prefix)
        self.from_zenoh = FromZenoh(self, self._session, given.from_zenoh, given.prefix)
        self.offered = Services(
            self,
            self._session,
            given.services_to_zenoh,
            given.services_from_zenoh,
            given.prefix,
        )
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._diagnostics = BridgeDiagnostics()
        self._diagnostics_out = self.create_publisher(
            DiagnosticArray, "/diagnostics", QoSProfile(depth=10)
        )
        self._members, self._nav2 = self._links()
        links = [link for link in (self._members, self._nav2) if link]
        self.robots = BridgedRobots(self, Links(links), given.drive) if links else None
        if self.robots:
            self.create_timer(ROBOTS_S, self._look_at_robots, clock=self._steady)
        self.create_timer(values["look_every_s"], self._look, clock=self._steady)
        self.create_timer(DIAGNOSTICS_S, self._tell_diagnostics, clock=self._steady)
        self.get_logger().info(f"bridge {file}: Zenoh session {self._session.info.zid()}")

    def _links(self) -> tuple[ZenohLink | None, Ros2ddsLink | None]:
        clock, given = WallClock(), self.bridge
        members = ZenohLink(self._session, clock, *given.members) if given.members else None
        robots = given.nav2_robots
        return members, Ros2ddsLink(self._session, robots, clock.now_ns) if robots else None

    def _look_at_robots(self) -> None:
        assert self.robots is not None
        self.robots.look()
        if self._members:
            log_events(self._members, self.get_logger().info)

    def _look(self) -> None:
        self.to_zenoh.look(self.from_zenoh.topics)
        self.from_zenoh.look(self.to_zenoh.routes.keys())
        self.offered.look()
        if self.robots:
            self.robots.look_for_listeners()

    def _tell_diagnostics(self) -> None:
        told = array_of(self._diagnostics.routes(self.to_zenoh, self.from_zenoh, self.offered))
        if self.robots:
            told.status.append(self._diagnostics.robots(self.robots, self._members, self._nav2))
        told.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics_out.publish(told)

    def destroy_node(self) -> None:
        """Close all routes first: messages still come on Zenoh's threads."""
        if self.robots:
            self.robots.close()
        self.to_zenoh.close()
        self.from_zenoh.close()
        self.offered.close()
        self._session.close()
        super().destroy_node()


def _work(node: ZenohBridge) -> int:
    """Spin until the process is asked to end."""
    spare_the_collector()
    spin_until_asked(executor_for(node))
    return 0


def main(args: Sequence[str] | None = None) -> int:
    """The process: exit code 0 when asked to end, 2 for bad input."""
    return run(ZenohBridge, _work, args)


if __name__ == "__main__":
    sys.exit(main())
