# SPDX-License-Identifier: Apache-2.0
"""A world in Gazebo, its bridge to ROS, and the fleet_manager; see docs/simulation.md.

Needs ros_gz_sim and ros_gz_bridge; says so, and ends, where one is missing.
"""

import atexit
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory
from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    IncludeLaunchDescription,
    LogInfo,
    OpaqueFunction,
    Shutdown,
)
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

from suwon_fleet.core.errors import BadInput
from suwon_fleet.resources import resource_path
from suwon_fleet.wire.sdf.bridge import CLOCK, bridge_yaml, services
from suwon_fleet.wire.sdf.load import load_world

FLEET = PathJoinSubstitution([FindPackageShare("suwon_fleet"), "launch", "fleet.launch.py"])
NEEDED = ("ros_gz_sim", "ros_gz_bridge")


def missing() -> list[str]:
    """Packages this launch file needs and does not find."""
    lacking = []
    for package in NEEDED:
        try:
            get_package_share_directory(package)
        except PackageNotFoundError:
            lacking.append(package)
    return lacking


def generate_launch_description() -> LaunchDescription:
    """Gazebo, bridge and fleet_manager."""
    arguments = [
        DeclareLaunchArgument(
            "world",
            default_value="",
            description="SDF file, or the name of one in sim/worlds; empty: written from the site.",
        ),
        DeclareLaunchArgument(
            "site",
            default_value="belt",
            description="The map, of the fleet and the world: a file, or the name of a shipped site.",
        ),
        DeclareLaunchArgument(
            "fleets",
            default_value="['delivery_outdoor:4']",
            description="How many robots of which kind a world written from the site has.",
        ),
        DeclareLaunchArgument(
            "scenario",
            default_value="",
            description="Robots as in this scenario instead, in a world written from the site.",
        ),
        DeclareLaunchArgument(
            "robots",
            default_value="",
            description="Folder with the robot kinds (*.yaml); empty: those in config/robots.",
        ),
        DeclareLaunchArgument(
            "journal",
            default_value="",
            description="File that keeps all that was decided, to go on with it later; empty: none.",
        ),
        DeclareLaunchArgument(
            "headless",
            default_value="false",
            choices=["true", "false"],
            description="Whether Gazebo runs without its window.",
        ),
    ]
    return LaunchDescription([*arguments, OpaqueFunction(function=_start)])


def _start(context):
    """What is started, now that the arguments are known."""
    if lacking := missing():
        packages = " ".join(f"ros-jazzy-{name.replace('_', '-')}" for name in lacking)
        said = f"Gazebo cannot be used without {' and '.join(lacking)}: apt install {packages},"
        said += " or use sim.launch.py backend:=kinematic"
        return _give_up(said)
    given = {
        name: LaunchConfiguration(name).perform(context)
        for name in ("world", "site", "fleets", "scenario", "robots", "headless")
    }
    folder = Path(tempfile.mkdtemp(prefix="suwon_fleet_gazebo_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # nodes read it until they end
    try:
        file = _world_file(given, folder)
        world = load_world(file, models=[resource_path("sim/models")])
    except (BadInput, subprocess.CalledProcessError) as error:
        return _give_up(f"no world: {error}")
    config = folder / "bridge.yaml"
    config.write_text(bridge_yaml(world), encoding="utf-8")
    options = "-r -s" if given["headless"] == "true" else "-r"
    gazebo = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(
            PathJoinSubstitution([FindPackageShare("ros_gz_sim"), "launch", "gz_sim.launch.py"])
        ),
        launch_arguments={"gz_args": f"{options} {file}", "on_exit_shutdown": "true"}.items(),
    )
    fleet = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(FLEET),
        launch_arguments={
            "site": given["site"],
            "robots": given["robots"],
            "journal": LaunchConfiguration("journal"),
            "use_sim_time": "true",
        }.items(),
    )
    bridges = [
        Node(
            package="ros_gz_bridge",
            executable="parameter_bridge",
            name="clock_bridge",
            arguments=[CLOCK],
            output="screen",
        ),
        Node(
            package="ros_gz_bridge",
            executable="parameter_bridge",
            name="gazebo_bridge",
            arguments=services(world),
            parameters=[{"config_file": str(config), "use_sim_time": True}],
            output="screen",
        ),
        Node(
            package="suwon_fleet",
            executable="gazebo_batteries",
            name="gazebo_batteries",
            parameters=[{"world": str(file), "use_sim_time": True}],
            output="screen",
        ),
    ]
    return [gazebo, *bridges, fleet]


def _give_up(said):
    """Say why, and end."""
    return [LogInfo(msg=said), Shutdown(reason=said)]


def _world_file(given, folder: Path) -> Path:
    """The world that was named, or one written from the site."""
    if given["world"]:
        shipped = resource_path("sim/worlds") / f"{given['world']}.sdf"
        return shipped if shipped.is_file() else Path(given["world"]).expanduser().absolute()
    file = folder / "world.sdf"
    asked = ["--scenario", given["scenario"]]
    if not given["scenario"]:
        fleets = given["fleets"].strip("[] ").replace("'", "").replace('"', "").split(",")
        asked = ["--robots", *(fleet.strip() for fleet in fleets)]
    kinds = ["--kinds", given["robots"]] if given["robots"] else []
    program = [sys.executable, "-m", "suwon_fleet.cli.main"]
    command = [*program, "map", "world", given["site"], *asked, *kinds, "--output", str(file)]
    subprocess.run(command, check=True)
    return file
