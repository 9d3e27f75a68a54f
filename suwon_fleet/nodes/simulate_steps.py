# SPDX-License-Identifier: Apache-2.0
"""The action SimulateSteps of simulation_interfaces: a paused world steps, and each step is told of."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from rclpy.action import CancelResponse
from rclpy.node import Node

from suwon_fleet.nodes.late_goals import end, serve
from suwon_fleet.nodes.world_handle import Refused, Why, WorldHandle

OK = 1
"""Of simulation_interfaces' Result."""


class SimulateSteps:
    """Belongs to the thread that spins the node. Goals are served one after the other."""

    def __init__(self, node: Node, handle: WorldHandle, action: Any) -> None:
        """`action` is simulation_interfaces.action."""
        self._handle, self._kind = handle, action.SimulateSteps
        self._goals: deque[Any] = deque()
        self._made = 0
        """Steps of the first goal."""
        serve(
            node,
            self._kind,
            "/gzserver/simulate_steps",
            self._goals.append,
            lambda _goal: CancelResponse.ACCEPT,
        )

    def go_on(self) -> bool:
        """Make the next step that somebody waits for; False if nobody does.

        One for each call, so that other requests, to cancel it as well, are heard in between.
        """
        if not self._goals:
            return False
        goal = self._goals[0]
        asked = goal.request.steps
        if goal.is_cancel_requested:
            text = f"called off after {self._made} of {asked} steps"
            self._end(goal.canceled, Why.FAILED, text)
            return True
        try:
            if not asked:
                raise Refused(Why.FAILED, "0 steps: make at least 1")
            self._handle.make_steps(1)
        except Refused as no:
            self._end(goal.abort, no.why, str(no))
            return True
        self._made += 1
        goal.publish_feedback(
            self._kind.Feedback(completed_steps=self._made, remaining_steps=asked - self._made)
        )
        if self._made == asked:
            self._end(goal.succeed, OK)
        return True

    def _end(self, how: Callable[[], None], code: int, text: str = "") -> None:
        goal, self._made = self._goals.popleft(), 0
        result = self._kind.Result()
        result.result.result, result.result.error_message = int(code), text
        end(goal, how, result)
