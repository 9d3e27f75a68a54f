# SPDX-License-Identifier: Apache-2.0
"""fleet_managers that are forked to be killed."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from yard import Yard

from suwon_fleet.adapters.ros.client import FleetClient
from suwon_fleet.bench.reliability.forge import forged
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.processes import node_command
from suwon_fleet.nodes.spinning import BAD_INPUT


@pytest.mark.ros
@pytest.mark.timeout(900)
def test_each_is_in_the_ros_domain_of_its_time(tmp_path: Path) -> None:
    with isolated():
        first = forged(node_command("fleet_manager", {"site": str(tmp_path / "nowhere.yaml")}))
        first.join()
        assert first.exitcode == BAD_INPUT
        with isolated():
            second = forged(node_command("fleet_manager", Yard.write(tmp_path).manager))
            try:
                with FleetClient(timeout_s=60.0) as client:
                    assert client.jobs() == []
            finally:
                second.kill()
                second.join()
