# SPDX-License-Identifier: Apache-2.0
"""Events of a robot across an outage of its network, beside plain puts of the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zenoh.handlers import FifoChannel

from suwon_fleet.adapters.clocks import WallClock
from suwon_fleet.adapters.zenoh.link import ZenohLink
from suwon_fleet.adapters.zenoh.session import SessionSettings, open_session
from suwon_fleet.bench.bridge.child import Child, free_endpoint
from suwon_fleet.bench.bridge.proxy import FaultyProxy
from suwon_fleet.bench.bridge.robots import PLAIN, SITE, ZONE
from suwon_fleet.wire.zenoh.happenings import decode_event

HZ = 100.0
BEFORE_S, AFTER_S = 1.0, 3.0
_LONGEST_S = 20.0
"""For the last event, after the end of the outage."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A reset, or a hole, of so many seconds."""

    name: str
    seconds: float
    is_reset: bool = False


OUTAGES = (
    Outage("reset 3 s", 3.0, is_reset=True),
    Outage("hole 8 s", 8.0),
    Outage("partition 30 s", 30.0),
)
QUICK = (Outage("reset 1 s", 1.0, is_reset=True), Outage("hole 2 s", 2.0))


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of so many events."""

    told: int
    lost: int
    doubled: int
    disordered: int
    """Came after one that was told later."""
    back_s: float
    """From the end of the outage to when the first event after it was heard."""


def across(outage: Outage) -> tuple[Heard, Heard]:
    """What our link has heard, and what a plain subscriber has."""
    target = free_endpoint()
    session = open_session(SessionSettings(listen=[target]))
    try:
        link = ZenohLink(session, WallClock(), SITE, ZONE)
        plain = session.declare_subscriber(PLAIN, FifoChannel(100_000))
        ours: list[tuple[int, float]] = []
        theirs: list[tuple[int, float]] = []

        def hear() -> None:
            link.drain()
            now_s = time.monotonic()
            ours.extend((event.sequence, now_s) for event in link.events())
            while sample := plain.try_recv():
                event = decode_event(sample.payload.to_bytes(), PLAIN)
                theirs.append((event.sequence, now_s))

        told, mended_s = _play(outage, target, hear, lambda: ours[-1][0] if ours else 0)
        link.close()
        return _judge(ours, told, mended_s), _judge(theirs, told, mended_s)
    finally:
        session.close()


def _play(
    outage: Outage, target: str, hear: Callable[[], None], newest: Callable[[], int]
) -> tuple[int, float]:
    """Let a robot tell events across the outage; how many it told, and when the outage was over."""
    seconds = BEFORE_S + outage.seconds + AFTER_S
    orders = {"seconds": seconds, "hz": HZ, "outage_s": seconds}
    with FaultyProxy(target) as proxy, Child.of_robots(proxy.endpoint, "teller", orders) as child:
        child.hear()
        _go_on(hear, lambda: newest() >= BEFORE_S * HZ)
        (proxy.reset if outage.is_reset else proxy.hole)()
        over_s = time.monotonic() + outage.seconds
        _go_on(hear, lambda: time.monotonic() >= over_s)
        proxy.mend()
        mended_s = time.monotonic()
        ends_s = mended_s + AFTER_S + 1.0
        _go_on(hear, lambda: time.monotonic() >= ends_s)
        child.hear()  # all is told
        told = round(seconds * HZ)
        _go_on(hear, lambda: newest() >= told - 1 or time.monotonic() > mended_s + _LONGEST_S)
        child.say("enough")
        return round(child.end()["sent"]), mended_s


def _go_on(step: Callable[[], None], until: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 120.0
    while not until():
        if time.monotonic() > deadline_s:
            raise TimeoutError("the robot is not heard")
        step()
        time.sleep(0.005)
    step()


def _judge(heard: Sequence[tuple[int, float]], told: int, mended_s: float) -> Heard:
    numbers = [number for number, _ in heard]
    distinct = set(numbers)
    newest = disordered = 0
    for number in numbers:
        disordered += number < newest
        newest = max(newest, number)
    after = [at_s for _, at_s in heard if at_s > mended_s]
    back_s = min(after) - mended_s if after else float("inf")
    return Heard(told, told - len(distinct), len(numbers) - len(distinct), disordered, back_s)
