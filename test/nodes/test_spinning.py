# SPDX-License-Identifier: Apache-2.0
"""The harness nodes run in."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from concurrent.futures import Future

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from nodes.in_process import stage
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from suwon_fleet.cli.domain import isolated
from suwon_fleet.nodes import spinning
from suwon_fleet.nodes.late_answers import serve, then
from suwon_fleet.nodes.spinning import asked_to_end, executor_for
from suwon_fleet.srv import SetZone

pytestmark = pytest.mark.ros


def test_a_signal_asks_to_end_and_does_not_interrupt() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with asked_to_end() as asked:
        assert not asked.is_set()
        os.kill(os.getpid(), signal.SIGTERM)
        assert asked.wait(5.0)
    assert signal.getsignal(signal.SIGTERM) is before


def test_asked_twice_at_once_it_still_ends() -> None:
    for _ in range(200):
        with asked_to_end() as asked:
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
            assert asked.wait(5.0)


def test_without_the_events_executor_the_default_one_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "rclpy.experimental", None)
    with stage() as play:
        assert isinstance(executor_for(play.observer()), SingleThreadedExecutor)


def test_an_events_executor_that_does_nothing_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class Idle(SingleThreadedExecutor):
        def spin_once(self, timeout_sec: float | None = None) -> None:
            return

    monkeypatch.setattr("rclpy.experimental.EventsExecutor", Idle)
    monkeypatch.setattr(spinning, "_CHECK_S", 0.01)
    with stage() as play:
        chosen = executor_for(play.observer())
    assert isinstance(chosen, SingleThreadedExecutor)
    assert not isinstance(chosen, Idle)


def test_an_oserror_ends_the_process_with_a_line(capfd: pytest.CaptureFixture[str]) -> None:
    def work(_node: Node) -> int:
        raise OSError("the disk is full")

    with isolated():
        assert spinning.run(lambda: Node("worker"), work, []) == 1
    assert "ended: the disk is full\n" in capfd.readouterr().err


def test_an_answer_may_come_after_the_callback_has_returned() -> None:
    with stage() as play:
        node, other = play.observer(), play.observer()
        waiting: list[Future[str]] = []

        def ask(request: SetZone.Request, response: SetZone.Response) -> Future[SetZone.Response]:
            future: Future[str] = Future()
            waiting.append(future)

            def fill(code: str) -> SetZone.Response:
                response.code = f"{request.zone_id}: {code}"
                return response

            return then(future, fill)

        serve(node, SetZone, "later", ask)
        client = other.create_client(SetZone, "later")
        play.until(client.service_is_ready)
        calls = [client.call_async(SetZone.Request(zone_id=name)) for name in ("a", "b")]
        play.until(lambda: len(waiting) == 2)
        assert not any(call.done() for call in calls)
        waiting[1].set_result("second")
        play.until(calls[1].done)
        assert not calls[0].done()
        waiting[0].set_result("first")
        play.until(calls[0].done)
        assert [call.result().code for call in calls] == ["a: first", "b: second"]


def test_what_goes_wrong_on_the_way_is_not_lost() -> None:
    future: Future[int] = Future()
    later = then(future, lambda value: 1 // value)
    future.set_result(0)
    assert isinstance(later.exception(0), ZeroDivisionError)


def test_the_collector_looks_seldom_and_not_at_what_was_loaded() -> None:
    before = gc.get_threshold()
    try:
        spinning.spare_the_collector()
        assert gc.get_threshold()[0] > 10 * before[0]
        assert gc.get_freeze_count() > 0
        assert gc.isenabled()
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
