# SPDX-License-Identifier: Apache-2.0
"""Robots behind a zenoh-bridge-ros2dds that Nav2 drives, as a RobotLink.

The bridge's key of a ROS name is the name without its first slash, after its own `namespace`; payloads are
the CDR of DDS, for services without the request id. A query is a call of a service.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import zenoh

from suwon_fleet.adapters.nav2.asking import STATUS, Ask, Tell
from suwon_fleet.adapters.nav2.robot import TF, Nav2Machine
from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.core.engine.messages import Heard
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.wire.bridge.nav2_robot import Nav2Robot

_KEPT = {TF: 32, STATUS: 8}
"""Messages kept between two drains; of other topics the newest says all."""


@dataclass(slots=True)
class _Query:
    """A request on its way."""

    machine: Nav2Machine
    ask: Ask
    replies: Any


class Ros2ddsLink:
    """See the module. Belongs to one thread; Zenoh's own only fill channels.

    What a robot sends that cannot be used is counted by its key, and left out.
    """

    def __init__(
        self,
        session: zenoh.Session,
        robots: Sequence[Nav2Robot],
        now_ns: Callable[[], int],
    ) -> None:
        """`now_ns` is the fleet's clock."""
        self.counts = Counts()
        self._session, self._now_ns = session, now_ns
        name = f"{time.time_ns():x}"
        self._machines = {robot.robot_id: Nav2Machine(robot, name) for robot in robots}
        self._queries: list[_Query] = []
        self._subscribers = [
            (
                machine,
                topic,
                session.declare_subscriber(
                    f"{machine.robot.namespace}/{topic}",
                    zenoh.handlers.RingChannel(_KEPT.get(topic, 1)),
                ),
            )
            for machine in self._machines.values()
            for topic in machine.topics
        ]

    def drain(self) -> list[Heard]:
        """Hear all robots, ask what is to be asked of them, and tell how they stand."""
        now_ns = self._now_ns()
        self._hear(now_ns)
        self._take_replies(now_ns)
        told: list[Heard] = []
        for machine in self._machines.values():
            for wanted in machine.step(now_ns):
                self._say(machine, wanted)
            if report := machine.report(now_ns):
                told.append(report)
        return told

    def _hear(self, now_ns: int) -> None:
        for machine, topic, subscriber in self._subscribers:
            while (sample := subscriber.try_recv()) is not None:
                self._used(
                    str(sample.key_expr), machine.hear, topic, sample.payload.to_bytes(), now_ns
                )

    def _take_replies(self, now_ns: int) -> None:
        open_ones, self._queries = self._queries, []
        for query in open_ones:
            where = f"{query.machine.robot.namespace}/{query.ask.service}"
            try:
                reply = query.replies.try_recv()
            except zenoh.ZError:  # closed: nobody has replied, or is there to reply
                self._used(where, query.machine.answer, query.ask.token, None, now_ns)
                continue
            if reply is None:
                self._queries.append(query)
                continue
            payload = reply.ok.payload.to_bytes() if reply.ok else None
            self._used(where, query.machine.answer, query.ask.token, payload, now_ns)

    def _used(self, key: str, use: Callable[..., None], *what: object) -> None:
        """Hand something on; what is wrong with it is counted."""
        try:
            use(*what)
        except BadInput as error:
            self.counts.fault(key, error)

    def _say(self, machine: Nav2Machine, wanted: Ask | Tell) -> None:
        if isinstance(wanted, Tell):
            key = f"{machine.robot.namespace}/{wanted.topic}"
            self._session.put(key, wanted.payload, congestion_control=zenoh.CongestionControl.DROP)
            return
        replies = self._session.get(
            f"{machine.robot.namespace}/{wanted.service}",
            handler=zenoh.handlers.FifoChannel(1),
            payload=wanted.payload,
            timeout=wanted.timeout_s,
        )
        self._queries.append(_Query(machine, wanted, replies))

    def send(self, commands: Iterable[RobotCommand]) -> None:
        """Robots take commands at once; what follows is asked of them at the next `drain`."""
        now_ns = self._now_ns()
        for command in commands:
            if machine := self._machines.get(command.robot_id):
                machine.obey(command, now_ns)
            else:
                self.counts.nowhere += 1

    def close(self) -> None:
        """Hear no more. Goals under way go on: their ground stays the robots'."""
        for _, _, subscriber in self._subscribers:
            subscriber.undeclare()
        self._queries.clear()
