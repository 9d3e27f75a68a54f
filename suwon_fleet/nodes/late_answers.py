# SPDX-License-Identifier: Apache-2.0
"""Services that answer later than their callback returns."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from rclpy.node import Node
from rclpy.service import Service


def serve(node: Node, kind: Any, name: str, ask: Callable[[Any, Any], Future[Any]]) -> Service:
    """A service whose callback gives a future of the response it was handed.

    The executor calls `send_response` with what the callback returned; here that waits for the future
    instead, so that neither the executor nor a coroutine it would poll is kept busy meanwhile.
    """
    service = node.create_service(kind, name, ask)
    send = service.send_response

    def send_later(response: Future[Any], header: Any) -> None:
        response.add_done_callback(lambda done: send(done.result(), header))

    service.send_response = send_later
    return service


def at_once(value: Any) -> Future[Any]:
    """A future that has its result already."""
    future: Future[Any] = Future()
    future.set_result(value)
    return future


def then(future: Future[Any], what: Callable[[Any], Any]) -> Future[Any]:
    """A future of what comes of another's result."""
    later: Future[Any] = Future()

    def finish(done: Future[Any]) -> None:
        try:
            later.set_result(what(done.result()))
        except Exception as error:
            later.set_exception(error)

    future.add_done_callback(finish)
    return later
