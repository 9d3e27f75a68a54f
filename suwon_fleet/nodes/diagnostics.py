# SPDX-License-Identifier: Apache-2.0
"""The fleet's health on /diagnostics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

from suwon_fleet.adapters.allowance import Allowance
from suwon_fleet.adapters.ros.link import RosLink
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.errors import Problem
from suwon_fleet.core.robots.states import Connection
from suwon_fleet.nodes.load import Load
from suwon_fleet.nodes.statuses import OF_OWNERS, OK, WARN, LinkStatus, Since, status, worst_of
from suwon_fleet.nodes.zenoh_robots import ZenohRobots
from suwon_fleet.service.witness import Witness


@dataclass(slots=True)
class TurnTimes:
    """How long turns took since they were last told, in seconds."""

    turns: int = 0
    total_s: float = 0.0
    longest_s: float = 0.0

    def note(self, seconds: float) -> None:
        self.turns += 1
        self.total_s += seconds
        self.longest_s = max(self.longest_s, seconds)


STANDING_BY = "standing by"
"""What it says of its journal while another has that."""


class Diagnostics:
    """Makes one array of statuses at a time, with what happened since the last."""

    def __init__(self, tick_s: float) -> None:
        self.turns = TurnTimes()
        self._tick_s = tick_s
        self._faults, self._flood, self._too_many = Since(), Since(), Since()
        self._zenoh = LinkStatus("fleet_manager: zenoh robots")
        self._owners = LinkStatus("fleet_manager: other owners", OF_OWNERS)

    def array(
        self,
        stamp: Time,
        fleet: Fleet,
        surprises: Sequence[Problem],
        allowance: Allowance,
        load: Load,
        link: RosLink | None,
        witness: Witness | None,
        zenoh: ZenohRobots | None,
    ) -> DiagnosticArray:
        """The statuses now; `surprises` are the journal's.

        The last three are None while the node is not active.
        """
        told = DiagnosticArray(
            status=[
                self._turning(load),
                self._robots(fleet),
                self._alerts(fleet),
                _journal(surprises),
                self._requests(allowance),
            ]
        )
        if link is not None:
            told.status.append(self._link(link))
        if zenoh is not None:
            robots = zenoh.link
            told.status.append(self._zenoh.of([robots.counts], waiting=robots.unanswered))
            if zenoh.peers is not None:
                told.status.append(self._owners.of([zenoh.peers.counts]))
        if witness is not None:
            told.status.append(_check(witness))
        told.header.stamp = stamp
        self.turns = TurnTimes()
        return told

    def _turning(self, load: Load) -> DiagnosticStatus:
        turns = self.turns
        slow = turns.longest_s > self._tick_s
        text = "a turn took longer than tick_s" if slow else "in time"
        if load.is_over:
            slow, text = True, "too much to do: state, zones and markers are told less often"
        mean_s = turns.total_s / turns.turns if turns.turns else 0.0
        return _status(
            "turns",
            WARN if slow else OK,
            text,
            turns=turns.turns,
            mean_ms=f"{mean_s * 1e3:.1f}",
            longest_ms=f"{turns.longest_s * 1e3:.1f}",
            overloaded=load.is_over,
        )

    def _robots(self, fleet: Fleet) -> DiagnosticStatus:
        robots = fleet.state.robots.values()
        lost = [r.robot_id for r in robots if r.states.connection is not Connection.ONLINE]
        strangers = sorted(fleet.strangers)
        text = f"{len(robots) - len(lost)} of {len(robots)} robots online"
        return _status(
            "robots",
            WARN if lost or strangers else OK,
            text,
            silent=", ".join(lost),
            not_joined=", ".join(strangers),
        )

    def _alerts(self, fleet: Fleet) -> DiagnosticStatus:
        alerts = fleet.state.alerts.values()
        worst = max((alert.level for alert in alerts), default=0)
        level = (OK, WARN, DiagnosticStatus.ERROR)[worst]
        asking = sum(bool(alert.answers) for alert in alerts)
        return _status("alerts", level, f"{len(alerts)} open", waiting_for_an_answer=asking)

    def _requests(self, allowance: Allowance) -> DiagnosticStatus:
        turned_away = allowance.turned_away
        new = self._too_many.of(allowance, turned_away.total())
        return _status(
            "requests",
            WARN if new else OK,
            f"{new} were more than their requesters may put" if new else "none was turned away",
            turned_away=turned_away.total(),
            requesters=worst_of(turned_away),
        )

    def _link(self, link: RosLink) -> DiagnosticStatus:
        turned_away = link.share.turned_away
        new, more = (
            self._faults.of(link, link.faults),
            self._flood.of(link, turned_away.total()),
        )
        text = f"{new} reports could not be used" if new else "all reports could be used"
        if more:
            text += f"; {more} were more than is taken of a robot from turn to turn"
        return _status(
            "robot reports",
            WARN if new or more else OK,
            text,
            unusable=link.faults,
            last=link.last_fault or "",
            too_many=turned_away.total(),
            too_many_of=worst_of(turned_away),
        )


def _journal(surprises: Sequence[Problem]) -> DiagnosticStatus:
    """What was found when it was opened stays until the next start: somebody should look."""
    text = "; ".join(map(str, surprises)) or "good"
    return _status("journal", WARN if surprises else OK, text)


def standing_by(stamp: Time) -> DiagnosticArray:
    """What a fleet_manager tells that waits until another has ended."""
    told = DiagnosticArray(status=[_status("journal", OK, STANDING_BY)])
    told.header.stamp = stamp
    return told


def _check(witness: Witness) -> DiagnosticStatus:
    """Found once, it stays an error for as long as the node is active."""
    text = f"{witness.found} findings" if witness.found else "nothing found"
    level = DiagnosticStatus.ERROR if witness.found else OK
    return _status("traffic check", level, text, looks=witness.looks, found=witness.found)


def _status(name: str, level: bytes, text: str, **values: object) -> DiagnosticStatus:
    return status(f"fleet_manager: {name}", level, text, **values)
