# SPDX-License-Identifier: Apache-2.0
"""The service `request_stop`, which waits for nothing that goes on in the fleet_manager."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Event, Thread
from typing import Any

from rclpy.node import Node

import suwon_fleet.srv as srv
from suwon_fleet.adapters.ros import jobs
from suwon_fleet.adapters.ros.fields import words
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.errors import Reason, Rejected
from suwon_fleet.core.robots.command import StopKind
from suwon_fleet.nodes.fleet_requests import Desk
from suwon_fleet.nodes.late_answers import at_once, serve, then
from suwon_fleet.nodes.spinning import executor_for

_KINDS = words(StopKind)
_TEXTS = ("scope", "id", "requester", "reason", "request_id")
_LOOK_S = 0.2


class StopDoor:
    """Open from `__init__` to `close`: a node beside another, with a thread of its own.

    Robots are told on that thread; the answer follows from the turn that has decided and kept it.
    `desk.ask` must bear being called there.
    """

    def __init__(self, beside: Node, desk: Desk) -> None:
        self._desk = desk
        self._node = Node(
            f"{beside.get_name()}_stops",
            context=beside.context,
            namespace=beside.get_namespace(),
            use_global_arguments=False,  # a new name that was given is the other node's
            enable_rosout=False,
            start_parameter_services=False,
        )
        self._is_over = Event()
        self._service = serve(self._node, srv.RequestStop, "request_stop", self._stop)
        self._executor = executor_for(self._node)
        self._thread = Thread(target=self._work, name="stops", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more."""
        self._is_over.set()
        self._executor.wake()
        self._thread.join()
        self._executor.remove_node(self._node)
        self._node.destroy_node()
        self._executor.shutdown()

    def _work(self) -> None:
        while not self._is_over.is_set():
            self._executor.spin_once(timeout_sec=_LOOK_S)

    def _stop(self, request: Any, response: Any) -> Future[Any]:
        try:
            asked = self._desk.ask(_asked_by(request))
        except Rejected as refused:
            asked = at_once(m.Answer("", refused.reason))

        def fill(answer: m.Answer) -> Any:
            response.accepted = answer.reason is None
            response.stop_id, response.robot_ids = answer.id, list(answer.robot_ids)
            jobs.tell_reason(response, answer.reason)
            return response

        return then(asked, fill)


def _asked_by(request: Any) -> m.StopRobots:
    """What a request asks for. Raises Rejected."""
    for field in _TEXTS:
        if (given := len(getattr(request, field))) > jobs.LONGEST_TEXT:
            most = jobs.LONGEST_TEXT
            raise Rejected(Reason.of("text-too-long", field=field, given=given, most=most))
    kind = jobs.chosen(_KINDS, request.kind or StopKind.PROTECTIVE.value, "kind")
    return m.StopRobots(
        "",
        request.scope,
        request.id,
        kind,
        request.requester,
        request.reason,
        request.request_id,
    )
