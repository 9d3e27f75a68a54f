# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
import operator
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sim.day import SCENARIO

from suwon_fleet.sim.scenario import load_scenario
from suwon_fleet.sim.scenario.expect import (
    IMPLIED,
    Event,
    Expectations,
    Figure,
    Happened,
    Happening,
    Metric,
    Op,
)
from suwon_fleet.sim.scenario.read_expect import words_of

Complain = Callable[[str], list[tuple[str, str]]]
GOOD = dict.fromkeys(Metric, 0.0)


def happened(at_s: float, name: str = "cart-1", *words: str) -> Happened:
    return Happened(at_s, Happening.ROBOT, (name, "alias"), words or ("charging",))


def judged(event: Event, *all_that: Happened) -> tuple[bool, str]:
    expectations = Expectations([event])
    for one in all_that:
        expectations.note(one)
    verdict = expectations.verdicts(GOOD)[0]
    return verdict.is_met, verdict.seen


def test_what_a_file_expects(write: Callable[[str], Path]) -> None:
    text = (
        "expect:\n"
        '  - {metric: jobs_finished, op: ">=", value: 3}\n'
        '  - {event: robot, of: "cart-*", is: power charging, after_s: 10,'
        ' before_s: 90, op: "==", value: 2}\n'
        "  - {event: job}\n"
    )
    figure, event, any_job = load_scenario(write(SCENARIO + text)).expectations
    assert figure == Figure(Metric.JOBS_FINISHED, Op.GE, 3)
    assert str(figure) == "jobs_finished >= 3"
    assert event == Event(Happening.ROBOT, "cart-*", "power charging", 10, 90, Op.EQ, 2)
    assert str(event) == "robot cart-* power charging after 10 s before 90 s == 2 times"
    assert any_job == Event(Happening.JOB)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{metric: jobs_done, op: '>=', value: 3}", "unknown-value"),
        ("{metric: jobs_finished, op: '=>', value: 3}", "unknown-value"),
        ("{metric: jobs_finished, op: '>='}", "missing-key"),
        ("{metric: jobs_finished, op: '>=', value: many}", "not-a-number"),
        ("{metric: jobs_finished, op: '>=', value: 3, before_s: 4}", "unknown-key"),
        ("{event: robot, is: dancing}", "unknown-value"),
        ("{event: alert, is: robot-sillent}", "unknown-value"),
        ("{event: action, is: dock}", "unknown-value"),
        ("{event: weather}", "unknown-value"),
        ("{event: job, after_s: 9, before_s: 3}", "not-a-range"),
        ("{event: job, value: 3}", "half-a-count"),
        ("nothing", "wrong-type"),
    ],
)
def test_what_cannot_be_expected(complain: Complain, line: str, code: str) -> None:
    text = f"{SCENARIO}expect:\n  - {line}\n"
    assert complain(text)[0] == (str(text.count("\n")), code)


def test_an_event_is_met_by_name_word_and_time() -> None:
    event = Event(Happening.ROBOT, "cart-*", "charging", 10, 20)
    assert judged(event, happened(10)) == (True, "1 times, at 10 s")
    assert judged(event, happened(9.9), happened(20.1)) == (False, "never")
    assert judged(event, happened(15, "hand-1")) == (False, "never")
    assert judged(event, happened(15, "cart-1", "standing")) == (False, "never")
    assert judged(event, happened(15, "cart-1", "power charging", "charging"))[0]
    assert judged(Event(Happening.ROBOT, "alias"), happened(0))[0], "by any of its names"
    assert not judged(Event(Happening.ALERT), happened(0))[0]


def test_what_is_expected_twice_happens_once() -> None:
    once = Event(Happening.ROBOT, what="charging", op=Op.EQ, value=1)
    expectations = Expectations([once, once])
    expectations.note(happened(7))
    verdicts = expectations.verdicts(GOOD)[:2]
    assert [(one.is_met, one.seen) for one in verdicts] == [(True, "1 times, at 7 s")] * 2


def test_that_something_never_happens() -> None:
    never = Event(Happening.ROBOT, what="charging", op=Op.EQ, value=0)
    assert judged(never)[0]
    assert judged(never, happened(7)) == (False, "1 times, at 7 s")


@given(seen=st.integers(-5, 5) | st.floats(-5, 5), value=st.integers(-5, 5), op=st.sampled_from(Op))
def test_operators_compare_what_was_seen_with_the_value(seen: float, value: int, op: Op) -> None:
    meaning = {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
    figures = {**GOOD, Metric.SIM_S: seen}
    verdict = Expectations([Figure(Metric.SIM_S, op, value)]).verdicts(figures)[0]
    assert verdict.is_met == meaning[op.value](seen, value)


def test_a_figure_that_cannot_be_said_meets_nothing() -> None:
    for op in Op:
        figures = {**GOOD, Metric.WAIT_MEAN_S: math.nan}
        verdict = Expectations([Figure(Metric.WAIT_MEAN_S, op, 0)]).verdicts(figures)[0]
        assert (verdict.is_met, verdict.seen) == (False, "nothing")


def test_some_things_are_expected_of_every_run() -> None:
    for one in IMPLIED:
        verdicts = Expectations([]).verdicts({**GOOD, one.metric: 1.0})
        assert [verdict.expected for verdict in verdicts if not verdict.is_met] == [str(one)]
        own = Figure(one.metric, Op.GE, 1)
        assert all(v.is_met for v in Expectations([own]).verdicts({**GOOD, one.metric: 1.0}))


def test_words_of_events_are_those_of_the_product() -> None:
    assert "control fallen" in words_of(Happening.ROBOT)
    assert "comms_lost" in words_of(Happening.ROBOT)
    assert "swap_battery failed" in words_of(Happening.ACTION)
    assert "robot-stuck" in words_of(Happening.ALERT)
