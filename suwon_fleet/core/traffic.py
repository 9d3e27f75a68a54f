# SPDX-License-Identifier: Apache-2.0
"""What the engine asks of traffic coordination; implemented by :mod:`suwon_fleet.traffic`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.robots.command import Waypoint
from suwon_fleet.core.robots.report import Pose


@dataclass(frozen=True, slots=True)
class Extension:
    """Path vertices newly granted to a robot, after those it had."""

    robot_id: str
    vertices: tuple[str, ...]


class WaitReason(StrEnum):
    """Why a robot that wants to move does not."""

    TURN = "turn"
    """Another robot goes first over ground both need."""
    GROUND = "ground"
    """Another robot is still on the ground ahead."""
    NO_WAY = "no_way"
    """Every way to the goal is closed off by robots that stand."""
    PUT_OFF = "put_off"
    """More urgent robots are served first; it moves as far as that allows."""
    ZONE_FULL = "zone_full"


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait, with the robot or zone waited for where there is one."""

    reason: WaitReason
    robot_id: str | None = None
    zone_id: str | None = None


class Traffic(Protocol):
    """Owns ground for robots and grants more of it. See :class:`suwon_fleet.traffic.Coordinator`."""

    def locate(self, pose: Pose, within_m: float) -> str | None: ...
    def owner_near(self, kind: str, vertex: str) -> str | None: ...
    def place(self, robot_id: str, kind: str, path: Sequence[str], first_index: int) -> None: ...
    def remove(self, robot_id: str) -> None: ...
    def release(self, robot_id: str, index: int) -> None: ...
    def aim(self, robot_id: str, goal: str | None, *, urgency: float, now_ns: int) -> None: ...
    def set_mobile(self, robot_id: str, mobile: bool) -> None: ...
    def set_open(self, zone_id: str, is_open: bool) -> None: ...
    def travel_s(self, kind: str, start: str, goal: str) -> float: ...
    def travel_table(
        self, kind: str, starts: Sequence[str], goals: Sequence[str]
    ) -> NDArray[np.float32]: ...
    def ahead_s(self, robot_id: str) -> float: ...
    def front_of(self, robot_id: str) -> str: ...
    def waypoint(self, kind: str, tail: str | None, head: str) -> Waypoint: ...
    def zones_at(self, vertex: str) -> tuple[str, ...]: ...
    def step(self, now_ns: int) -> list[Extension]: ...
    def wait_of(self, robot_id: str) -> Wait | None: ...
    def cuts_off(self, robot_id: str) -> bool: ...


Gate = tuple[str, str]
"""Two vertices that a lane joins and different groups own: the last here, and the first there."""


class GroupTraffic(Traffic, Protocol):
    """Traffic on the ground of one group of zones. See :class:`suwon_fleet.traffic.GroupCoordinator`.

    Robots are granted ground of the group only, and by `cross` the one block that leads out of it.
    """

    own: str
    """The group."""
    groups: tuple[str, ...]
    """All of them."""
    cut: str
    """A hash of how the map is divided."""

    def is_vertex(self, name: str) -> bool: ...
    def group_of(self, vertex: str) -> str: ...
    def is_own_ground(self, pose: Pose) -> bool: ...
    def gate_towards(self, kind: str, start: str, goal: str) -> Gate | None: ...
    def is_gate(self, gate: Gate) -> bool: ...
    def narrow_part(self, vertex: str) -> int | None: ...
    def do_meet(self, one: Gate, other: Gate) -> bool: ...
    def leaves_free(self, gate: Gate, vertex: str) -> bool: ...
    def halt_before(self, kind: str, start: str, gate: Gate) -> str: ...
    def away_s(self, robot_id: str, vertex: str) -> float: ...
    def why_not_out(self, robot_id: str, gate: Gate) -> str | None: ...
    def why_not_in(self, kind: str, gate: Gate) -> str | None: ...
    def cross(self, robot_id: str, vertex: str) -> None: ...
