# SPDX-License-Identifier: Apache-2.0
"""A robot behind a bad network: slow, losing packets, cut off, messages that come twice or out of order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from zenoh_fleet import HOME, ZenohFleet

from suwon_fleet.bench.bridge.cuts import Cart, Shaky
from suwon_fleet.bench.bridge.proxy import FaultyProxy
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.jobs import JobKind, JobStatus
from suwon_fleet.core.robots.command import ActionKind
from suwon_fleet.core.robots.report import ActionStatus
from suwon_fleet.robot import Connection, run

LONGEST_S = 240.0
"""Only who fails waits so long: over such a line a busy machine takes minutes for three deliveries."""


@dataclass(frozen=True)
class Trouble:
    """Of the network: seconds of delay, share of packets lost, and for how long it is cut off."""

    delay_s: float
    lost: float
    away_turns: int


pytestmark = pytest.mark.timeout(600)
LITTLE, MUCH = Trouble(0.05, 0.2, 100), Trouble(0.25, 0.2, 1500)


@contextmanager
def at_work(folder: Path, trouble: Trouble) -> Iterator[tuple[ZenohFleet, Cart, FaultyProxy]]:
    """A fleet whose messages are shaken, and a robot that reaches it through a bad line."""
    cart, is_over = Cart(), Event()
    with (
        ZenohFleet.in_folder(folder) as fleet,
        FaultyProxy(fleet.endpoint, delay_s=trouble.delay_s, lost=trouble.lost, seed=5) as proxy,
    ):
        fleet.link._session = Shaky(fleet.link._session, 5)
        site, zone = HOME
        thread = Thread(
            target=run,
            args=(cart, Connection([proxy.endpoint])),
            kwargs={
                "site": site,
                "zone": zone,
                "robot_id": "r-1",
                "kind": "delivery_indoor",
                "until": is_over.is_set,
            },
        )
        thread.start()
        try:
            fleet.until(lambda: "r-1" in fleet.state.robots, LONGEST_S)
            yield fleet, cart, proxy
        finally:
            proxy.mend()
            is_over.set()
            thread.join()


def turn(fleet: ZenohFleet, times: int) -> None:
    """Let so many turns pass."""
    for _ in range(times):
        fleet.turn()


def cut_off(fleet: ZenohFleet, proxy: FaultyProxy, trouble: Trouble) -> None:
    """Nothing comes through for a while."""
    proxy.hole()
    turn(fleet, trouble.away_turns)
    proxy.mend()


def check_once(folder: Path, trouble: Trouble) -> None:
    with at_work(folder, trouble) as (fleet, cart, proxy):
        jobs = [fleet.submit(JobKind.DELIVERY, "shop", "desk") for _ in range(3)]
        cut_off(fleet, proxy, trouble)
        fleet.until(
            lambda: all(fleet.state.jobs[job].status is JobStatus.FINISHED for job in jobs),
            LONGEST_S,
        )
    assert set(cart.done.values()) == {1}
    assert Counter(kind for kind, _ in cart.done) == {"load": 3, "unload": 3}


def check_cancel(folder: Path, trouble: Trouble) -> None:
    with at_work(folder, trouble) as (fleet, cart, proxy):
        cart.waits_to_be_cancelled = True
        job = fleet.submit(JobKind.DELIVERY, "shop", "desk")
        fleet.until(lambda: fleet.state.robots["r-1"].busy_action, LONGEST_S)
        proxy.hole()
        assert fleet.ask(m.CancelJob("", job, "kim")).reason is None
        turn(fleet, trouble.away_turns)
        proxy.mend()
        fleet.until(lambda: _has_failed(fleet), LONGEST_S)
        cart.waits_to_be_cancelled = False
        fleet.until(lambda: fleet.state.jobs[job].status is JobStatus.CANCELLED, LONGEST_S)
    assert len(cart.cancelled) <= 1, "none, if it hears of the action only when that is called off"
    assert "load" not in {kind for kind, _ in cart.done}


def _has_failed(fleet: ZenohFleet) -> bool:
    """The fleet has heard that the robot ended the first thing it did, or that it never will."""
    action = fleet.state.robots["r-1"].action
    return action is not None and (
        action.status is ActionStatus.FAILED or action.kind is not ActionKind.LOAD
    )


def test_commands_take_effect_once(tmp_path: Path) -> None:
    check_once(tmp_path, LITTLE)


def test_a_job_that_was_called_off_meanwhile_is_once_the_robot_is_back(tmp_path: Path) -> None:
    check_cancel(tmp_path, LITTLE)


@pytest.mark.long
@pytest.mark.parametrize("check", [check_once, check_cancel])
def test_however_bad_it_is(tmp_path: Path, check: Any) -> None:
    check(tmp_path, MUCH)
