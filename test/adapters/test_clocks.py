# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.adapters.clocks import FASTEST, LEAP_S, SECOND, SKEW_S, HeardClock, WallClock

DOOMSDAY = 2_000_000_000 * SECOND


@dataclass
class Wall:
    now_s: float = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_heard_time_is_the_newest_stamp() -> None:
    clock = HeardClock()
    assert clock.now_ns() == 0
    clock.hear([])
    assert clock.now_ns() == 0
    clock.hear([500, 300])
    clock.hear([400])
    assert clock.now_ns() == 500


@given(st.lists(st.integers(0, 9 * SECOND), min_size=2))
def test_one_absurd_stamp_is_not_believed(stamps: list[int]) -> None:
    for told in ([[*stamps, DOOMSDAY]], [stamps, [DOOMSDAY]]):
        clock = HeardClock(Wall())
        for message in told:
            latest_ns = clock.hear(message)
        assert max(stamps) <= latest_ns < DOOMSDAY
        assert clock.now_ns() == max(stamps)


def test_who_has_heard_nothing_begins_where_most_are() -> None:
    clock = HeardClock()
    clock.hear([0, DOOMSDAY, DOOMSDAY + 1])
    assert clock.now_ns() == DOOMSDAY + 1


def test_after_a_silence_time_may_have_gone_on_as_fast_as_simulations_do() -> None:
    wall = Wall()
    clock = HeardClock(wall)
    clock.hear([SECOND])
    hour_later = 3600 * SECOND
    clock.hear([hour_later])
    assert clock.now_ns() == SECOND
    wall.now_s += (3600 - LEAP_S) / FASTEST
    clock.hear([hour_later])
    assert clock.now_ns() == hour_later


def test_a_stamp_before_time_does_not_turn_it_back() -> None:
    clock = HeardClock()
    clock.hear([-5 * SECOND])
    assert clock.now_ns() == 0


def test_wall_time_is_the_machines() -> None:
    before = time.time_ns()
    assert before <= WallClock().now_ns() <= time.time_ns()


def test_wall_time_takes_no_stamp_from_the_far_future() -> None:
    latest_ns = WallClock().hear([DOOMSDAY * 2])
    assert 0 < latest_ns - time.time_ns() <= SKEW_S * SECOND
