# SPDX-License-Identifier: Apache-2.0
"""A world of robots that all drive: each goes round a block of its own, without end."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from suwon_fleet.core.robots.command import Act, ActionKind, Grant, RobotCommand, Waypoint
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import GROUND, Level, SiteMap
from suwon_fleet.resources import resource_path
from suwon_fleet.sim.world import Spawn, World
from suwon_fleet.wire.kinds import load_kinds

KINDS = ("delivery_outdoor", "delivery_indoor", "delivery_outdoor", "humanoid")
"""In turn."""
BLOCK = (30.0, 12.0)
"""Metres; vertices are `EDGE_M` apart, which divides both."""
EDGE_M, APART_M = 6.0, 4.0
AHEAD_S = 20.0
"""How long what a robot was granted lasts; it is granted as much again before."""
UP_S = 15.0
"""In which humanoids have got up."""


class Laps:
    """Robots on their blocks, in steps of some length."""

    def __init__(self, robots: int, *, step_ns: int, seed: int) -> None:
        kinds = load_kinds(resource_path("config/robots"))
        columns = math.ceil(math.sqrt(robots))
        site = SiteMap("laps", (Level(GROUND),), (), ())
        self._rounds: dict[str, Iterator[Waypoint]] = {}
        spawns = []
        for number in range(robots):
            name, kind = f"robot-{number:04}", kinds[KINDS[number % len(KINDS)]]
            row, column = divmod(number, columns)
            corner = (column * (BLOCK[0] + APART_M), row * (BLOCK[1] + APART_M))
            self._rounds[name] = itertools.cycle(_round(*corner, kind.max_speed_mps))
            spawns.append(Spawn(name, kind.id, Pose(*corner), 1.0))
        self.world = World(site, kinds, spawns, seed=seed, step_ns=step_ns)
        self._steps_per_s = round(1e9 / step_ns)
        self.world.command(
            Act(robot.robot_id, "up", ActionKind.GET_READY)
            for robot in self.world.robots.values()
            if robot.kind.family is Family.HUMANOID
        )
        self.run(UP_S, self.more())

    def more(self) -> list[RobotCommand]:
        """Grants that last `AHEAD_S` and a little longer."""
        return [self._more(name) for name in self._rounds]

    def _more(self, name: str) -> Grant:
        robot = self.world.robots[name]
        first = robot.way.granted_index + 1
        ahead = max(int(self.world.bodies.known[robot.row]) - 1, 0)
        wanted = math.ceil(robot.kind.max_speed_mps * AHEAD_S / EDGE_M) + 1
        more = itertools.islice(self._rounds[name], max(wanted - ahead, 0))
        return Grant(name, first, tuple(more))

    def run(self, seconds: float, commands: list[RobotCommand]) -> None:
        """Hand commands over and let time pass."""
        self.world.command(commands)
        for _ in range(round(seconds * self._steps_per_s)):
            self.world.step()

    @property
    def driving(self) -> float:
        """The share of robots that drive now."""
        return float((self.world.bodies.speed > 0.0).mean())


def _round(x_m: float, y_m: float, speed_mps: float) -> list[Waypoint]:
    """The vertices of a block, once round from its corner."""
    along, up = (round(metres / EDGE_M) for metres in BLOCK)
    steps = [(1, 0)] * along + [(0, 1)] * up + [(-1, 0)] * along + [(0, -1)] * up
    found = []
    column = row = 0
    for right, forward in steps:
        at = (x_m + column * EDGE_M, y_m + row * EDGE_M)
        found.append(Waypoint(*at, GROUND, speed_mps))
        column, row = column + right, row + forward
    return found
