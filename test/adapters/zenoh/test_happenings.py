# SPDX-License-Identifier: Apache-2.0
"""Events come in order and once, whatever order they arrive in; what is lost for good is counted."""

from __future__ import annotations

import pytest

pytest.importorskip("zenoh", reason="Zenoh is not installed")

from hypothesis import given
from hypothesis import strategies as st
from waiting import wait_for
from zenoh.ext import CacheConfig, MissDetectionConfig, declare_advanced_publisher
from zenoh_net import free_endpoint, plain, sessions

from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.adapters.zenoh.happenings import (
    ASK_AGAIN_S,
    LONGEST_S,
    MOST_HELD,
    Order,
    cache_of,
)
from suwon_fleet.adapters.zenoh.queues import Replies
from suwon_fleet.wire.zenoh.happenings import RobotEvent

SECOND = 1_000_000_000
LATER = round(ASK_AGAIN_S * SECOND)


def event(sequence: int, session: str = "one", robot: str = "r-1") -> RobotEvent:
    return RobotEvent(robot, session, sequence, 1, f"{session} {sequence}")


@given(st.permutations(range(2, 12)), st.lists(st.integers(1, 11)))
def test_whatever_order_they_arrive_in_they_are_passed_on_in_their_own(
    order: list[int], again: list[int]
) -> None:
    counts = Counts()
    line = Order(counts)
    passed = line.take(event(1))
    for sequence in order:
        passed += line.take(event(sequence))
    for sequence in again:
        assert line.take(event(sequence), is_again=True) == []
    assert [one.sequence for one in passed] == list(range(1, 12))
    assert (counts.events, counts.events_missed, counts.events_doubled) == (11, 0, 0)
    assert list(line.gaps(SECOND)) == []


@pytest.fixture
def gap() -> tuple[Order, Counts]:
    """1 came, then 4, 5 and 8."""
    counts = Counts()
    line = Order(counts)
    line.take(event(1))
    assert [one for sequence in (4, 5, 8) for one in line.take(event(sequence))] == []
    return line, counts


def test_a_gap_is_asked_for_again_and_given_up_once_the_cache_lacks_it(
    gap: tuple[Order, Counts],
) -> None:
    line, counts = gap
    now = LATER
    for answered in (False, True, False, True, False):
        assert line.overdue(now) == []
        assert list(line.gaps(now)) == ["r-1"]
        assert list(line.gaps(now + LATER - 1)) == []
        if answered:
            assert line.take(event(8), is_again=True) == []
        now += LATER
    assert [one.sequence for one in line.overdue(now)] == [4, 5, 8]
    assert counts.events_missed == 4
    assert list(line.gaps(now)) == []
    assert [one.sequence for one in line.take(event(9))] == [9]
    assert line.take(event(3)) == []
    assert (counts.events, counts.events_doubled) == (5, 1)


def test_a_gap_that_nobody_answers_for_is_given_up_after_the_longest_outage(
    gap: tuple[Order, Counts],
) -> None:
    line, counts = gap
    began = LATER
    for again in range(round(LONGEST_S)):
        assert line.overdue(began + again * LATER) == []
        assert list(line.gaps(began + again * LATER)) == ["r-1"]
    passed = line.overdue(began + round(LONGEST_S * SECOND))
    assert [one.sequence for one in passed] == [4, 5, 8]
    assert counts.events_missed == 4


def test_a_gap_that_is_filled_lets_all_behind_it_go(gap: tuple[Order, Counts]) -> None:
    line, counts = gap
    assert list(line.gaps(LATER)) == ["r-1"]
    passed = [one for n in range(1, 9) for one in line.take(event(n), is_again=True)]
    assert [one.sequence for one in passed] == [2, 3, 4, 5, 6, 7, 8]
    assert (counts.events, counts.events_missed, counts.events_doubled) == (8, 0, 0)
    assert list(line.gaps(10 * LATER)) == []


def test_what_an_ended_program_held_back_is_passed_on_before_the_next_ones() -> None:
    counts = Counts()
    line = Order(counts)
    line.take(event(7))
    line.take(event(9))
    passed = line.take(event(1, "two"))
    assert [one.what for one in passed] == ["one 9", "two 1"]
    assert counts.events_missed == 1
    assert line.take(event(3, "two")) == []


@pytest.mark.parametrize("is_again", [True, False])
def test_what_comes_late_of_an_ended_program_does_not_take_the_stream_back(is_again: bool) -> None:
    counts = Counts()
    line = Order(counts)
    line.take(event(7))
    line.take(event(1, "two"))
    assert line.take(event(8), is_again=is_again) == []
    assert line.take(event(5, "zero"), is_again=True) == []
    assert [one.what for one in line.take(event(2, "two"))] == ["two 2"]
    assert (counts.events, counts.events_missed, counts.events_doubled) == (3, 0, 0)


def test_a_flood_behind_a_gap_does_not_wait_without_end() -> None:
    counts = Counts()
    line = Order(counts)
    line.take(event(1))
    passed = [one for n in range(3, MOST_HELD + 4) for one in line.take(event(n))]
    assert len(passed) == MOST_HELD + 1
    assert counts.events_missed == 1


def test_robots_do_not_wait_for_each_other() -> None:
    line = Order(Counts())
    line.take(event(1))
    line.take(event(3))
    assert [one.robot_id for one in line.take(event(1, robot="r-2"))] == ["r-2"]


def test_a_cache_tells_all_it_has() -> None:
    endpoint, key = free_endpoint(), "suwon/v1/s/z/r-1/events"
    with sessions() as opened:
        robot = opened(plain("peer", listen=(endpoint,)))
        publisher = declare_advanced_publisher(
            robot, key, cache=CacheConfig(3), sample_miss_detection=MissDetectionConfig()
        )
        for number in range(5):
            publisher.put(str(number))
        caches = Replies(opened(plain("client", connect=(endpoint,))), ASK_AGAIN_S)
        told: list[tuple[str, bytes]] = []

        def is_told() -> bool:
            told.extend(caches.drain())
            if not told:
                caches.ask(cache_of(key))
            return len(told) >= 3

        wait_for(is_told)
        assert told[:3] == [(key, str(number).encode()) for number in (2, 3, 4)]
        publisher.undeclare()
