# SPDX-License-Identifier: Apache-2.0
"""A robot as one ROS node that obeys a fleet_manager; docs/adapters.md explains the contract.

Its wheels, lid and battery are pretended: `_drive`, `_act` and ACTIONS are what a real robot replaces.

    python examples/ros_robot.py --ros-args -p robot_id:=r-1 -p kind:=delivery_indoor -p x:=8.0
"""

import math
import time
from contextlib import suppress

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node

from suwon_fleet import msg

PERIOD_S = 0.1
"""Between reports; a robot that is silent for 3 s is taken for lost."""
CLOSE = [(0.0, "closing"), (0.5, "closed")]
HAND_OVER = [(0.0, "opening"), (0.5, "open"), (1.0, "open"), *CLOSE]
ACTIONS = {"load": HAND_OVER, "unload": HAND_OVER}
"""What it can do where it stands: after so many seconds the lid is so."""


class Robot(Node):
    """One robot. `me`, the report it sends, is its state."""

    def __init__(self) -> None:
        super().__init__("robot")
        self.top_speed_mps = self.declare_parameter("speed", 1.0).value
        me = self.me = msg.RobotReport(path_index=-1, granted_index=-1, battery=0.9)
        me.robot_id = self.declare_parameter("robot_id", "robot-1").value
        me.kind = self.declare_parameter("kind", "delivery_indoor").value  # it announces itself
        me.session = f"{time.time_ns():x}"  # another one each time this program starts
        me.pose.x, me.pose.y = (self.declare_parameter(axis, 0.0).value for axis in "xy")
        me.mode, me.power, me.compartment = "automatic", "discharging", "closed"
        me.lift = me.stop = "none"
        self.ahead: list[msg.Waypoint] = []  # granted, and not reached yet
        self.waited_s = 0.0  # before the next waypoint
        self.steps: list[tuple[float, str]] = []  # left to do of its action, which then ends so
        self.ends_as = "finished"
        self.reports = self.create_publisher(msg.RobotReports, "/fleet/robot_reports", 10)
        self.create_subscription(msg.RobotCommands, "/fleet/robot_commands", self._hear, 100)
        self.create_timer(PERIOD_S, self._live)

    def _hear(self, batch: msg.RobotCommands) -> None:
        for told in batch.commands:
            if told.robot_id == self.me.robot_id:
                self._obey(told)

    def _obey(self, told: msg.RobotCommand) -> None:
        """Do as told; what was heard before changes nothing."""
        me, is_my_action = self.me, told.action_id == self.me.action.action_id
        if told.verb == told.GRANT and told.first_index <= me.granted_index + 1:
            new = told.waypoints[me.granted_index + 1 - told.first_index :]
            self.ahead += new
            me.granted_index += len(new)
        elif told.verb == told.ACT and not is_my_action and not self.steps:
            self.steps, self.ends_as = ACTIONS.get(told.kind, []), "finished"
            status = "running" if self.steps else "failed"
            me.action = msg.ActionReport(action_id=told.action_id, status=status)
        elif told.verb == told.CANCEL_ACTION and is_my_action and self.steps:
            self.steps, self.ends_as = CLOSE, "failed"
        elif told.verb == told.REQUEST_STOP:
            me.stop, me.stop_id = "protective", told.stop_id
        elif told.verb == told.RELEASE_STOP and told.stop_id == me.stop_id:
            me.stop, me.stop_id = "none", ""
        elif told.verb == told.PAUSE and me.stop == "none":
            me.stop = "paused"
        elif told.verb == told.RESUME and me.stop == "paused":
            me.stop = "none"

    def _live(self) -> None:
        """Act or move for one period, then report."""
        me = self.me
        me.speed = 0.0
        if me.stop == "none" and self.steps:
            self._act()
        elif me.stop == "none" and self.ahead:
            self._drive(self.ahead[0])
        me.navigation = "moving" if me.speed else "standing"
        me.sequence += 1
        me.stamp = self.get_clock().now().to_msg()
        self.reports.publish(msg.RobotReports(reports=[me]))

    def _act(self) -> None:
        (left_s, lid), *rest = self.steps
        if left_s > 0.0:
            self.steps = [(left_s - PERIOD_S, lid), *rest]
            return
        self.me.compartment, self.steps = lid, rest
        if not rest:
            self.me.action.status = self.ends_as

    def _drive(self, goal: msg.Waypoint) -> None:
        """Straight on at constant speed; wait first where the way makes one wait."""
        me, pose = self.me, self.me.pose
        self.waited_s += PERIOD_S
        if self.waited_s <= goal.hold:
            return
        dx_m, dy_m = goal.x - pose.x, goal.y - pose.y
        left_m = math.hypot(dx_m, dy_m)
        step_m = min(self.top_speed_mps, goal.speed_limit) * PERIOD_S
        if left_m > step_m:
            pose.yaw = math.atan2(dy_m, dx_m)
            pose.x, pose.y = pose.x + step_m * dx_m / left_m, pose.y + step_m * dy_m / left_m
            me.speed = step_m / PERIOD_S
        else:  # it stands on the vertex: what lies behind is free again
            pose.x, pose.y, pose.level = goal.x, goal.y, goal.level
            del self.ahead[0]
            self.waited_s = 0.0
            me.path_index += 1


rclpy.init()
with suppress(KeyboardInterrupt, ExternalShutdownException):
    rclpy.spin(Robot())
