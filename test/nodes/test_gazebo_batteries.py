# SPDX-License-Identifier: Apache-2.0
"""Batteries as Gazebo tells them, and as ROS hears of them."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from nodes.in_process import stage
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import BatteryState

from suwon_fleet.core.errors import BadInput
from suwon_fleet.nodes.gazebo_batteries import GazeboBatteries, as_ros_has_it
from suwon_fleet.resources import resource_path
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.sdf.load import load_world
from suwon_fleet.wire.sdf.write.markup import document, tag
from suwon_fleet.wire.sdf.write.robots import robot

pytestmark = pytest.mark.ros


@pytest.fixture
def world(tmp_path: Path) -> Path:
    kind = load_kinds(resource_path("config/robots"))["delivery_outdoor"]
    path = tmp_path / "w.sdf"
    path.write_text(document(tag("world", robot(kind, "r_1"), name="w"), "w"))
    return path


@pytest.mark.parametrize(
    ("flags", "percentage", "current"),
    [
        ("<fix_issue_225>true</fix_issue_225>", 0.98, -2.5),
        ("<fix_issue_225>false</fix_issue_225>", 98.0, -2.5),
        (
            "<fix_issue_225>1</fix_issue_225><invert_current_sign>true</invert_current_sign>",
            0.98,
            2.5,
        ),
    ],
)
def test_share_and_sign_are_those_of_ros(
    world: Path, flags: str, percentage: float, current: float
) -> None:
    world.write_text(world.read_text().replace("<fix_issue_225>true</fix_issue_225>", flags))
    (battery,) = load_world(world).models[0].batteries
    told = as_ros_has_it(BatteryState(percentage=98.0, current=2.5), battery)
    assert told.percentage == pytest.approx(percentage)
    assert told.current == pytest.approx(current)
    assert told.design_capacity == pytest.approx(1000 / 25.2, rel=1e-5)


def test_the_node_passes_them_on(world: Path) -> None:
    with stage() as play:
        play.add(GazeboBatteries, {"world": str(world)})
        observer, heard = play.observer(), []
        observer.create_subscription(
            BatteryState, "/r_1/battery_state", heard.append, qos_profile_sensor_data
        )
        out = observer.create_publisher(
            BatteryState, "/r_1/gazebo/battery_state", qos_profile_sensor_data
        )
        told = BatteryState(percentage=50.0, current=1.0)
        play.until(lambda: heard, lambda: out.publish(told))
    assert (heard[0].percentage, heard[0].current) == (0.5, -1.0)


def test_a_world_that_is_not_there_is_said(tmp_path: Path) -> None:
    with stage() as play, pytest.raises(BadInput, match="no such file"):
        play.add(GazeboBatteries, {"world": str(tmp_path / "none.sdf")})
