# SPDX-License-Identifier: Apache-2.0
"""Who is connected to this session with which robot's certificate, held against who is heard.

Access control drops in silence what comes by another's key. But a robot that speaks by another's key does
not get its own, and what its certificate says of it is known where it is connected.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import zenoh

from suwon_fleet.adapters.clocks import SECOND
from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.core.engine.alerts import ERROR, WARNING
from suwon_fleet.core.engine.messages import Noticed
from suwon_fleet.core.errors import BadInput, Problem, Reason
from suwon_fleet.core.texts import say
from suwon_fleet.wire.zenoh.access import robot_of
from suwon_fleet.wire.zenoh.keys import ROOT

LOOK_EVERY_S = 5.0
PATIENCE = 2
"""Looks in a row before people are told: a robot has just come, or its connection is about to end."""


@dataclass(frozen=True, slots=True)
class _Found:
    """`key` is the same as long as it is the same thing."""

    key: tuple[str, str]
    noticed: Noticed


class Guests:
    """Looks every few seconds at the connections of a session; without certificates it sees nobody."""

    def __init__(self, session: zenoh.Session, counts: Counts, site: str, zone: str) -> None:
        """Of the robots at home in a site, or in one of its zones."""
        self._session, self._counts = session, counts
        self._site, self._zone = site, zone
        self._due_ns = 0
        self._looks: Counter[tuple[str, str]] = Counter()
        self._open: dict[tuple[str, str], _Found] = {}
        """What people have been told and is not over."""

    def look(self, is_alive: Callable[[str], bool], now_ns: int) -> list[Noticed]:
        """What people do not know yet, or what is over; `is_alive` says of ``site/zone/robot`` if it is."""
        if now_ns < self._due_ns:
            return []
        self._due_ns = now_ns + round(LOOK_EVERY_S * SECOND)
        found = {one.key: one for one in self._find(is_alive)}
        self._looks = Counter({key: self._looks[key] + 1 for key in found})
        told = {key: one for key, one in found.items() if self._looks[key] > PATIENCE}
        for one in told.values():
            self._count(one.noticed.reason)
        news = [one.noticed for key, one in told.items() if key not in self._open]
        news += (
            replace(one.noticed, is_over=True) for key, one in self._open.items() if key not in told
        )
        self._open = told
        return news

    def _find(self, is_alive: Callable[[str], bool]) -> Iterator[_Found]:
        connected: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for link in self._session.info.links():
            robot = robot_of(link.auth_identifier or "")
            if robot and self._is_ours(robot):
                connected[robot][str(link.zid)] = str(link.dst)  # one may have two links
        for robot, places in connected.items():
            where = ", ".join(sorted(places.values()))
            if not is_alive(robot):
                reason = Reason.of("robot-connected-unheard", robot=robot, where=where)
                yield _found(WARNING, reason, robot)
            if len(places) > 1:
                reason = Reason.of("robot-connected-twice", robot=robot, where=where)
                yield _found(ERROR, reason, robot)

    def _is_ours(self, robot: str) -> bool:
        site, zone, _ = robot.split("/")
        return site == self._site and self._zone in ("*", zone)

    def _count(self, reason: Reason) -> None:
        """In diagnostics, with the sender."""
        facts = dict(reason.facts)
        mend = "look at its site, zone and name; is its certificate good, and its own?"
        problem = Problem(reason.code, f"{ROOT}/{facts['robot']}", say(reason, "en"), mend)
        self._counts.fault(f"{facts['robot']} at {facts['where']}", BadInput([problem]))


def _found(level: int, reason: Reason, robot: str) -> _Found:
    return _Found((reason.code, robot), Noticed(level, reason, robot.rpartition("/")[2]))
