# SPDX-License-Identifier: Apache-2.0
"""Everything that can happen to a handover, in any order: see :mod:`federation.orders`."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import replace

import pytest
from federation.orders import State, after, all_goes_well, check, start

SAMPLE = 40
"""From one in so many states it is tried whether all comes to an end once all goes well."""
MOST = [600, pytest.param(3_000, marks=pytest.mark.longest)]
"""States of what has too many to go through them all."""


def explore(begin: State, most: int | None = None, seed: int = 1) -> int:
    """Go through all states that can come of one, or as many in random order; how many those are."""
    seen, open_states, chance = {begin.key}, deque([begin]), random.Random(seed)
    count = 0
    while open_states and (most is None or count < most):
        if most is not None:
            open_states.rotate(chance.randrange(len(open_states)))
        state = open_states.popleft()
        check(state)
        if count % SAMPLE == 0:
            all_goes_well(state, check)
        count += 1
        for onward in after(state):
            if onward.key not in seen:
                seen.add(onward.key)
                open_states.append(onward)
    return count


ALONE = {"r": ("w0", "east-end")}
AGAINST = {"r": ("w0", "east-end"), "s": ("e1", "west-end")}
BEHIND = {"r": ("w0", "east-end"), "s": ("w0", "east-end")}


def test_one_handover_in_every_order() -> None:
    assert explore(start(ALONE)) > 50


def test_one_handover_of_a_job_called_off_in_many_orders() -> None:
    assert explore(start(ALONE, cancels=1), most=150) == 150


@pytest.mark.long
@pytest.mark.timeout(900)
def test_one_handover_of_a_job_called_off_in_every_order() -> None:
    assert explore(start(ALONE, cancels=1)) > 300


SAID = {
    "closed": (("west", False),),
    "closed-opened": (("west", False), ("east", True)),
    "closed-opened-here": (("west", False), ("west", True)),
}


def zone_orders(said: tuple[tuple[str, bool], ...]) -> State:
    """Nobody drives, and people open and close a zone."""
    return replace(start({}, site="zone"), closings=said)


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_a_zone_closed_and_opened_in_many_orders(said: tuple[tuple[str, bool], ...]) -> None:
    assert explore(zone_orders(said), most=150) > 50


@pytest.mark.longest
@pytest.mark.timeout(900)
@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_a_zone_closed_and_opened_in_every_order(said: tuple[tuple[str, bool], ...]) -> None:
    assert explore(zone_orders(said)) > 50


GIVEN = {
    "one-inside": ({"r": ("e1", "")}, (("east", "west"),)),
    "one-comes": ({"r": ("w0", "east-end")}, (("east", "west"),)),
    "and-back": ({"r": ("e1", "")}, (("east", "west"), ("west", "east"))),
}


def gift_orders(robots: dict[str, tuple[str, str]], gifts: tuple[tuple[str, str], ...]) -> State:
    """The east, with a robot on it or on its way there, is given away."""
    begin = replace(start(robots, site="zone"), gives=True, gifts=gifts)
    return replace(begin, low=frozenset())


@pytest.mark.parametrize(("robots", "gifts"), GIVEN.values(), ids=GIVEN)
def test_a_zone_given_away_in_many_orders(
    robots: dict[str, tuple[str, str]], gifts: tuple[tuple[str, str], ...]
) -> None:
    assert explore(gift_orders(robots, gifts), most=150) == 150


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("most", MOST)
@pytest.mark.parametrize(("robots", "gifts"), GIVEN.values(), ids=GIVEN)
def test_a_zone_given_away_in_very_many_orders(
    robots: dict[str, tuple[str, str]], gifts: tuple[tuple[str, str], ...], most: int
) -> None:
    assert explore(gift_orders(robots, gifts), most) > 500


ONE_LOW = {"r": ("w0", "")}
TWO_LOW = {"r": ("w0", ""), "s": ("w0", "")}


def charger_orders(robots: dict[str, tuple[str, str]]) -> State:
    """Robots that have to charge, a charger beyond the gate, and a lease that may run out."""
    return replace(start(robots, site="charger"), lapses=1)


@pytest.mark.parametrize("robots", [ONE_LOW, TWO_LOW], ids=["one", "two"])
def test_a_charger_beyond_the_gate_in_many_orders(robots: dict[str, tuple[str, str]]) -> None:
    assert explore(charger_orders(robots), most=150) == 150


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("most", MOST)
@pytest.mark.parametrize("robots", [ONE_LOW, TWO_LOW], ids=["one", "two"])
def test_a_charger_beyond_the_gate_in_very_many_orders(
    robots: dict[str, tuple[str, str]], most: int
) -> None:
    assert explore(charger_orders(robots), most) == most


@pytest.mark.parametrize("robots", [AGAINST, BEHIND], ids=["against", "behind"])
def test_two_handovers_in_many_orders(robots: dict[str, tuple[str, str]]) -> None:
    assert explore(start(robots, cancels=1), most=100) == 100


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("most", MOST)
@pytest.mark.parametrize("cancels", [0, 1])
@pytest.mark.parametrize("robots", [AGAINST, BEHIND], ids=["against", "behind"])
def test_two_handovers_in_very_many_orders(
    robots: dict[str, tuple[str, str]], cancels: int, most: int
) -> None:
    # In one case there are hardly more than a thousand.
    assert explore(start(robots, cancels), most) >= min(most, 1_000)
