# SPDX-License-Identifier: Apache-2.0
"""A simulated robot's own topics: those of the same robot in Gazebo, behind ros_gz_bridge.

Messages that come often are written as bytes, a tenth of the time that rclpy's objects take.
"""

from __future__ import annotations

import math
from typing import Any

from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import Odometry
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import BatteryState, JointState
from std_msgs.msg import Float64
from std_srvs.srv import SetBool

from suwon_fleet.adapters.ros import fields
from suwon_fleet.core.robots.report import Compartment, OperatingMode, Power
from suwon_fleet.nodes.drivers import Drivers
from suwon_fleet.nodes.optional import Optional
from suwon_fleet.sim.battery import at_terminals
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.teleop import Velocity
from suwon_fleet.wire.cdr import topics
from suwon_fleet.wire.sdf import of_kind
from suwon_fleet.wire.sdf.drives import DiffDrive

QOS = QoSProfile(depth=10)
"""As ros_gz_bridge has it: reliable, so that those who ask for less hear it, too."""
LID_OPEN_RAD = 1.4


class OwnTopics:
    """Of one robot, under `/<name>`: odom, battery_state; where its model has them joint_states, contacts.

    `cmd_vel`, `cmd_vel_stamped` and the lid's `cmd_pos` count in manual mode only; the service `set_manual`
    is the mode switch at the robot.
    """

    def __init__(
        self, node: Node, robot: SimRobot, name: str, drivers: Drivers, optional: Optional
    ) -> None:
        self.robot, self.name = robot, name
        self.frames = f"{name}/odom", f"{name}/base_link"
        self._node, self._drivers, self._optional = node, drivers, optional
        self._battery_model = of_kind.battery(robot.kind)
        has_wheels = isinstance(robot.drive, DiffDrive)
        self._has_lid = has_wheels and not robot.is_foreign
        self._odom = node.create_publisher(Odometry, f"/{name}/odom", QOS)
        self._battery = node.create_publisher(BatteryState, f"/{name}/battery_state", QOS)
        self._joints = self._contacts = None
        self._ears = [
            node.create_subscription(Twist, f"/{name}/cmd_vel", self._on_twist, QOS),
            node.create_subscription(
                TwistStamped,
                f"/{name}/cmd_vel_stamped",
                lambda stamped: self._on_twist(stamped.twist),
                QOS,
            ),
        ]
        if has_wheels:
            self._joints = node.create_publisher(JointState, f"/{name}/joint_states", QOS)
        if self._has_lid:
            lid = f"/{name}/lid_joint/cmd_pos"
            self._ears.append(node.create_subscription(Float64, lid, self._on_lid, QOS))
        if has_wheels and optional.gazebo_msg:
            kind = optional.gazebo_msg.Contacts
            self._contacts = node.create_publisher(kind, f"/{name}/contacts", QOS)
        self._switch = node.create_service(SetBool, f"/{name}/set_manual", self._on_set_manual)

    def close(self) -> None:
        """Tell and hear nothing more."""
        for out in (self._odom, self._battery, self._joints, self._contacts):
            if out is not None:
                self._node.destroy_publisher(out)
        for ear in self._ears:
            self._node.destroy_subscription(ear)
        self._node.destroy_service(self._switch)

    # What it tells, where someone listens

    def tell_motion(self, told: topics.Odometry, *, touched: str) -> None:
        """How it moves, and, unless that is '', the name of whom it touches."""
        if self._odom.get_subscription_count():
            self._odom.publish(topics.write_odometry(told))
        if self._joints is not None and self._joints.get_subscription_count():
            self._joints.publish(self._joint_state(told))
        if touched and self._contacts is not None and self._contacts.get_subscription_count():
            self._contacts.publish(self._contact(told.stamp_ns, touched))

    def tell_battery(self, now_ns: int) -> None:
        """How its battery is, by its gauge."""
        if not self._battery.get_subscription_count():
            return
        robot, model, life, row = self.robot, self._battery_model, self.robot.lives, self.robot.row
        charging = robot.power is Power.CHARGING
        watts = float(
            -life.charge_w[row]
            if charging
            else life.idle_w[row] + life.drive_ws_per_m[row] * robot.bodies.speed[row]
        )
        soc = robot.ails.gauge(robot.soc)
        share = math.nan if soc is None else soc
        told = BatteryState(percentage=share, present=robot.power is not Power.SWAPPING)
        told.header.stamp = fields.stamp(now_ns)
        told.voltage, told.current = at_terminals(model, robot.soc, watts)
        told.design_capacity = model.capacity_ah
        told.capacity = model.capacity_ah * robot.ails.health
        told.charge, told.temperature = share * told.capacity, math.nan
        told.power_supply_status = (
            BatteryState.POWER_SUPPLY_STATUS_CHARGING
            if charging
            else BatteryState.POWER_SUPPLY_STATUS_DISCHARGING
        )
        self._battery.publish(told)

    def _joint_state(self, told: topics.Odometry) -> JointState:
        robot, drive = self.robot, self.robot.drive
        assert isinstance(drive, DiffDrive)  # others have none to tell of
        aside, radius = told.turn_radps * drive.wheel_separation_m / 2, drive.wheel_radius_m
        joints = JointState()
        joints.header.stamp = fields.stamp(told.stamp_ns)
        for names, turned, speed in zip(
            (drive.left_joints, drive.right_joints),
            robot.odometry.wheels[robot.row].tolist(),
            (told.speed_mps - aside, told.speed_mps + aside),
            strict=True,
        ):
            joints.name.extend(names)
            joints.position.extend([turned] * len(names))
            joints.velocity.extend([speed / radius] * len(names))
        if self._has_lid:
            joints.name.append("lid_joint")
            is_shut = robot.compartment is Compartment.CLOSED
            joints.position.append(0.0 if is_shut else LID_OPEN_RAD)
            joints.velocity.append(0.0)
        return joints

    def _contact(self, now_ns: int, touched: str) -> Any:
        msg = self._optional.gazebo_msg
        contact = msg.Contact(
            collision1=msg.Entity(name=f"{self.name}::base_link::body_collision", type=5),
            collision2=msg.Entity(name=touched, type=5),
        )
        contacts = msg.Contacts(contacts=[contact])
        contacts.header.stamp = fields.stamp(now_ns)
        return contacts

    # What it is told

    def _on_twist(self, twist: Any) -> None:
        wanted = Velocity(twist.linear.x, twist.angular.z, twist.linear.y)
        if all(map(math.isfinite, wanted)):
            self._drivers.drive(self.robot, wanted)

    def _on_lid(self, angle: Any) -> None:
        robot = self.robot
        moves = robot.compartment in (Compartment.OPEN, Compartment.CLOSED)
        is_manual = robot.mode is OperatingMode.MANUAL
        if is_manual and moves and math.isfinite(angle.data):
            is_open = angle.data > LID_OPEN_RAD / 2
            robot.compartment = Compartment.OPEN if is_open else Compartment.CLOSED

    def _on_set_manual(self, request: Any, response: Any) -> Any:
        self._drivers.set_manual(self.robot, request.data)
        response.success, response.message = True, f"{self.robot.robot_id}: {self.robot.mode}"
        return response
