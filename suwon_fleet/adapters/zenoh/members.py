# SPDX-License-Identifier: Apache-2.0
"""Who is there: robots by their keys, what they say of themselves, and which of two is believed."""

from __future__ import annotations

from dataclasses import dataclass

from suwon_fleet.adapters.clocks import SECOND
from suwon_fleet.core.engine.messages import Announced, Reported
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.robots.report import Factsheet, RobotReport
from suwon_fleet.wire.zenoh.keys import FLEET, Address, parse

MOST = 50_000
"""Robots of one link."""
ANNOUNCE_AGAIN_S = 10.0
"""So that a robot which people have removed may come back."""

TURNS = 4
"""So often the one speaks after the other before it is believed that both do."""


@dataclass(slots=True)
class Member:
    """A robot that has been heard."""

    address: Address
    name: str
    sheet: Factsheet | None = None
    is_alive: bool = False
    is_believed: bool = False
    """It is the robot of its name; another of that name at another home is not."""
    session: str = ""
    """Of its newest state."""
    announced_ns: int = -(10**18)
    epoch: int = 0
    """How many owners it has had."""
    before: str = ""
    """The session before the newest."""
    turns: int = 0
    """How often two sessions have taken turns."""

    def hear(self, report: RobotReport, now_ns: int) -> Announced | Reported | None:
        """What the fleet hears of a state: None until the robot has said who it is."""
        is_new = report.session != self.session
        if is_new:
            self.before, self.session = self.session, report.session
        sheet = self.sheet
        if sheet is None or sheet.session != report.session:
            return None
        if is_new or now_ns - self.announced_ns >= ANNOUNCE_AGAIN_S * SECOND:
            self.announced_ns = now_ns
            return Announced(sheet, report)
        return Reported(report)

    def takes_turns(self, session: str) -> bool:
        """Whether two programs speak at once, now that a state of another session has come.

        A program that has ended may be heard once more when the next one has been.
        """
        self.turns = self.turns + 1 if session == self.before else 0
        return self.turns >= TURNS

    def recall(self, sheet: Factsheet) -> None:
        """Take a factsheet that was asked for: others answer, too, with that of an earlier run."""
        if self.sheet is None or sheet.session == self.session:
            self.sheet = sheet


class Members:
    """All robots of a link, by key and by id."""

    def __init__(self) -> None:
        self._by_key: dict[str, Member] = {}
        self._by_address: dict[Address, Member] = {}
        self._holders: dict[str, Member] = {}

    def at(self, key: str) -> Member | None:
        """Whose key it is; None for the owner of a zone. Raises BadInput for what is no key."""
        return self._by_key.get(key) or self._new(key)

    def _new(self, key: str) -> Member | None:
        address, _ = parse(key)
        if address.robot == FLEET:
            return None
        member = self._by_address.get(address)
        if member is None:
            if len(self._by_address) >= MOST:
                what, mend = (
                    f"there are {MOST} robots already",
                    "keep strangers out: access control",
                )
                raise BadInput([Problem("too-many-robots", key, what, mend)])
            member = self._by_address[address] = Member(address, address.robot)
        self._by_key[key] = member
        return member

    def holder(self, member: Member) -> Member:
        """Who is believed to be the robot of that name: the first heard, for as long as it is there."""
        before = self._holders.get(member.name)
        if before is not None and before is not member:
            if before.is_alive:
                return before
            before.is_believed, member.epoch = False, before.epoch
        self._holders[member.name] = member
        member.is_believed = True
        return member

    def is_alive(self, name: str) -> bool:
        """Whether the robot ``site/zone/robot`` is there."""
        member = self._by_address.get(Address(*name.split("/")))
        return member is not None and member.is_alive

    def named(self, robot_id: str) -> Member | None:
        """The robot of that name."""
        return self._holders.get(robot_id)
