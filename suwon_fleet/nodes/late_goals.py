# SPDX-License-Identifier: Apache-2.0
"""Actions whose goals are followed from elsewhere, and end when their time has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.action import ActionServer, CancelResponse
from rclpy.node import Node


def serve(
    node: Node,
    kind: Any,
    name: str,
    begin: Callable[[Any], None],
    cancel: Callable[[Any], CancelResponse],
) -> ActionServer:
    """An action server that hands each goal it has accepted to `begin`, for `end` to end."""

    def never(_goal: Any) -> Any:
        raise AssertionError("goals are executed with a callback of their own")

    return ActionServer(
        node,
        kind,
        name,
        execute_callback=never,
        handle_accepted_callback=begin,
        cancel_callback=cancel,
    )


def end(goal: Any, how: Callable[[], None], result: Any) -> None:
    """End a goal with its `succeed`, `abort` or `canceled`."""

    def execute(_goal: Any) -> Any:
        how()
        return result

    goal.execute(execute)
