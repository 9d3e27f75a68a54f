# SPDX-License-Identifier: Apache-2.0
"""The bridge's health on /diagnostics: each route and each robot link, with its counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.adapters.zenoh.ros2dds_link import Ros2ddsLink
from suwon_fleet.nodes.bridge.crossings import Services
from suwon_fleet.nodes.bridge.from_zenoh import FromZenoh
from suwon_fleet.nodes.bridge.robots import BridgedRobots
from suwon_fleet.nodes.bridge.route import Counts
from suwon_fleet.nodes.bridge.to_zenoh import ToZenoh
from suwon_fleet.nodes.statuses import OK, WARN, LinkStatus, Since, status


class BridgeDiagnostics:
    """Makes one array of statuses at a time; a route warns of what went wrong since the last."""

    def __init__(self) -> None:
        self._since: defaultdict[str, tuple[Since, Since]] = defaultdict(lambda: (Since(), Since()))
        """By route: of its messages, and of what went wrong."""
        self._robots = LinkStatus("zenoh_bridge: robots")

    def routes(
        self, to_zenoh: ToZenoh, from_zenoh: FromZenoh, services: Services
    ) -> Iterable[DiagnosticStatus]:
        """Those that are, and what hinders those that are not."""
        for topic, out in to_zenoh.routes.items():
            yield self._route(f"{topic} -> {out.wanted.key}", out.wanted.type, out.counts)
        for key, come in from_zenoh.routes.items():
            yield self._route(f"{key} -> {come.wanted.topic}", come.wanted.type, come.counts)
        for offered, mark in ((services.here, "<-"), (services.elsewhere, "->")):
            for one in offered.values():
                name = f"service {one.wanted.name} {mark} {one.wanted.key}"
                yield self._route(name, one.wanted.type, one.counts)
        troubles = to_zenoh.troubles | from_zenoh.troubles | services.troubles
        for name, why in troubles.items():
            yield _status(name, WARN, f"does not cross: {why}")

    def _route(self, name: str, kind: str, counts: Counts) -> DiagnosticStatus:
        messages, faults = self._since[name]
        wrong = faults.of(counts, counts.faults + counts.missed)
        return _status(
            name,
            WARN if wrong else OK,
            f"{wrong} messages lost or unusable" if wrong else "crosses",
            type=kind,
            messages=counts.messages,
            bytes=counts.size,
            since_last=messages.of(counts, counts.messages),
            held_back=counts.held_back,
            unusable=counts.faults,
            missed=counts.missed,
        )

    def robots(
        self, robots: BridgedRobots, members: ZenohLink | None, nav2: Ros2ddsLink | None
    ) -> DiagnosticStatus:
        """Robots that are passed on."""
        return self._robots.of(
            [link.counts for link in (members, nav2) if link],
            robots=len(robots.known),
            reports=robots.reports,
            left_out=robots.left_out,
            commands_passed_on=robots.commands,
            waiting=members.unanswered if members else 0,
        )


def array_of(statuses: Iterable[DiagnosticStatus]) -> DiagnosticArray:
    """A message of them, its stamp still to be set."""
    return DiagnosticArray(status=list(statuses))


def _status(name: str, level: bytes, text: str, **values: object) -> DiagnosticStatus:
    return status(f"zenoh_bridge: {name}", level, text, **values)
