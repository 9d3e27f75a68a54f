# SPDX-License-Identifier: Apache-2.0
"""ROS topics that are published on Zenoh, as the bytes they are."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import zenoh
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy
from zenoh.ext import CacheConfig, MissDetectionConfig, declare_advanced_publisher

from suwon_fleet.nodes.bridge.ros_types import type_named
from suwon_fleet.nodes.bridge.route import (
    BRIDGES,
    LINGER_KEPT_S,
    LINGER_S,
    QUEUED,
    Counts,
    pace_of,
    profile,
)
from suwon_fleet.nodes.spinning import RCLError
from suwon_fleet.wire.bridge.rules import Filter, Rule
from suwon_fleet.wire.bridge.tokens import PUBLISHER, Qos, Token

HEARTBEAT_S = 0.5
"""Where messages are kept, others learn within this time that the last one has not come."""
AT_ONCE = 100
"""Messages of one topic that are taken before the next topic's turn."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A topic that somebody here publishes and that may cross."""

    topic: str
    type: str
    qos: Qos
    key: str
    rule: Rule


class OutRoute:
    """One topic on its way out. Messages come on the thread that spins the node.

    Raises RCLError and ZError where it cannot be, and leaves nothing behind.
    """

    def __init__(self, node: Node, session: zenoh.Session, wanted: _Wanted, kind: type) -> None:
        self.wanted = wanted
        self.counts = Counts()
        self.seen_s = time.monotonic()
        self._kind = kind
        with ExitStack() as opening:
            self._open(node, session, opening)
            self._opened = opening.pop_all()

    def _open(self, node: Node, session: zenoh.Session, opening: ExitStack) -> None:
        wanted, rule, qos = self.wanted, self.wanted.rule, self.wanted.qos
        priority = getattr(zenoh.Priority, rule.priority.name)
        drop = zenoh.CongestionControl.DROP  # never make all topics wait for one network
        kept = max(rule.keep, qos.depth if qos.is_latched else 0)
        self._publisher: Any
        if kept:
            self._publisher = declare_advanced_publisher(
                session,
                wanted.key,
                priority=priority,
                express=rule.express,
                congestion_control=drop,
                cache=CacheConfig(kept),
                publisher_detection=True,
                sample_miss_detection=MissDetectionConfig(
                    heartbeat=HEARTBEAT_S, sporadic_heartbeat=None
                ),
            )
        else:
            self._publisher = session.declare_publisher(
                wanted.key, priority=priority, express=rule.express, congestion_control=drop
            )
        opening.callback(self._publisher.undeclare)
        token = Token(str(session.info.zid()), PUBLISHER, wanted.key, wanted.type, qos)
        opening.callback(session.liveliness().declare_token(token.text()).undeclare)
        self._forward = self._put
        if rule.max_hz:
            self._forward = pace_of(node, rule.max_hz, self._put, self.counts, opening).take
        self._subscription = node.create_subscription(
            self._kind, wanted.topic, self._hear, profile(qos, QUEUED), raw=True
        )
        opening.callback(node.destroy_subscription, self._subscription)

    def _hear(self, payload: bytes) -> None:
        """A message has come; those that wait behind it are taken at once, which costs half as much.

        All are taken before the first goes on, so that Zenoh's thread is woken for many of them together.
        """
        take, payloads = self._subscription.handle.take_message, [payload]
        while len(payloads) < AT_ONCE and (taken := take(self._kind, True)) is not None:
            payloads.append(taken[0])
        for one in payloads:
            self._forward(one)

    def _put(self, payload: bytes) -> None:
        self._publisher.put(payload)
        counts = self.counts
        counts.messages += 1
        counts.size += len(payload)

    @property
    def is_over(self) -> bool:
        """Nobody has published here for so long that nobody will."""
        linger_s = LINGER_KEPT_S if self.wanted.rule.keep else LINGER_S
        return time.monotonic() - self.seen_s > linger_s

    def close(self) -> None:
        """Send nothing more."""
        self._opened.close()


class ToZenoh:
    """Makes a route for each topic that may cross, when its first publisher appears. One thread's."""

    def __init__(self, node: Node, session: zenoh.Session, filter_: Filter, prefix: str) -> None:
        self.routes: dict[str, OutRoute] = {}
        self.troubles: dict[str, str] = {}
        """Topics that should cross and cannot, and why."""
        self._node, self._session, self._filter, self._prefix = node, session, filter_, prefix

    def look(self, incoming: Collection[str]) -> None:
        """Follow the graph. Topics that are `incoming` from Zenoh do not go back to it."""
        self.troubles.clear()
        for name, types in self._node.get_topic_names_and_types():
            rule = self._filter.rule_for(name)
            if rule is None or not (found := self._found(name, types, rule)):
                continue
            if name in incoming:
                self.troubles[name] = "is published on both sides: give one another name"
            else:
                self._have(found)
        for name, route in list(self.routes.items()):
            if route.is_over:
                self.routes.pop(name).close()

    def _found(self, name: str, types: list[str], rule: Rule) -> _Wanted | None:
        """The topic, if anybody but a bridge publishes it."""
        ends = [
            end
            for end in self._node.get_publishers_info_by_topic(name)
            if not end.node_name.startswith(BRIDGES)
        ]
        if not ends:
            return None
        if len(types) != 1:
            self.troubles[name] = f"has more than one type: {', '.join(types)}"
            return None
        profiles = [end.qos_profile for end in ends]
        qos = Qos(
            all(one.reliability is ReliabilityPolicy.RELIABLE for one in profiles),
            all(one.durability is DurabilityPolicy.TRANSIENT_LOCAL for one in profiles),
            rule.keep or max(1, *(one.depth for one in profiles)),
        )
        key = rule.name_for(name) or name.removeprefix("/")
        return _Wanted(name, types[0], qos, f"{self._prefix}/{key}".strip("/"), rule)

    def _have(self, wanted: _Wanted) -> None:
        route = self.routes.get(wanted.topic)
        if route and route.wanted == wanted:
            route.seen_s = time.monotonic()
            return
        kind = type_named(wanted.type)
        if kind is None:
            self.troubles[wanted.topic] = f"is of type {wanted.type}, which is not installed here"
            return
        if route:
            self.routes.pop(wanted.topic).close()
        try:
            self.routes[wanted.topic] = OutRoute(self._node, self._session, wanted, kind)
        except (RCLError, zenoh.ZError) as error:
            self.troubles[wanted.topic] = f"cannot have the key {wanted.key!r}: {error}"

    def close(self) -> None:
        """End all routes."""
        for route in self.routes.values():
            route.close()
        self.routes.clear()
