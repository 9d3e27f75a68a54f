# SPDX-License-Identifier: Apache-2.0
"""The simulated world: robots of any kind on a site, in fixed steps of simulated time.

Deterministic: the same site, seed and commands at the same steps give the same world. Time is integer
nanoseconds; each robot has its own stream of random numbers, so that adding one changes no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Factsheet, Pose, RobotReport
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.sim import kinematics, snapshot
from suwon_fleet.sim.chance import stream
from suwon_fleet.sim.contacts import NOWHERE, WALL, Discs, touch
from suwon_fleet.sim.crowd import Walkers, give_way
from suwon_fleet.sim.faults.board import FaultBoard
from suwon_fleet.sim.kinematics import Bodies
from suwon_fleet.sim.life import Lives, live
from suwon_fleet.sim.odometry import Odometry, count
from suwon_fleet.sim.people import People
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.walls import Walls, press
from suwon_fleet.sim.way import Way
from suwon_fleet.wire.sdf import of_kind
from suwon_fleet.wire.sdf.drives import DiffDrive
from suwon_fleet.wire.sdf.of_model import Made

STEP_NS = 100_000_000
VENDOR = "suwon_fleet simulator"


@dataclass(frozen=True, slots=True)
class Spawn:
    """A robot to be: where it stands and how charged it is."""

    robot_id: str
    kind: str
    pose: Pose
    soc: float
    made: Made | None = None
    """What it is instead of a kind of the world's: a model of its own."""


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
        self.odometry = Odometry.empty(len(spawns))
        self.walls: Walls | None = None
        """Those that stop who drives off its path: none, unless somebody puts them up."""
        self.kinds, self.people = kinds, people or People()
        self._seed = seed
        self._levels = {level.id: number for number, level in enumerate(site.levels)}
        walking, zones = self.people.walking, self.people.walking_in
        self.walkers = (
            Walkers(site, self._levels, walking, seed=seed, zones=zones) if walking else None
        )
        self.discs = Discs.empty(len(spawns), self.walkers.count if self.walkers else 0)
        self.heights_m = {level.id: level.elevation_m for level in site.levels}
        self._lanes = {lane.id: lane.kind for lane in site.lanes}
        nodes = site.node_by_id
        self._cabins = frozenset(
            (nodes[name].x_m, nodes[name].y_m, level)
            for lift in site.lifts
            for level, name in lift.cabins.items()
        )
        self.robots: dict[str, SimRobot] = {}
        self._by_row: list[SimRobot] = []
        for spawn in spawns:
            self._make(spawn)
        if self.walkers:
            self.walkers.place(self.discs)
        self.inbox: list[RobotCommand] = []
        self.faults = FaultBoard(site, self.robots, seed=seed, step_ns=step_ns)

    def _make(self, spawn: Spawn) -> SimRobot:
        """The robot of the next row."""
        row, made = len(self._by_row), spawn.made
        kind = made.kind if made else self.kinds[spawn.kind]
        drive = made.drive if made else of_kind.drive(kind)
        self.bodies.x[row], self.bodies.y[row] = spawn.pose.x_m, spawn.pose.y_m
        self.bodies.yaw[row] = spawn.pose.yaw_rad
        self.lives.soc[row] = spawn.soc
        self.discs.radius[row] = kind.radius_m
        self.discs.level[row] = self._levels[spawn.pose.level]
        self.odometry.radius[row], self.odometry.track[row] = of_kind.wheels(kind)
        if isinstance(drive, DiffDrive):
            self.odometry.radius[row] = drive.wheel_radius_m
            self.odometry.track[row] = drive.wheel_separation_m
        robot = SimRobot(
            spawn.robot_id,
            kind,
            drive,
            row,
            self.bodies,
            self.lives,
            self.odometry,
            Way(self.bodies, row, spawn.pose.level, self._lanes, self._cabins, kind.max_speed_mps),
            self.people,
            stream(self._seed, spawn.robot_id),
            is_foreign=made is not None,
        )
        self.robots[spawn.robot_id] = robot
        self._by_row.append(robot)
        return robot

    def add(self, spawn: Spawn) -> SimRobot:
        """One more robot. It draws from a stream of its own, so nothing changes for the others."""
        self._resize(len(self._by_row) + 1)
        return self._make(spawn)

    def remove(self, robot_id: str) -> None:
        """A robot is gone, and its body with it; what it was last seen doing stays in its row."""
        robot = self.robots.pop(robot_id)
        robot.is_silent = robot.is_dead = True
        robot.way.forget()
        self.discs.level[robot.row] = NOWHERE

    def begin_with(self, count: int) -> None:
        """Have the first `count` robots there ever were again and no others, for a `restore`."""
        del self._by_row[count:]
        self._resize(count)
        self.robots.clear()
        self.robots.update((robot.robot_id, robot) for robot in self._by_row)

    def _resize(self, count: int) -> None:
        self.bodies = Bodies(*resized(self.bodies, Bodies.empty(1), count))
        self.lives = Lives(*resized(self.lives, Lives.empty(1), count))
        self.odometry = Odometry(*resized(self.odometry, Odometry.empty(1), count))
        self.discs = self.discs.resized(count)
        for robot in self._by_row:
            robot.bodies, robot.lives, robot.odometry = self.bodies, self.lives, self.odometry
            robot.way.bodies = self.bodies

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
        if self.walls is not None:
            press(self.walls, self.discs, bodies, dt_s)
        if self.walkers:
            self._walk(self.walkers, dt_s)
        else:
            kinematics.step(bodies, dt_s)
        count(self.odometry, bodies)
        for row in np.flatnonzero(bodies.passed).tolist():
            way = self._by_row[row].way
            way.forget_passed()
            self.discs.level[row] = self._levels[way.level]
        self.now_ns += self.step_ns
        self.faults.step(self.now_ns)

    def _walk(self, walkers: Walkers, dt_s: float) -> None:
        """People walk on, and robots that have somebody ahead brake meanwhile."""
        bodies, gives_way = self.bodies, self.lives.gives_way
        walkers.step(self.discs, dt_s)
        give_way(self.discs, bodies, gives_way, dt_s)
        may_go = bodies.may_go.copy()
        bodies.may_go[gives_way] = False
        kinematics.step(bodies, dt_s)
        bodies.may_go[:] = may_go

    def factsheets(self) -> list[Factsheet]:
        """Who the robots are, those that are silent left out."""
        return [
            Factsheet(robot.robot_id, robot.kind.id, robot.session, VENDOR)
            for robot in self.robots.values()
            if not robot.is_silent
        ]

    def reports(self) -> list[RobotReport]:
        """What arrives of how the robots stand, those that are silent left out."""
        body, blocked_s = self.bodies, self.lives.blocked_s
        places = zip(
            body.x.tolist(),
            body.y.tolist(),
            body.yaw.tolist(),
            body.speed.tolist(),
            body.reached.tolist(),
            body.known.tolist(),
            self.lives.soc.tolist(),
            (body.is_blocked | (blocked_s > 0.0)).tolist(),
            self.lives.gives_way.tolist(),
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
        places = list(zip(body.x.tolist(), body.y.tolist(), body.yaw.tolist(), strict=True))
        return {
            name: Pose(*places[robot.row], robot.way.level) for name, robot in self.robots.items()
        }

    def pose_of(self, robot: SimRobot) -> Pose:
        """Where a robot truly is."""
        body, row = self.bodies, robot.row
        return Pose(float(body.x[row]), float(body.y[row]), float(body.yaw[row]), robot.way.level)

    def touchable(self, disc: int) -> str:
        """Who has a row of `discs`, robots by their ids; nobody has the wall."""
        if disc == WALL:
            return ""
        person = disc - len(self._by_row)
        return f"person-{person + 1}" if person >= 0 else self._by_row[disc].robot_id

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
        is_blocked: bool,
        gives_way: bool,
    ) -> RobotReport:
        robot.sequence += 1
        is_blocked = is_blocked or (gives_way and robot.wants_on)
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
            navigation=robot.gets_on(
                is_blocked=is_blocked, moves=speed_mps > 0.0, has_way=known >= 2
            ),
            compartment=robot.compartment,
            lift=robot.way.lift,
            stop=robot.stop,
            power=robot.power,
            control=robot.control,
            posture=robot.posture,
            action=robot.action,
            stop_id=robot.stop_id and robot.stopped_for,
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


def resized(
    arrays: Iterable[NDArray[Any]], one_more: Iterable[NDArray[Any]], count: int
) -> Iterator[NDArray[Any]]:
    """Arrays of so many robots, those that are new as in `one_more`."""
    for array, new in zip(arrays, one_more, strict=True):
        more = max(count - len(array), 0)
        yield np.concatenate([array[:count], *[new] * more])
