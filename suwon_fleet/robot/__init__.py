# SPDX-License-Identifier: Apache-2.0
"""Makes a robot or a rig a member of a fleet over Zenoh; needs eclipse-zenoh and msgpack, and no ROS.

A robot's author writes a subclass of `Robot`: where it is, how it drives to a waypoint, does an action and
stops. `run` does the rest. docs/zenoh.md tells the contract behind it.
"""

from suwon_fleet.robot.link import Connection
from suwon_fleet.robot.member import Action, Body, Waypoint
from suwon_fleet.robot.robot import Robot, run

__all__ = ["Action", "Body", "Connection", "Robot", "Waypoint", "run"]
