# SPDX-License-Identifier: Apache-2.0
"""An independent look at the fleet at work, now and then: the checker judges what robots own and report.

The tests' judge sees every grant and where robots truly are. Here it is a sample: the ground that robots
own now, and where they say they are.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from suwon_fleet.core.engine.fleet import SECOND, Fleet
from suwon_fleet.core.engine.messages import Finding
from suwon_fleet.core.engine.state import RobotRecord
from suwon_fleet.core.robots.command import Grant
from suwon_fleet.core.robots.report import OperatingMode, Pose
from suwon_fleet.core.robots.states import Connection
from suwon_fleet.traffic import Checker

MOST = 16
"""Robots looked at together: of a larger fleet one after another with those around it."""


class Witness:
    """Counts its `looks` and what it has `found`."""

    def __init__(self) -> None:
        self.looks = self.found = 0
        self._known: set[tuple[str, tuple[str, ...]]] = set()

    def look(self, fleet: Fleet) -> list[Finding]:
        """What must not be and is, and was not found before."""
        robots = {robot.robot_id: robot for robot in self._some(fleet)}
        self.looks += 1
        checks = (_judge_ground(fleet, robots), _judge_bodies(fleet, robots))
        found = {
            (violation.what, tuple(sorted(violation.robots))): violation.detail
            for checker in checks
            for violation in checker.violations
        }
        passed = {known for known in self._known if robots.keys() >= set(known[1])} - set(found)
        new = [Finding(*key, detail) for key, detail in found.items() if key not in self._known]
        self._known = (self._known - passed) | set(found)
        self.found += len(new)
        return new

    def _some(self, fleet: Fleet) -> list[RobotRecord]:
        """A robot and those nearest to it, another one each time; of a small fleet all."""
        robots = [robot for robot in fleet.state.robots.values() if robot.robot_id in fleet.reports]
        if len(robots) <= MOST:
            return robots
        poses = [fleet.reports[robot.robot_id].pose for robot in robots]
        points = np.array([complex(pose.x_m, pose.y_m) for pose in poses])
        away_m = np.abs(points - points[self.looks % len(points)])
        return [robots[index] for index in np.argpartition(away_m, MOST)[:MOST]]


def _judge_ground(fleet: Fleet, robots: Mapping[str, RobotRecord]) -> Checker:
    """Is all ground on the map, fit for its robot, in the direction of its lanes, and everyone's own?

    And are robots on theirs? Not asked of those driven by hand or silent, nor of one that has not moved
    since it joined: it may stand a little beside the lane.
    """
    at_s = fleet.now_ns / SECOND
    checker = Checker(fleet.site, {name: fleet.kind_of(robot) for name, robot in robots.items()})
    for robot in robots.values():
        checker.granted(_ground(fleet, robot), at_s)
    moved = [name for name, robot in robots.items() if robot.path_first > 0]
    checker.review(at_s, _poses(fleet, {name: robots[name] for name in moved}), ())
    return checker


def _judge_bodies(fleet: Fleet, robots: Mapping[str, RobotRecord]) -> Checker:
    """Do bodies overlap where robots say they are?"""
    poses = _poses(fleet, robots)
    checker = Checker(fleet.site, {name: fleet.kind_of(robots[name]) for name in poses})
    checker.see(fleet.now_ns / SECOND, poses)
    return checker


def _ground(fleet: Fleet, robot: RobotRecord) -> Grant:
    """All ground of a robot, rear to front, as it is told."""
    tails = (None, *robot.path)
    waypoints = [
        fleet.traffic.waypoint(robot.kind, tail, head)
        for tail, head in zip(tails, robot.path, strict=False)
    ]
    return Grant(robot.robot_id, robot.path_first, tuple(waypoints))


def _poses(fleet: Fleet, robots: Mapping[str, RobotRecord]) -> dict[str, Pose]:
    """Where those are that drive by themselves and are heard."""
    return {
        name: report.pose
        for name, robot in robots.items()
        if (report := fleet.reports[name]).mode is OperatingMode.AUTOMATIC
        and robot.states.connection is Connection.ONLINE
    }
