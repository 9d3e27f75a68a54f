# SPDX-License-Identifier: Apache-2.0
"""A node with a thread of its own, for programs that ask and wait."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Condition, Thread
from typing import Any

import rclpy
from rclpy.client import Client
from rclpy.exceptions import InvalidNamespaceException
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.signals import SignalHandlerOptions
from rclpy.validate_namespace import validate_namespace

from suwon_fleet.adapters.ros.asking import NoAnswer, ask_all
from suwon_fleet.core.errors import BadInput, Problem, Unreachable

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
LIVE = QoSProfile(depth=1000)


def check_namespace(namespace: str) -> None:
    """Raise BadInput for a namespace that cannot be."""
    try:
        validate_namespace(namespace)
    except InvalidNamespaceException as error:
        what, mend = str(error).splitlines()[0], "write it as /fleet or /suseo/fleet"
        raise BadInput([Problem("bad-namespace", namespace, what, mend)]) from error


class Connection:
    """Services and topics of the fleet manager in this ROS domain, by name in its
    namespace.

    Calls may come from any thread; a request waits for its answer. They raise Unreachable when nothing
    came for `timeout_s` seconds. The rclpy context is its own, and signals stay the program's.

    What is taken down is taken down by the thread that spins: rclpy's executor does not bear that an
    entity or the context goes away while it gathers what to wait for.
    """

    def __init__(self, timeout_s: float, namespace: str = "/fleet") -> None:
        """Raises BadInput for a namespace that cannot be."""
        check_namespace(namespace)
        self._timeout_s = timeout_s
        self._context = rclpy.Context()
        rclpy.init(context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        self._node = Node(
            f"fleet_client_{os.getpid()}",
            namespace=namespace,
            context=self._context,
            enable_rosout=False,
            start_parameter_services=False,
        )
        self._clients: dict[str, Client] = {}
        self._followed: set[str] = set()
        self._latest: dict[str, Any] = {}
        self._news = Condition()
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._is_open = True
        self._thread = Thread(target=self._spin, name="fleet-client", daemon=True)
        self._thread.start()

    def _spin(self) -> None:
        while self._is_open:
            self._executor.spin_once()

    def _end(self) -> None:
        self._is_open = False

    def close(self) -> None:
        """Leave the ROS graph."""
        self._executor.create_task(self._end)
        self._thread.join()
        self._executor.shutdown()
        self._node.destroy_node()
        self._context.try_shutdown()

    def ask(self, service: str, kind: Any, asked: Any, *, may_repeat: bool = False) -> Any:
        """The answer to one request; `may_repeat` when asking again changes nothing more."""
        (answer,) = self.ask_all(service, kind, [asked], may_repeat=may_repeat)
        return answer

    def ask_all(
        self,
        service: str,
        kind: Any,
        asked: Sequence[Any],
        *,
        may_repeat: bool,
        on_answer: Callable[[int, Any], None] = lambda _index, _answer: None,
    ) -> list[Any]:
        """The answers to many requests, in their order; see :func:`.asking.ask_all`."""
        if service not in self._clients:
            self._clients[service] = self._node.create_client(kind, service)
        try:
            return ask_all(
                self._clients[service],
                asked,
                timeout_s=self._timeout_s,
                may_repeat=may_repeat,
                on_answer=on_answer,
            )
        except NoAnswer as error:
            if error.was_sent and not may_repeat:
                raise Unreachable(
                    f"the fleet manager did not answer {service}: look whether it was done"
                ) from None
            raise Unreachable(_nobody(f"no answer from /fleet/{service}")) from None

    def newest(self, topic: str, kind: Any) -> Any:
        """The newest message of a latched topic; it is followed from then on."""
        self.follow(topic, kind, LATCHED)
        with self._news:
            if not self._news.wait_for(lambda: topic in self._latest, self._timeout_s):
                raise Unreachable(_nobody(f"nothing on {topic}"))
            return self._latest[topic]

    def follow(self, topic: str, kind: Any, qos: QoSProfile) -> Callable[[], Any]:
        """Keep the newest message of a topic; the function returned tells it, or None."""

        def keep(message: Any) -> None:
            with self._news:
                self._latest[topic] = message
                self._news.notify_all()

        if topic not in self._followed:
            self._followed.add(topic)
            self._node.create_subscription(kind, topic, keep, qos)
        return lambda: self._latest.get(topic)

    @contextmanager
    def listening(self, topic: str, kind: Any) -> Iterator[SimpleQueue[Any]]:
        """A queue that gets all messages of a topic."""
        told: SimpleQueue[Any] = SimpleQueue()
        subscription = self._node.create_subscription(kind, topic, told.put, LIVE)
        try:
            yield told
        finally:
            self._executor.create_task(self._node.destroy_subscription, subscription)


def _nobody(what: str) -> str:
    domain = os.environ.get("ROS_DOMAIN_ID", "0")
    return (
        f"no fleet manager found: {what} in ROS domain {domain}; "
        "start one (suwon-fleet up), or set ROS_DOMAIN_ID to the domain it runs in"
    )
