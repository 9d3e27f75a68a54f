# SPDX-License-Identifier: Apache-2.0
"""How much something takes."""

from __future__ import annotations

from suwon_fleet.sim.spread import Spread


def test_figures_are_of_all_that_was_noted() -> None:
    spread = Spread()
    for milliseconds in range(100, 0, -1):
        spread.note(milliseconds / 1e3)
    assert spread.figures() == {"p50_ms": 50.0, "p99_ms": 99.0, "max_ms": 100.0}
    assert spread.in_words() == "50.0 ms (p50), 99.0 ms (p99), 100.0 ms (most)"
    assert spread.count == 100


def test_of_nothing_they_are_zero() -> None:
    assert set(Spread().figures().values()) == {0.0}
