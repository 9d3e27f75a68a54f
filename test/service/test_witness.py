# SPDX-License-Identifier: Apache-2.0
"""The independent check of the fleet at work: silent on a good day, and loud about what must not be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs
from service.test_fleet_service import Rig, delivery, rig_in

from suwon_fleet.core.engine.messages import Finding
from suwon_fleet.core.robots.report import OperatingMode, Pose
from suwon_fleet.service import witness
from suwon_fleet.service.witness import Witness


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return rig_in(tmp_path)


def says(rig: Rig, robot_id: str, **otherwise: object) -> None:
    """Put something else into a robot's newest report."""
    reports = rig.service.fleet.reports
    reports[robot_id] = structs.replace(reports[robot_id], **otherwise)


def found(rig: Rig, by: Witness | None = None) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.what, one.robots) for one in (by or Witness()).look(rig.service.fleet)]


def on_its_way(rig: Rig) -> None:
    """`cart-1` or another has left its bay, with ground ahead."""
    rig.service.ask(delivery())
    while not any(r.path_first for r in rig.service.fleet.state.robots.values()):
        rig.go_on(rig.world.now_ns / 1e9 + 1.0)


def moving(rig: Rig) -> str:
    (robot,) = [r.robot_id for r in rig.service.fleet.state.robots.values() if r.path_first]
    return robot


def test_a_good_day_has_no_findings(rig: Rig) -> None:
    for number in range(6):
        rig.service.ask(delivery(f"r-{number}"))
    rig.go_on(240.0)
    assert rig.service.fleet.state.tally.finished >= 4
    assert rig.service.witness.looks >= 239
    assert rig.service.witness.found == 0
    assert not rig.service.fleet.state.alerts


def test_bodies_that_overlap(rig: Rig) -> None:
    rig.go_on(2.0)
    pose = rig.service.fleet.reports["cart-2"].pose
    says(rig, "cart-1", pose=structs.replace(pose, x_m=pose.x_m + 0.1))
    assert found(rig) == [("collision", ("cart-1", "cart-2"))]
    says(rig, "cart-1", mode=OperatingMode.MANUAL)
    assert found(rig) == [], "a person drives it"
    says(rig, "cart-1", mode=OperatingMode.AUTOMATIC, pose=Pose(pose.x_m, pose.y_m, 0.0, "F9"))
    assert found(rig) == [], "on another level"


def test_a_robot_beside_its_ground(rig: Rig) -> None:
    on_its_way(rig)
    robot = moving(rig)
    pose = rig.service.fleet.reports[robot].pose
    says(rig, robot, pose=structs.replace(pose, x_m=pose.x_m + 30.0, y_m=pose.y_m + 30.0))
    assert found(rig) == [("off-its-ground", (robot,))]


def test_ground_that_two_own(rig: Rig) -> None:
    rig.go_on(2.0)
    robots = rig.service.fleet.state.robots
    robots["cart-1"].path[:] = robots["cart-2"].path
    assert ("shared-ground", ("cart-1", "cart-2")) in found(rig)


def test_ground_that_is_not_for_its_robot(rig: Rig) -> None:
    on_its_way(rig)
    fleet, robot = rig.service.fleet, moving(rig)
    lanes = [replace(lane, height_m=0.2) for lane in fleet.site.lanes]
    fleet.site = replace(fleet.site, lanes=tuple(lanes))
    assert set(found(rig)) == {("off-the-map", (robot,))}


def test_a_finding_is_told_once_and_again_when_it_comes_back(rig: Rig) -> None:
    rig.go_on(2.0)
    by, good = Witness(), rig.service.fleet.reports["cart-1"].pose
    says(rig, "cart-1", pose=rig.service.fleet.reports["cart-2"].pose)
    assert len(found(rig, by)) == 1
    assert found(rig, by) == []
    says(rig, "cart-1", pose=good)
    assert found(rig, by) == []
    says(rig, "cart-1", pose=rig.service.fleet.reports["cart-2"].pose)
    assert len(found(rig, by)) == 1
    assert (by.looks, by.found) == (4, 2)


def test_a_finding_is_an_alert_in_the_journal(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.go_on(2.0)
    finding = Finding("collision", ("cart-1", "cart-2"), "0.100 m apart")
    monkeypatch.setattr(rig.service.witness, "look", lambda _fleet: [finding])
    rig.go_on(3.0)
    (alert,) = rig.service.fleet.state.alerts.values()
    assert (alert.level, alert.subject, alert.reason.code) == (2, "cart-1", "check-failed")
    rig.go_on(5.0)
    assert len(rig.service.fleet.state.alerts) == 1, "the very same is open already"
    again = replace(finding, detail="0.090 m apart")
    monkeypatch.setattr(rig.service.witness, "look", lambda _fleet: [again])
    rig.go_on(7.0)
    assert len(rig.service.fleet.state.alerts) == 1, "a little elsewhere it is the same"


def test_of_a_large_fleet_neighbours_are_looked_at_in_turn(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.go_on(2.0)
    says(rig, "cart-1", pose=rig.service.fleet.reports["cart-3"].pose)
    monkeypatch.setattr(witness, "MOST", 2)
    by = Witness()
    seen = [one for _ in range(4) for one in found(rig, by)]
    assert seen == [("collision", ("cart-1", "cart-3"))]
