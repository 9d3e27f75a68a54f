# SPDX-License-Identifier: Apache-2.0
"""What may be done to a running world from outside: hold it, step it, and change who is in it and where."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple
from xml.sax.saxutils import escape

from suwon_fleet.core.errors import BadInput, Severity
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.nodes.open_world import OpenWorld
from suwon_fleet.nodes.robot_topics import topic_name
from suwon_fleet.resources import model_folders
from suwon_fleet.sim.robot import SimRobot
from suwon_fleet.sim.teleop import Velocity
from suwon_fleet.sim.world import Spawn
from suwon_fleet.wire.sdf.load import read_sdf_text
from suwon_fleet.wire.sdf.of_model import Made, known_as, made_of
from suwon_fleet.wire.sdf.write.models import NAMES

MOST_STEPS = 100_000
"""At once; nothing else is done meanwhile."""
MOST_ROBOTS = 10_000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_INCLUDING = '<sdf version="1.9"><include><uri>{}</uri></include></sdf>'


class Why(IntEnum):
    """Why not, by the codes of simulation_interfaces' Result and SpawnEntity."""

    UNSUPPORTED = 0
    NOT_FOUND = 2
    INCORRECT_STATE = 3
    FAILED = 4
    NAME_NOT_UNIQUE = 101
    NAME_INVALID = 102
    NO_RESOURCE = 104
    PARSE_ERROR = 106
    INVALID_POSE = 109


class Refused(Exception):
    """It was not done."""

    def __init__(self, why: Why, text: str) -> None:
        super().__init__(text)
        self.why = why


@dataclass(frozen=True, slots=True)
class Place3D:
    """Where something is to be, in the frame `map`; its height says on which storey."""

    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float


class _Robot(NamedTuple):
    """One to be created: what it is called if it has no name, and its kind, or what it is of its own."""

    name: str
    kind: str
    own: Made | None = None
    soc: float = 1.0


class WorldHandle:
    """One thread. What is not done raises Refused."""

    def __init__(
        self,
        judged: OpenWorld,
        *,
        step: Callable[[], None],
        came: Callable[[SimRobot], None],
        gone: Callable[[str], None],
        began_again: Callable[[], None],
    ) -> None:
        """`step` moves the world on; the others are told who has come, who has gone, and of beginnings."""
        self._judged, self._step = judged, step
        self._came, self._gone, self._began_again = came, gone, began_again
        self._start_ns = judged.world.now_ns
        self._until_ns: int | None = None
        self._added: list[str] = []
        self.is_paused = False

    @property
    def now_ns(self) -> int:
        """Simulated time."""
        return self._judged.world.now_ns

    @property
    def is_held(self) -> bool:
        """Whether time stands still by request."""
        if self._until_ns is not None and self.now_ns >= self._until_ns:
            self.is_paused, self._until_ns = True, None
        return self.is_paused

    # Time

    def pause(self, is_paused: bool) -> None:
        """Let time stand still, or go on."""
        self.is_paused, self._until_ns = is_paused, None

    def run_until(self, at_ns: int) -> None:
        """Go on, and pause when it is so late."""
        if at_ns <= self.now_ns:
            raise Refused(Why.FAILED, f"{at_ns / 1e9:g} s is past: it is {self.now_ns / 1e9:g} s")
        self.is_paused, self._until_ns = False, at_ns

    def make_steps(self, count: int) -> None:
        """So many steps at once, of a world that is paused."""
        if not self.is_paused:
            raise Refused(Why.FAILED, "only a paused world is stepped")  # as StepSimulation has it
        if not 0 < count <= MOST_STEPS:
            raise Refused(Why.FAILED, f"{count} steps: make 1 to {MOST_STEPS} at once")
        for _ in range(count):
            self._step()

    def begin_again(self) -> None:
        """All as it was in the beginning, time too."""
        robots = self._judged.world.robots
        before = set(robots)
        self._judged.begin_again()
        for robot_id in sorted(before - set(robots)):
            self._gone(robot_id)
        for robot_id in sorted(set(robots) - before):
            self._came(robots[robot_id])
        self._added.clear()
        self._until_ns = None
        self._began_again()

    def set_time_back(self) -> None:
        """To when it began; all else stays."""
        self._judged.world.now_ns, self._until_ns = self._start_ns, None
        self._began_again()

    def remove_added(self) -> None:
        """All that was created from outside goes."""
        for robot_id in list(self._added):
            self.remove(robot_id)

    # Who is there

    def entities(self) -> dict[str, SimRobot]:
        """Robots, by the names they have in topics and in Gazebo."""
        return {topic_name(name): robot for name, robot in self._judged.world.robots.items()}

    def robot(self, name: str) -> SimRobot:
        """The robot of a name, or of an id."""
        found = self._judged.world.robots.get(name) or self.entities().get(name)
        if found is None:
            raise Refused(Why.NOT_FOUND, f"there is no {name!r}")
        return found

    def where(self, robot: SimRobot) -> Place3D:
        """Where a robot truly is."""
        pose = self._judged.world.pose_of(robot)
        height_m = self._judged.world.heights_m[pose.level]
        return Place3D(pose.x_m, pose.y_m, height_m, pose.yaw_rad)

    def speeds(self, robot: SimRobot) -> Velocity:
        """How fast its wheels, or legs, take it."""
        body, row, step_s = robot.bodies, robot.row, self._judged.world.step_ns / 1e9
        gone, turned, aside = body.gone[row], body.turned[row], body.aside[row]
        return Velocity(float(gone) / step_s, float(turned) / step_s, float(aside) / step_s)

    def set_pose(self, name: str, place: Place3D) -> None:
        """A robot is somewhere else at once, and begins anew there."""
        robot = self.robot(name)
        self._judged.set_pose(robot, self._pose(place))

    def remove(self, name: str) -> None:
        """A robot is gone."""
        robot_id = self.robot(name).robot_id
        self._judged.remove(robot_id)
        if robot_id in self._added:
            self._added.remove(robot_id)
        self._gone(robot_id)

    def create(self, name: str, what: str, place: Place3D, *, may_rename: bool) -> str:
        """One more robot; the name it has.

        `what` is a kind or its model, a robot to be made again, or an SDF file by its path or as ``model://``.
        """
        return self._add(name, self._named(what), place, may_rename=may_rename)

    def create_from_text(self, name: str, sdf: str, place: Place3D, *, may_rename: bool) -> str:
        """The same of a model in SDF."""
        return self._add(name, self._written(sdf), place, may_rename=may_rename)

    def _add(self, name: str, made: _Robot, place: Place3D, *, may_rename: bool) -> str:
        pose = self._pose(place)
        name = name or made.name
        if not _NAME.fullmatch(name):
            raise Refused(Why.NAME_INVALID, f"{name!r}: use letters, digits, - and _")
        taken = self.entities()
        if len(taken) >= MOST_ROBOTS:
            raise Refused(Why.FAILED, f"there are {MOST_ROBOTS} robots")
        if topic_name(name) in taken:
            if not may_rename:
                raise Refused(Why.NAME_NOT_UNIQUE, f"there is a {name!r} already")
            name = next(
                f"{name}_{n}"
                for n in range(1, MOST_ROBOTS)
                if topic_name(f"{name}_{n}") not in taken
            )
        robot = self._judged.add(Spawn(name, made.kind, pose, made.soc, made.own))
        self._added.append(name)
        self._came(robot)
        return name

    def kinds(self) -> dict[str, str]:
        """What may be created: kinds of robots by their ids and the names of their models."""
        kinds = self._judged.world.kinds
        models = {model: kind for kind, model in NAMES.items() if kind in kinds}
        return {kind: kind for kind in kinds} | models

    def _named(self, what: str) -> _Robot:
        name = what.removeprefix("model://").rstrip("/")
        kinds = self.kinds()
        if name in kinds:
            return _Robot(kinds[name], kinds[name])
        robots = self._judged.world.robots
        if robot := robots.get(name) or self.entities().get(name):
            own = Made(robot.kind, robot.drive) if robot.is_foreign else None
            return _Robot(robot.kind.id, robot.kind.id, own)
        try:
            return self._written(_INCLUDING.format(escape(what)))
        except Refused as no:
            known = ", ".join(sorted(kinds))
            text = f"{what!r} is no robot that is known here ({known}), and no model: {no}"
            raise Refused(Why.NO_RESOURCE, text) from no

    def _written(self, sdf: str) -> _Robot:
        """The robot of a text: of one of our kinds if it is its model, else what the text makes of it."""
        try:
            read, problems = read_sdf_text(sdf, models=model_folders())
            if read is None:
                raise BadInput([one for one in problems if one.severity is Severity.ERROR])
            made = made_of(read)
        except BadInput as error:
            raise Refused(Why.PARSE_ERROR, "; ".join(map(str, error.problems))) from error
        kind = known_as(made, self._judged.world.kinds.values())
        name = made.kind.id
        return _Robot(name, kind.id, None, made.soc) if kind else _Robot(name, name, made, made.soc)

    def _pose(self, place: Place3D) -> Pose:
        if not all(map(math.isfinite, (place.x_m, place.y_m, place.z_m, place.yaw_rad))):
            raise Refused(Why.INVALID_POSE, "a pose is of finite numbers")
        heights = self._judged.world.heights_m
        level = min(heights, key=lambda name: abs(heights[name] - place.z_m))
        return Pose(place.x_m, place.y_m, place.yaw_rad, level)
