# SPDX-License-Identifier: Apache-2.0
"""What robots of the bridge are called in ROS, and topics of theirs, made of their reports."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Quaternion
from nav_msgs.msg import Odometry
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import BatteryState

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.robots.report import Power, RobotReport


def topic_name(robot_id: str) -> str:
    """The namespace of one robot."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", robot_id)
    return f"robot_{name}" if name[0].isdigit() else name


def topic_names(robot_ids: Iterable[str]) -> dict[str, str]:
    """The namespace of each robot: its id, with '_' for what ROS names may not have.

    Raises BadInput when two robots would have the same.
    """
    names: dict[str, str] = {}
    for robot_id in robot_ids:
        name = topic_name(robot_id)
        if name in names.values():
            what = f"/{name} would be the namespace of two robots"
            mend = "rename one, or set the parameter robot_topics to off"
            raise BadInput([Problem("ambiguous-name", robot_id, what, mend)])
        names[robot_id] = name
    return names


class RobotPublishers:
    """odom and battery_state, under `/<name>`; `odom` is the pose in the `map` frame."""

    def __init__(self, node: Node, name: str) -> None:
        self._node, self._frame = node, f"{name}/base_link"
        sensor = qos_profile_sensor_data
        self._odom = node.create_publisher(Odometry, f"/{name}/odom", sensor)
        self._battery = node.create_publisher(BatteryState, f"/{name}/battery_state", sensor)

    def publish(self, report: RobotReport, stamp: Time) -> None:
        """Tell how the robot stands, where someone listens."""
        if self._odom.get_subscription_count():
            self._odom.publish(self._odometry(report, stamp))
        if self._battery.get_subscription_count():
            self._battery.publish(self._battery_state(report, stamp))

    def close(self) -> None:
        """Publish nothing more."""
        self._node.destroy_publisher(self._odom)
        self._node.destroy_publisher(self._battery)

    def _odometry(self, report: RobotReport, stamp: Time) -> Odometry:
        odom, half = Odometry(child_frame_id=self._frame), report.pose.yaw_rad / 2
        odom.header.frame_id, odom.header.stamp = "map", stamp
        odom.pose.pose.position.x, odom.pose.pose.position.y = report.pose.x_m, report.pose.y_m
        odom.pose.pose.orientation = Quaternion(z=math.sin(half), w=math.cos(half))
        odom.twist.twist.linear.x = report.speed_mps
        return odom

    def _battery_state(self, report: RobotReport, stamp: Time) -> BatteryState:
        soc = math.nan if report.battery_soc is None else report.battery_soc
        battery = BatteryState(percentage=soc, present=report.power is not Power.SWAPPING)
        battery.header.stamp = stamp
        battery.voltage = battery.current = battery.charge = battery.temperature = math.nan
        battery.capacity = battery.design_capacity = math.nan
        charging = report.power is Power.CHARGING
        battery.power_supply_status = (
            BatteryState.POWER_SUPPLY_STATUS_CHARGING
            if charging
            else BatteryState.POWER_SUPPLY_STATUS_DISCHARGING
        )
        return battery
