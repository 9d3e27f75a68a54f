# SPDX-License-Identifier: Apache-2.0
"""An entry of `nav2_robots`: a robot that Nav2 drives, behind a zenoh-bridge-ros2dds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.sitemap import GROUND
from suwon_fleet.wire.document import Item
from suwon_fleet.wire.fields import Fields, or_else
from suwon_fleet.wire.findings import Findings, shown

NAMESPACE = re.compile(r"[A-Za-z0-9_]+(/[A-Za-z0-9_]+)*")
LONGEST_S = 3600.0
_KNOWN = (
    "id",
    "kind",
    "namespace",
    "level",
    "pose",
    "map_frame",
    "base_frame",
    "actions",
    "has_lid",
)
_KNOWN_OF_ACTION = ("service", "seconds", "timeout_s")


class PoseSource(StrEnum):
    """What tells where a robot is."""

    TF = "tf"
    """The transforms from the map to its base."""
    ODOM = "odom"
    """Its odometry, which then must be in the frame of the map: one that drifts is refused."""


@dataclass(frozen=True, slots=True)
class ByTime:
    """An action that has been done when so much time has passed."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ByService:
    """An action that a std_srvs/Trigger of the robot does; it answers at the end, within `timeout_s`."""

    service: str
    timeout_s: float = 300.0


DEFAULT_ACTIONS: Mapping[ActionKind, ByService | ByTime] = {
    ActionKind.LOAD: ByTime(20.0),
    ActionKind.UNLOAD: ByTime(20.0),
    ActionKind.INSPECT: ByTime(5.0),
    ActionKind.DOCK: ByTime(1.0),
    ActionKind.UNDOCK: ByTime(1.0),
}
"""Time for a hand-over; docking is nothing more than standing on the charger's place."""


@dataclass(frozen=True, slots=True)
class Nav2Robot:
    """Its topics and services are under `namespace`; `level` is the one it begins on."""

    robot_id: str
    kind: str
    namespace: str
    level: str = GROUND
    pose: PoseSource = PoseSource.TF
    map_frame: str = "map"
    base_frame: str = "base_link"
    has_lid: bool = True
    """Whether reports tell of a compartment; it is told as closed, for Nav2 knows of none."""
    actions: Mapping[ActionKind, ByService | ByTime] = field(
        default_factory=lambda: dict(DEFAULT_ACTIONS)
    )


def read_nav2_robot(item: Item, findings: Findings) -> Nav2Robot | None:
    """The robot of an entry, None after reporting what is wrong."""
    entry = Fields(item, findings, "a robot of nav2_robots", _KNOWN)
    complete = entry.require("id", "kind")
    robot_id, kind = entry.id("id"), entry.id("kind")
    namespace = entry.text("namespace") or robot_id or ""
    if robot_id and not NAMESPACE.fullmatch(namespace):
        what = f"{shown(namespace)} is no namespace of ROS"
        mend = "give 'namespace' as letters, digits and '_', in parts joined by '/'"
        findings.error(entry.mark, "bad-namespace", what, mend)
        return None
    if not (complete and robot_id and kind):
        return None
    texts = {
        name: text for name in ("level", "map_frame", "base_frame") if (text := entry.text(name))
    }
    return Nav2Robot(
        robot_id,
        kind,
        namespace,
        pose=or_else(entry.choice("pose", PoseSource), PoseSource.TF),
        **texts,
        has_lid=entry.flag("has_lid") is not False,
        actions=_actions(entry, findings),
    )


def _actions(entry: Fields, findings: Findings) -> Mapping[ActionKind, ByService | ByTime]:
    """The means of the entry where it tells any, else the usual ones."""
    means = dict(DEFAULT_ACTIONS)
    known = {kind.value: kind for kind in ActionKind}
    for name, item in Fields(entry.get("actions"), findings, "'actions'", known).entries.items():
        if name in known and (told := _means(item, findings)):
            means[known[name]] = told
    return means


def _means(item: Item, findings: Findings) -> ByService | ByTime | None:
    entry = Fields(item, findings, "an action", _KNOWN_OF_ACTION)
    service, seconds = entry.text("service"), entry.number("seconds", 0.0, LONGEST_S)
    timeout_s = entry.number("timeout_s", 1.0, LONGEST_S)
    if (service is None) == (seconds is None):
        what = "an action that says neither or both of 'service' and 'seconds'"
        findings.error(entry.mark, "bad-action", what, "give one of the two")
        return None
    if service is None:
        assert seconds is not None
        return ByTime(seconds)
    return ByService(service.strip("/"), *([] if timeout_s is None else [timeout_s]))
