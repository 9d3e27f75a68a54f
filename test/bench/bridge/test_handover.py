# SPDX-License-Identifier: Apache-2.0
"""Robots that go between two owners, as the benchmark has them."""

from __future__ import annotations

import pytest

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from suwon_fleet.bench.bridge.handover import cross


def test_robots_are_asked_for_let_in_and_taken_and_none_is_lost() -> None:
    crossings = cross(3, seed=1)
    assert len(crossings.let_in_ms) >= len(crossings.taken_ms) >= 3
    assert min(crossings.let_in_ms) > 0.0
    assert min(crossings.taken_ms) > 0.0
    assert crossings.lost == 0
