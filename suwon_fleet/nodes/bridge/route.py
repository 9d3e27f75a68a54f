# SPDX-License-Identifier: Apache-2.0
"""What routes of both directions share: counts, a cap on the rate, quality of service."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Lock

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

from suwon_fleet.wire.bridge.tokens import Qos

BRIDGES = "zenoh_bridge"
"""Nodes whose names begin so are bridges: what they publish is not taken to Zenoh again."""
LINGER_S, LINGER_KEPT_S = 10.0, 300.0
"""A route stays so long after its last publisher is gone, so that one that starts anew loses nothing while
routes are made; one whose messages are kept stays for as long as an outage may last."""
QUEUED = 10_000
"""Messages of a topic that wait in ROS at most."""
CDR_HEADERS = (b"\x00\x01", b"\x00\x00")
"""What CDR begins with: little-endian, big-endian."""
_LEAST_PERIOD_S = 0.01
"""Of a timer that looks after what waits for its time."""


@dataclass(slots=True)
class Counts:
    """What has come over a route, or a service, since it was made."""

    messages: int = 0
    size: int = 0
    held_back: int = 0
    """Left out for `max_hz`; of a service, refused because too many wait."""
    faults: int = 0
    missed: int = 0
    """Lost over an outage longer than what was kept; of a service, not answered in time."""


class Pace:
    """Lets no more through than `max_hz`: of what comes too soon the newest goes when its time has come.

    Messages may come on another thread than `look`.
    """

    def __init__(self, max_hz: float, forward: Callable[[bytes], None], counts: Counts) -> None:
        self._period_s, self._forward, self._counts = 1.0 / max_hz, forward, counts
        self._due_s = 0.0
        self._waiting: bytes | None = None
        self._lock = Lock()

    def take(self, payload: bytes) -> None:
        """A message has come."""
        with self._lock:
            now_s = time.monotonic()
            self._leave_out()
            if now_s < self._due_s:
                self._waiting = payload
            else:
                self._go(payload, now_s)

    def drop(self) -> None:
        """Let nothing wait any more: the route ends."""
        with self._lock:
            self._waiting = None

    def _leave_out(self) -> None:
        """What waits is not the newest any more."""
        if self._waiting is not None:
            self._counts.held_back += 1
            self._waiting = None

    def look(self) -> None:
        """Time has passed."""
        with self._lock:
            now_s = time.monotonic()
            if self._waiting is not None and now_s >= self._due_s:
                self._go(self._waiting, now_s)

    def _go(self, payload: bytes, now_s: float) -> None:
        # The next is due a period after this one was, so that a coarse clock does not slow the pace.
        self._due_s = max(self._due_s, now_s - self._period_s) + self._period_s
        self._waiting = None
        self._forward(payload)


def pace_of(
    node: Node, max_hz: float, forward: Callable[[bytes], None], counts: Counts, opening: ExitStack
) -> Pace:
    """A pace whose last message goes when its time has come, on a timer that ends with `opening`."""
    pace = Pace(max_hz, forward, counts)
    steady = Clock(clock_type=ClockType.STEADY_TIME)
    timer = node.create_timer(max(1.0 / max_hz, _LEAST_PERIOD_S), pace.look, clock=steady)
    opening.callback(node.destroy_timer, timer)
    opening.callback(pace.drop)  # a timer that is due in the same round of callbacks still fires
    return pace


def profile(qos: Qos, depth: int) -> QoSProfile:
    """As rclpy has it."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE
        if qos.is_reliable
        else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL
        if qos.is_latched
        else DurabilityPolicy.VOLATILE,
    )
