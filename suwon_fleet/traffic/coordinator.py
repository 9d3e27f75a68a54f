# SPDX-License-Identifier: Apache-2.0
"""Grants motion to robots: safe because ground is owned, free of deadlock because moves are ordered.

Each step frees what robots have passed, makes a new plan when the old one no longer fits, and grants
each robot the next moves of the plan whose waits are over, a little further than it needs to stop.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.robots.command import Waypoint
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import SiteMap, Zone
from suwon_fleet.core.traffic import Extension, Wait, WaitReason
from suwon_fleet.traffic.conflicts import find_conflicts
from suwon_fleet.traffic.ledger import Ledger
from suwon_fleet.traffic.planner import Planner, Wish
from suwon_fleet.traffic.roadmap import compile_roadmap
from suwon_fleet.traffic.routes import Routes

SECOND = 1_000_000_000
LOOK_AHEAD_S = 2.0
"""Ground is granted for this long at full speed, beyond the stopping distance."""
HORIZON_S = 60.0
"""Plans bring each robot this much nearer to its goal; the rest is planned on the way."""
REFRESH_S = 5.0
"""The order in which robots pass a spot is reconsidered this often, as they turn out fast or slow."""
PATIENCE_S = 300.0
"""A robot late by this much on top of five times its travel time is starving: see `_is_starving`."""
KEPT_S = 60.0
"""Seconds for which a plan that serves a starving robot is carried out before it is reconsidered."""
NODE_LIMIT = 5_000
"""Configurations a search for the most urgent robot alone may look at."""


@dataclass(slots=True)
class _Robot:
    slot: int
    kind: int
    goal: int | None = None
    urgency: float = 0.0
    since_ns: int = 0
    mobile: bool = True
    expected_s: float = 0.0


@dataclass(slots=True)
class _Course:
    """What is left of the plan for one robot: edges, their waits, and how far it has come."""

    edges: list[int]
    waits: list[list[tuple[int, int]]]
    base: int
    """Path index of its front when the plan was made: move `k` ends at path index `base + k + 1`."""
    granted: int = 0


class Coordinator:
    """Ground, plans and grants for one site. Deterministic; not thread-safe.

    Implements :class:`suwon_fleet.core.traffic.Traffic`.
    """

    def __init__(
        self, site: SiteMap, kinds: Sequence[RobotKind], *, node_limit: int = NODE_LIMIT
    ) -> None:
        self.roadmap = compile_roadmap(site, kinds)
        conflicts = find_conflicts(self.roadmap)
        self._ledger = Ledger(self.roadmap, conflicts)
        self._routes = Routes(self.roadmap)
        self._planner = Planner(self.roadmap, conflicts, node_limit=node_limit)
        self._conflicts = conflicts
        self._robots: dict[str, _Robot] = {}
        self._names: dict[int, str] = {}
        self._free_slots: list[int] = []
        self._closed: set[int] = set()
        self._courses: dict[int, _Course] = {}
        self._waits: dict[int, Wait] = {}
        self._is_stale = False
        self._is_broken = False
        self._planned_ns = 0

    # Ground

    def locate(self, pose: Pose, within_m: float) -> str | None:
        """The vertex nearest to `pose`, by name, None when none lies within `within_m` metres."""
        vertex = self.roadmap.locate(pose, within_m)
        return None if vertex is None else self.roadmap.vertex_names[vertex]

    def owner_near(self, kind: str, vertex: str) -> str | None:
        """A robot whose ground leaves no room for a robot of `kind` at `vertex`."""
        index = self.roadmap.vertex_of[vertex]
        slot = self._ledger.blocker(-2, self.roadmap.kind_of[kind], index)
        return None if slot is None else self._names[slot]

    def place(self, robot_id: str, kind: str, path: Sequence[str], first_index: int) -> None:
        """Give a robot the ground it is on. Raises Broken when another robot owns some of it."""
        slot = self._free_slots.pop() if self._free_slots else len(self._names)
        vertices = [self.roadmap.vertex_of[name] for name in path]
        kind_index = self.roadmap.kind_of[kind]
        self._ledger.place(slot, kind_index, vertices, first_index)
        self._robots[robot_id] = _Robot(slot, kind_index)
        self._names[slot] = robot_id
        self._is_broken = True

    def remove(self, robot_id: str) -> None:
        """Free all ground of a robot that a person, or the robot, says is gone."""
        robot = self._robots.pop(robot_id)
        self._ledger.remove(robot.slot)
        del self._names[robot.slot]
        self._free_slots.append(robot.slot)
        self._courses.pop(robot.slot, None)
        self._is_broken = True

    def release(self, robot_id: str, index: int) -> int:
        """Free the ground a robot has passed: all before path vertex `index`. Returns how much."""
        return self._ledger.release(self._robots[robot_id].slot, index)

    # Wishes

    def aim(self, robot_id: str, goal: str | None, *, urgency: float, now_ns: int) -> None:
        """Say where a robot should go (None: nowhere, it makes way); greater `urgency` goes first."""
        robot = self._robots[robot_id]
        target = None if goal is None else self.roadmap.vertex_of[goal]
        if (target, urgency) == (robot.goal, robot.urgency):
            return
        if target != robot.goal:
            robot.since_ns = now_ns
        robot.goal, robot.urgency = target, urgency
        if target is not None:
            front = self._ledger.holdings[robot.slot].front
            robot.expected_s = self._routes.seconds(robot.kind, front, target)
        self._is_stale = True

    def set_mobile(self, robot_id: str, mobile: bool) -> None:
        """Say whether a robot can be moved now; one that cannot is an obstacle to all others."""
        robot = self._robots[robot_id]
        if robot.mobile == mobile:
            return
        robot.mobile = mobile
        course = self._courses.get(robot.slot)
        if mobile:
            self._is_stale = True
        elif course is None or course.granted < len(course.edges):
            self._is_broken = True
        else:
            self._is_stale = True

    def set_open(self, zone_id: str, is_open: bool) -> None:
        """Open or close a zone to robots that are not in it."""
        ids = [zone.id for zone in self.roadmap.site.zones]
        change = self._closed.discard if is_open else self._closed.add
        change(ids.index(zone_id))
        self._routes.close_zones(frozenset(self._closed))
        self._is_broken = True

    # Times

    def travel_s(self, kind: str, start: str, goal: str) -> float:
        """Seconds on an empty map over open zones; infinite where there is no way."""
        vertex_of = self.roadmap.vertex_of
        return self._routes.seconds(self.roadmap.kind_of[kind], vertex_of[start], vertex_of[goal])

    def travel_table(
        self, kind: str, starts: Sequence[str], goals: Sequence[str]
    ) -> NDArray[np.float32]:
        """(starts, goals) `travel_s` of each pair."""
        vertex_of = self.roadmap.vertex_of
        from_ids = np.array([vertex_of[name] for name in starts], dtype=np.int64)
        to_ids = [vertex_of[name] for name in goals]
        return self._routes.table(self.roadmap.kind_of[kind], from_ids, to_ids)

    def ahead_s(self, robot_id: str) -> float:
        """Seconds a robot needs for all it was granted, and has not reported to have passed."""
        robot = self._robots[robot_id]
        edges = self._ledger.holdings[robot.slot].edges
        return float(self.roadmap.edge_time[robot.kind, edges].sum())

    def front_of(self, robot_id: str) -> str:
        """The vertex where a robot will stand once it has done all it was granted."""
        return self.roadmap.vertex_names[self._ledger.holdings[self._robots[robot_id].slot].front]

    def waypoint(self, kind: str, tail: str | None, head: str) -> Waypoint:
        """Vertex `head` as a robot of `kind` is told of it; it comes from `tail`, or starts there."""
        vertex = self.roadmap.vertex_of[head]
        x_m, y_m = map(float, self.roadmap.xy[vertex])
        level = self.roadmap.site.levels[self.roadmap.level[vertex]].id
        if tail is None:
            return Waypoint(x_m, y_m, level, math.inf)
        edge = self.roadmap.edge_between[self.roadmap.vertex_of[tail], vertex]
        lane = self.roadmap.site.lanes[self.roadmap.edge_lane[edge]].id
        time_s = self.roadmap.edge_time[self.roadmap.kind_of[kind], edge]
        hold_s = float(self.roadmap.edge_hold[edge])
        length_m = float(self.roadmap.edge_length[edge])
        speed_mps = length_m / (float(time_s) - hold_s) if length_m else math.inf
        return Waypoint(x_m, y_m, level, speed_mps, lane, hold_s)

    def zones_at(self, vertex: str) -> tuple[str, ...]:
        """Zones a vertex lies in, innermost first."""
        ptr, ids = self.roadmap.zone_ptr, self.roadmap.zone_ids
        index = self.roadmap.vertex_of[vertex]
        return tuple(self.roadmap.site.zones[zone].id for zone in ids[ptr[index] : ptr[index + 1]])

    # Steps

    def step(self, now_ns: int) -> list[Extension]:
        """Plan if need be, and return what is newly granted; the caller journals it, then tells robots."""
        if self._needs_plan(now_ns):
            self._plan(now_ns)
        extensions = []
        for slot, course in self._courses.items():
            robot = self._robots[self._names[slot]]
            if robot.mobile and (vertices := self._grant(robot, course)):
                extensions.append(Extension(self._names[slot], tuple(vertices)))
        return extensions

    def wait_of(self, robot_id: str) -> Wait | None:
        """Why a robot that wants to go somewhere is not getting on; None when it is."""
        return self._waits.get(self._robots[robot_id].slot)

    def _wanting(self) -> Iterable[_Robot]:
        for robot in self._robots.values():
            front = self._ledger.holdings[robot.slot].front
            if robot.mobile and robot.goal is not None and front != robot.goal:
                yield robot

    def _needs_plan(self, now_ns: int) -> bool:
        if self._is_broken:
            return True
        wanting = list(self._wanting())
        if not wanting:
            return False
        age_s = (now_ns - self._planned_ns) / SECOND
        if any(self._is_starving(robot, now_ns) for robot in wanting) and age_s < KEPT_S:
            return False
        return self._is_stale or age_s >= REFRESH_S

    def _is_starving(self, robot: _Robot, now_ns: int) -> bool:
        """Whether a robot is very late, and the plan still has moves for it.

        New plans may each be good for the fleet and yet move one robot to and fro; a plan that is kept
        for a while brings it nearer to its goal for certain.
        """
        course = self._courses.get(robot.slot)
        if course is None or course.granted == len(course.edges):
            return False
        return (now_ns - robot.since_ns) / SECOND - 5 * robot.expected_s > PATIENCE_S

    def _plan(self, now_ns: int) -> None:
        mobile = [robot for robot in self._robots.values() if robot.mobile]
        fixed = {robot.slot for robot in self._robots.values() if not robot.mobile}
        planned = self._planner.plan(
            [self._wish(robot, now_ns) for robot in mobile],
            routes=self._routes,
            blocked=self._ledger.blocked_edges(fixed),
            room=self._room(),
            horizon_s=HORIZON_S,
        )
        self._is_stale = self._is_broken = False
        self._planned_ns = now_ns
        self._courses = {}
        self._waits = {}
        plan = planned.plan
        ptr, edges, wait_ptr = plan.ptr.tolist(), plan.edges.tolist(), plan.wait_ptr.tolist()
        others = [planned.slots[index] for index in plan.wait_robot]
        waits = list(zip(others, plan.wait_moves.tolist(), strict=True))
        for index, slot in enumerate(planned.slots):
            moves = range(ptr[index], ptr[index + 1])
            self._courses[slot] = _Course(
                edges[ptr[index] : ptr[index + 1]],
                [waits[wait_ptr[move] : wait_ptr[move + 1]] for move in moves],
                self._ledger.holdings[slot].front_index,
            )
        for slot, edge in planned.no_way.items():
            owners = self._ledger.owners_along(slot, edge)
            blocker = next((other for other in owners if other in fixed), None)
            self._waits[slot] = Wait(WaitReason.NO_WAY, self._name(blocker))
        for slot in planned.put_off:
            self._waits.setdefault(slot, Wait(WaitReason.PUT_OFF, None))

    def _wish(self, robot: _Robot, now_ns: int) -> Wish:
        front = self._ledger.holdings[robot.slot].front
        goal = robot.goal
        waited_s = (now_ns - robot.since_ns) / SECOND
        urgency = (1.0 + robot.urgency) * (1.0 + waited_s / 60.0)
        return Wish(robot.slot, robot.kind, front, goal, urgency)

    def _room(self) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        """Per zone, how many more robots it takes once all have done what they were granted."""
        zones = self.roadmap.site.zones
        room = np.array(
            [10**6 if zone.capacity is None else zone.capacity for zone in zones], dtype=np.int32
        )
        ptr, ids = self.roadmap.zone_ptr, self.roadmap.zone_ids
        for holding in self._ledger.holdings.values():
            room[ids[ptr[holding.front] : ptr[holding.front + 1]]] -= 1
        return room

    def _grant(self, robot: _Robot, course: _Course) -> list[str]:
        """Grant the next moves of a course as far as it is safe, in turn and needed."""
        granted = []
        while course.granted < len(course.edges) and self._needs_ground(robot):
            edge = course.edges[course.granted]
            if wait := self._obstacle(robot, course, edge):
                self._waits[robot.slot] = wait
                break
            self._ledger.extend(robot.slot, edge)
            course.granted += 1
            self._waits.pop(robot.slot, None)
            granted.append(self.roadmap.vertex_names[self.roadmap.edge_to[edge]])
        return granted

    def _needs_ground(self, robot: _Robot) -> bool:
        holding = self._ledger.holdings[robot.slot]
        if holding.front == robot.goal:
            return False  # it has business there first, whatever the plan does with it after
        kind = self.roadmap.kinds[robot.kind]
        ahead_m = sum(float(self.roadmap.edge_length[edge]) for edge in holding.edges[1:])
        needed_m = kind.stopping_distance_m + kind.max_speed_mps * LOOK_AHEAD_S
        return len(holding.edges) < 2 or ahead_m < needed_m

    def _obstacle(self, robot: _Robot, course: _Course, edge: int) -> Wait | None:
        for other, moves in course.waits[course.granted]:
            if not self._is_done(other, moves):
                return Wait(WaitReason.TURN, self._name(other))
        if (blocker := self._ledger.blocker_of_edge(robot.slot, edge)) is not None:
            return Wait(WaitReason.GROUND, self._name(blocker))
        if zone := self._full_zone(robot, edge):
            return Wait(WaitReason.ZONE_FULL, None, zone)
        return None

    def _is_done(self, slot: int, moves: int) -> bool:
        """Whether a robot has finished `moves` moves of its course (been granted them, if negative)."""
        course = self._courses.get(slot)
        if course is None:
            return False
        if moves < 0:
            return course.granted >= -moves
        return self._ledger.holdings[slot].first - course.base >= moves

    def _full_zone(self, robot: _Robot, edge: int) -> str | None:
        ptr, ids = self.roadmap.zone_ptr, self.roadmap.zone_ids
        head = self.roadmap.edge_to[edge]
        holding = self._ledger.holdings[robot.slot]
        mine = {int(zone) for v in holding.vertices for zone in ids[ptr[v] : ptr[v + 1]]}
        for index in ids[ptr[head] : ptr[head + 1]]:
            zone: Zone = self.roadmap.site.zones[index]
            if zone.capacity is None or int(index) in mine:
                continue
            if self._ledger.inside[index] >= zone.capacity:
                return zone.id
        return None

    def _name(self, slot: int | None) -> str | None:
        return None if slot is None else self._names.get(slot)
