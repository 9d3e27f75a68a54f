# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
import yaml

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

import rclpy
from rclpy.node import Node

from suwon_fleet.core.engine.fleet import Settings
from suwon_fleet.nodes import fleet_parameters, sim_parameters, zenoh_bridge
from suwon_fleet.nodes.parameters import Parameter
from suwon_fleet.resources import resource_path

ALL = (*fleet_parameters.PARAMETERS, *sim_parameters.PARAMETERS, *zenoh_bridge.PARAMETERS)

pytestmark = pytest.mark.ros


@pytest.mark.parametrize("parameter", ALL, ids=lambda parameter: parameter.name)
def test_each_has_a_description_and_a_range_that_holds_its_default(parameter: Parameter) -> None:
    descriptor = parameter.descriptor()
    assert parameter.description.endswith(".")
    assert descriptor.description == parameter.description
    if isinstance(parameter.default, float):
        (told,) = descriptor.floating_point_range
        assert told.from_value <= parameter.default <= told.to_value
    elif isinstance(parameter.default, int) and not isinstance(parameter.default, bool):
        (told,) = descriptor.integer_range
        assert told.from_value <= parameter.default <= told.to_value
    if parameter.choices:
        assert parameter.default in parameter.choices


def test_every_setting_of_the_core_is_a_parameter_that_may_change() -> None:
    parameters = {parameter.name: parameter for parameter in fleet_parameters.PARAMETERS}
    for setting in fields(Settings):
        assert parameters[setting.name].default == getattr(Settings(), setting.name)
        assert not parameters[setting.name].read_only


def test_the_shipped_file_sets_parameters_to_their_defaults() -> None:
    text = resource_path("config/fleet_manager.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)["/**/fleet_manager"]["ros__parameters"]
    defaults = {parameter.name: parameter.default for parameter in fleet_parameters.PARAMETERS}
    assert told == {name: defaults[name] for name in told}
    by_launch = {"site", "robots", "journal", "autostart"}
    assert set(told) == set(defaults) - by_launch


@pytest.mark.parametrize("namespace", ["/fleet", "/suseo/fleet"])
def test_the_shipped_file_is_for_fleet_managers_of_any_namespace(
    namespace: str, tmp_path: Path
) -> None:
    text = resource_path("config/fleet_manager.yaml").read_text(encoding="utf-8")
    file = tmp_path / "fleet_manager.yaml"
    file.write_text(text.replace("state_hz: 2.0", "state_hz: 3.5"))
    context = rclpy.Context()
    rclpy.init(args=["--ros-args", "--params-file", str(file)], context=context)
    node = Node("fleet_manager", namespace=namespace, context=context)
    try:
        assert node.declare_parameter("state_hz", 2.0).value == 3.5
    finally:
        node.destroy_node()
        context.try_shutdown()
