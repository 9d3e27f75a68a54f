# SPDX-License-Identifier: Apache-2.0
"""Many requests to one service at once, repeated until each is answered."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any

from rclpy.client import Client
from rclpy.task import Future

WINDOW = 8
"""Requests under way at once: a ROS service's queue holds 10, and drops the oldest when it is full."""
REPEAT_S = 1.0
"""A request without an answer for so long is sent again, if it may be. A manager that starts anew hears
those who were there before after up to 3 s, the period of DDS's announcements."""
_LOOK_S = 0.02
"""How often (s) to look whether the service is there; ROS does not tell."""


class NoAnswer(Exception):
    """Nothing was answered for too long; `was_sent` says whether anything had been asked."""

    def __init__(self, was_sent: bool) -> None:
        super().__init__("no answer")
        self.was_sent = was_sent


def ask_all(
    client: Client,
    requests: Sequence[Any],
    *,
    timeout_s: float,
    may_repeat: bool,
    on_answer: Callable[[int, Any], None] = lambda _index, _answer: None,
) -> list[Any]:
    """The answers to all requests, in their order; the client's executor spins on another thread.

    With `may_repeat` a request without an answer is sent again. `on_answer` is called with the index of a
    request and its answer, on the calling thread.

    Raises:
        NoAnswer: none came for `timeout_s` seconds.
    """
    to_send = deque(range(len(requests)))
    under_way: dict[int, tuple[Future, float]] = {}
    answers: dict[int, Any] = {}
    arrived: SimpleQueue[tuple[int, Any]] = SimpleQueue()
    heard_at = time.monotonic()
    try:
        while len(answers) < len(requests):
            if client.service_is_ready():
                while to_send and len(under_way) < WINDOW:
                    index = to_send.popleft()
                    under_way[index] = _send(client, requests[index], index, arrived)
            try:
                index, answer = arrived.get(timeout=_LOOK_S)
            except Empty:
                now = time.monotonic()
                if now - heard_at > timeout_s:
                    raise NoAnswer(was_sent=bool(under_way)) from None
                if may_repeat:
                    to_send.extend(_forget(client, under_way, sent_before=now - REPEAT_S))
                continue
            heard_at = time.monotonic()
            if index not in answers:  # a repeated request may be answered twice
                answers[index] = answer
                under_way.pop(index, None)
                on_answer(index, answer)
    finally:
        _forget(client, under_way, sent_before=math.inf)
    return [answers[index] for index in range(len(requests))]


def _send(
    client: Client, request: Any, index: int, arrived: SimpleQueue[tuple[int, Any]]
) -> tuple[Future, float]:
    future = client.call_async(request)
    future.add_done_callback(lambda done: arrived.put((index, done.result())))
    return future, time.monotonic()


def _forget(
    client: Client, under_way: dict[int, tuple[Future, float]], sent_before: float
) -> list[int]:
    """Wait no longer for the answers to old requests; rclpy would for ever."""
    old = [index for index, (_, sent_at) in under_way.items() if sent_at < sent_before]
    for index in old:
        client.remove_pending_request(under_way.pop(index)[0])
    return old
