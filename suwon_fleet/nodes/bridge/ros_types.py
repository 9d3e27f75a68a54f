# SPDX-License-Identifier: Apache-2.0
"""Types of ROS by the names that the graph and other bridges have for them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

_OF_TOPICS = {"_FeedbackMessage": "FeedbackMessage"}
_OF_SERVICES = {"_SendGoal": "SendGoalService", "_GetResult": "GetResultService"}
"""Parts of an action: how the name of its type ends, and what rosidl calls it."""


def type_named(name: str) -> Any | None:
    """The class of a message type such as ``nav_msgs/msg/Odometry``, or of an action's feedback; None where
    it is not installed."""
    return _class_named(name, "msg", _OF_TOPICS)


def service_named(name: str) -> Any | None:
    """The class of a service type such as ``std_srvs/srv/Trigger``, or of one of an action's; None where
    it is not installed."""
    return _class_named(name, "srv", _OF_SERVICES)


def _class_named(name: str, section: str, of_action: Mapping[str, str]) -> Any | None:
    package, _, rest = name.partition("/")
    module, _, kind = rest.partition("/")
    if module not in (section, "action") or not (package.isidentifier() and kind.isidentifier()):
        return None
    try:
        types = import_module(f"{package}.{module}")
    except ImportError:
        return None
    if module == section:
        return _class_in(types, kind)
    for ending, part in of_action.items():
        if kind.endswith(ending):
            action = _class_in(types, kind.removesuffix(ending))
            return getattr(action.Impl, part) if action else None
    return None


def _class_in(types: Any, name: str) -> Any | None:
    """One of a module; a module in it is none, though it has a name, too."""
    found = getattr(types, name, None)
    return found if isinstance(found, type) else None
