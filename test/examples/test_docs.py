# SPDX-License-Identifier: Apache-2.0
"""docs/ros.md shows commands and parameters as they are."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import yaml
from pages import Asking, askings, blocks, table

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from suwon_fleet.nodes import fleet_parameters, sim_parameters, zenoh_bridge
from suwon_fleet.nodes.parameters import Parameter

pytestmark = pytest.mark.ros
PAGE = "ros.md"
SECTIONS = {"msg": "{}", "srv": "{}.Request", "action": "{}.Goal"}


def interface(asking: Asking) -> Any:
    """The message that a command fills; its fields are checked as they are set."""
    section, name = asking.kind.split("/")
    kind: Any = importlib.import_module(f"suwon_fleet.{section}")
    for part in SECTIONS[section].format(name).split("."):
        kind = getattr(kind, part)
    return kind(check_fields=True)


def fill(message: Any, values: dict[str, Any]) -> None:
    """Set fields as `ros2` does. Raises AttributeError or AssertionError for what cannot be."""
    for name, value in values.items():
        if isinstance(value, dict):
            nested = type(getattr(message, name))(check_fields=True)
            fill(nested, value)
            value = nested
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            value = [part_of(message, name, part) for part in value]
        setattr(message, name, value)


def part_of(message: Any, field: str, values: dict[str, Any]) -> Any:
    """One message of a field that has many."""
    kind = type(message).get_fields_and_field_types()[field]
    package, name = kind.removeprefix("sequence<").removesuffix(">").split("/")
    nested = getattr(importlib.import_module(f"{package}.msg"), name)(check_fields=True)
    fill(nested, values)
    return nested


@pytest.mark.parametrize("asking", askings(PAGE), ids=lambda asking: asking.name)
def test_every_command_fills_fields_that_are_there(asking: Asking) -> None:
    fill(interface(asking), yaml.safe_load(asking.fields))


@pytest.mark.parametrize("fields", ["{nonsense: 1}", "{kind: 3}", "{deadline: {seconds: 1}}"])
def test_a_wrong_field_would_be_found(fields: str) -> None:
    with pytest.raises((AttributeError, AssertionError)):
        fill(interface(Asking("", "msg/JobRequest", "")), yaml.safe_load(fields))


def test_no_command_is_overlooked() -> None:
    shown = "".join(blocks(PAGE, "bash") + blocks(PAGE, "console"))
    asked = [line for line in shown.splitlines() if " suwon_fleet/" in line]
    assert len(askings(PAGE)) == len(asked) > 20


@pytest.mark.parametrize(
    ("page", "node", "parameters"),
    [
        (PAGE, "fleet_manager", fleet_parameters.PARAMETERS),
        (PAGE, "simulator", sim_parameters.PARAMETERS),
        ("bridge.md", "zenoh_bridge", zenoh_bridge.PARAMETERS),
    ],
)
def test_the_tables_tell_parameters_as_they_are(
    page: str, node: str, parameters: tuple[Parameter, ...]
) -> None:
    told = {name: cells[:2] for name, cells in table(page, node).items()}
    assert told == {as_name(p): [as_default(p), as_range(p)] for p in parameters}


def as_name(parameter: Parameter) -> str:
    return f"`{parameter.name}`" + ("" if parameter.read_only else " *")


def as_default(parameter: Parameter) -> str:
    if isinstance(parameter.default, str | list):
        return f"`{parameter.default}`" if parameter.default else ""
    return str(parameter.default).lower()


def as_range(parameter: Parameter) -> str:
    if parameter.within:
        return "–".join(str(bound).removesuffix(".0") for bound in parameter.within)
    return ", ".join(f"`{choice}`" for choice in parameter.choices)
