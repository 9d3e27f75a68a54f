# SPDX-License-Identifier: Apache-2.0
"""What a simulator tells of its robots' sensors and of the truth, at a rate in simulated time."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node

from suwon_fleet import msg
from suwon_fleet.adapters.ros import fields
from suwon_fleet.nodes.optional import Optional
from suwon_fleet.nodes.own_scan import OwnScan
from suwon_fleet.nodes.own_topics import QOS, OwnTopics
from suwon_fleet.nodes.robot_topics import topic_name
from suwon_fleet.sim.contacts import NONE
from suwon_fleet.sim.world import World
from suwon_fleet.wire.cdr.topics import Odometry, Transform, write_transforms

SECOND = 1_000_000_000
BATTERY_EVERY_NS = SECOND


class SimTopics:
    """`/sim/robots`, `/sim/ground_truth`, `/tf`, and robots' own topics. `tell` it after each step."""

    def __init__(self, node: Node, world: World, optional: Optional, *, hz: float) -> None:
        self._world, self._every_ns = world, round(SECOND / hz)
        self._due_ns = self._battery_due_ns = world.now_ns
        self._heights = world.heights_m
        self._own: dict[str, OwnTopics] = {}
        self._scans: dict[str, OwnScan] = {}
        self._robots_out = node.create_publisher(msg.SimRobots, "robots", QOS)
        self._tf_out = self._truth_out = None
        if optional.tf_msg:
            kind = optional.tf_msg.TFMessage
            self._tf_out = node.create_publisher(kind, "/tf", QOS)
            self._truth_out = node.create_publisher(kind, "/sim/ground_truth", QOS)

    def add(self, own: OwnTopics, scan: OwnScan | None) -> None:
        """A robot has topics of its own, and may have a scan."""
        self._own[own.robot.robot_id] = own
        if scan:
            self._scans[own.robot.robot_id] = scan

    def remove(self, robot_id: str) -> None:
        """A robot is gone."""
        for there in (self._own.pop(robot_id, None), self._scans.pop(robot_id, None)):
            if there:
                there.close()

    def begin_again(self) -> None:
        """Time has been set back."""
        self._due_ns = self._battery_due_ns = self._world.now_ns
        for scan in self._scans.values():
            scan.begin_again()

    def tell(self) -> None:
        """What is due after a step, where someone listens."""
        now_ns = self._world.now_ns
        for scan in self._scans.values():
            scan.tell(now_ns)
        if now_ns < self._due_ns:
            return
        self._due_ns = _next(self._due_ns, self._every_ns, now_ns)
        if self._own:
            self._tell_motion(now_ns)
        if now_ns >= self._battery_due_ns:
            self._battery_due_ns = _next(self._battery_due_ns, BATTERY_EVERY_NS, now_ns)
            for own in self._own.values():
                own.tell_battery(now_ns)
        if self._truth_out is not None and self._truth_out.get_subscription_count():
            self._truth_out.publish(write_transforms(list(self._truth()), now_ns))
        if self._robots_out.get_subscription_count():
            self._robots_out.publish(self._robots(now_ns))

    def _tell_motion(self, now_ns: int) -> None:
        world, odometry, body = self._world, self._world.odometry, self._world.bodies
        step_s = world.step_ns / SECOND
        speeds = (body.gone / step_s, body.turned / step_s, body.aside / step_s)
        columns = (odometry.x, odometry.y, odometry.yaw, *speeds)
        rows = list(zip(*(column.tolist() for column in columns), strict=True))
        touched = world.discs.touched.tolist()
        for own in self._own.values():
            row, (frame, child) = own.robot.row, own.frames
            name = "" if touched[row] == NONE else self._thing(world.touchable(touched[row]))
            told = Odometry(now_ns, frame, child, *rows[row])
            own.tell_motion(told, touched=name)
        if self._tf_out is not None and self._tf_out.get_subscription_count():
            transforms = [
                Transform(*own.frames, *rows[own.robot.row][:3]) for own in self._own.values()
            ]
            self._tf_out.publish(write_transforms(transforms, now_ns))

    def _thing(self, name: str) -> str:
        """What of a robot others touch, as Gazebo names it; or who, or what, it is."""
        plain = topic_name(name or "walls")
        return f"{plain}::base_link::body_collision" if name in self._world.robots else plain

    def _truth(self) -> Iterable[Transform]:
        for robot_id, pose in self._world.poses().items():
            z_m = self._heights[pose.level]
            yield Transform("map", topic_name(robot_id), pose.x_m, pose.y_m, pose.yaw_rad, z_m)

    def _robots(self, now_ns: int) -> Any:
        world, robots = self._world, list(self._world.robots.values())
        rows = np.array([robot.row for robot in robots], dtype=np.intp)
        body, odometry, step_s = world.bodies, world.odometry, world.step_ns / SECOND

        def listed(values: NDArray[np.float64]) -> array[float]:
            return array("d", values[rows].tobytes())

        return msg.SimRobots(
            stamp=fields.stamp(now_ns),
            names=[topic_name(robot.robot_id) for robot in robots],
            levels=[robot.way.level for robot in robots],
            x=listed(body.x),
            y=listed(body.y),
            yaw=listed(body.yaw),
            odom_x=listed(odometry.x),
            odom_y=listed(odometry.y),
            odom_yaw=listed(odometry.yaw),
            speed=listed(body.gone / step_s),
            turn_rate=listed(body.turned / step_s),
            charge=listed(world.lives.soc),
        )


def _next(due_ns: int, every_ns: int, now_ns: int) -> int:
    """When it is due again; what was missed is left out."""
    return due_ns + every_ns * ((now_ns - due_ns) // every_ns + 1)
