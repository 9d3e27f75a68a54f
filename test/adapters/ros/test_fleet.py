# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from pathlib import Path

import pytest
from yard import Yard

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from suwon_fleet.adapters.ros.fleet import (
    ZoneFinder,
    alert_message,
    state_message,
    zones_message,
)
from suwon_fleet.core.engine.core import FleetCore
from suwon_fleet.core.engine.messages import Announced
from suwon_fleet.core.engine.state import AlertRecord
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.report import Compartment, Factsheet, Pose, RobotReport
from suwon_fleet.core.sitemap import Level, Node, SiteMap, Zone, ZoneKind
from suwon_fleet.resources import resource_path
from suwon_fleet.service.assemble import assemble
from suwon_fleet.wire.kinds import load_kinds
from suwon_fleet.wire.maps import load_site

pytestmark = pytest.mark.ros


def square(id: str, half: float, level: str | None = None) -> Zone:
    ring = ((-half, -half), (half, -half), (half, half), (-half, half))
    return Zone(id, ZoneKind.HALL, ring, level)


def test_the_innermost_zone_is_found() -> None:
    zones = (square("campus", 50), square("hall", 10), square("upper", 5, "L2"))
    finder = ZoneFinder(
        SiteMap("s", (Level("L1"), Level("L2")), (Node("n", 0, 0),), (), zones=zones)
    )
    assert finder.zone_at(Pose(1, 1, level="L1")) == "hall"
    assert finder.zone_at(Pose(1, 1, level="L2")) == "upper"
    assert finder.zone_at(Pose(20, 1, level="L2")) == "campus"
    assert finder.zone_at(Pose(60, 1)) == ""


@pytest.fixture
def core(tmp_path: Path) -> FleetCore:
    """The yard's fleet with one robot, on desk-1 in zone north."""
    Yard.write(tmp_path)
    kinds = load_kinds(resource_path("config/robots"))
    core = assemble(load_site(tmp_path / "yard.yaml"), kinds)
    report = RobotReport(
        "cart-1", 1, 0, "1", Pose(16.0, 11.0, 0.5), 0.0, 0, 0, compartment=Compartment.CLOSED
    )
    core.step(0, [Announced(Factsheet("cart-1", "delivery_indoor", "1"), report)])
    return core


def test_a_robots_state(core: FleetCore) -> None:
    message = state_message(core.fleet, ZoneFinder(core.fleet.site), active=True)
    (robot,) = message.robots
    assert (robot.robot_id, robot.zone, robot.compartment) == ("cart-1", "north", "closed")
    assert (robot.pose.x, robot.pose.y, robot.pose.yaw) == (16.0, 11.0, 0.5)
    assert math.isnan(robot.battery), "what is unknown is not told as a number"
    assert (robot.control, robot.posture, robot.job_id) == ("", "", "")


def test_zones_name_the_robots_with_ground_in_them(core: FleetCore) -> None:
    (north,) = zones_message(core.fleet).zones
    assert (north.zone_id, north.open, north.robots) == ("north", True, 1)
    assert north.robot_ids == ["cart-1"]
    assert (north.capacity, north.speed_limit) == (0, 0.0)


def test_an_alert() -> None:
    reason = Reason.of("robot-silent", robot="cart-1")
    message = alert_message(
        AlertRecord("alert-1", 2, reason, "cart-1", ("release",), 5), is_open=True
    )
    assert (message.level, message.subject, message.answers) == (2, "cart-1", ["release"])
    assert "cart-1" in message.text_en
    assert "cart-1" in message.text_ko
    assert message.open
