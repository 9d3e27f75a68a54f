# SPDX-License-Identifier: Apache-2.0
"""What a world or a model in SDF is to the simulator. Poses are composed: see each for its frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from suwon_fleet.wire.sdf.drives import DiffDrive, VelocityControl
from suwon_fleet.wire.sdf.pose import Pose, Vector

Bounds: TypeAlias = tuple[Vector, Vector]
"""Least and greatest corner of a box along the axes."""


@dataclass(frozen=True, slots=True)
class Box:
    size_m: Vector


@dataclass(frozen=True, slots=True)
class Cylinder:
    """It stands on its end, about z."""

    radius_m: float
    length_m: float


@dataclass(frozen=True, slots=True)
class Sphere:
    radius_m: float


@dataclass(frozen=True, slots=True)
class Plane:
    """Without end as an obstacle; `size_m` is for the eye."""

    normal: Vector
    size_m: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mesh:
    """A shape in a file of its own, taken as the box around it; no bounds: not known."""

    uri: str
    bounds: Bounds | None


Shape: TypeAlias = Box | Cylinder | Sphere | Plane | Mesh


@dataclass(frozen=True, slots=True)
class Collision:
    """What other things touch of a link; its pose is in the link."""

    name: str
    pose: Pose
    shape: Shape


@dataclass(frozen=True, slots=True)
class Lidar:
    """A flat scan; its pose is in the link."""

    name: str
    pose: Pose
    rate_hz: float
    samples: int
    first_rad: float
    last_rad: float
    nearest_m: float
    farthest_m: float
    topic: str = ""
    frame: str = ""


@dataclass(frozen=True, slots=True)
class ContactSensor:
    """Tells what touches a collision of its link."""

    name: str
    collision: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A rigid part; its pose is in the model."""

    name: str
    pose: Pose
    mass_kg: float
    collisions: tuple[Collision, ...] = ()
    sensors: tuple[Lidar | ContactSensor, ...] = ()


FREE = 1e16
"""What SDF takes for no limit of a joint."""


@dataclass(frozen=True, slots=True)
class Joint:
    """Joins two links; its pose is in the model, its axis in the joint."""

    name: str
    kind: str
    parent: str
    child: str
    pose: Pose
    axis: Vector = (0.0, 0.0, 1.0)
    lower: float = -FREE
    upper: float = FREE


@dataclass(frozen=True, slots=True)
class LinearBattery:
    """Gazebo's LinearBatteryPlugin: open circuit voltage falls evenly with the charge drawn."""

    name: str
    voltage_v: float
    constant_v: float
    linear_v: float
    initial_ah: float
    capacity_ah: float
    resistance_ohm: float
    smooth_s: float
    load_w: float
    can_recharge: bool = False
    charging_h: float = 0.0
    starts_draining: bool = False
    is_percent: bool = False
    """Gazebo tells its charge as 0 to 100 (fix_issue_225), not 0 to 1."""
    is_inverted: bool = False
    """Gazebo tells a current that is drawn as negative, as ROS has it."""


@dataclass(frozen=True, slots=True)
class JointStates:
    """Gazebo's JointStatePublisher; without names it tells all joints."""

    topic: str = ""
    joints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JointControl:
    """Gazebo's JointPositionController: a joint goes where its topic says."""

    joint: str
    topic: str = ""
    speed: float = 1000.0
    """At most, rad/s or m/s."""


@dataclass(frozen=True, slots=True)
class TrueOdometry:
    """Gazebo's OdometryPublisher: where the model truly is."""

    rate_hz: float = 50.0
    topic: str = ""
    tf: str = ""
    frame: str = ""
    child_frame: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """A thing of links; its pose is in the world, or in the model it is part of."""

    name: str
    pose: Pose
    is_static: bool
    links: tuple[Link, ...] = ()
    joints: tuple[Joint, ...] = ()
    models: tuple[Model, ...] = ()
    drive: DiffDrive | VelocityControl | None = None
    batteries: tuple[LinearBattery, ...] = ()
    joint_states: JointStates | None = None
    odometry: TrueOdometry | None = None
    controls: tuple[JointControl, ...] = ()
    source: Path | None = None
    """The file it is written in."""

    @property
    def parts(self) -> Iterator[tuple[Pose, Link]]:
        """All links, those of models in it too, with their poses in this model."""
        yield from ((link.pose, link) for link in self.links)
        for model in self.models:
            yield from ((model.pose.then(pose), link) for pose, link in model.parts)


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Where an actor is at a time of its script, in the actor's frame."""

    at_s: float
    pose: Pose


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who walks as scripted. Gazebo lets actors pass through everything."""

    name: str
    pose: Pose
    waypoints: tuple[Waypoint, ...]
    is_loop: bool = True
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class World:
    """Everything in one world; the poses of its models are in the world."""

    name: str
    step_s: float
    models: tuple[Model, ...] = ()
    actors: tuple[Actor, ...] = ()
