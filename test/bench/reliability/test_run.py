# SPDX-License-Identifier: Apache-2.0
"""The whole benchmark, small: every test has its line, and nothing goes wrong."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from suwon_fleet.bench import reliability
from suwon_fleet.bench.figure import Options, write

KEYS = (
    {"lost", "doubled", "count"},
    {"lost", "doubled", "takeover_p99_ms"},
    {"lost", "doubled", "recover_p99_ms"},
    {"lost", "doubled", "takeover_p99_ms"},
    {"lost", "doubled", "cancel_p99_ms"},
    {"lost_robot_shown_p99_s", "reassign_p99_s"},
    {"stop_p99_ms", "lost"},
    {"fuzz_cases", "crashes"},
    {"rss_slope_mb_h", "lost"},
)
"""Of each line."""


@pytest.mark.longest
@pytest.mark.ros
@pytest.mark.timeout(900)
def test_every_test_has_its_line_and_nothing_goes_wrong() -> None:
    figures = list(reliability.run(Options(seeds=1, quick=True)))
    assert [figure for figure in figures if figure.fault] == []
    lines = [json.loads(write(figure)) for figure in figures]
    for keys, line in zip(KEYS, lines, strict=True):
        assert keys <= line.keys()
