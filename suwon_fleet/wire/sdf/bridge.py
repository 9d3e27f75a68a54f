# SPDX-License-Identifier: Apache-2.0
"""What crosses between Gazebo and ROS for a world: the file and the services of ros_gz_bridge.

Topics get the names the simulator has: ``/<robot>/odom``, ``/<robot>/cmd_vel`` and so on. /clock is not
among them: it needs a bridge of its own, so that nothing waits behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from suwon_fleet.wire.sdf.drives import DiffDrive
from suwon_fleet.wire.sdf.model import ContactSensor, Lidar, Model, World

CLOCK = "/clock@rosgraph_msgs/msg/Clock[gz.msgs.Clock"
"""The argument of the bridge that is for the time alone."""


class Way(StrEnum):
    """Which way messages cross, in the words of ros_gz_bridge."""

    TO_ROS = "GZ_TO_ROS"
    TO_GAZEBO = "ROS_TO_GZ"


@dataclass(frozen=True, slots=True)
class Crossing:
    """One topic on both sides."""

    ros_topic: str
    gz_topic: str
    ros_type: str
    gz_type: str
    way: Way


def services(world: World) -> list[str]:
    """Arguments of the bridge for the services of a world, as its command line takes them."""
    types = {
        "control": "ControlWorld",
        "create": "SpawnEntity",
        "remove": "DeleteEntity",
        "set_pose": "SetEntityPose",
    }
    return [
        f"/world/{world.name}/{name}@ros_gz_interfaces/srv/{kind}" for name, kind in types.items()
    ]


def crossings(world: World) -> list[Crossing]:
    """All topics of a world that are of use in ROS."""
    truth = Crossing(
        "/sim/ground_truth",
        f"/world/{world.name}/dynamic_pose/info",
        "tf2_msgs/msg/TFMessage",
        "gz.msgs.Pose_V",
        Way.TO_ROS,
    )
    return [truth, *(crossing for model in world.models for crossing in _of_model(model, world))]


def _of_model(model: Model, world: World) -> Iterator[Crossing]:
    name = model.name
    if model.drive is not None:
        command = model.drive.topics.command or f"/model/{name}/cmd_vel"
        yield from (
            Crossing(
                f"/{name}/{topic}",
                command,
                f"geometry_msgs/msg/{kind}",
                "gz.msgs.Twist",
                Way.TO_GAZEBO,
            )
            for topic, kind in (("cmd_vel", "Twist"), ("cmd_vel_stamped", "TwistStamped"))
        )
    yield from _odometry(model)
    if model.joint_states is not None:
        topic = model.joint_states.topic or f"/world/{world.name}/model/{name}/joint_state"
        yield _to_ros(f"/{name}/joint_states", topic, "sensor_msgs/msg/JointState", "Model")
    for battery in model.batteries:
        topic = f"/model/{name}/battery/{battery.name}/state"
        ros = (
            f"/{name}/gazebo/battery_state"  # not as ROS has it yet: see nodes/gazebo_batteries.py
        )
        yield _to_ros(ros, topic, "sensor_msgs/msg/BatteryState", "BatteryState")
    for control in model.controls:
        topic = control.topic or f"/model/{name}/joint/{control.joint}/0/cmd_pos"
        ros = f"/{name}/{control.joint}/cmd_pos"
        yield Crossing(ros, topic, "std_msgs/msg/Float64", "gz.msgs.Double", Way.TO_GAZEBO)
    yield from _sensors(model, world)


def _odometry(model: Model) -> Iterator[Crossing]:
    """Of the wheels, or where there are none the true one."""
    name, drive, true = model.name, model.drive, model.odometry
    if isinstance(drive, DiffDrive):
        odometry = drive.topics.odometry or f"/model/{name}/odometry"
        tf = drive.topics.tf or f"/model/{name}/tf"
    elif true is not None:
        odometry, tf = true.topic or f"/model/{name}/odometry", true.tf or f"/model/{name}/pose"
    else:
        return
    yield _to_ros(f"/{name}/odom", odometry, "nav_msgs/msg/Odometry", "Odometry")
    yield _to_ros("/tf", tf, "tf2_msgs/msg/TFMessage", "Pose_V")


def _sensors(model: Model, world: World) -> Iterator[Crossing]:
    for link in model.links:
        for sensor in link.sensors:
            base = f"/world/{world.name}/model/{model.name}/link/{link.name}/sensor/{sensor.name}"
            match sensor:
                case Lidar():
                    topic = sensor.topic or f"{base}/scan"
                    yield _to_ros(
                        f"/{model.name}/scan", topic, "sensor_msgs/msg/LaserScan", "LaserScan"
                    )
                case ContactSensor():
                    topic = sensor.topic or f"{base}/contact"
                    kind = "ros_gz_interfaces/msg/Contacts"
                    yield _to_ros(f"/{model.name}/contacts", topic, kind, "Contacts")


def _to_ros(ros_topic: str, gz_topic: str, ros_type: str, gz_type: str) -> Crossing:
    return Crossing(ros_topic, gz_topic, ros_type, f"gz.msgs.{gz_type}", Way.TO_ROS)


def bridge_yaml(world: World) -> str:
    """The file that ros_gz_bridge takes as its `config_file`."""
    lines = [f"# Written by `suwon-fleet sim bridge` from world {world.name}; for ros_gz_bridge."]
    for crossing in crossings(world):
        lines += [
            f'- ros_topic_name: "{crossing.ros_topic}"',
            f'  gz_topic_name: "{crossing.gz_topic}"',
            f'  ros_type_name: "{crossing.ros_type}"',
            f'  gz_type_name: "{crossing.gz_type}"',
            f"  direction: {crossing.way}",
            "  lazy: true",
        ]
    return "\n".join(lines) + "\n"
