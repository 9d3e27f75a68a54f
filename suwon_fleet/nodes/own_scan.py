# SPDX-License-Identifier: Apache-2.0
"""The flat scan of a simulated robot, as of the lidar that its model may have in Gazebo."""

from __future__ import annotations

import math
from array import array

import numpy as np
from rclpy.node import Node
from sensor_msgs.msg import LaserScan

from suwon_fleet.adapters.ros import fields
from suwon_fleet.nodes.own_topics import QOS
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.walls import scan
from suwon_fleet.sim.world import World
from suwon_fleet.wire.sdf.of_kind import LIDAR

BETWEEN_RAD = (LIDAR.last_rad - LIDAR.first_rad) / (LIDAR.samples - 1)
EVERY_NS = round(1e9 / LIDAR.rate_hz)


class OwnScan:
    """`/<name>/scan`: walls, other robots and people, while somebody listens."""

    def __init__(self, node: Node, world: World, robot: SimRobot, name: str) -> None:
        self._node, self._world, self._robot = node, world, robot
        self._out = node.create_publisher(LaserScan, f"/{name}/scan", QOS)
        self._ranges = np.zeros(LIDAR.samples)
        self._told = LaserScan(
            angle_min=LIDAR.first_rad,
            angle_max=LIDAR.last_rad,
            angle_increment=BETWEEN_RAD,
            range_min=LIDAR.nearest_m,
            range_max=LIDAR.farthest_m,
        )
        self._told.header.frame_id = f"{name}/lidar"
        self._due_ns = 0

    def tell(self, now_ns: int) -> None:
        """What it sees now, if that is due."""
        world, robot = self._world, self._robot
        if now_ns < self._due_ns or world.walls is None or not self._out.get_subscription_count():
            return
        self._due_ns = now_ns + EVERY_NS
        if robot.ails.is_blind:
            self._ranges[:] = math.inf
        else:
            body, row = world.bodies, robot.row
            at = float(body.x[row]), float(body.y[row]), float(body.yaw[row])
            beams = LIDAR.first_rad, BETWEEN_RAD
            scan(world.walls, world.discs, row, at, beams, LIDAR.farthest_m, self._ranges)
        self._told.header.stamp = fields.stamp(now_ns)
        self._told.ranges = array("f", self._ranges.astype(np.float32).tobytes())
        self._out.publish(self._told)

    def begin_again(self) -> None:
        """Time has been set back."""
        self._due_ns = 0

    def close(self) -> None:
        """Tell nothing more."""
        self._node.destroy_publisher(self._out)
