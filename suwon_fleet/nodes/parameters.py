# SPDX-License-Identifier: Apache-2.0
"""Declaring a node's parameters: each with a description, and a range where it is a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node

from suwon_fleet.core.errors import BadInput, Problem

Value = str | bool | int | float | list[str]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; `within` is the range of a number, `choices` the words of a text."""

    name: str
    default: Value
    description: str
    within: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    read_only: bool = True

    def descriptor(self) -> ParameterDescriptor:
        """As ROS tells it to those who ask."""
        told = ParameterDescriptor(
            name=self.name, description=self.description, read_only=self.read_only
        )
        if self.choices:
            told.additional_constraints = f"one of: {', '.join(self.choices)}"
        if self.within and isinstance(self.default, float):
            low, high = self.within
            told.floating_point_range = [FloatingPointRange(from_value=low, to_value=high)]
        elif self.within:
            low, high = map(int, self.within)
            told.integer_range = [IntegerRange(from_value=low, to_value=high)]
        return told


def declare(node: Node, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Declare parameters and give their values.

    Raises BadInput with all that is wrong: a value of the wrong type or outside its range, a text that is
    no choice, and a parameter that was given and does not exist.
    """
    values: dict[str, Any] = {}
    known = {parameter.name for parameter in parameters}
    problems: list[Problem] = []
    for parameter in parameters:
        try:
            declared = node.declare_parameter(
                parameter.name, parameter.default, parameter.descriptor()
            )
            values[parameter.name] = declared.value
        except ParameterException as error:
            problems.append(_problem(parameter, str(error)))
            continue
        if parameter.choices and declared.value not in parameter.choices:
            problems.append(_problem(parameter, f"{declared.value!r} is not known"))
    problems += _unknown(node, known)
    if problems:
        raise BadInput(problems)
    return values


def _problem(parameter: Parameter, what: str) -> Problem:
    wanted = type(parameter.default).__name__
    if parameter.choices:
        mend = f"use {', '.join(parameter.choices)}"
    elif parameter.within:
        low, high = parameter.within
        point = ", with a decimal point" if wanted == "float" else ""
        mend = f"give a number from {low:g} to {high:g}{point}"
    else:
        mend = f"give a value of type {wanted}"
    return Problem("bad-parameter", f"parameter {parameter.name}", what, mend)


def _unknown(node: Node, known: set[str]) -> list[Problem]:
    """Parameters that were given to this node and that it has not; ROS itself would say nothing."""
    return [
        Problem(
            "unknown-parameter",
            f"parameter {name}",
            "this node has no such parameter",
            f"use {', '.join(sorted(known))}",
        )
        for name in node._parameter_overrides
        if name not in known
        and name not in node._parameters  # those every node has
        and not name.startswith("qos_overrides.")
    ]
