# SPDX-License-Identifier: Apache-2.0
"""Many requests at once: each is answered once, whatever is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from waiting import LONGEST_S

from suwon_fleet.adapters.ros import asking
from suwon_fleet.adapters.ros.asking import WINDOW, NoAnswer, ask_all

pytestmark = pytest.mark.ros


class Future:
    """As rclpy's, already done or never."""

    def __init__(self, answer: Any, is_lost: bool) -> None:
        self._answer, self._is_lost = answer, is_lost

    def add_done_callback(self, callback: Callable[[Future], None]) -> None:
        if not self._is_lost:
            callback(self)

    def result(self) -> Any:
        return self._answer


class Service:
    """A client whose server answers ten times what it is asked; the requests number `lost` are lost."""

    def __init__(self, lost: set[int], is_ready: bool = True) -> None:
        self._lost, self._is_ready = lost, is_ready
        self.sent: list[int] = []
        self.pending: set[Future] = set()

    def service_is_ready(self) -> bool:
        return self._is_ready

    def call_async(self, request: int) -> Future:
        is_lost = len(self.sent) in self._lost
        self.sent.append(request)
        future = Future(10 * request, is_lost)
        if is_lost:
            self.pending.add(future)
        assert len(self.pending) <= WINDOW
        return future

    def remove_pending_request(self, future: Future) -> None:
        self.pending.remove(future)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "REPEAT_S", 0.002)
    monkeypatch.setattr(asking, "_LOOK_S", 0.001)


@given(count=st.integers(0, 40), lost=st.sets(st.integers(0, 60), max_size=30))
def test_all_are_answered_in_order_though_some_are_lost(count: int, lost: set[int]) -> None:
    service = Service(lost)
    told: dict[int, Any] = {}
    answers = ask_all(
        service, range(count), timeout_s=LONGEST_S, may_repeat=True, on_answer=told.__setitem__
    )
    assert answers == [10 * request for request in range(count)]
    assert told == dict(enumerate(answers))
    assert not service.pending, "rclpy would keep them for ever"


def test_what_may_not_be_repeated_is_sent_once() -> None:
    service = Service({0})
    with pytest.raises(NoAnswer) as error:
        ask_all(service, [1], timeout_s=0.2, may_repeat=False)
    assert error.value.was_sent
    assert service.sent == [1]
    assert not service.pending


def test_nothing_is_sent_before_the_service_is_there() -> None:
    service = Service(set(), is_ready=False)
    with pytest.raises(NoAnswer) as error:
        ask_all(service, [1], timeout_s=0.02, may_repeat=True)
    assert not error.value.was_sent
    assert not service.sent
