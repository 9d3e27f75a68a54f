# SPDX-License-Identifier: Apache-2.0
"""Zenoh sessions of a test on this machine only: endpoints nobody else has, and what was heard."""

from __future__ import annotations

import json
import os
import random
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from typing import Any

import zenoh
from waiting import LONGEST_S, wait_for

from suwon_fleet.adapters.zenoh.session import SessionSettings

Open = Callable[[dict[str, Any]], zenoh.Session]


NOTHING_DROPPED = [{"key_exprs": ["**"], "config": {"congestion_control": "block"}}]
"""What `qos/publication` is here: a busy machine makes Zenoh drop what it may, even within itself."""


_FIRST_PORT, _PORTS = 15_000, 1_000
"""Below those that Linux gives to whoever asks for any: else somebody has one by chance while who listened
there starts anew. Each worker has so many of its own, so that no two choose the same at once."""
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 17
_next_port = count(random.randrange(_PORTS))


def free_endpoint(scheme: str = "tcp") -> str:
    """An endpoint on which nobody listens."""
    while True:
        port = _FIRST_PORT + _WORKER * _PORTS + next(_next_port) % _PORTS
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return f"{scheme}/127.0.0.1:{port}"


def plain(
    mode: str, *, listen: tuple[str, ...] = (), connect: tuple[str, ...] = ()
) -> dict[str, Any]:
    """A configuration without any security, which finds nobody by itself."""
    return {
        "mode": mode,
        "listen": {"endpoints": list(listen)},
        "connect": {"endpoints": list(connect), "retry": {"period_init_ms": 100}},
        "scouting": {"delay": 0, "multicast": {"enabled": False}, "gossip": {"enabled": False}},
    }


@contextmanager
def sessions() -> Iterator[Open]:
    """Opens sessions, and closes all that are left."""
    with ExitStack() as stack:

        def opened(config: dict[str, Any]) -> zenoh.Session:
            text = json.dumps({"qos": {"publication": NOTHING_DROPPED}, **config})
            session = zenoh.open(zenoh.Config.from_json5(text))
            stack.callback(session.close)
            return session

        yield opened


@contextmanager
def session_at(**settings: Any) -> Iterator[zenoh.Session]:
    """An open session, as the fleet has it, but that it drops nothing."""
    config = SessionSettings(**settings).config()
    config.insert_json5("qos/publication", json.dumps(NOTHING_DROPPED))
    session = zenoh.open(config)
    try:
        yield session
    finally:
        session.close()


class Heard:
    """Keys and texts in the order they came; what the listener itself says does not count."""

    def __init__(self, session: zenoh.Session, key: str) -> None:
        self.samples: list[tuple[str, str]] = []
        self._subscriber = session.declare_subscriber(
            key, self.hear, allowed_origin=zenoh.Locality.REMOTE
        )

    def hear(self, sample: zenoh.Sample) -> None:
        """Take down one more."""
        self.samples.append((str(sample.key_expr), sample.payload.to_string()))

    def texts(self) -> list[str]:
        """What was said, on whatever key."""
        return [text for _, text in self.samples]

    def until(self, text: str) -> None:
        """Wait until something has been said."""
        wait_for(lambda: text in self.texts())


def put_once(session: zenoh.Session, key: str, payload: bytes) -> None:
    """Put what somebody listens for: routes take a moment to be laid, and what is put before is lost."""
    with session.declare_publisher(key) as publisher:
        wait_for(lambda: publisher.matching_status.matching)
        publisher.put(payload)


def until_put_arrives(session: zenoh.Session, key: str, heard: Heard, text: str) -> None:
    """Put until it is heard: routes take a moment to be laid."""

    def arrived() -> bool:
        session.put(key, text)
        return text in heard.texts()

    wait_for(arrived)


def answers(session: zenoh.Session, key: str, turn: Callable[[], object]) -> dict[str, str]:
    """What one is told who asks, by keys; `turn` lets those answer who belong to this thread."""
    replies = session.get(key, zenoh.handlers.FifoChannel(100), timeout=LONGEST_S)
    told: dict[str, str] = {}

    def is_over() -> bool:
        turn()
        try:
            while reply := replies.try_recv():
                told[str(reply.ok.key_expr)] = reply.ok.payload.to_string()
        except zenoh.ZError:  # all have answered
            return True
        return False

    wait_for(is_over)
    return told
