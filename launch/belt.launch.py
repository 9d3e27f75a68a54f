# SPDX-License-Identifier: Apache-2.0
"""Seoul's physical-AI belt with the robots of a morning there: see docs/belt.md.

With `owners:=sites` five sites and the roads between them have a fleet_manager each, joined by a Zenoh
router; see docs/federation.md.
"""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, GroupAction, IncludeLaunchDescription, Shutdown
from launch.conditions import IfCondition
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import EqualsSubstitution, LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

SHARE = FindPackageShare("suwon_fleet")
SIM = PathJoinSubstitution([SHARE, "launch", "sim.launch.py"])
PARAMETERS = PathJoinSubstitution([SHARE, "config", "fleet_manager.yaml"])
GROUPS = ("roads", "suseo", "setec", "yangjae", "hanriver", "yongsan")
"""Those of config/groups/belt.yaml; the first has the router that joins all others."""
FIRST_PORT = 7447


def generate_launch_description() -> LaunchDescription:
    """The simulation of the belt, with one fleet_manager or one for each site."""
    owners = DeclareLaunchArgument(
        "owners",
        default_value="one",
        choices=["one", "sites"],
        description="Who moves the robots: one fleet_manager, or one for each site, in /SITE/fleet.",
    )
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
        condition=IfCondition(EqualsSubstitution(LaunchConfiguration("owners"), "one")),
    )
    sites = GroupAction(
        [*map(_manager, range(len(GROUPS))), _simulator()],
        condition=IfCondition(EqualsSubstitution(LaunchConfiguration("owners"), "sites")),
    )
    return LaunchDescription([rate, scenario, owners, sim, sites])


def _manager(number: int) -> Node:
    """The fleet_manager of one group; all hear the same robots."""
    group, hub = GROUPS[number], f"tcp/127.0.0.1:{FIRST_PORT}"
    way = (
        {"zenoh_mode": "peer", "zenoh_region": group, "zenoh_connect": hub}
        if number
        else {"zenoh_mode": "router", "zenoh_regions": ",".join(GROUPS[1:])}
    )
    return Node(
        package="suwon_fleet",
        executable="fleet_manager",
        name="fleet_manager",
        namespace=f"/{group}/fleet",
        parameters=[
            PARAMETERS,
            {
                "site": "belt",
                "journal": "",
                "groups": "belt",
                "group": group,
                "use_sim_time": True,
                "zenoh_listen": f"tcp/127.0.0.1:{FIRST_PORT + number}",
                **way,
            },
        ],
        remappings=[(name, f"/fleet/{name}") for name in ("robot_reports", "robot_commands")],
        output="screen",
        on_exit=Shutdown(reason=f"the fleet_manager of {group} has ended"),
    )


def _simulator() -> Node:
    """The belt's robots."""
    return Node(
        package="suwon_fleet",
        executable="simulator",
        name="simulator",
        namespace="sim",
        parameters=[
            {
                "scenario": ParameterValue(LaunchConfiguration("scenario"), value_type=str),
                "rate": ParameterValue(LaunchConfiguration("rate"), value_type=float),
                "managers": [f"/{group}/fleet" for group in GROUPS],
            }
        ],
        output="screen",
        on_exit=Shutdown(reason="the simulator has ended"),
    )
