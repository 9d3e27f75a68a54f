# SPDX-License-Identifier: Apache-2.0
"""The simulator's node with topics of each robot's own, which controllers in another process hear."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import rclpy
from nav_msgs.msg import Odometry
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions

from suwon_fleet.bench.bridge.child import Child
from suwon_fleet.bench.measure import Stopwatch
from suwon_fleet.bench.sim.controllers import PLAIN
from suwon_fleet.cli.domain import isolated
from suwon_fleet.core.errors import Unreachable
from suwon_fleet.nodes.own_topics import QOS
from suwon_fleet.nodes.simulator import MOST_AT_ONCE, Simulator
from suwon_fleet.nodes.spinning import executor_for
from suwon_fleet.wire.cdr.topics import Odometry as Told
from suwon_fleet.wire.cdr.topics import write_odometry

ODOMETRY_HZ = 10
FLEETS = "delivery_outdoor:{}"
UNDER_WAY_S = 1.0
LONGEST_S = 120.0
"""Until all topics are known to both sides."""
PLAIN_MESSAGES = 5_000
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Driven:
    """How simulated time went by, with `sent` messages of odometry, of which `heard` came."""

    sim_s: float
    wall_s: float
    cpu_s: float
    sent: int
    heard: int
    message_s: float
    """Of the wall, for rclpy to send one such message, made before."""


def drive(robots: int, laps: int, lap_s: float) -> list[Driven]:
    """Simulate `laps` times so many seconds, as fast as it goes."""
    with _simulator(robots) as (node, executor):
        names = list(node.interface.handle.entities())
        with Child([sys.executable, "-m", "suwon_fleet.bench.sim.controllers", *names]) as far:

            def go_on() -> None:
                for _ in range(1 + MOST_AT_ONCE):
                    executor.spin_once(timeout_sec=0)
                node.advance()

            _until_all_drive(node, go_on)
            message_s = _message_s(node)
            return [_lap(node, far, go_on, robots, lap_s, message_s) for _ in range(laps)]


def _lap(
    node: Simulator,
    far: Child,
    go_on: Callable[[], None],
    robots: int,
    lap_s: float,
    message_s: float,
) -> Driven:
    before, begin_ns = _heard(far), node.world.now_ns
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    while node.world.now_ns < begin_ns + lap_s * SECOND:
        go_on()
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    gone_s = (node.world.now_ns - begin_ns) / SECOND
    sent = round(gone_s * ODOMETRY_HZ) * robots
    return Driven(gone_s, wall_s, cpu_s, sent, _heard(far) - before, message_s)


def _heard(far: Child) -> int:
    """How many messages have come, once those under way have."""
    time.sleep(UNDER_WAY_S)
    far.say("?")
    return int(far.hear())


@contextmanager
def _simulator(robots: int) -> Iterator[tuple[Any, Any]]:
    given = {
        "fleets": [FLEETS.format(robots)],
        "rate": 1000.0,  # which it never reaches
        "robot_topics": "on",
        "topics_hz": float(ODOMETRY_HZ),
        "driven": "*",
        "profile": "gazebo_strict",
    }
    with isolated():
        context = rclpy.Context()
        options = ["--ros-args", "--log-level", "warn"]
        rclpy.init(args=options, context=context, signal_handler_options=SignalHandlerOptions.NO)
        node = Simulator(
            context=context,
            parameter_overrides=[Parameter(name, value=value) for name, value in given.items()],
        )
        executor = executor_for(node)
        try:
            yield node, executor
        finally:
            executor.remove_node(node)
            node.destroy_node()
            executor.shutdown()
            context.try_shutdown()


def _until_all_drive(node: Any, go_on: Callable[[], None]) -> None:
    deadline = time.monotonic() + LONGEST_S
    while not (node.world.bodies.gone > 0.0).all():
        if time.monotonic() > deadline:
            drive = int((node.world.bodies.gone > 0.0).sum())
            raise Unreachable(f"after {LONGEST_S:g} s {drive} robots of all are driven")
        go_on()


def _message_s(node: Any) -> float:
    """Wall seconds to send one message that is there already."""
    out = node.create_publisher(Odometry, PLAIN, QOS)
    payload = write_odometry(Told(0, "r/odom", "r/base_link", 1.0, 2.0, 0.5, 0.6))
    deadline = time.monotonic() + LONGEST_S
    while not out.get_subscription_count() and time.monotonic() < deadline:
        time.sleep(0.01)
    watch = Stopwatch()
    with watch.lap():
        for _ in range(PLAIN_MESSAGES):
            out.publish(payload)
    return watch.wall_ms[0] / 1000.0 / PLAIN_MESSAGES
