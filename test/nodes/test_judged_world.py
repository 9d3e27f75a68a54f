# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest
from yard import Yard

from suwon_fleet.core.robots.command import Grant, Pause, Waypoint
from suwon_fleet.nodes.judged_world import JudgedWorld
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.scenario import load_scenario


@pytest.fixture
def judged(tmp_path: Path) -> JudgedWorld:
    return JudgedWorld(load_scenario(Yard.write(tmp_path).scenario), "run-1")


def at_charger(judged: JudgedWorld) -> SimRobot:
    """The robot on charger-1, at (-3, 0), from which a lane leads to (0, 0)."""
    poses = {r.robot_id: judged.world.pose_of(r) for r in judged.world.robots.values()}
    (name,) = (name for name, pose in poses.items() if (pose.x_m, pose.y_m) == (-3.0, 0.0))
    return judged.world.robots[name]


def way(robot: SimRobot, *points: tuple[float, float], lane: str) -> Grant:
    waypoints = [
        Waypoint(x, y, "ground", 1.0, lane if n else "") for n, (x, y) in enumerate(points)
    ]
    return Grant(robot.robot_id, 0, tuple(waypoints))


def lane_out(judged: JudgedWorld) -> str:
    return next(
        lane.id
        for lane in judged.scenario.site.lanes
        if lane.start.startswith("charger-1") and lane.end == "a"
    )


def run(judged: JudgedWorld, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        judged.step()


def test_robots_of_a_run_have_its_session(judged: JudgedWorld) -> None:
    assert {report.session for report in judged.world.reports()} == {"run-1"}


def test_a_good_grant_is_driven_and_nothing_is_found(judged: JudgedWorld) -> None:
    robot = at_charger(judged)
    judged.take([way(robot, (-3, 0), (0, 0), lane=lane_out(judged)), Pause("nobody")])
    run(judged, 10.0)
    assert judged.world.pose_of(robot).x_m == pytest.approx(0.0)
    summary = judged.summary()
    assert (summary["sim_s"], summary["robots"]) == (10.0, 4)
    assert summary["collisions"] == summary["illegal"] == summary["deadlocks"] == 0


def test_a_grant_off_the_map_is_found(judged: JudgedWorld) -> None:
    robot = at_charger(judged)
    judged.take([way(robot, (-3, 0), (0, 0.5), lane=lane_out(judged))])
    assert judged.summary()["illegal"] == 1
    assert "off-the-map" in judged.summary()["violations"][0]


def test_a_robot_that_wants_to_go_and_gets_nothing_is_found(judged: JudgedWorld) -> None:
    judged.note_wanting("/fleet", [at_charger(judged).robot_id])
    run(judged, 700.0)
    assert judged.summary()["deadlocks"] == 1


def test_by_hand_a_robot_may_leave_its_ground(judged: JudgedWorld) -> None:
    robot = at_charger(judged)
    grant = way(robot, (-3, 0), (0, 0), lane=lane_out(judged))
    judged.take([grant])
    run(judged, 1.0)
    judged.set_manual(robot, True)
    judged.take([grant])
    for _ in range(30):
        judged.drive(robot, -0.5, 0.0)
        judged.step()
    judged.set_manual(robot, False)
    run(judged, 2.0)
    assert judged.world.pose_of(robot).x_m < -3.0
    assert judged.summary()["illegal"] == 0
