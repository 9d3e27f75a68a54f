# SPDX-License-Identifier: Apache-2.0
"""A robot's Zenoh session: its keys, each with the quality its channel needs."""

from __future__ import annotations

import json
import logging
import math
import re
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

import zenoh
from zenoh import CongestionControl, Priority
from zenoh.ext import CacheConfig, MissDetectionConfig, declare_advanced_publisher

from suwon_fleet.robot.contract import prefix

_HEARD = ("command", "grant", "stop")
_MOST_WAITING = 1000
"""Commands kept until the robot looks at them."""
_RETRY_S = 0.5
_ENDPOINT = re.compile(r"(tcp|tls|quic|udp|ws)/[^?#]+:\d{1,5}([?#].*)?|(unix\S*|vsock|serial)/.+")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Connection:
    """How a robot reaches its fleet.

    `connect` are endpoints of a router or of a fleet_manager, such as ``tls/fleet.example:7447``; what
    begins with `tls` are paths. Events survive an outage of `outage_s` at `events_per_s`. With
    `priority_links` commands have a connection of their own, which bulk on a thin link does not delay.
    `config` are further Zenoh settings by their path, as JSON.
    """

    connect: Sequence[str]
    tls_ca: str = ""
    tls_certificate: str = ""
    tls_private_key: str = ""
    lease_s: float = 1.0
    outage_s: float = 60.0
    events_per_s: float = 10.0
    priority_links: bool = False
    config: Sequence[tuple[str, str]] = ()

    def zenoh_config(self) -> zenoh.Config:
        """As Zenoh takes it: a client, which finds nobody by itself.

        Raises ValueError for endpoints and files that cannot be: Zenoh would say that nobody is there.
        """
        for endpoint in self.connect:
            if not _ENDPOINT.fullmatch(endpoint):
                raise ValueError(
                    f"endpoint {endpoint!r}: give it as tcp/HOST:PORT or tls/HOST:PORT"
                )
        self._check_files()
        tls = {
            "root_ca_certificate": self.tls_ca,
            "connect_certificate": self.tls_certificate,
            "connect_private_key": self.tls_private_key,
            "enable_mtls": bool(self.tls_certificate) or None,
            "close_link_on_expiration": True,
        }
        settings: list[tuple[str, Any]] = [
            ("mode", "client"),
            ("connect/endpoints", [self._way_to(endpoint) for endpoint in self.connect]),
            ("transport/unicast/max_links", 1 + self.priority_links),
            ("connect/retry", {"period_init_ms": 100, "period_max_ms": 500}),
            ("scouting/multicast/enabled", False),
            ("scouting/gossip/enabled", False),
            ("transport/link/tx/lease", round(self.lease_s * 1000)),
            *((f"transport/link/tls/{name}", value) for name, value in tls.items() if value),
        ]
        config = zenoh.Config()
        for path, value in settings:
            config.insert_json5(path, json.dumps(value))
        for path, text in self.config:
            config.insert_json5(path, text)
        return config

    def _check_files(self) -> None:
        try:
            if self.tls_ca:
                ssl.create_default_context(cafile=self.tls_ca)
            if self.tls_certificate or self.tls_private_key:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.load_cert_chain(self.tls_certificate, self.tls_private_key, password="")
        except OSError as error:
            files = (self.tls_ca, self.tls_certificate, self.tls_private_key)
            raise ValueError(f"tls files {', '.join(filter(None, files))}: {error}") from error

    def _way_to(self, endpoint: str) -> Any:
        if not self.priority_links:
            return endpoint
        mark = "&" if "?" in endpoint else "?"
        locators = [f"{endpoint}{mark}prio={range}" for range in ("1-3", "4-7")]
        return {"strategy": "allOf", "locators": locators}


class Ended(Exception):
    """It was to end before a fleet was there."""


class Link:
    """An open session of one robot. `woken` is set whenever something has come in."""

    def __init__(
        self,
        connection: Connection,
        site: str,
        zone: str,
        robot_id: str,
        until: Callable[[], bool] = lambda: False,
        *,
        in_lockstep: bool = False,
    ) -> None:
        """Waits until there is somebody to connect to, or raises Ended once `until` is so.

        Raises ValueError for ids, endpoints and files that cannot be, ZError for what else Zenoh refuses.
        """
        self.woken = Event()
        self.dropped = 0
        """Commands that were too many to wait; the fleet tells them again."""
        key = prefix(site, zone, robot_id)
        self._session = _open(connection.zenoh_config(), until)
        self._inbox: deque[tuple[str, bytes]] = deque(maxlen=_MOST_WAITING)
        self._subscribers = [
            self._session.declare_subscriber(f"{key}/{channel}", self._hearer(channel))
            for channel in (*_HEARD, *(["tick"] if in_lockstep else []))
        ]
        self._asked = self._session.declare_queryable(f"{key}/factsheet")
        drop = CongestionControl.DROP
        put = self._session.declare_publisher
        self._factsheet = put(f"{key}/factsheet", congestion_control=drop)
        self._state = put(f"{key}/state", congestion_control=drop)
        soon = Priority.INTERACTIVE_HIGH
        self._answer = put(f"{key}/answer", congestion_control=drop, priority=soon)
        self._ticked = put(f"{key}/ticked", congestion_control=drop, priority=soon, express=True)
        self._alarm = put(f"{key}/alarm", congestion_control=drop, priority=soon, express=True)
        self._events = declare_advanced_publisher(
            self._session,
            f"{key}/events",
            congestion_control=drop,
            cache=CacheConfig(math.ceil(connection.outage_s * connection.events_per_s)),
            sample_miss_detection=MissDetectionConfig(heartbeat=0.5, sporadic_heartbeat=None),
            publisher_detection=True,
        )
        self._key = key
        self._token: zenoh.LivelinessToken | None = None

    def _hearer(self, channel: str) -> Any:
        def hear(sample: zenoh.Sample) -> None:
            self.dropped += len(self._inbox) == _MOST_WAITING
            self._inbox.append((channel, sample.payload.to_bytes()))
            self.woken.set()

        return hear

    def heard(self) -> list[tuple[str, bytes]]:
        """What has come in since the last call: channel and bytes."""
        self.woken.clear()
        return [self._inbox.popleft() for _ in range(len(self._inbox))]

    def join(self, factsheet: bytes) -> None:
        """Say who it is, and be there from now on."""
        self._factsheet.put(factsheet)
        self._token = self._session.liveliness().declare_token(f"{self._key}/alive")

    def answer_who(self, factsheet: bytes) -> None:
        """Answer those who have asked for the factsheet."""
        while query := self._asked.try_recv():
            with query:
                query.reply(f"{self._key}/factsheet", factsheet)

    def say_state(self, payload: bytes) -> None:
        """How it stands."""
        self._state.put(payload)

    def say_answer(self, payload: bytes) -> None:
        """That it has heard a command."""
        self._answer.put(payload)

    def say_ticked(self, payload: bytes) -> None:
        """That it has lived through a tick; said again when the tick is."""
        self._ticked.put(payload)

    def say_event(self, payload: bytes) -> None:
        """What has happened; kept for those who were cut off."""
        self._events.put(payload)

    def say_alarm(self, payload: bytes) -> None:
        """What people should know at once."""
        self._alarm.put(payload)

    def close(self) -> None:
        """Leave; the fleet sees it at once."""
        self._session.close()


def _open(config: zenoh.Config, until: Callable[[], bool]) -> zenoh.Session:
    told, pause = "", Event()
    while not until():
        try:
            return zenoh.open(config)
        except zenoh.ZError as error:
            why = str(error).split(" at /")[0]
            if "Unable to connect" not in why:
                raise
            if why != told:
                _log.warning("no fleet yet: %s", why)
            told = why
            pause.wait(_RETRY_S)
    raise Ended
