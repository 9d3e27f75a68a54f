# SPDX-License-Identifier: Apache-2.0
"""What a robot is told takes effect once; what is called off across a cut ends when the line is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("zenoh", reason="eclipse-zenoh is not installed")

from suwon_fleet.bench.bridge.cuts import Line, measure
from suwon_fleet.bench.measure import percentile


def test_nothing_is_lost_or_done_twice_across_cuts(tmp_path: Path) -> None:
    taken = measure(tmp_path, Line(), 1, seed=1)
    assert (taken.jobs, taken.lost, taken.doubled) == (2, 0, 0)
    assert taken.cancel_ms[0] > 0.0


@pytest.mark.longest
def test_what_was_called_off_has_ended_a_second_after_the_line_is_whole(tmp_path: Path) -> None:
    taken = measure(tmp_path, Line(), 9, seed=2)
    assert (taken.lost, taken.doubled) == (0, 0)
    assert percentile(taken.cancel_ms, 0.5) < 1000.0
