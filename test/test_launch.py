# SPDX-License-Identifier: Apache-2.0
"""What the launch files describe; ROS's own `launch` is not on PyPI, so only where ROS is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("launch", reason="ROS 2's launch is not installed")
pytest.importorskip("launch_ros", reason="ROS 2's launch_ros is not installed")


from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import get_launch_description_from_python_launch_file
from launch_ros.actions import Node

from suwon_fleet.nodes.fleet_parameters import PARAMETERS as FLEET
from suwon_fleet.nodes.sim_parameters import PARAMETERS as SIM
from suwon_fleet.nodes.zenoh_bridge import PARAMETERS as BRIDGE
from suwon_fleet.resources import resource_path

FILES = ("fleet", "sim", "belt", "bridge", "gazebo", "hil")


def entities(name: str, kind: type) -> list[Any]:
    path: Path = resource_path(f"launch/{name}.launch.py")
    described = get_launch_description_from_python_launch_file(str(path))
    return [entity for entity in described.entities if isinstance(entity, kind)]


@pytest.mark.parametrize("name", FILES)
def test_every_argument_is_described_and_has_a_default(name: str) -> None:
    arguments = entities(name, DeclareLaunchArgument)
    assert arguments
    for argument in arguments:
        assert argument.description != "no description given"
        assert argument.default_value is not None


@pytest.mark.parametrize(
    ("name", "executable"),
    [("fleet", "fleet_manager"), ("sim", "simulator"), ("bridge", "zenoh_bridge")],
)
def test_each_starts_its_node(name: str, executable: str) -> None:
    (node,) = entities(name, Node)
    assert node.node_package == "suwon_fleet"
    assert node.node_executable == executable


def test_arguments_are_parameters_the_nodes_know() -> None:
    known = {parameter.name for parameter in (*FLEET, *SIM, *BRIDGE)}
    known |= {"use_sim_time", "params_file", "log_level", "mode", "rig"}
    known |= {"backend", "world", "headless", "owners"}
    for name in FILES:
        assert {a.name for a in entities(name, DeclareLaunchArgument)} <= known


def test_a_rig_is_met_by_both_nodes_in_either_mode() -> None:
    assert [node.node_executable for node in entities("hil", Node)] == [
        "fleet_manager",
        "simulator",
    ] * 2


def test_the_belt_is_a_simulation() -> None:
    (included,) = entities("belt", IncludeLaunchDescription)
    given = {name: value for name, value in included.launch_arguments if isinstance(value, str)}
    assert given == {"site": "belt"}
