# SPDX-License-Identifier: Apache-2.0
"""Which services cross a bridge now, in both directions, by the graph and by what other bridges tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import zenoh
from rclpy.exceptions import InvalidServiceNameException
from rclpy.node import Node
from rclpy.validate_full_topic_name import validate_full_topic_name

from suwon_fleet.core.errors import BadInput
from suwon_fleet.nodes.bridge.route import BRIDGES
from suwon_fleet.nodes.bridge.services import (
    Make,
    OfferedElsewhere,
    OfferedHere,
    Wanted,
    service_named,
)
from suwon_fleet.nodes.spinning import RCLError
from suwon_fleet.wire.bridge.rules import Filter
from suwon_fleet.wire.bridge.tokens import ALL_SERVERS, ServiceToken

TOKENS = 10_000


class Services:
    """Makes a crossing for each service that may cross, and ends it with its last server. One thread's."""

    def __init__(
        self,
        node: Node,
        session: zenoh.Session,
        to_zenoh: Filter,
        from_zenoh: Filter,
        prefix: str,
    ) -> None:
        self.here: dict[str, OfferedHere | OfferedElsewhere] = {}
        """Offered here, by name."""
        self.elsewhere: dict[str, OfferedHere | OfferedElsewhere] = {}
        """Offered elsewhere, by key."""
        self.troubles: dict[str, str] = {}
        """What should cross and cannot, and why."""
        self._node, self._session = node, session
        self._to_zenoh, self._from_zenoh = to_zenoh, from_zenoh
        self._prefix = f"{prefix}/" if prefix else ""
        self._told: dict[str, ServiceToken] = {}
        self._tokens = None
        if from_zenoh.allow:  # robots behind zenoh-bridge-ros2dds tell of dozens each
            self._tokens = session.liveliness().declare_subscriber(
                ALL_SERVERS, zenoh.handlers.FifoChannel(TOKENS), history=True
            )

    def look(self) -> None:
        """Follow both sides."""
        self.troubles.clear()
        own = self._served_here()
        wanted = {}
        for name, types in own.items():
            rule = self._to_zenoh.rule_for(name)
            if rule is None:
                continue
            if len(types) != 1:
                self.troubles[name] = f"has more than one type: {', '.join(sorted(types))}"
                continue
            key = f"{self._prefix}{(rule.name_for(name) or name).removeprefix('/')}"
            wanted[name] = Wanted(name, key, min(types), rule)
        self._have(self.here, wanted, OfferedHere)
        self._have(self.elsewhere, dict(self._wanted_of_others(own)), OfferedElsewhere)
        for crossing in (*self.here.values(), *self.elsewhere.values()):
            crossing.look()

    def _served_here(self) -> dict[str, set[str]]:
        """Services by name, and their types, but those of bridges."""
        served: defaultdict[str, set[str]] = defaultdict(set)
        allowed = [name for name, _ in self._node.get_service_names_and_types()]
        if not any(map(self._to_zenoh.rule_for, allowed)) and not self._told:
            return served
        for node, namespace in self._node.get_node_names_and_namespaces():
            if node.startswith(BRIDGES):
                continue
            try:
                found = self._node.get_service_names_and_types_by_node(node, namespace)
            except RCLError:  # it has just gone
                continue
            for name, types in found:
                served[name].update(types)
        return served

    def _wanted_of_others(self, own: dict[str, set[str]]) -> Iterable[tuple[str, Wanted]]:
        self._hear_tokens()
        for token in self._told.values():
            rule = self._from_zenoh.rule_for(token.key)
            if rule is None:
                continue
            name = rule.name_for(token.key) or f"/{token.key.removeprefix(self._prefix)}"
            if name in own:
                self.troubles[token.key] = f"{name} is served on both sides: rename one"
            else:
                yield token.key, Wanted(name, token.key, token.type, rule)

    def _hear_tokens(self) -> None:
        if self._tokens is None:
            return
        own = str(self._session.info.zid())
        for _ in range(TOKENS):
            if (sample := self._tokens.try_recv()) is None:
                return
            text = str(sample.key_expr)
            if sample.kind == zenoh.SampleKind.DELETE:
                self._told.pop(text, None)
                continue
            try:
                token = ServiceToken.parse(text)
            except BadInput:  # another's, of a version to come
                continue
            if token.zid != own:
                self._told[text] = token

    def _have(
        self,
        crossings: dict[str, OfferedHere | OfferedElsewhere],
        wanted: dict[str, Wanted],
        make: Make,
    ) -> None:
        for name, crossing in list(crossings.items()):
            if wanted.get(name) != crossing.wanted:
                crossings.pop(name).close()
        for name, one in wanted.items():
            if name in crossings:
                continue
            kind = service_named(one.type)
            if kind is None:
                self.troubles[name] = f"is of type {one.type}, which is not installed here"
                continue
            try:
                validate_full_topic_name(one.name, is_service=True)
                crossings[name] = make(self._node, self._session, one, kind)
            except InvalidServiceNameException as error:
                self.troubles[name] = f"{one.name!r} is no service: {str(error).splitlines()[0]}"
            except (RCLError, zenoh.ZError) as error:
                self.troubles[name] = f"cannot cross as {one.name!r}, {one.key!r}: {error}"

    def close(self) -> None:
        """End all, and hear of no more."""
        if self._tokens:
            self._tokens.undeclare()
        for crossing in (*self.here.values(), *self.elsewhere.values()):
            crossing.close()
        self.here.clear()
        self.elsewhere.clear()
