# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from suwon_fleet.bench.sim.topics import drive

pytestmark = [pytest.mark.ros, pytest.mark.longest]


@pytest.mark.timeout(600)  # kernels may have to be compiled first
def test_controllers_drive_all_robots_and_hear_them() -> None:
    laps = drive(3, laps=2, lap_s=5.0)
    assert len(laps) == 2
    for lap in laps:
        assert lap.sim_s >= 5.0
        assert lap.sent == round(lap.sim_s * 10) * 3
        assert 0.9 * lap.sent <= lap.heard <= 1.1 * lap.sent
        assert min(lap.cpu_s, lap.wall_s, lap.message_s) > 0.0
