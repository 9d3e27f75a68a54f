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
LEAST_LEASE_S = 0.1
LEASE, LEASE_S = "transport/link/tx/lease", 1.0
_TLS = "transport/link/tls"


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How a session meets the others.

    `listen` and `connect` are endpoints such as ``tcp/0.0.0.0:7447`` and ``tls/router.example:7447``. A
    dead connection is noticed after `lease_s`, if both sides have it so. TLS files are paths; with a
    certificate, both sides must show one. `file` is a Zenoh configuration (JSON5): what is given besides
    counts before it, and what neither says is as without a file.
    """

    mode: str = ""
    """Empty: the file's, or a peer."""
    region: str = ""
    """Of a star: which of the hub's regions this peer is."""
    regions: Sequence[str] = ()
    """Of the hub, a router: all those it joins with each other."""
    listen: Sequence[str] = ()
    connect: Sequence[str] = ()
    lease_s: float = 0.0
    """0: the file's, or `LEASE_S`."""
    send_buffer_bytes: int = 0
    """Of each TCP connection; on a thin one 32768 keeps commands from waiting. 0: the system's."""
    tls_ca: str = ""
    tls_certificate: str = ""
    tls_private_key: str = ""
    file: str = ""

    def config(self) -> zenoh.Config:
        """As Zenoh takes it. Raises BadInput."""
        config, zenohs = _read(self.file) if self.file else zenoh.Config(), zenoh.Config()
        for path, value in self._given():
            _insert(config, path, value)
        mode = mode_of(config)
        for path, value in _usual(mode):
            if config.get_json(path) == zenohs.get_json(path):
                _insert(config, path, value)
        self._check(mode, config)
        return config

    def _check(self, mode: str, config: zenoh.Config) -> None:
        """Raise BadInput for what does not go together."""
        problems = []
        for name, given, wanted in (
            ("region", self.region, "peer"),
            ("regions", self.regions, "router"),
        ):
            if given and mode != wanted:
                what = f"{given!r} means nothing to a {mode}"
                mend = f"give it to a {wanted}, or leave it out (docs/routers.md)"
                problems.append(Problem("bad-zenoh-setting", name, what, mend))
        files = {
            "authority (ca)": self.tls_ca
            or json.loads(config.get_json(f"{_TLS}/root_ca_certificate")),
            "certificate": self.tls_certificate,
            "private key": self.tls_private_key,
        }
        missing = [name for name, file in files.items() if not file]
        if missing and (self.tls_certificate or self.tls_private_key):
            what = f"without {' and '.join(missing)} nobody would be asked for a certificate"
            mend = "give the three together, or the authority alone"
            problems.append(Problem("bad-zenoh-setting", "tls", what, mend))
        if 0.0 < self.lease_s < LEAST_LEASE_S:
            mend = f"give {LEAST_LEASE_S:g} s or more"
            problems.append(Problem("bad-zenoh-setting", "lease", f"{self.lease_s:g} s", mend))
        if problems:
            raise BadInput(problems)

    def _given(self) -> list[tuple[str, Any]]:
        """What was set, by Zenoh's paths."""
        if self.mode not in ("", *MODES):
            mend = f"use {', '.join(MODES)}"
            raise BadInput([Problem("bad-zenoh-setting", "mode", f"{self.mode!r} is none", mend)])
        values: list[tuple[str, Any]] = []
        if self.mode:
            values.append(("mode", self.mode))
        if self.lease_s:
            values.append((LEASE, round(self.lease_s * 1000)))
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
        if self.tls_ca:
            values.append((f"{_TLS}/root_ca_certificate", self.tls_ca))
        if self.tls_certificate:
            values.append((f"{_TLS}/enable_mtls", True))
            for name in ("listen", "connect"):
                values.append((f"{_TLS}/{name}_certificate", self.tls_certificate))
                values.append((f"{_TLS}/{name}_private_key", self.tls_private_key))
        return values


def _usual(mode: str) -> list[tuple[str, Any]]:
    """What is so unless somebody says otherwise; Zenoh's own is for other uses."""
    return [
        ("mode", mode),
        ("scouting/multicast/enabled", False),
        ("scouting/gossip/enabled", mode == "router"),
        ("connect/retry", {"period_init_ms": 100, "period_max_ms": 500}),
        (LEASE, round(LEASE_S * 1000)),
        ("transport/unicast/max_sessions", MOST_ROBOTS),
        ("transport/unicast/max_links", 2),
        *((f"transport/link/tx/queue/size/{of}", _BATCHES) for of in _SOON),
        (f"{_TLS}/close_link_on_expiration", True),
    ]


def _insert(config: zenoh.Config, path: str, value: Any) -> None:
    try:
        config.insert_json5(path, json.dumps(value))
    except zenoh.ZError as error:
        what = f"{value!r} cannot be: {_first_line(error)}"
        mend = "see the parameters zenoh_* in docs/ros.md"
        raise BadInput([Problem("bad-zenoh-setting", path, what, mend)]) from error


def mode_of(config: zenoh.Config) -> str:
    """What a session is to Zenoh."""
    return json.loads(config.get_json("mode")) or "peer"


def lease_s_of(config: zenoh.Config) -> float:
    """After how long a dead connection is noticed."""
    return float(json.loads(config.get_json(LEASE)) / 1000)


def open_session(settings: SessionSettings) -> zenoh.Session:
    """A session as told. Raises BadInput for settings that cannot be, Unreachable when nobody is there."""
    config = settings.config()
    try:
        return zenoh.open(config)
    except zenoh.ZError as error:
        why = _first_line(error)
        if mode_of(config) == "client" and "connect" in why.lower():
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
