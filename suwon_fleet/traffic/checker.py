# SPDX-License-Identifier: Apache-2.0
"""An independent judge of traffic: positions, discs and lines, and nothing of how grants are made.

It watches what robots were told and where they truly are, and counts what must never happen. It shares
no code with the planner, the ledger or the roadmap: it reads the site map itself.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from suwon_fleet.core.robots.command import Grant, Waypoint
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import SiteMap

STALL_S = 600.0
"""A robot that wants to go somewhere, may, and has not moved for so long is deadlocked or starved."""
ON_LANE_M = 0.02
ON_PATH_M = 0.05
MOVED_M = 0.05
KEPT = 20
"""Violations of each kind that are kept in words; all are counted."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that must not happen, when and between whom."""

    what: str
    at_s: float
    robots: tuple[str, ...]
    detail: str


@dataclass(slots=True)
class _Track:
    """What the checker remembers of one robot."""

    radius_m: float
    path: dict[int, Waypoint] = field(default_factory=dict)
    last: int = -1
    still_since_s: float = 0.0
    still_at: tuple[float, float, str] = (math.inf, math.inf, "")
    is_stalled: bool = False


class Checker:
    """Watches one run: feed it every grant, the robots' true poses at every step, and reviews."""

    def __init__(self, site: SiteMap, robots: Mapping[str, RobotKind]) -> None:
        self._lanes = {
            lane.id: (site.node_by_id[lane.start], site.node_by_id[lane.end]) for lane in site.lanes
        }
        self._tracks = {name: _Track(kind.radius_m) for name, kind in robots.items()}
        self._names = sorted(robots)
        self._radii = np.array([robots[name].radius_m for name in self._names])
        self._touching: set[tuple[str, str]] = set()
        self.violations: list[Violation] = []
        self.counts: dict[str, int] = {}

    @property
    def collisions(self) -> int:
        """How often two bodies began to overlap."""
        return self.counts.get("collision", 0)

    @property
    def deadlocks(self) -> int:
        """How often a robot that wanted to move, and might, stood for `STALL_S`."""
        return self.counts.get("deadlock", 0)

    @property
    def illegal(self) -> int:
        """Grants off the map, against a lane, taken back or overlapping; bodies off their ground."""
        return sum(self.counts.values()) - self.collisions - self.deadlocks

    def granted(self, grant: Grant, at_s: float) -> None:
        """A robot was told that it may go on."""
        track = self._tracks[grant.robot_id]
        for offset, waypoint in enumerate(grant.waypoints):
            index = grant.first_index + offset
            if index in track.path:
                self._same_again(grant.robot_id, track.path[index], waypoint, at_s)
            elif track.path and index <= track.last:
                continue  # told again of ground it has long passed
            else:
                self._new(grant.robot_id, track, index, waypoint, at_s)
        self._check_corridor(grant.robot_id, at_s)

    def _same_again(self, name: str, before: Waypoint, now: Waypoint, at_s: float) -> None:
        if (before.x_m, before.y_m, before.level) != (now.x_m, now.y_m, now.level):
            self._note("taken-back", at_s, (name,), f"{before} became {now}")

    def _new(self, name: str, track: _Track, index: int, waypoint: Waypoint, at_s: float) -> None:
        if track.path and index != track.last + 1:
            self._note("gap", at_s, (name,), f"index {index} follows {track.last}")
        if track.path:
            before = track.path[track.last]
            if fault := self._off_lane(before, waypoint):
                self._note("off-the-map", at_s, (name,), fault)
        track.path[index] = waypoint
        track.last = index

    def _off_lane(self, before: Waypoint, now: Waypoint) -> str:
        """What is wrong with going from one waypoint to the next, in words; nothing: ''."""
        if now.lane not in self._lanes:
            return f"no lane {now.lane!r}"
        start, end = self._lanes[now.lane]
        if start.level != end.level:
            there = math.dist((now.x_m, now.y_m), (end.x_m, end.y_m)) < ON_LANE_M
            return "" if there and now.level == end.level else f"not the end of {now.lane}"
        length = math.dist((start.x_m, start.y_m), (end.x_m, end.y_m))
        along = []
        for point in (before, now):
            dx, dy = end.x_m - start.x_m, end.y_m - start.y_m
            px, py = point.x_m - start.x_m, point.y_m - start.y_m
            along.append((px * dx + py * dy) / length)
            if abs(px * dy - py * dx) / length > ON_LANE_M or point.level != start.level:
                return f"({point.x_m:.2f}, {point.y_m:.2f}) is not on lane {now.lane}"
            if not -ON_LANE_M <= along[-1] <= length + ON_LANE_M:
                return f"({point.x_m:.2f}, {point.y_m:.2f}) is beyond lane {now.lane}"
        return "" if along[1] > along[0] else f"against lane {now.lane}"

    def _check_corridor(self, name: str, at_s: float) -> None:
        """No two robots may be able to touch anywhere on what they still may drive."""
        mine = self._tracks[name]
        ways = self._ways(mine)
        for other, track in self._tracks.items():
            if other == name or not track.path:
                continue
            reach = mine.radius_m + track.radius_m
            for level, line in ways.items():
                theirs = self._ways(track).get(level)
                if theirs is not None and shapely.dwithin(line, theirs, reach - 1e-6):
                    self._note("shared-ground", at_s, (name, other), f"within {reach:.2f} m")

    @staticmethod
    def _ways(track: _Track) -> dict[str, shapely.Geometry]:
        """The granted path, rear to front, as one shape per level."""
        points: dict[str, list[list[tuple[float, float]]]] = {}
        level = None
        for index in sorted(track.path):
            waypoint = track.path[index]
            if waypoint.level != level:
                points.setdefault(waypoint.level, []).append([])
                level = waypoint.level
            points[level][-1].append((waypoint.x_m, waypoint.y_m))
        return {level: _shape(pieces) for level, pieces in points.items()}

    def see(self, at_s: float, poses: Mapping[str, Pose]) -> None:
        """Where all robots truly are now: no two bodies may overlap."""
        points = np.array([(poses[name].x_m, poses[name].y_m) for name in self._names])
        if len(points) < 2:
            return
        apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
        close = np.triu(apart < self._radii[:, None] + self._radii[None] - 1e-6, k=1)
        touching = set()
        for i, j in np.argwhere(close):
            one, other = self._names[i], self._names[j]
            if poses[one].level == poses[other].level:
                touching.add((one, other))
                if (one, other) not in self._touching:
                    self._note("collision", at_s, (one, other), f"{apart[i, j]:.3f} m apart")
        self._touching = touching

    def passed(self, name: str, index: int) -> None:
        """A robot has reached path vertex `index` and left all before it."""
        path = self._tracks[name].path
        for old in list(itertools.takewhile(lambda known: known < index, path)):
            del path[old]

    def review(self, at_s: float, poses: Mapping[str, Pose], wanting: Iterable[str]) -> None:
        """Now and then: are bodies on their ground, and does everyone who wants, and may, get on?"""
        wants = set(wanting)
        for name, pose in poses.items():
            self._check_on_path(name, self._tracks[name], pose, at_s)
            self._check_progress(name, pose, name in wants, at_s)

    def _check_on_path(self, name: str, track: _Track, pose: Pose, at_s: float) -> None:
        way = self._ways(track).get(pose.level)
        if way is not None and way.distance(shapely.Point(pose.x_m, pose.y_m)) > ON_PATH_M:
            self._note("off-its-ground", at_s, (name,), f"at ({pose.x_m:.2f}, {pose.y_m:.2f})")

    def _check_progress(self, name: str, pose: Pose, wants: bool, at_s: float) -> None:
        track = self._tracks[name]
        x, y, level = track.still_at
        if not wants or level != pose.level or math.dist((x, y), (pose.x_m, pose.y_m)) > MOVED_M:
            track.still_at = (pose.x_m, pose.y_m, pose.level)
            track.still_since_s, track.is_stalled = at_s, False
        elif at_s - track.still_since_s >= STALL_S and not track.is_stalled:
            track.is_stalled = True
            self._note("deadlock", at_s, (name,), f"still for {STALL_S:.0f} s")

    def _note(self, what: str, at_s: float, robots: tuple[str, ...], detail: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
        if self.counts[what] <= KEPT:
            self.violations.append(Violation(what, at_s, robots, detail))


def _shape(pieces: Sequence[Sequence[tuple[float, float]]]) -> shapely.Geometry:
    shapes = [shapely.LineString(p) if len(p) > 1 else shapely.Point(p[0]) for p in pieces]
    return shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)
