# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.core.engine.rounds import Round

EVERY_NS = 1000


def round_of(count: int) -> Round:
    made = Round(EVERY_NS)
    for number in range(count):
        made.add(str(number))
    return made


def test_the_first_time_it_is_everybodys_turn() -> None:
    assert round_of(3).next(77) == ["0", "1", "2"]


def test_some_have_their_turn_in_each_step_and_all_once_in_the_time() -> None:
    made = round_of(4)
    made.next(0)
    assert [made.next(now_ns) for now_ns in (0, 250, 700, 1000)] == [[], ["0"], ["1"], ["2", "3"]]


def test_after_long_it_is_everybodys_turn_once() -> None:
    made = round_of(3)
    made.next(0)
    assert sorted(made.next(10 * EVERY_NS)) == ["0", "1", "2"]


def test_who_has_left_has_no_turn() -> None:
    made = round_of(3)
    made.drop("1")
    assert made.next(0) == ["0", "2"]


@given(st.lists(st.integers(1, 2 * EVERY_NS), min_size=1, max_size=50), st.integers(1, 20))
def test_nobody_is_left_out_or_favoured(steps_ns: list[int], count: int) -> None:
    made, now_ns, turns = round_of(count), 0, Counter[str]()
    made.next(now_ns)
    for step_ns in steps_ns:
        now_ns += step_ns
        turns.update(made.next(now_ns))
    counted_ns = sum(min(step_ns, EVERY_NS) for step_ns in steps_ns)
    for number in range(count):
        assert abs(turns[str(number)] - counted_ns / EVERY_NS) <= 1
