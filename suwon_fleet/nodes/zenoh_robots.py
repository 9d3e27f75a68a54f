# SPDX-License-Identifier: Apache-2.0
"""Robots over Zenoh for a fleet_manager: off unless its parameters say where to meet them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from suwon_fleet.adapters.clocks import HeardClock, WallClock
from suwon_fleet.core.errors import BadInput, Problem, Unreachable
from suwon_fleet.nodes.parameters import Parameter

if TYPE_CHECKING:
    from suwon_fleet.adapters.zenoh.link import ZenohLink
    from suwon_fleet.adapters.zenoh.peers import ZenohPeers

PARAMETERS = (
    Parameter(
        "zenoh_listen",
        "",
        "Endpoints for robots over Zenoh to connect to, such as tcp/0.0.0.0:7447; separated by commas.",
    ),
    Parameter(
        "zenoh_connect",
        "",
        "Endpoints of Zenoh routers by which robots are reached, separated by commas.",
    ),
    Parameter(
        "zenoh_config",
        "",
        "A Zenoh configuration file (JSON5); other zenoh parameters that are given count before it.",
    ),
    Parameter(
        "zenoh_mode",
        "",
        "What this node is to Zenoh: peer, client, or router, which also joins others with each other;"
        " empty: what zenoh_config says, or peer.",
    ),
    Parameter("zenoh_region", "", "Which region of a router's this node is, as a peer."),
    Parameter(
        "zenoh_regions",
        "",
        "The regions this node joins with each other, as a router; separated by commas.",
    ),
    Parameter("zenoh_site", "", "The site in robots' keys; empty: the id of the map."),
    Parameter("zenoh_zone", "*", "The zone in robots' keys; *: all of the site."),
    Parameter(
        "zenoh_lease_s",
        0.0,
        "A robot whose connection is dead is known to be gone after so many seconds; the same on both"
        " sides. 0: what zenoh_config says, or 1.",
        within=(0.0, 60.0),
    ),
    Parameter("zenoh_ca", "", "File of the certificate that signs those of robots and routers."),
    Parameter(
        "zenoh_certificate", "", "File of this node's certificate; robots must have one, too."
    ),
    Parameter("zenoh_private_key", "", "File of its private key."),
)
"""All that concern Zenoh; with the first three empty, Zenoh is not used."""


@dataclass(frozen=True, slots=True)
class ZenohParameters:
    """What the fleet_manager was told of Zenoh."""

    values: dict[str, Any]

    @property
    def is_used(self) -> bool:
        """Whether there is anywhere to meet robots."""
        return any(self.values[name] for name in ("zenoh_listen", "zenoh_connect", "zenoh_config"))


class ZenohRobots:
    """An open session and the link in it, and that to other owners where the map is divided."""

    def __init__(
        self,
        given: ZenohParameters,
        clock: HeardClock | WallClock,
        site_id: str,
        group: str = "",
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """Raises BadInput for parameters that cannot be, and where Zenoh is not installed.

        `wake` is called on a thread of Zenoh's when another owner has said something.
        """
        try:
            from suwon_fleet.adapters.zenoh.doctor import Doctor
            from suwon_fleet.adapters.zenoh.last_values import LastValues
            from suwon_fleet.adapters.zenoh.link import ZenohLink
            from suwon_fleet.adapters.zenoh.peers import ZenohPeers
            from suwon_fleet.adapters.zenoh.session import SessionSettings, lease_s_of, open_session
        except ModuleNotFoundError as error:
            what, mend = f"{error.name} is not installed", "pip install 'suwon-fleet[zenoh]'"
            raise BadInput([Problem("no-zenoh", "parameter zenoh_*", what, mend)]) from error
        values = given.values
        settings = SessionSettings(
            mode=values["zenoh_mode"],
            region=values["zenoh_region"],
            regions=listed(values["zenoh_regions"]),
            listen=listed(values["zenoh_listen"]),
            connect=listed(values["zenoh_connect"]),
            lease_s=values["zenoh_lease_s"],
            tls_ca=values["zenoh_ca"],
            tls_certificate=values["zenoh_certificate"],
            tls_private_key=values["zenoh_private_key"],
            file=values["zenoh_config"],
        )
        try:
            self._session = open_session(settings)
        except Unreachable as error:
            mend = "start it first, or let this node be a peer (zenoh_mode), which waits for it"
            raise BadInput(
                [Problem("zenoh-unreachable", "parameter zenoh_connect", str(error), mend)]
            ) from error
        try:
            where = (values["zenoh_site"] or site_id, values["zenoh_zone"])
            self._last_values = LastValues(self._session, *where)
            keep = self._last_values.keep
            self.link: ZenohLink = ZenohLink(self._session, clock, *where, keep=keep)
            self._doctor = Doctor(self._session, *where, lease_s_of(settings.config()))
            self.peers: ZenohPeers | None = (
                ZenohPeers(self._session, clock, where[0], group, wake) if group else None
            )
        except BaseException:
            self._session.close()
            raise

    def turn(self) -> None:
        """Tell those who came late how robots were when the link was last drained."""
        self._last_values.turn()

    def close(self) -> None:
        """Leave; robots' sessions find it again when it is back."""
        self._doctor.close()
        self._last_values.close()
        self.link.close()
        if self.peers:
            self.peers.close()
        self._session.close()


def log_events(link: ZenohLink, log: Callable[[str], object]) -> None:
    """Tell what has happened to robots since the last call."""
    for event in link.events():
        facts = ", ".join(f"{name} {value}" for name, value in event.facts)
        log(f"{event.robot_id}: {event.what} {facts}".rstrip())


def listed(text: str) -> list[str]:
    """The parts of a text that commas separate."""
    return [part.strip() for part in text.split(",") if part.strip()]
