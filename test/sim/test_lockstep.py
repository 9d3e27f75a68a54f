# SPDX-License-Identifier: Apache-2.0
"""The coordinator of a lockstep: who is waited for, and what becomes of who is late."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.sim.lockstep import Gate, Lockstep, Policy
from suwon_fleet.sim.spread import Spread

DEADLINE_S = 1.0


def joined(policy: Policy = Policy.WAIT, names: str = "ab") -> Lockstep:
    lockstep = Lockstep(names, policy, DEADLINE_S)
    assert all(map(lockstep.join, names))
    return lockstep


def test_nothing_begins_before_all_have_joined() -> None:
    lockstep = Lockstep("ab", Policy.SKIP, DEADLINE_S)
    assert not lockstep.join("c")
    assert lockstep.join("a")
    assert not lockstep.begin(0.0)
    assert lockstep.absent == ["b"]
    assert lockstep.join("b")
    assert lockstep.begin(0.0)
    assert lockstep.tick == 0


def test_the_gate_opens_with_the_last_answer() -> None:
    lockstep = joined()
    assert lockstep.begin(0.0)
    assert lockstep.gate(0.0) is Gate.CLOSED
    assert lockstep.answer("a", 0, 0.1)
    assert lockstep.gate(0.1) is Gate.CLOSED
    assert lockstep.awaited == ["b"]
    assert lockstep.answer("b", 0, 0.2)
    assert lockstep.gate(0.2) is Gate.OPEN


def test_an_answer_counts_once_and_for_its_tick_only() -> None:
    lockstep = joined()
    assert lockstep.begin(0.0)
    assert lockstep.answer("a", 0, 0.1)
    assert not lockstep.answer("a", 0, 0.2), "told again, answered again"
    assert not lockstep.answer("a", 7, 0.2)
    assert not lockstep.answer("x", 0, 0.2)
    a = lockstep.participants["a"]
    assert (a.ticks, a.strays, a.times.count) == (1, 1, 1)


@pytest.mark.parametrize(
    ("policy", "gate", "lost"),
    [(Policy.WAIT, Gate.CLOSED, 0), (Policy.SKIP, Gate.OPEN, 1), (Policy.ABORT, Gate.ABORTED, 0)],
)
def test_past_the_deadline_it_goes_by_the_policy(policy: Policy, gate: Gate, lost: int) -> None:
    lockstep = joined(policy)
    lockstep.begin(0.0)
    lockstep.answer("a", 0, 0.1)
    assert lockstep.gate(DEADLINE_S) is Gate.CLOSED
    assert lockstep.gate(1.5) is gate
    assert lockstep.gate(1.6) is gate
    if gate is Gate.OPEN:
        lockstep.end()
    assert lockstep.lost == lost
    assert lockstep.participants["b"].overruns == 1, "once a tick"
    assert lockstep.participants["a"].overruns == 0


def test_who_was_skipped_is_waited_for_once_it_answers_again() -> None:
    lockstep = joined(Policy.SKIP)
    lockstep.begin(0.0)
    lockstep.answer("a", 0, 0.1)
    assert lockstep.gate(1.5) is Gate.OPEN
    lockstep.end()
    lockstep.begin(2.0)
    lockstep.answer("a", 1, 2.1)
    assert lockstep.late == ["b"], "it is told, all the same"
    assert lockstep.gate(2.1) is Gate.OPEN, "nobody waits for it a second time"
    assert lockstep.answer("b", 1, 2.2)
    lockstep.end()
    lockstep.begin(3.0)
    lockstep.answer("a", 2, 3.1)
    assert lockstep.gate(3.1) is Gate.CLOSED
    b = lockstep.figures()["participants"]["b"]
    assert (b["ticks"], b["lost"], b["overruns"]) == (1, 1, 1)


def test_who_answers_too_late_is_waited_for_at_the_next_tick() -> None:
    lockstep = joined(Policy.SKIP, "a")
    for tick in range(3):
        lockstep.begin(float(tick))
        assert lockstep.gate(tick + 1.5) is Gate.OPEN
        lockstep.end()
    lockstep.begin(3.0)
    assert lockstep.gate(3.0) is Gate.OPEN
    assert not lockstep.answer("a", 2, 3.1)
    assert lockstep.gate(3.1) is Gate.CLOSED
    a = lockstep.participants["a"]
    assert (a.ticks, a.strays, a.lost) == (0, 1, 3)


@given(
    st.lists(st.lists(st.sampled_from(["a", "b"]), max_size=4), max_size=30),
    st.sampled_from(Policy),
)
def test_the_world_never_passes_one_it_waits_for(told: list[list[str]], policy: Policy) -> None:
    """Whatever comes when: it steps when all have answered, or past the deadline if it skips."""
    lockstep, now_s, steps = joined(policy), 0.0, 0
    lockstep.begin(now_s)
    for answers in told:
        now_s += 0.4
        for name in answers:
            lockstep.answer(name, lockstep.tick, now_s)
        gate = lockstep.gate(now_s)
        behind = [n for n, one in lockstep.participants.items() if one.answered < lockstep.tick]
        if gate is Gate.OPEN:
            assert not behind or policy is Policy.SKIP
            lockstep.end()
            steps += 1
            lockstep.begin(now_s)
        else:
            assert behind
    figures = lockstep.figures()
    for one in figures["participants"].values():
        assert one["lost"] == 0 or policy is Policy.SKIP
        assert steps <= one["ticks"] + one["lost"] <= steps + 1


def test_a_spread_tells_half_nearly_all_and_the_most() -> None:
    spread = Spread()
    assert spread.figures() == {"p50_ms": 0.0, "p99_ms": 0.0, "max_ms": 0.0}
    for number in range(1, 101):
        spread.note(number / 1000)
    assert spread.figures() == {"p50_ms": 50.0, "p99_ms": 99.0, "max_ms": 100.0}
    for _ in range(30_000):
        spread.note(0.001)
    assert spread.figures() == {"p50_ms": 1.0, "p99_ms": 1.0, "max_ms": 100.0}
