# SPDX-License-Identifier: Apache-2.0
"""ROS services that cross as the bytes they are: queries of the request's CDR, replies of the response's.

As zenoh-bridge-ros2dds has them. An action is three services and two topics, so it crosses by the same
means where all of them are allowed.
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import zenoh
from rclpy.exceptions import InvalidHandle
from rclpy.node import Node
from rclpy.serialization import deserialize_message, serialize_message
from zenoh.handlers import Callback

from suwon_fleet.nodes.bridge.route import CDR_HEADERS, Counts
from suwon_fleet.nodes.late_answers import serve
from suwon_fleet.nodes.spinning import RCLError
from suwon_fleet.wire.bridge.rules import Rule
from suwon_fleet.wire.bridge.tokens import ServiceToken

MOST_UNDER_WAY = 1_000
"""Requests of one service that wait for their answer."""
MOST_BYTES = 2**24


@dataclass(frozen=True, slots=True)
class Wanted:
    """A service that is offered on one side and may cross."""

    name: str
    """On ROS."""
    key: str
    type: str
    rule: Rule


class OfferedHere:
    """A ROS service that is asked from elsewhere. Requests come on a thread of Zenoh's, answers on the
    node's.

    Raises RCLError and ZError where it cannot be, and leaves nothing behind.
    """

    def __init__(self, node: Node, session: zenoh.Session, wanted: Wanted, kind: Any) -> None:
        self.wanted, self.counts, self._kind = wanted, Counts(), kind
        self._under_way: dict[Any, tuple[zenoh.Query, float]] = {}
        with ExitStack() as opening:
            self._client = node.create_client(kind, wanted.name)
            opening.callback(node.destroy_client, self._client)
            asked = session.declare_queryable(wanted.key, self._ask, complete=True)
            opening.callback(asked.undeclare)
            token = ServiceToken(str(session.info.zid()), wanted.key, wanted.type)
            opening.callback(session.liveliness().declare_token(token.text()).undeclare)
            self._opened = opening.pop_all()

    def _ask(self, query: zenoh.Query) -> None:
        payload = query.payload.to_bytes() if query.payload else b""
        request = _message(payload, self._kind.Request)
        if request is None:
            self.counts.faults += 1
            query.reply_err(b"this is no request of this service")
            query.drop()
            return
        if len(self._under_way) >= MOST_UNDER_WAY:
            self.counts.held_back += 1
            query.reply_err(b"too many requests are under way")
            query.drop()
            return
        try:
            future = self._client.call_async(request)
        except (RCLError, InvalidHandle):  # the route, or all of ROS, is closing
            query.drop()
            return
        self.counts.size += len(payload)
        self._under_way[future] = query, time.monotonic() + self.wanted.rule.timeout_s
        future.add_done_callback(self._answer)

    def _answer(self, future: Any) -> None:
        query, _ = self._under_way.pop(future, (None, 0.0))
        if query is None:
            return
        try:
            payload = serialize_message(future.result())
            query.reply(self.wanted.key, payload)
            self.counts.messages += 1
            self.counts.size += len(payload)
        except (RCLError, zenoh.ZError):
            self.counts.faults += 1
        query.drop()

    def look(self) -> None:
        """Give up what its server has not answered in time."""
        now_s = time.monotonic()
        for future, (_, until_s) in list(self._under_way.items()):
            if now_s >= until_s:
                self.counts.missed += 1
                self._give_up(future)

    def _give_up(self, future: Any) -> None:
        query, _ = self._under_way.pop(future, (None, 0.0))
        if query is not None:
            self._client.remove_pending_request(future)
            query.drop()

    def close(self) -> None:
        """Answer nothing more."""
        self._opened.close()  # first: a request that came after the others were given up would be forgotten
        for future in list(self._under_way):
            self._give_up(future)


class OfferedElsewhere:
    """A service of another bridge's, offered here. An answer that never comes stays out, as on ROS.

    Raises RCLError and ZError where it cannot be, and leaves nothing behind.
    """

    def __init__(self, node: Node, session: zenoh.Session, wanted: Wanted, kind: Any) -> None:
        self.wanted, self.counts, self._kind = wanted, Counts(), kind
        self._session = session
        self._key = zenoh.KeyExpr(wanted.key)  # as others tell it: not all of that is a key
        self._under_way = 0
        with ExitStack() as opening:
            service = serve(node, kind, wanted.name, self._ask)
            opening.callback(node.destroy_service, service)
            self._opened = opening.pop_all()

    def _ask(self, request: Any, _: Any) -> Future[Any]:
        answer: Future[Any] = Future()
        if self._under_way >= MOST_UNDER_WAY:
            self.counts.held_back += 1
            return answer
        self._under_way += 1
        payload = serialize_message(request)
        self.counts.size += len(payload)

        def hear(reply: zenoh.Reply) -> None:
            if answer.done() or reply.ok is None:
                return
            told = reply.ok.payload.to_bytes()
            response = _message(told, self._kind.Response)
            if response is not None:
                self.counts.messages += 1
                self.counts.size += len(told)
                _give(answer, response)

        def end() -> None:
            self._under_way -= 1
            self.counts.missed += not answer.done()

        self._session.get(
            self._key,
            Callback(hear, end),
            payload=payload,
            timeout=self.wanted.rule.timeout_s,
            allowed_destination=zenoh.Locality.REMOTE,
        )
        return answer

    def close(self) -> None:
        """Offer it no more."""
        self._opened.close()


def _give(answer: Future[Any], response: Any) -> None:
    """On a thread of Zenoh's; the service may have been closed meanwhile."""
    try:
        answer.set_result(response)
    except (RCLError, InvalidHandle):
        return


def _message(payload: bytes, kind: Any) -> Any | None:
    """What bytes are, None if they are nothing of this kind."""
    if payload[:2] not in CDR_HEADERS or not 4 <= len(payload) <= MOST_BYTES:
        return None
    try:
        return deserialize_message(payload, kind)
    except Exception:  # whatever rmw makes of others' bytes
        return None
