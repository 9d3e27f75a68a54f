# SPDX-License-Identifier: Apache-2.0
"""Models of robots: a kind's size, limits and battery as Gazebo needs them.

Wheels touch the ground as spheres and casters stand clear of it, or Gazebo would drive another way than
the numbers say; see docs/simulation.md.
"""

from __future__ import annotations

from suwon_fleet.core.robots.kind import Family, RobotKind
from suwon_fleet.wire.sdf import of_kind
from suwon_fleet.wire.sdf.model import FREE
from suwon_fleet.wire.sdf.sanity import LEAST_CLEARANCE_M
from suwon_fleet.wire.sdf.write.markup import (
    box,
    cylinder,
    inertial,
    plugin,
    pose,
    solid,
    sphere,
    tag,
    values,
    visual,
)
from suwon_fleet.wire.sdf.xml import Element

ODOMETRY_HZ = 20.0
_WHITE, _GREY, _BLACK, _ACCENT = (
    (0.9, 0.9, 0.92), (0.4, 0.42, 0.45), (0.1, 0.1, 0.1), (0.1, 0.45, 0.8),
)  # fmt: skip
_LID_M = 0.02


def robot(
    kind: RobotKind, name: str, at: Element | None = None, *, has_lidar: bool = False
) -> Element:
    """The model of one robot, its feet or wheels at zero height."""
    parts = _humanoid(kind, name) if kind.family is Family.HUMANOID else _delivery(kind)
    if has_lidar:
        parts[0].children.append(_lidar(kind, name))
    return tag("model", [at] if at else [], parts, _battery(kind), name=name)


def _delivery(kind: RobotKind) -> list[Element]:
    """A box on two wheels and two casters, with a lid on top."""
    length, width, height = kind.length_m, kind.width_m, kind.height_m
    wheel, apart = of_kind.wheels(kind)
    speed, turn = of_kind.speed_limits(kind), of_kind.turn_limits(kind)
    caster = wheel / 2
    floor = wheel / 2
    top = height - _LID_M
    size = (length, width, top - floor)
    small = 0.02 * kind.mass_kg
    body = tag(
        "link",
        pose(0, 0, (floor + top) / 2),
        inertial(kind.mass_kg - 5 * small, size),
        solid("body", box(*size)),
        visual("body", box(*size), _WHITE),
        tag(
            "sensor",
            tag("contact", tag("collision", text="body_collision")),
            *values(update_rate=10.0),
            name="bumper",
            type="contact",
        ),
        name="base_link",
    )
    wheels = [
        _wheel(side, y, wheel, small) for side, y in (("left", apart / 2), ("right", -apart / 2))
    ]
    reach = length / 2 - caster
    casters = [_caster(end, x, caster, small) for end, x in (("front", reach), ("rear", -reach))]
    lid = tag(
        "link",
        pose(0, 0, top + _LID_M / 2),
        inertial(small, (length, width, _LID_M)),
        solid("lid", box(length, width, _LID_M)),
        visual("lid", box(length, width, _LID_M), _ACCENT),
        name="lid",
    )
    joints = [
        *(
            _joint(f"{side}_wheel_joint", f"{side}_wheel", (0.0, 1.0, 0.0))
            for side in ("left", "right")
        ),
        *(_fixed(f"{end}_caster_joint", f"{end}_caster") for end in ("front", "rear")),
        tag(
            "joint",
            pose(-length / 2, 0, 0),
            *values(parent="base_link", child="lid"),
            tag(
                "axis",
                tag("xyz", text=(0.0, -1.0, 0.0)),
                tag("limit", *values(lower=0.0, upper=1.4)),
            ),
            name="lid_joint",
            type="revolute",
        ),
    ]
    drive = plugin(
        "DiffDrive",
        "diff-drive",
        *values(
            left_joint="left_wheel_joint",
            right_joint="right_wheel_joint",
            wheel_separation=apart,
            wheel_radius=wheel,
            odom_publish_frequency=ODOMETRY_HZ,
            max_linear_velocity=speed.most_speed,
            min_linear_velocity=speed.least_speed,
            max_linear_acceleration=speed.most_acceleration,
            min_linear_acceleration=speed.least_acceleration,
            max_angular_velocity=turn.most_speed,
            min_angular_velocity=turn.least_speed,
        ),
    )
    lid_motor = plugin(
        "JointPositionController",
        "joint-position-controller",
        *values(joint_name="lid_joint", use_velocity_commands=True, cmd_max=1.0),
    )
    states = plugin("JointStatePublisher", "joint-state-publisher")
    return [body, *wheels, *casters, lid, *joints, drive, lid_motor, states]


def _wheel(side: str, y: float, radius: float, mass: float) -> Element:
    return tag(
        "link",
        pose(0, y, radius),
        inertial(mass, (radius, radius, radius)),
        solid("tyre", sphere(radius)),
        visual("tyre", cylinder(radius, radius / 2), _BLACK, pose(0, 0, 0, roll=1.570796327)),
        name=f"{side}_wheel",
    )


def _caster(end: str, x: float, radius: float, mass: float) -> Element:
    no_grip = tag("surface", tag("friction", tag("ode", *values(mu=0.0, mu2=0.0))))
    return tag(
        "link",
        pose(x, 0, radius + LEAST_CLEARANCE_M),
        inertial(mass, (radius, radius, radius)),
        solid("ball", sphere(radius), None, no_grip),
        visual("ball", sphere(radius), _GREY),
        name=f"{end}_caster",
    )


def _joint(name: str, child: str, axis: tuple[float, float, float]) -> Element:
    """A joint that turns without end."""
    around = tag("axis", tag("xyz", text=axis), tag("limit", *values(lower=-FREE, upper=FREE)))
    return tag("joint", values(parent="base_link", child=child), around, name=name, type="revolute")


def _fixed(name: str, child: str) -> Element:
    return tag("joint", values(parent="base_link", child=child), name=name, type="fixed")


def _humanoid(kind: RobotKind, name: str) -> list[Element]:
    """A base of the right size that goes as it is told; legs, arms and head are for the eye."""
    length, width, height = kind.length_m, kind.width_m, kind.height_m
    hips, head = height * 0.5, height * 0.12
    clear = LEAST_CLEARANCE_M
    size = (length, width, height - clear)
    chest = height - head - hips
    limb = width / 9
    parts = [
        visual("head", sphere(head / 2), _WHITE, pose(0, 0, height / 2 - head / 2)),
        visual("chest", box(length / 2, width * 0.6, chest), _WHITE, pose(0, 0, chest / 2)),
    ]
    for side, sign in (("left", 1), ("right", -1)):
        leg, arm = (
            pose(0, sign * width / 6, -hips / 2),
            pose(0, sign * (width / 2 - limb), chest / 2),
        )
        parts.append(visual(f"{side}_leg", cylinder(limb, hips), _GREY, leg))
        parts.append(visual(f"{side}_arm", cylinder(limb, chest), _GREY, arm))
    base = tag(
        "link",
        pose(0, 0, height / 2 + clear / 2),
        tag("gravity", text=False),  # it stands whatever it is told, as its balance would see to
        inertial(kind.mass_kg, size),
        solid("body", box(*size)),
        parts,
        name="base_link",
    )
    odometry = plugin(
        "OdometryPublisher",
        "odometry-publisher",
        *values(
            odom_publish_frequency=ODOMETRY_HZ,
            odom_frame=f"{name}/odom",
            robot_base_frame=f"{name}/base_link",
            tf_topic=f"/model/{name}/tf",
        ),
    )
    return [base, plugin("VelocityControl", "velocity-control"), odometry]


def _lidar(kind: RobotKind, name: str) -> Element:
    lidar = of_kind.LIDAR
    turn = tag(
        "horizontal",
        *values(samples=lidar.samples, min_angle=lidar.first_rad, max_angle=lidar.last_rad),
    )
    reach = tag("range", *values(min=lidar.nearest_m, max=lidar.farthest_m))
    return tag(
        "sensor",
        pose(0, 0, kind.height_m / 2 + 0.05),
        *values(update_rate=lidar.rate_hz, gz_frame_id=f"{name}/lidar"),
        tag("lidar", tag("scan", turn), reach),
        name=lidar.name,
        type="gpu_lidar",
    )


def _battery(kind: RobotKind) -> Element:
    battery = of_kind.battery(kind)
    return plugin(
        "LinearBatteryPlugin",
        "linearbatteryplugin",
        *values(
            battery_name=battery.name,
            voltage=battery.voltage_v,
            open_circuit_voltage_constant_coef=battery.constant_v,
            open_circuit_voltage_linear_coef=battery.linear_v,
            initial_charge=battery.initial_ah,
            capacity=battery.capacity_ah,
            resistance=battery.resistance_ohm,
            smooth_current_tau=battery.smooth_s,
            power_load=battery.load_w,
            enable_recharge=battery.can_recharge,
            charging_time=battery.charging_h,
            fix_issue_225=battery.is_percent,
            start_draining=battery.starts_draining,
        ),
    )
