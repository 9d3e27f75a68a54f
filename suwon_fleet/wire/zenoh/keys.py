# SPDX-License-Identifier: Apache-2.0
"""Key expressions: ``suwon/v1/<site>/<zone>/<robot>/<channel>``, made and read in one place.

`<site>/<zone>` is where a robot is at home; its key, and so its certificate, stays the same wherever it
goes. In the robot's place ``_fleet`` stands for the owner of the zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.findings import shown

ROOT = "suwon/v1"
FLEET = "_fleet"
"""In the place of a robot: the owner of a zone."""
ALIVE = "alive"
"""The last chunk of a liveliness token."""

_CHUNK = re.compile(r"[a-z0-9_-]{1,64}")
ROBOT_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Channel(StrEnum):
    """What is said under a robot's key, and by whom."""

    FACTSHEET = "factsheet"
    """By the robot: who it is. A put, and an answer to queries."""
    STATE = "state"
    """By the robot: how it stands now; the newest counts."""
    EVENTS = "events"
    """By the robot: what happened; none is lost over an outage of the length promised."""
    ANSWER = "answer"
    """By the robot: to each command and stop."""
    ALARM = "alarm"
    """By the robot: what people should know at once."""
    COMMAND = "command"
    """By the fleet: do, cancel, pause, resume."""
    GRANT = "grant"
    """By the fleet: motion released."""
    STOP = "stop"
    """By the fleet: stop and hold, or go on."""


@dataclass(frozen=True, slots=True)
class Address:
    """Whose keys: a robot, or with `FLEET` in its place the owner of a zone. Raises BadInput."""

    site: str
    zone: str
    robot: str

    def __post_init__(self) -> None:
        for name, value in (("site", self.site), ("zone", self.zone)):
            if not _CHUNK.fullmatch(value):
                raise _bad_chunk(name, value, "use 1 to 64 of a-z, 0-9, '_' and '-'")
        if self.robot != FLEET and not ROBOT_ID.fullmatch(self.robot):
            mend = "use 1 to 64 of a-z, 0-9, '_' and '-', beginning with a letter or digit"
            raise _bad_chunk("robot", self.robot, mend)

    def __str__(self) -> str:
        return f"{ROOT}/{self.site}/{self.zone}/{self.robot}"

    def key(self, channel: Channel) -> str:
        """The key of one of its channels."""
        return f"{self}/{channel.value}"

    @property
    def alive(self) -> str:
        """Its liveliness token."""
        return f"{self}/{ALIVE}"


def owner_of(site: str, zone: str) -> Address:
    """The owner of a zone. Raises BadInput."""
    return Address(site, zone, FLEET)


def all_robots(site: str, zone: str, channel: str) -> str:
    """The key expression of one channel of all robots; site and zone may be ``*``. Raises BadInput."""
    for name, value in (("site", site), ("zone", zone)):
        if value != "*" and not _CHUNK.fullmatch(value):
            raise _bad_chunk(name, value, "use 1 to 64 of a-z, 0-9, '_' and '-', or '*' for all")
    return f"{ROOT}/{site}/{zone}/*/{channel}"


def parse(key: str) -> tuple[Address, str]:
    """Whose key it is, and its last chunk: a channel or `ALIVE`. Raises BadInput."""
    chunks = key.split("/")
    if len(chunks) != 6 or f"{chunks[0]}/{chunks[1]}" != ROOT:
        what = f"{shown(key)} is no key of version 1"
        raise BadInput([Problem("bad-key", "key", what, f"use {ROOT}/SITE/ZONE/ROBOT/CHANNEL")])
    _, _, site, zone, robot, channel = chunks
    return Address(site, zone, robot), channel


def _bad_chunk(name: str, value: str, mend: str) -> BadInput:
    return BadInput([Problem("bad-key", name, f"{shown(value)} cannot be part of a key", mend)])
