# SPDX-License-Identifier: Apache-2.0
"""The fleet_manager and simulated robots for it: in our simulator, or in Gazebo."""

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory
from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    IncludeLaunchDescription,
    LogInfo,
    OpaqueFunction,
    SetLaunchConfiguration,
    Shutdown,
)
from launch.conditions import IfCondition
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import (
    EqualsSubstitution,
    LaunchConfiguration,
    PathJoinSubstitution,
)
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

FLEET = PathJoinSubstitution([FindPackageShare("suwon_fleet"), "launch", "fleet.launch.py"])
GAZEBO = PathJoinSubstitution([FindPackageShare("suwon_fleet"), "launch", "gazebo.launch.py"])
ROS_GZ = ("ros_gz_sim", "ros_gz_bridge")
KINDS = {
    "scenario": str,
    "site": str,
    "robots": str,
    "fleets": list[str],
    "seed": int,
    "rate": float,
    "robot_topics": str,
    "driven": str,
    "profile": str,
}
"""The simulator's parameters that are arguments here, and their types."""


def generate_launch_description() -> LaunchDescription:
    """Both nodes, on one site and in simulated time."""
    arguments = [
        DeclareLaunchArgument(
            "backend",
            default_value="kinematic",
            choices=["auto", "gazebo", "kinematic"],
            description="What moves the robots: our simulator or Gazebo; auto: Gazebo where it is.",
        ),
        DeclareLaunchArgument(
            "site",
            default_value="belt",
            description="The map, for both nodes: a file, or the name of a site in config/sites.",
        ),
        DeclareLaunchArgument(
            "robots",
            default_value="",
            description="Folder with the robot kinds (*.yaml); empty: those in config/robots.",
        ),
        DeclareLaunchArgument(
            "fleets",
            default_value="['delivery_outdoor:4']",
            description="How many robots of which kind, as a list of KIND:COUNT.",
        ),
        DeclareLaunchArgument(
            "scenario",
            default_value="",
            description="Robots as in this scenario (a file, or a name in sim/scenarios) instead of"
            " `fleets`; `site` must be its site.",
        ),
        DeclareLaunchArgument(
            "journal",
            default_value="",
            description="File that keeps all that was decided, to go on with it later; empty: none.",
        ),
        DeclareLaunchArgument(
            "seed",
            default_value="-1",
            description="Of all that is random; -1: the scenario's own, or 1.",
        ),
        DeclareLaunchArgument(
            "rate",
            default_value="1.0",
            description="Simulated seconds per second; 0.0: as fast as the fleet_manager keeps up.",
        ),
        DeclareLaunchArgument(
            "robot_topics",
            default_value="auto",
            choices=["auto", "on", "off"],
            description="Whether each robot has topics of its own: /<robot>/odom, cmd_vel …",
        ),
        DeclareLaunchArgument(
            "driven",
            default_value="",
            description="Robots that only velocity commands move, as in Gazebo; *: all.",
        ),
        DeclareLaunchArgument(
            "profile",
            default_value="safe",
            choices=["safe", "gazebo_strict"],
            description="How long a velocity command counts, and what unknown things are answered.",
        ),
    ]
    fleet = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(FLEET),
        launch_arguments={
            "site": LaunchConfiguration("site"),
            "robots": LaunchConfiguration("robots"),
            "journal": LaunchConfiguration("journal"),
            "use_sim_time": "true",
        }.items(),
        condition=_moved_by("kinematic"),
    )
    gazebo = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(GAZEBO),
        launch_arguments={
            name: LaunchConfiguration(name)
            for name in ("site", "robots", "journal", "fleets", "scenario")
        }.items(),
        condition=_moved_by("gazebo"),
    )
    simulator = Node(
        package="suwon_fleet",
        executable="simulator",
        name="simulator",
        namespace="sim",
        parameters=[
            {
                name: ParameterValue(LaunchConfiguration(name), value_type=kind)
                for name, kind in KINDS.items()
            }
        ],
        output="screen",
        on_exit=Shutdown(reason="the simulator has ended"),
        condition=_moved_by("kinematic"),
    )
    choice = OpaqueFunction(function=_choose)
    return LaunchDescription([*arguments, choice, fleet, simulator, gazebo])


def _moved_by(backend: str) -> IfCondition:
    return IfCondition(EqualsSubstitution(LaunchConfiguration("backend"), backend))


def _choose(context):
    """What `auto` comes to here, said aloud."""
    if LaunchConfiguration("backend").perform(context) != "auto":
        return []
    try:
        for package in ROS_GZ:
            get_package_share_directory(package)
    except PackageNotFoundError as error:
        said = LogInfo(msg=f"backend: kinematic, for Gazebo lacks {error}")
        return [SetLaunchConfiguration("backend", "kinematic"), said]
    return [SetLaunchConfiguration("backend", "gazebo"), LogInfo(msg="backend: gazebo")]
