# SPDX-License-Identifier: Apache-2.0
"""Liveliness tokens by which bridges tell each other of topics, as zenoh-bridge-ros2dds has them.

``@/<zid>/@ros2_lv/MP/<key>/<type>/<qos>``: a publisher (MS: a subscriber) of ROS `type` behind the session
`zid`, carried by `key`; ``/`` in key and type is written ``§``. The QoS is
``<keyless>:<reliability>:<durability>:<history>,<depth>``, each as DDS numbers it, empty for its default.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.findings import shown

ALL_PUBLISHERS = "@/*/@ros2_lv/MP/**"
ALL_SERVERS = "@/*/@ros2_lv/SS/**"
PUBLISHER, SUBSCRIBER = "MP", "MS"
_SERVER = "SS"
_OF_SERVER = ["@", "@ros2_lv", _SERVER]
_CHUNKS, _CHUNKS_OF_SERVER = 7, 6
_DEPTH = re.compile(r"[0-9]{1,9}")
_BEST_EFFORT, _RELIABLE, _TRANSIENT_LOCAL = "0", "1", "1"


@dataclass(frozen=True, slots=True)
class Qos:
    """What of a topic's quality of service matters here. A publisher is reliable unless it says not."""

    is_reliable: bool = True
    is_latched: bool = False
    """Transient local: who comes late gets what was last."""
    depth: int = 10

    def text(self) -> str:
        reliability = _RELIABLE if self.is_reliable else _BEST_EFFORT
        return f":{reliability}:{_TRANSIENT_LOCAL if self.is_latched else ''}:0,{self.depth}"

    @classmethod
    def parse(cls, text: str) -> Qos:
        """Of what it cannot read it takes the default: it is a newer bridge's."""
        parts = (*text.split(":"), "", "", "", "")
        depth = parts[3].partition(",")[2]
        return cls(
            parts[1] != _BEST_EFFORT,
            parts[2] not in ("", "0"),
            min(int(depth), 10_000) or 10 if _DEPTH.fullmatch(depth) else 10,
        )


@dataclass(frozen=True, slots=True)
class Token:
    """One topic somewhere."""

    zid: str
    role: str
    key: str
    type: str
    qos: Qos

    def text(self) -> str:
        """As a key expression."""
        names = f"{_packed(self.key)}/{_packed(self.type)}"
        return f"@/{self.zid}/@ros2_lv/{self.role}/{names}/{self.qos.text()}"

    @classmethod
    def parse(cls, text: str) -> Token:
        """Raises BadInput."""
        chunks = text.split("/")
        if len(chunks) != _CHUNKS or chunks[0] != "@" or chunks[2] != "@ros2_lv":
            raise _no_token(text, "topic", "MP/KEY/TYPE/QOS")
        _, zid, _, role, key, kind, qos = chunks
        return cls(zid, role, _unpacked(key), _unpacked(kind), Qos.parse(qos))


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """The server of a service somewhere: ``@/<zid>/@ros2_lv/SS/<key>/<type>``."""

    zid: str
    key: str
    type: str

    def text(self) -> str:
        """As a key expression."""
        return f"@/{self.zid}/@ros2_lv/{_SERVER}/{_packed(self.key)}/{_packed(self.type)}"

    @classmethod
    def parse(cls, text: str) -> ServiceToken:
        """Raises BadInput."""
        chunks = text.split("/")
        if len(chunks) != _CHUNKS_OF_SERVER or [chunks[0], *chunks[2:4]] != _OF_SERVER:
            raise _no_token(text, "service", "SS/KEY/TYPE")
        _, zid, _, _, key, kind = chunks
        return cls(zid, _unpacked(key), _unpacked(kind))


def _packed(name: str) -> str:
    return name.replace("/", "§")


def _unpacked(chunk: str) -> str:
    return chunk.replace("§", "/")


def _no_token(text: str, what: str, form: str) -> BadInput:
    mend = f"a bridge writes @/ZID/@ros2_lv/{form}"
    problem = Problem("bad-token", "liveliness", f"{shown(text)} tells of no {what}", mend)
    return BadInput([problem])
