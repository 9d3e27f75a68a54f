# SPDX-License-Identifier: Apache-2.0
"""Which services cross a bridge now, in both directions, by the graph and by what other bridges tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TypeVar

import zenoh
from rclpy.exceptions import InvalidServiceNameException
from rclpy.node import Node
from rclpy.validate_full_topic_name import validate_full_topic_name

from suwon_fleet.nodes.bridge.others import Others
from suwon_fleet.nodes.bridge.ros_types import service_named
from suwon_fleet.nodes.bridge.route import BRIDGES
from suwon_fleet.nodes.bridge.services import OfferedElsewhere, OfferedHere, Wanted
from suwon_fleet.nodes.spinning import RCLError
from suwon_fleet.wire.bridge.rules import Filter
from suwon_fleet.wire.bridge.tokens import ALL_SERVERS, ServiceToken

C = TypeVar("C", OfferedHere, OfferedElsewhere)


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
        self.here: dict[str, OfferedHere] = {}
        """Offered here, by name."""
        self.elsewhere: dict[str, OfferedElsewhere] = {}
        """Offered elsewhere, by key."""
        self.troubles: dict[str, str] = {}
        """What should cross and cannot, and why."""
        self._node, self._session = node, session
        self._to_zenoh, self._from_zenoh = to_zenoh, from_zenoh
        self._prefix = f"{prefix}/" if prefix else ""
        self._others = None
        if from_zenoh.allow:  # robots behind zenoh-bridge-ros2dds tell of dozens each
            self._others = Others(session, ALL_SERVERS, ServiceToken.parse)

    def look(self) -> None:
        """Follow both sides."""
        self.troubles.clear()
        told = self._told_elsewhere()
        own = self._served_here() if told or self._may_be_asked() else {}
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
        self._have(self.elsewhere, dict(self._wanted_of_others(told, own)), OfferedElsewhere)
        for crossing in self.here.values():
            crossing.look()

    def _told_elsewhere(self) -> Collection[ServiceToken]:
        if self._others is None:
            return ()
        self._others.hear()
        return self._others.tokens

    def _may_be_asked(self) -> bool:
        """Whether any service of the graph may cross, whoever serves it."""
        names = (name for name, _ in self._node.get_service_names_and_types())
        return any(map(self._to_zenoh.rule_for, names))

    def _served_here(self) -> dict[str, set[str]]:
        """Services by name, and their types, but those of bridges."""
        served: defaultdict[str, set[str]] = defaultdict(set)
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

    def _wanted_of_others(
        self, told: Iterable[ServiceToken], own: Collection[str]
    ) -> Iterable[tuple[str, Wanted]]:
        for token in told:
            rule = self._from_zenoh.rule_for(token.key)
            if rule is None:
                continue
            name = rule.name_for(token.key) or f"/{token.key.removeprefix(self._prefix)}"
            if name in own:
                self.troubles[token.key] = f"{name} is served on both sides: rename one"
            else:
                yield token.key, Wanted(name, token.key, token.type, rule)

    def _have(self, crossings: dict[str, C], wanted: dict[str, Wanted], make: type[C]) -> None:
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
        if self._others:
            self._others.close()
        self._have(self.here, {}, OfferedHere)
        self._have(self.elsewhere, {}, OfferedElsewhere)
