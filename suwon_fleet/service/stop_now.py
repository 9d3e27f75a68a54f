# SPDX-License-Identifier: Apache-2.0
"""Stop requests go to robots at once: they wait for no turn, no plan and no disk."""

from __future__ import annotations

import secrets
from dataclasses import replace

from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import Fleet
from suwon_fleet.core.engine.stops import in_scope, stop_named
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.command import RequestStop
from suwon_fleet.ports import UrgentLink


class StopNow:
    """Tells robots to stop on the thread of whoever asks, while a turn goes on on its own.

    What the turns decide is only looked at, and may be a turn old: the next turn decides about the same
    request, keeps it, and tells whoever was left out. Robots take a request once, by its stop's id, and a
    stop holds whatever is decided at the same moment; so nothing depends on which of both comes first.
    """

    def __init__(self, fleet: Fleet, link: UrgentLink) -> None:
        self._fleet, self._link = fleet, link

    def tell(self, order: m.StopRobots) -> m.StopRobots:
        """Tell robots; the request as the next turn is to decide it. Any thread, one at a time."""
        named = replace(order, request_id=order.request_id or secrets.token_hex(4))
        stop_id, state = stop_named(named.request_id), self._fleet.state
        if stop_id in state.stops or stop_id in state.released:
            return named
        chosen = in_scope(self._fleet, order.scope, order.id)
        if isinstance(chosen, Reason):
            return named
        told = tuple(robot.robot_id for robot in chosen)
        self._link.send_now([RequestStop(robot_id, stop_id, order.kind) for robot_id in told])
        return replace(named, told=told)
