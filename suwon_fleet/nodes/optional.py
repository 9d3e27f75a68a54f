# SPDX-License-Identifier: Apache-2.0
"""Message packages of others that the simulator speaks where they are installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

_USES = {
    "tf2_msgs": "/tf, /sim/ground_truth",
    "ros_gz_interfaces": "/<robot>/contacts, services /world/…",
    "simulation_interfaces": "services and the action /gzserver/…",
}


@dataclass(frozen=True, slots=True)
class Optional:
    """Modules by package; None where it is not installed."""

    tf_msg: Any
    gazebo_msg: Any
    gazebo_srv: Any
    standard_msg: Any
    standard_srv: Any
    standard_action: Any


def optional_packages(tell: Callable[[str], object]) -> Optional:
    """Those that are there; `tell` is told, once, which are not and what is left out for it."""
    found = Optional(
        _module("tf2_msgs", "msg"),
        _module("ros_gz_interfaces", "msg"),
        _module("ros_gz_interfaces", "srv"),
        _module("simulation_interfaces", "msg"),
        _module("simulation_interfaces", "srv"),
        _module("simulation_interfaces", "action"),
    )
    there = (found.tf_msg, found.gazebo_srv, found.standard_srv)
    lacking = [
        f"{name} ({uses})"
        for (name, uses), module in zip(_USES.items(), there, strict=True)
        if module is None
    ]
    if lacking:
        tell(f"not installed, and left out what needs it: {'; '.join(lacking)}")
    return found


def _module(package: str, part: str) -> Any:
    try:
        return import_module(f"{package}.{part}")
    except ModuleNotFoundError:
        return None
