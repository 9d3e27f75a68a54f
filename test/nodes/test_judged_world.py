# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest
from yard import Yard

from suwon_fleet.core.robots.command import Grant, Pause, Waypoint
from suwon_fleet.nodes.judged_world import JudgedWorld
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.scenario import load_scenario
from suwon_fleet.sim.teleop import Velocity


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


def test_a_grant_that_was_lost_makes_those_after_it_none(judged: JudgedWorld) -> None:
    """The judge took what came again for long passed, and the robot's ground for a short cut past it."""
    robot, lanes = at_charger(judged), judged.scenario.site.lanes
    first = way(robot, (-3, 0), (0, 0), lane=lane_out(judged))
    loop = [lane.id for lane in lanes if lane.id.startswith("loop")]
    ends = (8.0, 0.0), (16.0, 0.0), (24.0, 0.0), (24.0, 8.0)
    on = [Waypoint(x, y, "ground", 1.0, lane) for (x, y), lane in zip(ends, loop, strict=False)]
    lost, after = Grant(robot.robot_id, 2, tuple(on[:2])), Grant(robot.robot_id, 4, tuple(on[2:]))
    judged.take([first, after])
    run(judged, 10.0)
    assert judged.world.pose_of(robot).x_m == pytest.approx(0.0)
    judged.take([lost, after])
    run(judged, 60.0)
    assert judged.world.pose_of(robot).y_m == pytest.approx(8.0)
    assert judged.summary()["violations"] == []


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
        judged.drive(robot, Velocity(-0.5, 0.0))
        judged.step()
    judged.set_manual(robot, False)
    run(judged, 2.0)
    assert judged.world.pose_of(robot).x_m < -3.0
    assert judged.summary()["illegal"] == 0


def test_the_first_grant_may_be_lost_too(judged: JudgedWorld) -> None:
    """The robot does not know where its path begins, so it cannot use what follows."""
    robot = at_charger(judged)
    whole = way(robot, (-3, 0), (-1.5, 0), (0, 0), lane=lane_out(judged))
    judged.take([Grant(robot.robot_id, 1, whole.waypoints[1:])])
    run(judged, 10.0)
    assert judged.world.pose_of(robot).x_m == pytest.approx(-3.0)
    judged.take([whole])
    run(judged, 10.0)
    assert judged.world.pose_of(robot).x_m == pytest.approx(0.0)
    assert judged.summary()["illegal"] == 0
