# SPDX-License-Identifier: Apache-2.0
"""What a model has of its kind of robot, in Gazebo as in our simulator: wheels, limits, battery."""

from __future__ import annotations

from typing import NamedTuple

from suwon_fleet.core.robots.kind import Family, RobotKind
from suwon_fleet.wire.sdf.drives import DiffDrive, Limits, VelocityControl
from suwon_fleet.wire.sdf.model import Lidar, LinearBattery
from suwon_fleet.wire.sdf.pose import Pose

REVERSE_MPS = 0.5
VOLTAGE_V = 25.2
_LINEAR_V = -3.0
_RESISTANCE_OHM = 0.05


LIDAR = Lidar(
    name="lidar",
    pose=Pose(),
    rate_hz=10.0,
    samples=180,
    first_rad=-3.1415927,
    last_rad=3.1066861,
    nearest_m=0.1,
    farthest_m=12.0,
)
"""A flat scan all around, above the middle of the body."""


class Wheels(NamedTuple):
    """The two that drive a robot."""

    radius_m: float
    apart_m: float


def wheels(kind: RobotKind) -> Wheels:
    """Of a size that stands out nowhere."""
    radius = kind.width_m / 6
    return Wheels(radius, kind.width_m - 2 * radius)


def speed_limits(kind: RobotKind) -> Limits:
    """Ahead, and slowly back."""
    return Limits(
        least_speed=-min(REVERSE_MPS, kind.max_speed_mps),
        most_speed=kind.max_speed_mps,
        least_acceleration=-kind.deceleration_mps2,
        most_acceleration=kind.acceleration_mps2,
    )


def turn_limits(kind: RobotKind) -> Limits:
    """To either side."""
    return Limits(least_speed=-kind.turn_rate_radps, most_speed=kind.turn_rate_radps)


def drive(kind: RobotKind) -> DiffDrive | VelocityControl:
    """Two wheels; a humanoid is a body that goes as it is told."""
    if kind.family is Family.HUMANOID:
        return VelocityControl()
    radius_m, apart_m = wheels(kind)
    return DiffDrive(
        left_joints=("left_wheel_joint",),
        right_joints=("right_wheel_joint",),
        wheel_separation_m=apart_m,
        wheel_radius_m=radius_m,
        linear=speed_limits(kind),
        angular=turn_limits(kind),
    )


def battery(kind: RobotKind) -> LinearBattery:
    """Gazebo drains it evenly: the load is that of driving."""
    told = kind.battery
    capacity_ah = told.capacity_wh / VOLTAGE_V
    return LinearBattery(
        name="main",
        voltage_v=VOLTAGE_V,
        constant_v=VOLTAGE_V,
        linear_v=_LINEAR_V,
        initial_ah=capacity_ah,
        capacity_ah=capacity_ah,
        resistance_ohm=_RESISTANCE_OHM,
        smooth_s=1.0,
        load_w=told.idle_w + told.drive_w,
        can_recharge=True,
        charging_h=told.capacity_wh / told.charge_w,
        starts_draining=True,
        is_percent=True,
    )
