# SPDX-License-Identifier: Apache-2.0
"""What senders may say, and that nobody gets more by calling themselves something else."""

from __future__ import annotations

import pytest

from suwon_fleet.adapters.allowance import LOOK_EVERY_S, MOST_SENDERS, OTHERS, Allowance, Share


def taken(allowance: Allowance, sender: str, times: int, now_s: float) -> int:
    return sum(allowance.allows(sender, now_s) for _ in range(times))


def test_a_burst_and_then_so_much_by_the_second() -> None:
    allowance = Allowance(per_s=10.0, burst=50)
    assert taken(allowance, "kim", 60, 0.0) == 50
    assert taken(allowance, "kim", 60, 1.0) == 10
    assert taken(allowance, "kim", 60, 1.05) == 0
    assert taken(allowance, "kim", 60, 1000.0) == 50, "no more than a burst is saved up"
    assert allowance.turned_away == {"kim": 10 + 50 + 60 + 10}


def test_one_sender_takes_nothing_from_another() -> None:
    allowance = Allowance(per_s=10.0, burst=5)
    assert taken(allowance, "kim", 100, 0.0) == 5
    assert taken(allowance, "lee", 3, 0.0) == 3
    assert allowance.turned_away == {"kim": 95}


def test_names_that_are_made_up_share_what_one_has() -> None:
    allowance = Allowance(per_s=1.0, burst=5)
    names = [f"sender-{number}" for number in range(3 * MOST_SENDERS)]
    assert sum(allowance.allows(name, 0.0) for name in names) == MOST_SENDERS + 5
    assert len(allowance.turned_away) <= MOST_SENDERS + 1
    assert allowance.turned_away[OTHERS] == 2 * MOST_SENDERS - 5
    assert allowance.allows("sender-0", 0.0), "who was known before has what is left of it"


def test_who_has_been_silent_makes_room() -> None:
    allowance = Allowance(per_s=1.0, burst=2)
    for number in range(MOST_SENDERS):
        allowance.allows(f"early-{number}", 0.0)
    assert taken(allowance, "late", 3, 10.0) == 2
    assert "late" in allowance.turned_away


def test_a_share_is_each_ones_and_all_together_until_it_is_renewed() -> None:
    share = Share(each=3, all_=5)
    for _ in range(2):
        assert [share.allows("a") for _ in range(4)] == [True, True, True, False]
        assert [share.allows(name) for name in ("b", "c", "d")] == [True, True, False]
        share.renew()
    assert share.turned_away == {"a": 2, "d": 2}
    names = [f"n{number}" for number in range(2 * MOST_SENDERS)]
    assert sum(share.allows(name) for name in names) == 5
    assert len(share.turned_away) == MOST_SENDERS + 1


def test_a_crowd_of_new_names_is_looked_through_now_and_then_not_for_each_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[float] = []
    forget = Allowance._forget_idle

    def count(self: Allowance, now_s: float) -> None:
        looked.append(now_s)
        forget(self, now_s)

    monkeypatch.setattr(Allowance, "_forget_idle", count)
    allowance = Allowance(per_s=1.0, burst=5)
    for number in range(5 * MOST_SENDERS):
        allowance.allows(f"sender-{number}", 0.0)
    assert looked == [0.0]
    allowance.allows("late", LOOK_EVERY_S)
    assert looked == [0.0, LOOK_EVERY_S]
