# SPDX-License-Identifier: Apache-2.0
"""The fleet_manager alone: robots, real or simulated, come by themselves."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, Shutdown
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

PARAMETERS = PathJoinSubstitution([FindPackageShare("suwon_fleet"), "config", "fleet_manager.yaml"])


def generate_launch_description() -> LaunchDescription:
    """The node with its arguments; what they name counts before the parameter file."""
    arguments = [
        DeclareLaunchArgument(
            "site",
            default_value="belt",
            description="The map: a file, or the name of a site shipped in config/sites.",
        ),
        DeclareLaunchArgument(
            "robots",
            default_value="",
            description="Folder with the robot kinds (*.yaml); empty: those in config/robots.",
        ),
        DeclareLaunchArgument(
            "journal",
            default_value="~/.ros/suwon_fleet/journal.sqlite",
            description="File that keeps all that was decided; with it a fleet goes on where it was."
            " Empty: nothing is kept.",
        ),
        DeclareLaunchArgument(
            "use_sim_time",
            default_value="false",
            choices=["true", "false"],
            description="Whether the fleet lives by simulated time: that of its robots' reports.",
        ),
        DeclareLaunchArgument(
            "autostart",
            default_value="true",
            choices=["true", "false"],
            description="Configure and activate at once; false: wait for `ros2 lifecycle set`.",
        ),
        DeclareLaunchArgument(
            "params_file",
            default_value=PARAMETERS,
            description="ROS parameter file with everything else that can be set.",
        ),
        DeclareLaunchArgument(
            "log_level",
            default_value="info",
            choices=["debug", "info", "warn", "error", "fatal"],
            description="The least severe messages that are logged.",
        ),
    ]
    texts = ("site", "robots", "journal")
    flags = ("use_sim_time", "autostart")
    node = Node(
        package="suwon_fleet",
        executable="fleet_manager",
        name="fleet_manager",
        namespace="fleet",
        parameters=[
            LaunchConfiguration("params_file"),
            {name: ParameterValue(LaunchConfiguration(name), value_type=str) for name in texts}
            | {name: ParameterValue(LaunchConfiguration(name), value_type=bool) for name in flags},
        ],
        arguments=["--ros-args", "--log-level", LaunchConfiguration("log_level")],
        output="screen",
        on_exit=Shutdown(reason="the fleet_manager has ended"),
    )
    return LaunchDescription([*arguments, node])
