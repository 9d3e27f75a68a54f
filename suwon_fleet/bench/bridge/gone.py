# SPDX-License-Identifier: Apache-2.0
"""How soon it is seen that a robot is gone: killed, or stopped as a robot behind a hole is."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import zenoh
from zenoh import SampleKind
from zenoh.handlers import FifoChannel

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.bench.bridge.child import Child, free_endpoint
from suwon_fleet.bench.bridge.robots import SITE, ZONE
from suwon_fleet.core.engine.messages import Heard, Vanished

_LONGEST_S = 30.0
_LOOK_S = 0.001
ROBOT = "post-1"


def seen_by_link(how: signal.Signals) -> float:
    """Milliseconds until our link says so; leases are our defaults."""
    endpoint = free_endpoint()
    session = open_session(SessionSettings(listen=[endpoint]))
    try:
        link = ZenohLink(session, WallClock(), SITE, ZONE)
        heard: list[Heard] = []

        def is_gone() -> bool:
            heard.extend(link.drain())
            return any(isinstance(one, Vanished) for one in heard)

        def is_there() -> bool:
            is_gone()
            return bool(heard)

        taken_ms = _time(how, endpoint, 1.0, is_there, is_gone)
        link.close()
        return taken_ms
    finally:
        session.close()


def seen_by_zenoh(how: signal.Signals, lease_s: float) -> float:
    """Milliseconds until a plain liveliness subscriber says so."""
    endpoint = free_endpoint()
    settings = SessionSettings(listen=[endpoint], lease_s=lease_s)
    session = open_session(settings)
    try:
        key = f"suwon/v1/{SITE}/{ZONE}/*/alive"
        tokens = session.liveliness().declare_subscriber(key, FifoChannel(10))
        kinds: list[zenoh.SampleKind] = []

        def has(kind: zenoh.SampleKind) -> bool:
            while sample := tokens.try_recv():
                kinds.append(sample.kind)
            return kind in kinds

        return _time(
            how,
            endpoint,
            lease_s,
            lambda: has(SampleKind.PUT),
            lambda: has(SampleKind.DELETE),
        )
    finally:
        session.close()


def _time(
    how: signal.Signals,
    endpoint: str,
    lease_s: float,
    is_there: Callable[[], bool],
    is_gone: Callable[[], bool],
) -> float:
    with Child.of_robots(endpoint, "post", {"robot_id": ROBOT, "lease_s": lease_s}) as child:
        _wait(is_there)
        begun_s = time.perf_counter()
        os.kill(child.process.pid, how)
        _wait(is_gone)
        return 1000 * (time.perf_counter() - begun_s)


def _wait(what: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + _LONGEST_S
    while not what():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"not seen within {_LONGEST_S:g} s")
        time.sleep(_LOOK_S)
