# SPDX-License-Identifier: Apache-2.0
"""The zenoh_bridge: topics that cross between ROS and Zenoh, and robots on Zenoh for a fleet on ROS."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, Shutdown
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue


def generate_launch_description() -> LaunchDescription:
    """The node with its file."""
    arguments = [
        DeclareLaunchArgument(
            "config",
            default_value="",
            description="What crosses and how, as docs/bridge.md tells; empty: config/zenoh_bridge.yaml.",
        ),
        DeclareLaunchArgument(
            "log_level",
            default_value="info",
            choices=["debug", "info", "warn", "error", "fatal"],
            description="The least severe messages that are logged.",
        ),
    ]
    node = Node(
        package="suwon_fleet",
        executable="zenoh_bridge",
        name="zenoh_bridge",
        namespace="fleet",
        parameters=[{"config": ParameterValue(LaunchConfiguration("config"), value_type=str)}],
        arguments=["--ros-args", "--log-level", LaunchConfiguration("log_level")],
        output="screen",
        on_exit=Shutdown(reason="the zenoh_bridge has ended"),
    )
    return LaunchDescription([*arguments, node])
