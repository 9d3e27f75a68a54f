# SPDX-License-Identifier: Apache-2.0
"""A node that does nothing but pass stop requests on: what ROS and the machine take for the same way."""

from __future__ import annotations

import itertools
from typing import Any

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node

from suwon_fleet.adapters.ros.link import COMMANDS_QOS
from suwon_fleet.msg import RobotCommand, RobotCommands
from suwon_fleet.nodes.spinning import executor_for
from suwon_fleet.srv import RequestStop

NAMESPACE = "/bare"


def main() -> None:
    """Until the process is ended."""
    rclpy.init()
    node = Node("bare", namespace=NAMESPACE)
    commands = node.create_publisher(RobotCommands, "robot_commands", COMMANDS_QOS)
    numbers = itertools.count(1)

    def stop(request: Any, response: Any) -> Any:
        response.accepted, response.stop_id = True, f"bare-{next(numbers)}"
        told = RobotCommand(robot_id="r", verb=RobotCommand.REQUEST_STOP, stop_id=response.stop_id)
        commands.publish(RobotCommands(commands=[told]))
        return response

    node.create_service(RequestStop, "request_stop", stop)
    executor = executor_for(node)
    try:
        while True:
            executor.spin_once(timeout_sec=1.0)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass


if __name__ == "__main__":
    main()
