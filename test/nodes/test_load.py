# SPDX-License-Identifier: Apache-2.0
"""When there is too much to do, and that topics give way then."""

from __future__ import annotations

from suwon_fleet.nodes.load import IN_A_ROW, SLOWER, Load


def reviewed(load: Load, *turns_s: float) -> bool:
    for turn_s in turns_s:
        load.note(turn_s)
    return load.review()


def overloaded() -> Load:
    load = Load(0.1)
    assert [reviewed(load, 0.2) for _ in range(IN_A_ROW)] == [False] * (IN_A_ROW - 1) + [True]
    assert load.is_over
    return load


def test_one_long_turn_is_no_overload() -> None:
    load = Load(0.1)
    assert not any(reviewed(load, 0.05, 0.3, 0.05) for _ in range(1))
    assert not any(reviewed(load, 0.02) for _ in range(10))
    assert not reviewed(load)
    assert not load.is_over


def test_it_begins_and_ends_when_that_lasts() -> None:
    load = overloaded()
    assert not any(reviewed(load, 0.09) for _ in range(10)), "in between it stays as it is"
    assert [reviewed(load, 0.05) for _ in range(IN_A_ROW)] == [False] * (IN_A_ROW - 1) + [True]
    assert not load.is_over


def test_topics_are_told_less_often_meanwhile() -> None:
    assert all(Load(0.1).lets_tell() for _ in range(10))
    load = overloaded()
    assert sum(load.lets_tell() for _ in range(10 * SLOWER)) == 10
