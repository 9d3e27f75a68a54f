# SPDX-License-Identifier: Apache-2.0
"""The simulated world: robots of any kind on a site, in fixed steps of simulated time.

Deterministic: the same site, seed and commands at the same steps give the same world. Time is integer
nanoseconds; each robot has its own stream of random numbers, so that adding one changes no other.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Factsheet, Pose, RobotReport
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.sim import kinematics, snapshot
from suwon_fleet.sim.contacts import Discs, touch
from suwon_fleet.sim.faults.board import FaultBoard
from suwon_fleet.sim.kinematics import Bodies
from suwon_fleet.sim.life import Lives, live
from suwon_fleet.sim.odometry import TRACK_SHARE, Odometry, count
from suwon_fleet.sim.people import People
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.way import Way

STEP_NS = 100_000_000
VENDOR = "suwon_fleet simulator"


@dataclass(frozen=True, slots=True)
class Spawn:
    """A robot to be: where it stands and how charged it is."""

    robot_id: str
    kind: str
    pose: Pose
    soc: float


class World:
    """Robots on a site. `step` moves time on by one step; commands take effect at the next step."""

    def __init__(
        self,
        site: SiteMap,
        kinds: Mapping[str, RobotKind],
        spawns: Iterable[Spawn],
        *,
        seed: int,
        people: People | None = None,
        step_ns: int = STEP_NS,
        start_ns: int = 0,
    ) -> None:
        spawns = sorted(spawns, key=lambda spawn: spawn.robot_id)
        self.now_ns, self.step_ns = start_ns, step_ns
        self.bodies = Bodies.empty(len(spawns))
        self.lives = Lives.empty(len(spawns))
        self.discs = Discs.empty(len(spawns))
        self.odometry = Odometry.empty(len(spawns))
        self._levels = {level.id: number for number, level in enumerate(site.levels)}
        self.people = people or People()
        lanes = {lane.id: lane.kind for lane in site.lanes}
        nodes = site.node_by_id
        cabins = frozenset(
            (nodes[name].x_m, nodes[name].y_m, level)
            for lift in site.lifts
            for level, name in lift.cabins.items()
        )
        self.robots: dict[str, SimRobot] = {}
        for row, spawn in enumerate(spawns):
            stream = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(spawn.robot_id.encode()),))
            self.bodies.x[row], self.bodies.y[row] = spawn.pose.x_m, spawn.pose.y_m
            self.bodies.yaw[row] = spawn.pose.yaw_rad
            self.lives.soc[row] = spawn.soc
            kind = kinds[spawn.kind]
            self.discs.radius[row] = kind.radius_m
            self.discs.level[row] = self._levels[spawn.pose.level]
            self.odometry.track[row] = TRACK_SHARE * kind.width_m
            self.robots[spawn.robot_id] = SimRobot(
                spawn.robot_id,
                kind,
                row,
                self.bodies,
                self.lives,
                Way(self.bodies, row, spawn.pose.level, lanes, cabins, kind.max_speed_mps),
                self.people,
                np.random.default_rng(stream),
            )
        self._by_row = list(self.robots.values())
        self.inbox: list[RobotCommand] = []
        self.faults = FaultBoard(site, self.robots, seed=seed, step_ns=step_ns)

    def command(self, commands: Iterable[RobotCommand]) -> None:
        """Hand commands to their robots; unknown robots' are dropped, as on a real network."""
        self.inbox.extend(commands)

    def hand_over(self, robot_id: str) -> None:
        """A real controller stands in for a robot: it is where `place` says, and tells nothing."""
        robot = self.robots[robot_id]
        robot.is_silent = robot.is_dead = True
        robot.way.forget()

    def place(self, robot_id: str, pose: Pose, speed_mps: float, path_index: int | None) -> None:
        """A robot that was handed over is there now; None: its path index is as it was."""
        robot, body = self.robots[robot_id], self.bodies
        row, robot.way.level = robot.row, pose.level
        if pose.level in self._levels:  # a controller may name one that the map has not
            self.discs.level[row] = self._levels[pose.level]
        body.x[row], body.y[row], body.yaw[row] = pose.x_m, pose.y_m, pose.yaw_rad
        body.speed[row] = speed_mps
        if path_index is not None:
            body.reached[row] = path_index

    def step(self) -> None:
        """Move the world on by one step."""
        for command in self.faults.radio.commands(self.now_ns, self.inbox):
            if robot := self.robots.get(command.robot_id):
                robot.obey(command)
        self.inbox.clear()
        dt_s, bodies, lives = self.step_ns / 1e9, self.bodies, self.lives
        if live(lives, bodies, dt_s):
            for row in np.flatnonzero(lives.due).tolist():
                self._by_row[row].attend(int(lives.due[row]))
        touch(self.discs, bodies, dt_s)
        kinematics.step(bodies, dt_s)
        count(self.odometry, bodies)
        for row in np.flatnonzero(bodies.passed).tolist():
            way = self._by_row[row].way
            way.forget_passed()
            self.discs.level[row] = self._levels[way.level]
        self.now_ns += self.step_ns
        self.faults.step(self.now_ns)

    def factsheets(self) -> list[Factsheet]:
        """Who the robots are, those that are silent left out."""
        return [
            Factsheet(robot.robot_id, robot.kind.id, robot.session, VENDOR)
            for robot in self.robots.values()
            if not robot.is_silent
        ]

    def reports(self) -> list[RobotReport]:
        """What arrives of how the robots stand, those that are silent left out."""
        body = self.bodies
        places = zip(
            body.x.tolist(),
            body.y.tolist(),
            body.yaw.tolist(),
            body.speed.tolist(),
            body.reached.tolist(),
            body.known.tolist(),
            self.lives.soc.tolist(),
            strict=True,
        )
        told = [
            self._report(robot, *place)
            for robot, place in zip(self._by_row, places, strict=True)
            if not robot.is_silent
        ]
        return self.faults.radio.reports(self.now_ns, told)

    def poses(self) -> dict[str, Pose]:
        """Where all robots truly are, by id."""
        body = self.bodies
        places = zip(body.x.tolist(), body.y.tolist(), body.yaw.tolist(), strict=True)
        return {
            robot.robot_id: Pose(x_m, y_m, yaw_rad, robot.way.level)
            for robot, (x_m, y_m, yaw_rad) in zip(self.robots.values(), places, strict=True)
        }

    def pose_of(self, robot: SimRobot) -> Pose:
        """Where a robot truly is."""
        body, row = self.bodies, robot.row
        return Pose(float(body.x[row]), float(body.y[row]), float(body.yaw[row]), robot.way.level)

    def _report(
        self,
        robot: SimRobot,
        x_m: float,
        y_m: float,
        yaw_rad: float,
        speed_mps: float,
        reached: int,
        known: int,
        soc: float,
    ) -> RobotReport:
        robot.sequence += 1
        report = RobotReport(
            robot_id=robot.robot_id,
            sequence=robot.sequence,
            stamp_ns=self.now_ns,
            session=robot.session,
            pose=Pose(x_m, y_m, yaw_rad, robot.way.level),
            speed_mps=speed_mps,
            path_index=reached,
            granted_index=reached + max(known - 1, 0),
            battery_soc=soc,
            mode=robot.mode,
            navigation=robot.navigation,
            compartment=robot.compartment,
            lift=robot.way.lift,
            stop=robot.stop,
            power=robot.power,
            control=robot.control,
            posture=robot.posture,
            action=robot.action,
            stop_id=robot.stopped_for,
            faults=robot.faults,
        )
        return robot.ails.told(report)

    def state_hash(self) -> str:
        """A hash of how everything is, equal in worlds that will go on alike."""
        return snapshot.state_hash(self)

    def snapshot(self) -> bytes:
        """All that its future depends on; see :mod:`.snapshot`."""
        return snapshot.kept(self)

    def restore(self, kept: bytes) -> None:
        """Be again as when `kept` was taken. Raises BadInput when that was of other robots."""
        snapshot.take_up(self, kept)
