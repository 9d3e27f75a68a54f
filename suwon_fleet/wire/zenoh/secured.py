# SPDX-License-Identifier: Apache-2.0
"""Zenoh over mutual TLS: the configurations of routers, managers and robots (`suwon-fleet keys config`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from suwon_fleet.wire.zenoh.access import Member, Role, access_control
from suwon_fleet.wire.zenoh.regions import joining

LEASE_MS = 1000
"""Set on both sides, a peer behind a hole in the network is missed after a second."""
_MOST_SESSIONS = 10_000
_RETRY = {"period_init_ms": 100, "period_max_ms": 1000, "period_increase_factor": 2}


@dataclass(frozen=True, slots=True)
class Files:
    """Where somebody's certificate and key are, on the machine it runs on; none where it is empty."""

    authority: str = ""
    certificate: str = ""
    key: str = ""


def configuration(
    role: Role,
    files: Files,
    members: Iterable[Member],
    *,
    listen: Sequence[str] = (),
    connect: Sequence[str] = (),
    region: str = "",
    regions: Sequence[str] = (),
) -> dict[str, Any]:
    """What somebody's Zenoh session or zenohd begins with.

    Whoever listens holds others to their rights. Whoever does not is a client: with routers between,
    nobody else can reach it. In a star the hub joins `regions`, and each site's is one `region` of them.
    """
    is_router = role is Role.ROUTER and not region
    mode = "router" if is_router else "peer" if listen else "client"
    made: dict[str, Any] = {
        "mode": mode,
        "listen": {"endpoints": [*listen]},
        "connect": {"endpoints": [*connect], "retry": _RETRY},
        "scouting": {"delay": 0, "multicast": {"enabled": False}, "gossip": {"enabled": False}},
        "transport": {
            "link": {
                "protocols": ["tls"],
                "tx": {"lease": LEASE_MS, "keep_alive": 4},
                "tls": {
                    "root_ca_certificate": files.authority,
                    "enable_mtls": True,
                    "verify_name_on_connect": True,
                    "close_link_on_expiration": True,
                    "connect_certificate": files.certificate,
                    "connect_private_key": files.key,
                },
            },
        },
    }
    if listen:
        tls = made["transport"]["link"]["tls"]
        tls |= {"listen_certificate": files.certificate, "listen_private_key": files.key}
        # Two links for one session: one for commands and stops, one for the rest.
        made["transport"]["unicast"] = {"max_sessions": _MOST_SESSIONS, "max_links": 2}
        made["access_control"] = access_control(members)
    if region:
        made["region_name"] = region
    if regions:
        made["gateway"] = joining(regions)
    if mode != "client":
        made["connect"] |= {"timeout_ms": -1, "exit_on_failure": False}
    return made
