# SPDX-License-Identifier: Apache-2.0
"""A rig in a robot's place, among simulated robots and with a fleet_manager: see docs/hil.md.

In lockstep the world makes a step only when the rig has lived through it; on the wall's clock the rig
is as any real robot. Either way it connects to `zenoh_listen`:

python examples/hil_rig.py tcp/127.0.0.1:7447 belt suseo lab-1 X Y --lockstep
"""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, Shutdown
from launch.conditions import IfCondition
from launch.substitutions import EqualsSubstitution, LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

PARAMETERS = PathJoinSubstitution([FindPackageShare("suwon_fleet"), "config", "fleet_manager.yaml"])


def generate_launch_description() -> LaunchDescription:
    """Both nodes; the simulator, to which the rig connects, joins it with the fleet_manager."""
    arguments = [
        DeclareLaunchArgument(
            "mode",
            default_value="lockstep",
            choices=["lockstep", "wall"],
            description="The world waits for the rig at each step; or both go by the wall's clock.",
        ),
        DeclareLaunchArgument(
            "rig",
            default_value="lab-1",
            description="The robot of the scenario that the rig stands in for.",
        ),
        DeclareLaunchArgument(
            "scenario",
            default_value="lab_hour",
            description="The robots and their site: a file, or a name in sim/scenarios.",
        ),
        DeclareLaunchArgument(
            "site",
            default_value="belt",
            description="The scenario's site: a file, or the name of one in config/sites.",
        ),
        DeclareLaunchArgument(
            "rate",
            default_value="0.0",
            description="In lockstep: simulated seconds per second at most; 0.0: as fast as all keep up.",
        ),
        DeclareLaunchArgument(
            "lockstep_policy",
            default_value="wait",
            choices=["wait", "skip", "abort"],
            description="When the rig is late: the world waits on, goes on without it, or ends.",
        ),
        DeclareLaunchArgument(
            "lockstep_deadline_s",
            default_value="1.0",
            description="Seconds in which the rig is to answer a step.",
        ),
        DeclareLaunchArgument(
            "zenoh_listen",
            default_value="tcp/127.0.0.1:7447",
            description="The endpoint that the rig connects to.",
        ),
    ]
    nodes = [
        node
        for is_lockstep in (True, False)
        for node in (
            _node("fleet_manager", "fleet", [PARAMETERS, _of_manager(is_lockstep)], is_lockstep),
            _node("simulator", "sim", [_of_simulator(is_lockstep)], is_lockstep),
        )
    ]
    return LaunchDescription([*arguments, *nodes])


def _node(executable, namespace, parameters, is_lockstep) -> Node:
    """One that is started in this mode only; all ends with it."""
    mode = "lockstep" if is_lockstep else "wall"
    return Node(
        package="suwon_fleet",
        executable=executable,
        name=executable,
        namespace=namespace,
        parameters=parameters,
        output="screen",
        condition=IfCondition(EqualsSubstitution(LaunchConfiguration("mode"), mode)),
        on_exit=Shutdown(reason=f"the {executable} has ended"),
    )


def _told(name: str, kind: type = str) -> ParameterValue:
    return ParameterValue(LaunchConfiguration(name), value_type=kind)


def _of_manager(is_lockstep):
    return {
        "site": _told("site"),
        "journal": "",
        "use_sim_time": is_lockstep,
        "zenoh_connect": _told("zenoh_listen"),
    }


def _of_simulator(is_lockstep):
    parameters = {
        "scenario": _told("scenario"),
        "external": _told("rig"),
        "zenoh_listen": _told("zenoh_listen"),
    }
    if not is_lockstep:
        return parameters | {"clock": "wall", "rate": 1.0}
    return parameters | {
        "lockstep": _told("rig"),
        "lockstep_policy": _told("lockstep_policy"),
        "lockstep_deadline_s": _told("lockstep_deadline_s", float),
        "rate": _told("rate", float),
    }
