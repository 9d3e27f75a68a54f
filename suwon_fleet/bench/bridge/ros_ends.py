# SPDX-License-Identifier: Apache-2.0
"""The two ends of a way through the zenoh_bridge, each a process: one sends, one counts what comes.

    python -m suwon_fleet.bench.bridge.ros_ends send|count WHAT ENDPOINT

WHAT is `ros` or `zenoh` for plain messages; `states` are robots on Zenoh, `reports` what becomes of them on
ROS; `commands` are told on ROS, and `grants` what becomes of those. Each is asked by a line of JSON on
stdin, and answers on stdout so.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import zenoh

from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.bench.bridge.ros_robots import (
    GRANTS_IN_ONE,
    ROBOTS,
    States,
    announce,
    grants,
    is_heard,
)
from suwon_fleet.wire.bridge.tokens import PUBLISHER, Qos, Token
from suwon_fleet.wire.cdr.stream import Writer
from suwon_fleet.wire.zenoh.keys import Channel, all_robots

SIZE = 512
"""Bytes of a plain message."""
QUEUED = 20_000
"""Messages that wait in ROS at an end, which is not what is measured."""
ROS_TOPIC, KEY = "/bench/a", "bench/a"
_TYPE = "std_msgs/msg/String"
PACED = {"states": ROBOTS * 10.0, "commands": 40_000.0}
"""How many a second are sent of what would otherwise be replaced, or dropped, before it is looked at."""
_PACE_S, _LATER_S = 0.001, 0.2
_QUIET_S = 1.0
"""When nothing has come for so long, nothing more does."""
_REPORTS_AT = 8
"""Where in the bytes of a RobotReports message the number of its reports is."""


def send(what: str, endpoint: str) -> None:
    """For each `{"count": …}` send so many, as fast as it goes or as PACED says."""
    on_ros = what in ("ros", "commands")
    session = None if on_ros else open_session(SessionSettings(connect=[endpoint]))
    put, is_met = _to_ros(what) if session is None else _to_zenoh(session, what)
    while not is_met():
        time.sleep(_LATER_S)
    _say(ready=True)
    in_one = GRANTS_IN_ONE if what == "commands" else 1
    for line in sys.stdin:
        count, began_s = json.loads(line)["count"], time.monotonic()
        for number in range(0, count, in_one):
            while what in PACED and number > PACED[what] * (time.monotonic() - began_s):
                time.sleep(_PACE_S)
            put()
        _say(sent=count, began_s=began_s)


def count(what: str, endpoint: str) -> None:
    """For each line say how many have come since the last line and when the last did, once no more come.

    Times are those of the monotonic clock, which all processes of a machine have in common.
    """
    counter = _Counter()
    session = None  # it ends with its last name
    if what in ("ros", "reports"):
        _from_ros(what, counter)
    else:
        session = open_session(SessionSettings(listen=[endpoint]))
        _from_zenoh(session, what, counter)
    _say(ready=True)
    for _ in sys.stdin:
        asked_s = time.monotonic()
        while time.monotonic() - max(asked_s, counter.last_s) < _QUIET_S:
            time.sleep(_LATER_S)
        _say(count=counter.count, last_s=counter.last_s)
        counter.count = 0


class _Counter:
    """How many have come, and when the last did."""

    def __init__(self) -> None:
        self.count = 0
        self.last_s = 0.0

    def take(self, _: object) -> None:
        self.add(1)

    def take_reports(self, payload: bytes) -> None:
        self.add(int.from_bytes(payload[_REPORTS_AT : _REPORTS_AT + 4], "little"))

    def add(self, number: int) -> None:
        self.last_s = time.monotonic()
        self.count += number


def _payload() -> bytes:
    """A std_msgs/String of so many bytes."""
    write = Writer()
    write.text("x" * (SIZE - 9))
    return write.payload()


def _node(name: str) -> Any:
    import rclpy
    from rclpy.node import Node

    rclpy.init(args=[])
    return Node(name, enable_rosout=False, start_parameter_services=False)


def _to_ros(what: str) -> tuple[Callable[[], object], Callable[[], bool]]:
    from rclpy.qos import QoSProfile
    from std_msgs.msg import String

    from suwon_fleet.msg import RobotCommands

    node, qos = _node("bench_sender"), QoSProfile(depth=QUEUED)
    if what == "ros":
        publisher, payload = node.create_publisher(String, ROS_TOPIC, qos), _payload()
        return lambda: publisher.publish(payload), lambda: publisher.get_subscription_count() > 0
    commands, told = node.create_publisher(RobotCommands, "/fleet/robot_commands", qos), grants()
    return lambda: commands.publish(told), _all_have_joined(node)


def _all_have_joined(node: Any) -> Callable[[], bool]:
    """Whether the bridge passes on what robots say, so that it takes commands for them."""
    import rclpy

    from suwon_fleet.msg import RobotReports

    heard: set[str] = set()

    def hear(batch: Any) -> None:
        heard.update(report.robot_id for report in batch.reports)

    node.create_subscription(RobotReports, "/fleet/robot_reports", hear, QUEUED)

    def have_joined() -> bool:
        rclpy.spin_once(node, timeout_sec=_LATER_S)
        return len(heard) >= GRANTS_IN_ONE

    return have_joined


def _to_zenoh(session: zenoh.Session, what: str) -> tuple[Callable[[], object], Callable[[], bool]]:
    """Plain messages by a key that a bridge is told of as another bridge would, or states of robots."""
    if what == "states":
        while not is_heard(session):
            time.sleep(_LATER_S)
        announce(session, ROBOTS)
        return States(session).put, lambda: True
    block = zenoh.CongestionControl.BLOCK
    publisher = session.declare_publisher(KEY, congestion_control=block)
    token = Token(str(session.info.zid()), PUBLISHER, KEY, _TYPE, Qos())
    kept, payload = session.liveliness().declare_token(token.text()), _payload()

    def is_met() -> bool:
        status: Any = publisher.matching_status
        return kept is not None and bool(status.matching)

    return lambda: publisher.put(payload), is_met


def _from_zenoh(session: zenoh.Session, what: str, counter: _Counter) -> None:
    if what == "zenoh":
        session.declare_subscriber(KEY, counter.take)
        return
    session.declare_subscriber(all_robots("bench", "*", Channel.GRANT), counter.take)

    def be_there() -> None:
        while True:
            announce(session, GRANTS_IN_ONE)
            time.sleep(_LATER_S)

    Thread(target=be_there, daemon=True).start()


def _from_ros(what: str, counter: _Counter) -> None:
    from rclpy.qos import QoSProfile
    from std_msgs.msg import String

    from suwon_fleet.msg import RobotReports
    from suwon_fleet.nodes.spinning import executor_for

    kind, topic = (String, ROS_TOPIC) if what == "ros" else (RobotReports, "/fleet/robot_reports")
    take = counter.take if what == "ros" else counter.take_reports
    node = _node("bench_counter")
    node.create_subscription(kind, topic, take, QoSProfile(depth=QUEUED), raw=True)
    executor = executor_for(node)

    def spin() -> None:
        while True:
            executor.spin_once(timeout_sec=0.2)

    Thread(target=spin, daemon=True).start()


def _say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    _role, _what, _endpoint = sys.argv[1:]
    (send if _role == "send" else count)(_what, _endpoint)
