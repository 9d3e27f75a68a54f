# SPDX-License-Identifier: Apache-2.0
"""A process of controllers: hears robots' odometry and drives each round in circles.

    python -m suwon_fleet.bench.sim.controllers ROBOT…

Asked by a line on stdin, it says how many messages have come so far. Robots' commands hold, so each is
told once its odometry is heard.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import rclpy
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from rclpy.node import Node

from suwon_fleet.nodes.own_topics import QOS
from suwon_fleet.nodes.spinning import executor_for

PLAIN = "/bench/odometry"
"""Messages that mean nothing, by which the cost of sending them is measured."""
SPEED_MPS, TURN_RADPS = 0.6, 0.5


class Controllers(Node):
    """Of all robots named."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__("controllers")
        self.heard = 0
        self._steered: set[str] = set()
        self._wheels = {
            name: self.create_publisher(Twist, f"/{name}/cmd_vel", QOS) for name in names
        }
        for name in names:
            self.create_subscription(Odometry, f"/{name}/odom", self._hear(name), QOS, raw=True)
        self.create_subscription(Odometry, PLAIN, lambda _: None, QOS, raw=True)

    def _hear(self, name: str) -> Callable[[Any], None]:
        def hear(_: Any) -> None:
            self.heard += 1
            if name not in self._steered and self._wheels[name].get_subscription_count():
                self._steered.add(name)
                twist = Twist()
                twist.linear.x, twist.angular.z = SPEED_MPS, TURN_RADPS
                self._wheels[name].publish(twist)

        return hear


def main(names: Sequence[str]) -> None:
    """Until stdin ends."""
    rclpy.init()
    node = Controllers(names)
    executor = executor_for(node)
    over = threading.Event()

    def answer() -> None:
        for _ in sys.stdin:
            print(node.heard, flush=True)
        over.set()

    threading.Thread(target=answer, daemon=True).start()
    while not over.is_set():
        executor.spin_once(timeout_sec=0.1)


if __name__ == "__main__":
    main(sys.argv[1:])
