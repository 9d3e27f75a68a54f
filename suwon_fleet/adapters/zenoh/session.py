# SPDX-License-Identifier: Apache-2.0
"""Opens Zenoh sessions of the fleet's side; what is wrong with their settings is one clear error."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zenoh

from suwon_fleet.core.errors import BadInput, Problem, Unreachable
from suwon_fleet.wire.zenoh.regions import joining

MOST_ROBOTS = 10_000
"""Connections one session takes; Zenoh's own default is a thousand."""
_SOON = ("real_time", "interactive_high")
_BATCHES = 16
"""Of 64 KiB: grants for thousands of robots in one turn wait here, rather than hold the turn up."""
MODES = ("peer", "client", "router")


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How a session meets the others.

    `listen` and `connect` are endpoints such as ``tcp/0.0.0.0:7447`` and ``tls/router.example:7447``. A
    dead connection is noticed after `lease_s`, if both sides have it so. TLS files are paths; with a
    certificate, both sides must show one. `file` is a Zenoh configuration (JSON5) that the others are laid
    over.
    """

    mode: str = "peer"
    region: str = ""
    """Of a star: which of the hub's regions this peer is."""
    regions: Sequence[str] = ()
    """Of the hub, a router: all those it joins with each other."""
    listen: Sequence[str] = ()
    connect: Sequence[str] = ()
    lease_s: float = 1.0
    send_buffer_bytes: int = 0
    """Of each TCP connection; on a thin one 32768 keeps commands from waiting. 0: the system's."""
    tls_ca: str = ""
    tls_certificate: str = ""
    tls_private_key: str = ""
    file: str = ""

    def config(self) -> zenoh.Config:
        """As Zenoh takes it. Raises BadInput."""
        config = _read(self.file) if self.file else zenoh.Config()
        for path, value in self._values():
            try:
                config.insert_json5(path, json.dumps(value))
            except zenoh.ZError as error:
                what = f"{value!r} cannot be: {_first_line(error)}"
                mend = "see the parameters zenoh_* in docs/ros.md"
                raise BadInput([Problem("bad-zenoh-setting", path, what, mend)]) from error
        return config

    def _values(self) -> list[tuple[str, Any]]:
        if self.mode not in MODES:
            mend = f"use {', '.join(MODES)}"
            raise BadInput([Problem("bad-zenoh-setting", "mode", f"{self.mode!r} is none", mend)])
        for name, given, mode in (
            ("region", self.region, "peer"),
            ("regions", self.regions, "router"),
        ):
            if given and self.mode != mode:
                what = f"{given!r} means nothing to a {self.mode}"
                mend = f"give it to a {mode}, or leave it out (docs/routers.md)"
                raise BadInput([Problem("bad-zenoh-setting", name, what, mend)])
        values: list[tuple[str, Any]] = [
            ("mode", self.mode),
            ("scouting/multicast/enabled", False),
            ("scouting/gossip/enabled", self.mode == "router"),
            ("connect/retry", {"period_init_ms": 100, "period_max_ms": 1000}),
            ("transport/link/tx/lease", round(self.lease_s * 1000)),
            ("transport/unicast/max_sessions", MOST_ROBOTS),
            ("transport/unicast/max_links", 2),
            *((f"transport/link/tx/queue/size/{of}", _BATCHES) for of in _SOON),
        ]
        if self.listen or not self.file:
            values.append(("listen/endpoints", list(self.listen)))
        if self.connect or not self.file:
            values.append(("connect/endpoints", list(self.connect)))
        if self.region:
            values.append(("region_name", self.region))
        if self.regions:
            values.append(("gateway", joining(self.regions)))
        if self.send_buffer_bytes:
            values.append(("transport/link/tcp/so_sndbuf", self.send_buffer_bytes))
        for name in ("listen", "connect"):
            if self.tls_certificate:
                values.append((f"transport/link/tls/{name}_certificate", self.tls_certificate))
                values.append((f"transport/link/tls/{name}_private_key", self.tls_private_key))
        if self.tls_ca:
            values.append(("transport/link/tls/root_ca_certificate", self.tls_ca))
            values.append(("transport/link/tls/enable_mtls", bool(self.tls_certificate)))
        return values


def open_session(settings: SessionSettings) -> zenoh.Session:
    """A session as told. Raises BadInput for settings that cannot be, Unreachable when nobody is there."""
    config = settings.config()
    try:
        return zenoh.open(config)
    except zenoh.ZError as error:
        why = _first_line(error)
        if settings.mode == "client" and "connect" in why.lower():
            raise Unreachable(f"zenoh: {why}") from error
        where = ", ".join([*settings.listen, *settings.connect]) or settings.file or "zenoh"
        mend = "check addresses, ports and files; is another process listening there?"
        raise BadInput([Problem("zenoh-not-open", where, why, mend)]) from error


def _read(path: str) -> zenoh.Config:
    if not Path(path).is_file():
        mend = "name a Zenoh configuration file"
        raise BadInput([Problem("no-file", path, "no such file", mend)])
    try:
        return zenoh.Config.from_file(path)
    except zenoh.ZError as error:
        mend = "mend it; it is JSON5, as zenohd takes it"
        raise BadInput([Problem("bad-zenoh-config", path, _first_line(error), mend)]) from error


def _first_line(error: zenoh.ZError) -> str:
    """What Zenoh says, without where in its sources it says it."""
    return str(error).split(" at /")[0].splitlines()[0].strip()
