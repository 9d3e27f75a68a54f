# SPDX-License-Identifier: Apache-2.0
"""The bridge's health on /diagnostics: each route and each robot link, with its counts."""

from __future__ import annotations

from collections.abc import Iterable

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.adapters.zenoh.ros2dds_link import Ros2ddsLink
from suwon_fleet.nodes.bridge.from_zenoh import FromZenoh
from suwon_fleet.nodes.bridge.robots import BridgedRobots
from suwon_fleet.nodes.bridge.route import Counts
from suwon_fleet.nodes.bridge.to_zenoh import ToZenoh

OK, WARN = DiagnosticStatus.OK, DiagnosticStatus.WARN


class BridgeDiagnostics:
    """Makes one array of statuses at a time; a route warns of what went wrong since the last."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[int, int]] = {}

    def routes(self, to_zenoh: ToZenoh, from_zenoh: FromZenoh) -> Iterable[DiagnosticStatus]:
        """Those that are, and what hinders those that are not."""
        for topic, out in to_zenoh.routes.items():
            yield self._route(f"{topic} -> {out.wanted.key}", out.wanted.type, out.counts)
        for key, come in from_zenoh.routes.items():
            yield self._route(f"{key} -> {come.wanted.topic}", come.wanted.type, come.counts)
        for name, why in (to_zenoh.troubles | from_zenoh.troubles).items():
            yield _status(name, WARN, f"does not cross: {why}")

    def _route(self, name: str, kind: str, counts: Counts) -> DiagnosticStatus:
        wrong = counts.faults + counts.missed
        messages, told_wrong = self._before.get(name, (0, 0))
        self._before[name] = counts.messages, wrong
        text = (
            f"{wrong - told_wrong} messages lost or unusable" if wrong > told_wrong else "crosses"
        )
        return _status(
            name,
            WARN if wrong > told_wrong else OK,
            text,
            type=kind,
            messages=counts.messages,
            bytes=counts.size,
            since_last=counts.messages - messages,
            held_back=counts.held_back,
            unusable=counts.faults,
            missed=counts.missed,
        )

    def robots(
        self, robots: BridgedRobots, members: ZenohLink | None, nav2: Ros2ddsLink | None
    ) -> DiagnosticStatus:
        """Robots that are passed on."""
        counts = [link.counts for link in (members, nav2) if link]
        faults = sum(count.unusable.total() for count in counts)
        last = [count.last_fault for count in counts if count.last_fault]
        _, told = self._before.get("robots", (0, 0))
        self._before["robots"] = 0, faults
        text = f"{faults - told} messages could not be used" if faults > told else "passed on"
        return _status(
            "robots",
            WARN if faults > told else OK,
            text,
            robots=len(robots.known),
            reports=robots.reports,
            commands=robots.commands,
            unusable=faults,
            last=last[-1] if last else "",
        )


def array_of(statuses: Iterable[DiagnosticStatus]) -> DiagnosticArray:
    return DiagnosticArray(status=list(statuses))


def _status(name: str, level: bytes, text: str, **values: object) -> DiagnosticStatus:
    return DiagnosticStatus(
        name=f"zenoh_bridge: {name}",
        hardware_id="suwon_fleet",
        level=level,
        message=text,
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
    )
