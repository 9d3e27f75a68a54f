# SPDX-License-Identifier: Apache-2.0
"""Who is there: robots by their keys, what they say of themselves, and which of two is believed."""

from __future__ import annotations

from dataclasses import dataclass

from suwon_fleet.core.engine.messages import Announced, Reported
from suwon_fleet.core.robots.report import Factsheet, RobotReport
from suwon_fleet.wire.zenoh.keys import FLEET, Address, parse

SECOND = 1_000_000_000
ANNOUNCE_AGAIN_S = 10.0
"""So that a robot which people have removed may come back."""


@dataclass(slots=True)
class Member:
    """A robot that has been heard."""

    address: Address
    sheet: Factsheet | None = None
    is_alive: bool = False
    session: str = ""
    """Of its newest state."""
    stamp_ns: int = 0
    announced_ns: int = -(10**18)
    epoch: int = 0
    """How many owners it has had."""

    def hear(self, report: RobotReport, now_ns: int) -> Announced | Reported | None:
        """What the fleet hears of a state: None until the robot has said who it is."""
        is_new = report.session != self.session
        self.session, self.stamp_ns = report.session, report.stamp_ns
        sheet = self.sheet
        if sheet is None or sheet.session != report.session:
            return None
        if is_new or now_ns - self.announced_ns >= ANNOUNCE_AGAIN_S * SECOND:
            self.announced_ns = now_ns
            return Announced(sheet, report)
        return Reported(report)


class Members:
    """All robots of a link, by key and by id."""

    def __init__(self) -> None:
        self._by_prefix: dict[str, Member] = {}
        self._holders: dict[str, Member] = {}

    def at(self, key: str) -> Member | None:
        """Whose key it is; None for the owner of a zone. Raises BadInput for what is no key."""
        prefix = key[: key.rfind("/")]
        member = self._by_prefix.get(prefix)
        if member is None:
            address, _ = parse(key)
            if address.robot == FLEET:
                return None
            member = self._by_prefix[prefix] = Member(address)
        return member

    def holder(self, member: Member) -> Member:
        """Who is believed to be the robot of that name: the first heard, for as long as it is there."""
        name = member.address.robot
        holder = self._holders.setdefault(name, member)
        if holder is not member and not holder.is_alive:
            member.epoch = holder.epoch
            holder = self._holders[name] = member
        return holder

    def named(self, robot_id: str) -> Member | None:
        """The robot of that name."""
        return self._holders.get(robot_id)
