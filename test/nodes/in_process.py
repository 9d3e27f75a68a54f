# SPDX-License-Identifier: Apache-2.0
"""Nodes in the test's own process, spun by the test, so that it decides what happens when."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import rclpy
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions
from waiting import LONGEST_S

from suwon_fleet.cli.domain import isolated
from suwon_fleet.nodes.spinning import executor_for


class Stage:
    """Nodes of one ROS context in a domain of their own."""

    def __init__(self, context: rclpy.Context) -> None:
        self._context = context
        self._nodes: list[tuple[Node, Any]] = []

    def add(self, make: Callable[..., Any], parameters: Mapping[str, object] | None = None) -> Any:
        """A node of ours, with parameters."""
        given = [Parameter(name, value=_plain(v)) for name, v in (parameters or {}).items()]
        return self._take(
            make(context=self._context, parameter_overrides=given, use_global_arguments=False)
        )

    def observer(self) -> Node:
        """A node for the test's own topics and clients."""
        name = f"observer_{len(self._nodes)}"
        return self._take(Node(name, context=self._context, use_global_arguments=False))

    def _take(self, node: Any) -> Any:
        self._nodes.append((node, executor_for(node)))
        return node

    def until(self, what: Callable[[], Any], step: Callable[[], object] = lambda: None) -> Any:
        """Spin all nodes, calling `step` in between, until `what` gives something; that is returned."""
        deadline = time.monotonic() + LONGEST_S
        while not (found := what()):
            assert time.monotonic() < deadline, f"not so after {LONGEST_S} s"
            step()
            self.turn()
        return found

    def turn(self) -> None:
        """Let each node do what is due."""
        for _, executor in self._nodes:
            executor.spin_once(timeout_sec=0.002)

    def answer(self, node: Node, kind: Any, name: str, request: Any) -> Any:
        """What a service answers."""
        client = node.create_client(kind, name)
        self.until(client.service_is_ready)
        future = client.call_async(request)
        self.until(future.done)
        node.destroy_client(client)
        return future.result()

    def remove(self, node: Any) -> None:
        """End one node."""
        (executor,) = (executor for known, executor in self._nodes if known is node)
        self._nodes.remove((node, executor))
        executor.remove_node(node)
        node.destroy_node()
        executor.shutdown()

    def close(self) -> None:
        for node, _ in list(self._nodes):
            self.remove(node)


def _plain(value: object) -> Any:
    return value if isinstance(value, bool | int | float | str | list) else str(value)


@contextmanager
def stage() -> Iterator[Stage]:
    """A stage, cleared afterwards."""
    with isolated():
        context = rclpy.Context()
        rclpy.init(args=[], context=context, signal_handler_options=SignalHandlerOptions.NO)
        made = Stage(context)
        try:
            yield made
        finally:
            made.close()
            context.try_shutdown()
