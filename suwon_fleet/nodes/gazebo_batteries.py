# SPDX-License-Identifier: Apache-2.0
"""The node ``gazebo_batteries``: what Gazebo tells of batteries, as ROS defines it.

Gazebo's charge may be 0 to 100 where ROS has 0 to 1, and its current is positive while a battery is drained
where ROS has it negative. Which of these a battery does is in the world's file. The bridge brings
``/<robot>/gazebo/battery_state``; this node publishes ``/<robot>/battery_state``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import BatteryState

from suwon_fleet.nodes.parameters import Parameter, declare
from suwon_fleet.nodes.spinning import executor_for, run, spin_until_asked
from suwon_fleet.wire.sdf.load import load_world
from suwon_fleet.wire.sdf.model import LinearBattery

PARAMETERS = (Parameter("world", "", "The SDF file of the world that Gazebo runs."),)


def as_ros_has_it(told: BatteryState, battery: LinearBattery) -> BatteryState:
    """The same state in ROS's terms."""
    if battery.is_percent:
        told.percentage = told.percentage / 100.0
    if not battery.is_inverted:
        told.current = -told.current
    told.design_capacity = battery.capacity_ah
    return told


class GazeboBatteries(Node):
    """See the module. Raises BadInput when the world cannot be used."""

    def __init__(self, **options: Any) -> None:
        super().__init__("gazebo_batteries", **options)
        world = load_world(declare(self, PARAMETERS)["world"])
        for model in world.models:
            for battery in model.batteries:
                base = f"/{model.name}"
                out = self.create_publisher(
                    BatteryState, f"{base}/battery_state", qos_profile_sensor_data
                )
                self.create_subscription(
                    BatteryState,
                    f"{base}/gazebo/battery_state",
                    partial(self._pass_on, out, battery),
                    qos_profile_sensor_data,
                )

    def _pass_on(self, out: Publisher, battery: LinearBattery, told: BatteryState) -> None:
        out.publish(as_ros_has_it(told, battery))


def _work(node: GazeboBatteries) -> int:
    """Spin until the process is asked to end."""
    spin_until_asked(executor_for(node))
    return 0


def main(args: Sequence[str] | None = None) -> int:
    """The process: exit code 0 when asked to end, 2 for bad input."""
    return run(GazeboBatteries, _work, args)


if __name__ == "__main__":
    sys.exit(main())
