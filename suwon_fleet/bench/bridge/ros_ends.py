# SPDX-License-Identifier: Apache-2.0
"""The two ends of a measured way, each a process: one sends at a rate it is told, one counts what comes.

    python -m suwon_fleet.bench.bridge.ros_ends send|count ros|zenoh ENDPOINT TOPIC SIZE

Each takes commands on stdin, a line of JSON each, and answers on stdout so.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from threading import Thread
from typing import Any, Protocol

import zenoh

from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.wire.bridge.tokens import PUBLISHER, Qos, Token
from suwon_fleet.wire.cdr.stream import Writer

QUEUED = 20_000
"""Messages that wait in ROS at an end, which is not what is measured."""
TYPE = "std_msgs/msg/String"
_LATER_S = 0.2


class _Sender(Protocol):
    def put(self, payload: bytes) -> Any: ...


def payload_of(size: int) -> bytes:
    """A std_msgs/String of about so many bytes."""
    write = Writer()
    write.text("x" * max(0, size - 9))
    return write.payload()


def _ros_node(name: str) -> Any:
    import rclpy
    from rclpy.node import Node

    rclpy.init(args=[])
    return Node(name, enable_rosout=False, start_parameter_services=False)


def _session(endpoint: str) -> zenoh.Session:
    return open_session(SessionSettings(connect=[endpoint]))


def _send_to_ros(topic: str) -> tuple[Callable[[bytes], None], Callable[[], bool]]:
    from rclpy.qos import QoSProfile
    from std_msgs.msg import String

    publisher = _ros_node("bench_sender").create_publisher(String, topic, QoSProfile(depth=QUEUED))
    return publisher.publish, lambda: publisher.get_subscription_count() > 0


def _send_to_zenoh(
    session: zenoh.Session, topic: str
) -> tuple[Callable[[bytes], None], Callable[[], bool]]:
    """By a key that a bridge is told of as another bridge would."""
    key = topic.removeprefix("/")
    publisher = session.declare_publisher(key, congestion_control=zenoh.CongestionControl.BLOCK)
    token = Token(str(session.info.zid()), PUBLISHER, key, TYPE, Qos())
    alive = session.liveliness().declare_token(token.text())
    kept = [alive]

    def is_matched() -> bool:
        status: Any = publisher.matching_status
        return bool(kept) and bool(status.matching)

    return publisher.put, is_matched


def send(kind: str, endpoint: str, topic: str, size: int) -> None:
    """For each `{"count": …}` send so many as fast as it goes, and say what it took."""
    session = _session(endpoint) if kind == "zenoh" else None  # it ends with its last name
    put, is_matched = _send_to_zenoh(session, topic) if session else _send_to_ros(topic)
    payload = payload_of(size)
    while not is_matched():
        time.sleep(_LATER_S)
    _say(ready=True)
    for line in sys.stdin:
        told = json.loads(line)
        began_s = time.perf_counter()
        for _ in range(told["count"]):
            put(payload)
        _say(wall_s=time.perf_counter() - began_s)


class _Counter:
    """How many have come, and when the first and the last did."""

    def __init__(self) -> None:
        self.count = 0
        self.first_s = self.last_s = 0.0

    def take(self, _: object) -> None:
        self.last_s = time.perf_counter()
        if not self.count:
            self.first_s = self.last_s
        self.count += 1


def count(kind: str, endpoint: str, topic: str) -> None:
    """For each line say how many have come since the last and how long that took, once no more come."""
    counter = _Counter()
    session = None
    if kind == "ros":
        _count_from_ros(topic, counter)
    else:
        session = open_session(SessionSettings(listen=[endpoint]))
        session.declare_subscriber(topic.removeprefix("/"), counter.take)
    _say(ready=True)
    for _ in sys.stdin:
        while time.perf_counter() - counter.last_s < _LATER_S:
            time.sleep(_LATER_S)
        _say(count=counter.count, took_s=counter.last_s - counter.first_s)
        counter.count = 0


def _count_from_ros(topic: str, counter: _Counter) -> None:
    from rclpy.qos import QoSProfile
    from std_msgs.msg import String

    from suwon_fleet.nodes.spinning import executor_for

    node = _ros_node("bench_counter")
    node.create_subscription(String, topic, counter.take, QoSProfile(depth=QUEUED), raw=True)
    executor = executor_for(node)

    def spin() -> None:
        while True:
            executor.spin_once(timeout_sec=0.2)

    Thread(target=spin, daemon=True).start()


def _say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    _role, _kind, _endpoint, _topic, _size = sys.argv[1:]
    if _role == "send":
        send(_kind, _endpoint, _topic, int(_size))
    else:
        count(_kind, _endpoint, _topic)
