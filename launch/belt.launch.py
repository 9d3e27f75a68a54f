# SPDX-License-Identifier: Apache-2.0
"""Seoul's physical-AI belt with the robots of a morning there: see docs/belt.md."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.substitutions import FindPackageShare

SIM = PathJoinSubstitution([FindPackageShare("suwon_fleet"), "launch", "sim.launch.py"])


def generate_launch_description() -> LaunchDescription:
    """The simulation of the belt; other arguments are those of sim.launch.py."""
    rate = DeclareLaunchArgument(
        "rate",
        default_value="1.0",
        description="Simulated seconds per second; 0.0: as fast as the fleet_manager keeps up.",
    )
    scenario = DeclareLaunchArgument(
        "scenario",
        default_value="belt_morning",
        description="A scenario on the belt: a file, or a name in sim/scenarios.",
    )
    sim = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(SIM),
        launch_arguments={
            "site": "belt",
            "scenario": LaunchConfiguration("scenario"),
            "rate": LaunchConfiguration("rate"),
        }.items(),
    )
    return LaunchDescription([rate, scenario, sim])
