# SPDX-License-Identifier: Apache-2.0
"""Reads the bridge's file; docs/bridge.md tells of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.bridge.nav2_robot import Nav2Robot, read_nav2_robot
from suwon_fleet.wire.bridge.rules import Filter, read_allowed, read_filter, read_services
from suwon_fleet.wire.document import parse_yaml
from suwon_fleet.wire.fields import Fields, or_else, text_of
from suwon_fleet.wire.files import read_text
from suwon_fleet.wire.findings import Findings, shown

FORMAT = "suwon_fleet/bridge@1"
MOST_BYTES = 2**20
_CROSSING = ("to_zenoh", "from_zenoh", "services_to_zenoh", "services_from_zenoh")
_KNOWN = ("format", "zenoh", "prefix", *_CROSSING, "robots", "nav2_robots", "drive")
_TEXTS = ("mode", "tls_ca", "tls_certificate", "tls_private_key", "file")
_KNOWN_OF_ZENOH = (*_TEXTS, "listen", "connect", "lease_s", "send_buffer_bytes")
_PREFIX = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")


@dataclass(frozen=True, slots=True)
class Bridge:
    """What a bridge does.

    `zenoh` are settings of its session by name. `prefix` stands before all keys. Of `members`, a site and a
    zone or ``*``, the robots that speak our contract are passed on to a fleet_manager here.
    """

    zenoh: Mapping[str, Any] = field(default_factory=dict)
    prefix: str = ""
    to_zenoh: Filter = field(default_factory=Filter)
    from_zenoh: Filter = field(default_factory=Filter)
    services_to_zenoh: Filter = field(default_factory=Filter)
    services_from_zenoh: Filter = field(default_factory=Filter)
    members: tuple[str, str] | None = None
    nav2_robots: tuple[Nav2Robot, ...] = ()
    drive: Filter = field(default_factory=Filter)
    """Robots, by id, that ROS tools may drive."""


def read_bridge(path: str | PathLike[str]) -> Bridge:
    """The bridge of a file. Raises BadInput with all that is wrong."""
    findings = Findings(str(path))
    text = read_text(Path(path), findings, what="bridge file", most_bytes=MOST_BYTES)
    root = None if text is None else parse_yaml(text, findings)
    bridge = None if root is None else _bridge(Fields(root, findings, "a bridge", _KNOWN))
    if bridge is None or findings.has_errors:
        raise BadInput(findings.problems)
    return bridge


def _bridge(entry: Fields) -> Bridge:
    findings = entry.findings
    told = entry.text("format")
    if told not in (None, FORMAT):
        mark = entry.entries["format"].mark
        findings.error(mark, "wrong-format", f"format {shown(str(told))}", f"write '{FORMAT}'")
    prefix = or_else(entry.text("prefix"), "").strip("/")
    if prefix and not _PREFIX.fullmatch(prefix):
        mend = "use letters, digits, '_', '.' and '-', in parts joined by '/'"
        what = f"{shown(prefix)} cannot stand before keys"
        findings.error(entry.entries["prefix"].mark, "bad-prefix", what, mend)
    found = [read_nav2_robot(item, findings) for item in entry.items("nav2_robots")]
    robots = tuple(robot for robot in found if robot)
    _check_names(entry, robots)
    return Bridge(
        _zenoh(Fields(entry.get("zenoh"), findings, "'zenoh'", _KNOWN_OF_ZENOH)),
        prefix,
        read_filter(entry.get("to_zenoh"), findings, "'to_zenoh'", is_to_zenoh=True),
        read_filter(entry.get("from_zenoh"), findings, "'from_zenoh'"),
        read_services(entry.get("services_to_zenoh"), findings, "'services_to_zenoh'"),
        read_services(entry.get("services_from_zenoh"), findings, "'services_from_zenoh'"),
        _members(entry),
        robots,
        read_allowed(entry.get("drive"), findings, "'drive'"),
    )


def _zenoh(entry: Fields) -> dict[str, Any]:
    settings: dict[str, Any] = {key: text for key in _TEXTS if (text := entry.text(key))}
    for key in ("listen", "connect"):
        ends = [text_of(item, entry.findings) for item in entry.items(key)]
        settings[key] = tuple(end for end in ends if end)
    if (lease_s := entry.number("lease_s", 0.1, 600.0)) is not None:
        settings["lease_s"] = lease_s
    if (size := entry.whole("send_buffer_bytes", 2**30)) is not None:
        settings["send_buffer_bytes"] = size
    return settings


def _members(entry: Fields) -> tuple[str, str] | None:
    item = entry.get("robots")
    if item is None:
        return None
    robots = Fields(item, entry.findings, "'robots'", ("site", "zone"))
    site = robots.text("site")
    return (site, or_else(robots.text("zone"), "*")) if robots.require("site") and site else None


def _check_names(entry: Fields, robots: tuple[Nav2Robot, ...]) -> None:
    """Two robots of one name, or under the same keys, would be taken for one."""
    for what in ("robot_id", "namespace"):
        seen: set[str] = set()
        for robot in robots:
            value = getattr(robot, what)
            if value in seen:
                said = f"two robots with {what.removeprefix('robot_')} {shown(value)}"
                mark = entry.entries["nav2_robots"].mark
                entry.findings.error(mark, "ambiguous-name", said, "give each its own")
            seen.add(value)
