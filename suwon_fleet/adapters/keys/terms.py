# SPDX-License-Identifier: Apache-2.0
"""What a certificate is asked for: who, as what, with which rights; checked before anything is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.findings import shown
from suwon_fleet.wire.zenoh.access import Role
from suwon_fleet.wire.zenoh.keys import ROBOT_ID, Address, all_robots

_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
_NAMESPACE = re.compile(
    r"(?!suwon(/|$))[A-Za-z][A-Za-z0-9_]{0,63}(/[A-Za-z][A-Za-z0-9_]{0,63}){0,7}"
)
_DRIVERS = (Role.MANAGER, Role.BRIDGE)


@dataclass(frozen=True, slots=True)
class Terms:
    """Raises BadInput for what cannot be, with every problem."""

    role: Role
    name: str
    hosts: tuple[str, ...] = ()
    """DNS names and addresses others connect to it by."""
    zones: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = [*self._about_the_name(), *self._about_rights()]
        problems += _each("host", self.hosts, _is_host, "give a DNS name or an IP address")
        zones, mend = (*self.zones, *self.takes), "give SITE/ZONE, where '*' stands for all"
        problems += _each("zone", zones, _is_zone, mend)
        mend = "give a ROS namespace without its first slash, and none within 'suwon'"
        problems += _each("namespace", self.namespaces, _is_namespace, mend)
        if problems:
            raise BadInput(problems)

    def _about_the_name(self) -> list[Problem]:
        if self.role is Role.ROBOT:
            chunks = self.name.split("/")
            if len(chunks) != 3:
                return [_problem("name", self.name, "give a robot as SITE/ZONE/ROBOT")]
            return _each("name", (self.name,), _is_robot, "each part has 1 to 64 of a-z 0-9 _ -")
        mend = "use 1 to 64 of a-z 0-9 _ -, beginning with a letter or digit"
        return _each("name", (self.name,), lambda name: bool(ROBOT_ID.fullmatch(name)), mend)

    def _about_rights(self) -> list[Problem]:
        """Rights that this role has not, or cannot be without."""
        role = self.role
        needless = [
            ("zone", self.zones, role in _DRIVERS),
            ("takes", self.takes, role in _DRIVERS),
            ("namespace", self.namespaces, role in (Role.ROBOT, Role.BRIDGE)),
            ("host", self.hosts, role not in (Role.ROBOT, Role.OPERATOR)),
        ]
        problems = [
            Problem(
                "needless", name, f"a certificate of a {role} has no {name}", f"leave {name} out"
            )
            for name, values, allowed in needless
            if values and not allowed
        ]
        if role in _DRIVERS and not self.zones:
            what, mend = f"a {role} without a zone may do nothing", "give it one or more: SITE/ZONE"
            problems.append(Problem("missing", "zone", what, mend))
        if role is Role.ROUTER and not self.hosts:
            what = "nobody could connect to a router without a host"
            problems.append(
                Problem("missing", "host", what, "give the name or address it is met by")
            )
        return problems


def _each(
    where: str, values: Sequence[str], is_good: Callable[[str], bool], mend: str
) -> list[Problem]:
    return [_problem(where, value, mend) for value in values if not is_good(value)]


def _problem(where: str, value: str, mend: str) -> Problem:
    return Problem(f"bad-{where}", where, f"{shown(value)} cannot be a {where}", mend)


def _is_robot(name: str) -> bool:
    try:
        return "_fleet" not in Address(*name.split("/")).robot
    except BadInput:
        return False


def _is_zone(zone: str) -> bool:
    site, _, rest = zone.partition("/")
    try:
        return bool(all_robots(site, rest, "state"))
    except BadInput:
        return False


def _is_host(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return bool(_HOST.fullmatch(host))


def _is_namespace(namespace: str) -> bool:
    return bool(_NAMESPACE.fullmatch(namespace))
