# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.nodes.pace import POLL_S, Pace

SECOND = 1_000_000_000
STEP_NS = SECOND // 10


def test_a_rate_keeps_pace_with_the_wall() -> None:
    pace = Pace(2.0, SECOND)
    assert pace.wait_s(100.0, 0, None) == 0.0
    assert pace.wait_s(100.0, 2 * SECOND, None) == pytest.approx(1.0)
    assert pace.wait_s(101.0, 2 * SECOND, None) == 0.0


@given(st.floats(0.1, 100.0), st.floats(0.0, 0.9))
def test_what_was_missed_a_little_is_made_good(rate: float, late_s: float) -> None:
    pace = Pace(rate, SECOND)
    pace.wait_s(0.0, 0, None)
    assert pace.wait_s(late_s, 0, None) == 0.0
    due_s = 10 * STEP_NS / SECOND / rate
    assert pace.wait_s(late_s, 10 * STEP_NS, None) == pytest.approx(max(0.0, due_s - late_s))


def test_after_a_long_halt_it_does_not_run_after_the_wall() -> None:
    pace = Pace(1.0, SECOND)
    pace.wait_s(0.0, 0, None)
    assert pace.wait_s(60.0, 0, None) == 0.0
    assert pace.wait_s(60.0, STEP_NS, None) == pytest.approx(0.1)


def test_without_a_rate_it_waits_for_the_fleet() -> None:
    pace = Pace(0.0, SECOND)
    assert pace.wait_s(0.0, 0, None) == POLL_S
    assert pace.wait_s(0.0, 0, 0) == 0.0
    assert pace.wait_s(0.0, SECOND - STEP_NS, 0) == 0.0
    assert pace.wait_s(0.0, SECOND, 0) == POLL_S
    assert pace.wait_s(0.0, SECOND, STEP_NS) == 0.0
