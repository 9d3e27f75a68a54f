# SPDX-License-Identifier: Apache-2.0
"""Faults put into a running simulator by services, and told of on a topic."""

from __future__ import annotations

import json
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_msgs.msg import String

from suwon_fleet.core.errors import BadInput
from suwon_fleet.sim.faults import read_fault_text
from suwon_fleet.sim.faults.board import FaultBoard
from suwon_fleet.srv import ClearFault, InjectFault

SECOND = 1_000_000_000
EVENTS_QOS = QoSProfile(depth=100)


class SimFaults:
    """The services `inject_fault` and `clear_fault` of a simulator, and its topic `events`."""

    def __init__(self, node: Node, board: FaultBoard) -> None:
        self._board = board
        self._events_out = node.create_publisher(String, "events", EVENTS_QOS)
        node.create_service(InjectFault, "inject_fault", self._on_inject)
        node.create_service(ClearFault, "clear_fault", self._on_clear)

    def _on_inject(self, request: Any, response: Any) -> Any:
        try:
            fault = read_fault_text(request.fault, self._board.next_id(), self._board.elapsed_ns)
            self._board.add(fault)
        except BadInput as error:
            response.message = str(error)
            return response
        response.accepted, response.fault_id = True, fault.id
        return response

    def _on_clear(self, request: Any, response: Any) -> Any:
        if request.fault_id:
            response.cleared = int(self._board.clear(request.fault_id))
            response.accepted = response.cleared == 1
        else:
            response.cleared, response.accepted = self._board.clear_all(), True
        return response

    def tell(self) -> None:
        """Tell of the faults that have begun or ended since last time."""
        for change in self._board.news():
            event = {
                "at_s": change.at_ns / SECOND,
                "fault": change.fault_id,
                "is": "ended" if change.is_over else "began",
                "targets": list(change.targets),
            }
            self._events_out.publish(String(data=json.dumps(event)))
