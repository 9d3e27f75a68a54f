# SPDX-License-Identifier: Apache-2.0
"""The bridge is measured: everything that is sent over each way comes out."""

from __future__ import annotations

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from suwon_fleet.bench.bridge.ros import WAYS, rows
from suwon_fleet.bench.figure import Options

pytestmark = [pytest.mark.longest, pytest.mark.ros, pytest.mark.timeout(600)]


def test_all_ways_are_measured() -> None:
    figures = list(rows(Options(seeds=1, quick=True)))
    assert {figure.what for figure in figures} >= {way.what for way in WAYS}
    assert all(figure.value > 0.0 for figure in figures)
    rates = [figure for figure in figures if figure.unit == "1/s"]
    shares = {figure.what: float(figure.note.partition("%")[0]) for figure in rates}
    assert shares.keys() == {way.what for way in WAYS}
    assert all(0.0 <= share < 10.0 for share in shares.values()), shares
