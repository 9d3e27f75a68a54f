# SPDX-License-Identifier: Apache-2.0
"""A rig lives through each tick once, and answers each time; both sides read each other."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest

from suwon_fleet.robot.lockstep import Ticks
from suwon_fleet.robot.member import Body
from suwon_fleet.wire.zenoh.lockstep import ANSWERS, TICKS, PlaceBody, TickBody, TickedBody

STEP_NS = 100_000_000
BODY = Body(x_m=1.5, y_m=-2.0, yaw_rad=0.5, level="B1", speed_mps=0.75)


class Rig:
    def __init__(self) -> None:
        self.lived: list[tuple[float, int]] = []
        self.ticks = Ticks("rig-1", lambda period_s, now_ns: self.lived.append((period_s, now_ns)))

    def hear(self, tick: int, run: str = "a") -> TickedBody | None:
        told = TICKS.encode(tick, 0, TickBody(run, tick, tick * STEP_NS, STEP_NS))
        answer = self.ticks.hear(told, BODY)
        return ANSWERS.decode(answer, "key").body if answer else None


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_a_tick_is_lived_through_once_and_answered_each_time(rig: Rig) -> None:
    place = PlaceBody(1.5, -2.0, 0.5, "B1", 0.75)
    for tick in (0, 0, 1, 1, 1):
        assert rig.hear(tick) == TickedBody("rig-1", "a", tick, place)
    assert rig.lived == [(0.1, STEP_NS), (0.1, 2 * STEP_NS)]
    assert rig.ticks.now_ns == 2 * STEP_NS


def test_what_is_past_is_left_and_what_was_missed_is_counted(rig: Rig) -> None:
    assert rig.hear(3)
    assert rig.hear(2) is None
    assert rig.hear(7)
    assert (len(rig.lived), rig.ticks.missed) == (2, 3)
    assert rig.hear(0, run="b"), "another simulator begins anew"
    assert rig.ticks.missed == 3


def test_it_says_that_it_is_there(rig: Rig) -> None:
    assert ANSWERS.decode(rig.ticks.ready(5), "key").body == TickedBody("rig-1")


@pytest.mark.parametrize(
    "said",
    [
        b"\xc1",
        [1, "tick", 0, 0, []],
        [1, "tick", 0, 0, ["a", -1, 0, STEP_NS]],
        [1, "tick", 0, 0, ["a", True, 0, STEP_NS]],
        [1, "tick", 0, 0, [1, 0, 0, STEP_NS]],
        [1, "pause", 0, 0, ["a", 0, 0, STEP_NS]],
        [2, "tick", 0, 0, ["a", 0, 0, STEP_NS]],
    ],
)
def test_what_is_no_tick_is_no_reason_to_live(rig: Rig, said: Any) -> None:
    payload = said if isinstance(said, bytes) else msgpack.packb(said)
    assert rig.ticks.hear(payload, BODY) is None
    assert rig.lived == []
