# SPDX-License-Identifier: Apache-2.0
"""Topics of other bridges that are published here, as the bytes they are."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import zenoh
from rclpy.exceptions import InvalidHandle, InvalidTopicNameException
from rclpy.node import Node
from rclpy.validate_full_topic_name import validate_full_topic_name
from zenoh.ext import HistoryConfig, RecoveryConfig, declare_advanced_subscriber

from suwon_fleet.nodes.bridge.others import Others
from suwon_fleet.nodes.bridge.ros_types import type_named
from suwon_fleet.nodes.bridge.route import (
    CDR_HEADERS,
    LINGER_KEPT_S,
    LINGER_S,
    QUEUED,
    Counts,
    pace_of,
    profile,
)
from suwon_fleet.nodes.spinning import RCLError
from suwon_fleet.wire.bridge.rules import Filter, Rule
from suwon_fleet.wire.bridge.tokens import ALL_PUBLISHERS, SUBSCRIBER, Qos, Token


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A topic that somebody elsewhere publishes and that may cross."""

    key: str
    type: str
    qos: Qos
    topic: str
    rule: Rule


class InRoute:
    """One topic on its way in. Messages come on a thread of Zenoh's.

    Raises RCLError and ZError where it cannot be, and leaves nothing behind.
    """

    def __init__(self, node: Node, session: zenoh.Session, wanted: _Wanted, kind: type) -> None:
        self.wanted = wanted
        self.counts = Counts()
        self.seen_s = time.monotonic()
        with ExitStack() as opening:
            self._open(node, session, kind, opening)
            self._opened = opening.pop_all()

    def _open(self, node: Node, session: zenoh.Session, kind: type, opening: ExitStack) -> None:
        wanted, rule, qos = self.wanted, self.wanted.rule, self.wanted.qos
        depth = qos.depth if qos.is_latched else QUEUED  # whoever comes late gets so many
        self._publisher = node.create_publisher(kind, wanted.topic, profile(qos, depth))
        opening.callback(node.destroy_publisher, self._publisher)
        self._take = self._publish
        if rule.max_hz:
            self._take = pace_of(node, rule.max_hz, self._publish, self.counts, opening).take
        token = Token(str(session.info.zid()), SUBSCRIBER, wanted.key, wanted.type, qos)
        opening.callback(session.liveliness().declare_token(token.text()).undeclare)
        subscriber: Any
        if rule.keep or qos.is_latched:
            subscriber = declare_advanced_subscriber(
                session,
                wanted.key,
                self._hear,
                allowed_origin=zenoh.Locality.REMOTE,
                history=HistoryConfig(detect_late_publishers=True) if qos.is_latched else None,
                recovery=RecoveryConfig(periodic_queries=None, heartbeat=True),
            )
            opening.callback(subscriber.undeclare)
            subscriber.sample_miss_listener(self._missed)
        else:
            subscriber = session.declare_subscriber(
                wanted.key, self._hear, allowed_origin=zenoh.Locality.REMOTE
            )
            opening.callback(subscriber.undeclare)

    def _hear(self, sample: zenoh.Sample) -> None:
        payload = sample.payload.to_bytes()
        if payload[:2] in CDR_HEADERS and len(payload) > 4:
            self._take(payload)
        else:
            self.counts.faults += 1

    def _publish(self, payload: bytes) -> None:
        try:
            self._publisher.publish(payload)
        except (RCLError, InvalidHandle):  # the route, or all of ROS, is closing
            self.counts.faults += 1
            return
        counts = self.counts
        counts.messages += 1
        counts.size += len(payload)

    def _missed(self, miss: zenoh.ext.Miss) -> None:
        self.counts.missed += miss.nb

    @property
    def is_over(self) -> bool:
        """No other bridge has told of it for so long that none will."""
        linger_s = LINGER_KEPT_S if self.wanted.rule.keep else LINGER_S
        return time.monotonic() - self.seen_s > linger_s

    def close(self) -> None:
        """Publish nothing more."""
        self._opened.close()


class FromZenoh:
    """Makes a route for each topic that may cross, when another bridge tells of it. One thread's."""

    def __init__(self, node: Node, session: zenoh.Session, filter_: Filter, prefix: str) -> None:
        self.routes: dict[str, InRoute] = {}
        """By key."""
        self.troubles: dict[str, str] = {}
        """Keys that should cross and cannot, and why."""
        self._node, self._session, self._filter = node, session, filter_
        self._prefix = f"{prefix}/" if prefix else ""
        self._others = Others(session, ALL_PUBLISHERS, Token.parse)

    @property
    def topics(self) -> set[str]:
        """What is published here by it."""
        return {route.wanted.topic for route in self.routes.values()}

    def look(self, outgoing: Collection[str]) -> None:
        """Follow what other bridges tell. Topics that are `outgoing` do not come back."""
        self._others.hear()
        self.troubles.clear()
        for token in self._others.tokens:
            rule = self._filter.rule_for(token.key)
            if rule is None:
                continue
            topic = rule.name_for(token.key) or f"/{token.key.removeprefix(self._prefix)}"
            if topic in outgoing:
                self.troubles[token.key] = f"{topic} is published on both sides: rename one"
            else:
                self._have(_Wanted(token.key, token.type, token.qos, topic, rule))
        for key, route in list(self.routes.items()):
            if route.is_over:
                self.routes.pop(key).close()

    def _have(self, wanted: _Wanted) -> None:
        route = self.routes.get(wanted.key)
        if route:
            if route.wanted.type == wanted.type:
                route.seen_s = time.monotonic()
            if route.wanted == wanted:
                return
            if self._is_told_otherwise(route):
                if route.wanted.type != wanted.type:
                    what = f"is of type {route.wanted.type}, and elsewhere of type {wanted.type}"
                    self.troubles[wanted.key] = f"{what}, which is left out"
                return
        kind = type_named(wanted.type)
        if kind is None:
            self.troubles[wanted.key] = f"is of type {wanted.type}, which is not installed here"
            return
        try:
            validate_full_topic_name(wanted.topic)
        except InvalidTopicNameException as error:
            why = str(error).splitlines()[0]
            self.troubles[wanted.key] = f"{wanted.topic!r} is no topic: {why}"
            return
        if route:
            self.routes.pop(wanted.key).close()
        try:
            self.routes[wanted.key] = InRoute(self._node, self._session, wanted, kind)
        except (RCLError, zenoh.ZError) as error:
            self.troubles[wanted.key] = f"cannot be {wanted.topic!r}: {error}"

    def _is_told_otherwise(self, route: InRoute) -> bool:
        """Whether one bridge still tells of the topic as the route has it, and another otherwise."""
        known = route.wanted
        return any(
            (token.key, token.type, token.qos) == (known.key, known.type, known.qos)
            for token in self._others.tokens
        )

    def close(self) -> None:
        """End all routes, and hear of no more."""
        self._others.close()
        for route in self.routes.values():
            route.close()
        self.routes.clear()
