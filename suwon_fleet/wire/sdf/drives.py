# SPDX-License-Identifier: Apache-2.0
"""Gazebo's plug-ins that drive a model by velocity commands: DiffDrive and VelocityControl."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from suwon_fleet.wire.sdf.values import Values
from suwon_fleet.wire.sdf.xml import Element


class Limits(NamedTuple):
    """What a speed is kept within; m and s, or rad and s."""

    least_speed: float = -inf
    most_speed: float = inf
    least_acceleration: float = -inf
    most_acceleration: float = inf
    least_jerk: float = -inf
    most_jerk: float = inf


_FREE = Limits()


@dataclass(frozen=True, slots=True)
class Topics:
    """Names a drive was given in the file; empty: Gazebo's own."""

    command: str = ""
    odometry: str = ""
    tf: str = ""
    frame: str = ""
    child_frame: str = ""


@dataclass(frozen=True, slots=True)
class DiffDrive:
    """Two wheels, or two rows of them, on one axle."""

    left_joints: tuple[str, ...]
    right_joints: tuple[str, ...]
    wheel_separation_m: float
    wheel_radius_m: float
    linear: Limits = _FREE
    angular: Limits = _FREE
    odometry_hz: float = 50.0
    topics: Topics = Topics()


@dataclass(frozen=True, slots=True)
class VelocityControl:
    """A body that moves at once as it is told, sideways too."""

    linear_mps: tuple[float, float] = (0.0, 0.0)
    """Forward and to the left, until the first command."""
    turn_radps: float = 0.0
    topics: Topics = Topics()


_QUANTITIES = ("velocity", "acceleration", "jerk")
_LIMITS = {
    f"{end}_{part}{quantity}"
    for end in ("min", "max")
    for part in ("", "linear_", "angular_")
    for quantity in _QUANTITIES
}
DIFF_DRIVE_TAGS = frozenset(
    {
        *(
            "left_joint",
            "right_joint",
            "wheel_separation",
            "wheel_radius",
            "odom_publish_frequency",
        ),
        *("topic", "odom_topic", "tf_topic", "frame_id", "child_frame_id"),
        *_LIMITS,
    }
)
VELOCITY_CONTROL_TAGS = frozenset({"initial_linear", "initial_angular", "topic"})


def read_diff_drive(plugin: Element, values: Values) -> DiffDrive:
    """The DiffDrive of a model, with Gazebo's defaults."""
    for side in ("left_joint", "right_joint"):
        if plugin.child(side) is None:
            what = f"DiffDrive without <{side}> has no wheels there"
            values.findings.error(plugin.mark, "missing-tag", what, f"add <{side}>JOINT</{side}>")
    return DiffDrive(
        left_joints=tuple(element.text for element in plugin.all("left_joint")),
        right_joints=tuple(element.text for element in plugin.all("right_joint")),
        wheel_separation_m=values.number(plugin, "wheel_separation", 1.0, 0.001, 100.0),
        wheel_radius_m=values.number(plugin, "wheel_radius", 0.2, 0.001, 100.0),
        linear=_limits(plugin, values, "linear"),
        angular=_limits(plugin, values, "angular"),
        odometry_hz=values.number(plugin, "odom_publish_frequency", 50.0),
        topics=Topics(
            command=values.text(plugin, "topic"),
            odometry=values.text(plugin, "odom_topic"),
            tf=values.text(plugin, "tf_topic"),
            frame=values.text(plugin, "frame_id"),
            child_frame=values.text(plugin, "child_frame_id"),
        ),
    )


def _limits(plugin: Element, values: Values, part: str) -> Limits:
    """The limits of one motion: its own, or those given for both."""
    numbers = []
    for quantity in _QUANTITIES:
        low, high = (
            values.number(plugin, f"{end}_{part}_{quantity}", both)
            for end, both in (
                ("min", values.number(plugin, f"min_{quantity}", -inf)),
                ("max", values.number(plugin, f"max_{quantity}", inf)),
            )
        )
        if not low <= 0 <= high:
            what = f"the {part} {quantity} is kept from {low:g} to {high:g}, where 0 is not"
            mend = f"give a min_{part}_{quantity} up to 0 and a max_{part}_{quantity} from 0"
            values.findings.error(plugin.mark, "bad-limits", what, mend)
        numbers += [low, high]
    return Limits(*numbers)


def read_velocity_control(plugin: Element, values: Values) -> VelocityControl:
    """The VelocityControl of a model."""
    linear, angular = plugin.child("initial_linear"), plugin.child("initial_angular")
    moves = values.numbers(linear, 3) if linear is not None else None
    turns = values.numbers(angular, 3) if angular is not None else None
    return VelocityControl(
        linear_mps=moves[:2] if moves else (0.0, 0.0),  # type: ignore[arg-type]
        turn_radps=turns[2] if turns else 0.0,
        topics=Topics(command=values.text(plugin, "topic")),
    )
