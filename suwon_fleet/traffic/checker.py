# SPDX-License-Identifier: Apache-2.0
"""An independent judge of traffic: positions, discs and lines, and nothing of how grants are made.

It watches what robots were told and where they truly are, and counts what must never happen. It shares
no code with the planner, the ledger or the roadmap: it reads the site map itself.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from suwon_fleet.core.robots.command import Grant, Waypoint
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import Lane, Node, SiteMap, Zone

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

    kind: RobotKind
    path: dict[int, Waypoint] = field(default_factory=dict)
    ways: dict[str, shapely.Geometry] | None = None
    """The path as shapes, until it changes."""
    last: int = -1
    still_since_s: float = 0.0
    still_at: tuple[float, float, str] = (math.inf, math.inf, "")
    is_stalled: bool = False


class Checker:
    """Watches one run: feed it every grant, the robots' true poses at every step, and reviews."""

    def __init__(self, site: SiteMap, robots: Mapping[str, RobotKind]) -> None:
        self._lanes, self._nodes = site.lane_by_id, site.node_by_id
        self._guarded = [zone for zone in site.zones if zone.permit]
        self._tracks = {name: _Track(kind) for name, kind in robots.items()}
        self._pair_up()
        self._touching: set[tuple[str, str]] = set()
        self.violations: list[Violation] = []
        self.counts: dict[str, int] = {}

    def _pair_up(self) -> None:
        self._names = sorted(self._tracks)
        self._one, self._other = np.triu_indices(len(self._names), k=1)
        radii = np.array([self._tracks[name].kind.radius_m for name in self._names])
        self._reach_m = radii[self._one] + radii[self._other] - 1e-6
        """By pair of robots: nearer than this, their bodies overlap."""

    def add(self, name: str, kind: RobotKind) -> None:
        """One more robot is there."""
        self._tracks[name] = _Track(kind)
        self._pair_up()

    def remove(self, name: str) -> None:
        """A robot is there no more."""
        del self._tracks[name]
        self._pair_up()

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

    def has_lost_one(self, grant: Grant) -> bool:
        """Whether the robot was not told of ground that lies between what it knows and this grant."""
        return grant.first_index > self._tracks[grant.robot_id].last + 1

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
            if fault := self._off_lane(track.kind, before, waypoint):
                self._note("off-the-map", at_s, (name,), fault)
        track.path[index] = waypoint
        track.last, track.ways = index, None

    def _off_lane(self, kind: RobotKind, before: Waypoint, now: Waypoint) -> str:
        """What is wrong with going from one waypoint to the next, in words; nothing: ''."""
        lane = self._lanes.get(now.lane)
        if lane is None:
            return f"no lane {now.lane!r}"
        if fault := _misfit(kind, lane):
            return f"{now.lane} is {fault}, not for {kind.id}"
        for zone in self._guarded:
            if zone.permit not in kind.permits and _enters(zone, before, now):
                return f"no permit {zone.permit} for {zone.id}"
        start, end = self._nodes[lane.start], self._nodes[lane.end]
        if start.level != end.level:
            rides = _is_at(before, start) and _is_at(now, end)
            return "" if rides else f"not from end to end of {now.lane}"
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
        for level, line in self._ways(mine).items():
            others = [
                (other, track.kind.radius_m, theirs)
                for other, track in self._tracks.items()
                if other != name and (theirs := self._ways(track).get(level)) is not None
            ]
            if not others:
                continue
            names, radii, shapes = zip(*others, strict=True)
            reach = np.array(radii) + mine.kind.radius_m
            near = shapely.dwithin(line, shapes, reach - 1e-6)  # type: ignore[call-overload]
            for index in np.flatnonzero(near):
                within = f"within {reach[index]:.2f} m"
                self._note("shared-ground", at_s, (name, names[index]), within)

    @staticmethod
    def _ways(track: _Track) -> dict[str, shapely.Geometry]:
        """The granted path, rear to front, as one shape per level."""
        if track.ways is None:
            points: dict[str, list[list[tuple[float, float]]]] = {}
            level = None
            for index in sorted(track.path):
                waypoint = track.path[index]
                if waypoint.level != level:
                    points.setdefault(waypoint.level, []).append([])
                    level = waypoint.level
                points[level][-1].append((waypoint.x_m, waypoint.y_m))
            track.ways = {level: _shape(pieces) for level, pieces in points.items()}
        return track.ways

    def see(self, at_s: float, poses: Mapping[str, Pose]) -> None:
        """Where all robots truly are now: no two bodies may overlap."""
        points = np.array([complex(poses[name].x_m, poses[name].y_m) for name in self._names])
        self.see_points(at_s, points, lambda name: poses[name].level)

    def see_points(
        self, at_s: float, points: NDArray[np.complex128], level_of: Callable[[str], str]
    ) -> None:
        """As `see`, quicker: `points` are x + iy in metres, in the order of robots' ids."""
        apart = np.abs(points[self._one] - points[self._other])
        touching = set()
        for pair in np.flatnonzero(apart < self._reach_m):
            one, other = self._names[self._one[pair]], self._names[self._other[pair]]
            if level_of(one) == level_of(other):
                touching.add((one, other))
                if (one, other) not in self._touching:
                    self._note("collision", at_s, (one, other), f"{apart[pair]:.3f} m apart")
        self._touching = touching

    def restarted(self, name: str) -> None:
        """A robot has forgotten its path, and begins a new one where it stands."""
        track = self._tracks[name]
        track.path.clear()
        track.last, track.ways = -1, None

    def passed(self, name: str, index: int) -> None:
        """A robot has reached path vertex `index` and left all before it."""
        track = self._tracks[name]
        for old in list(itertools.takewhile(lambda known: known < index, track.path)):
            del track.path[old]
            track.ways = None

    def review(self, at_s: float, poses: Mapping[str, Pose], wanting: Iterable[str]) -> None:
        """Now and then: are bodies on their ground, and does everyone who wants, and may, get on?"""
        wants = set(wanting)
        self._check_on_path(at_s, poses)
        for name, pose in poses.items():
            self._check_progress(name, pose, name in wants, at_s)

    def _check_on_path(self, at_s: float, poses: Mapping[str, Pose]) -> None:
        names = [name for name in poses if self._tracks[name].path]
        ways = [self._ways(self._tracks[name]).get(poses[name].level) for name in names]
        points = np.array([(poses[name].x_m, poses[name].y_m) for name in names]).reshape(-1, 2)
        away = shapely.distance(np.array(ways, dtype=object), shapely.points(points))
        for index in np.flatnonzero(~(away <= ON_PATH_M)):  # not a number: no way on that level
            pose = poses[names[index]]
            where = f"at ({pose.x_m:.2f}, {pose.y_m:.2f}) {pose.level}"
            self._note("off-its-ground", at_s, (names[index],), where)

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


def _misfit(kind: RobotKind, lane: Lane) -> str:
    """What of a lane keeps a kind of robot off it, in words; nothing: ''."""
    if lane.kind not in kind.lane_kinds:
        return lane.kind
    if lane.width_m is not None and lane.width_m < kind.width_m:
        return f"{lane.width_m:g} m wide"
    if lane.height_m is not None and lane.height_m < kind.height_m:
        return f"{lane.height_m:g} m high"
    return f"as steep as {lane.slope:g}" if abs(lane.slope) > kind.max_slope else ""


def _enters(zone: Zone, before: Waypoint, now: Waypoint) -> bool:
    """Whether one waypoint lies outside a zone, and the next one inside."""
    polygon = shapely.Polygon(zone.polygon)
    was_in, is_in = (
        zone.level in (None, point.level)
        and polygon.intersects(shapely.Point(point.x_m, point.y_m))
        for point in (before, now)
    )
    return is_in and not was_in


def _is_at(point: Waypoint, node: Node) -> bool:
    near = math.dist((point.x_m, point.y_m), (node.x_m, node.y_m)) < ON_LANE_M
    return near and point.level == node.level


def _shape(pieces: Sequence[Sequence[tuple[float, float]]]) -> shapely.Geometry:
    shapes = [shapely.LineString(p) if len(p) > 1 else shapely.Point(p[0]) for p in pieces]
    return shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)
