# SPDX-License-Identifier: Apache-2.0
"""Grants motion to robots: safe because ground is owned, free of deadlock because moves are ordered.

Each step makes a new plan when the old one no longer fits, and grants each robot the next moves of the
plan whose waits are over, a little further than it needs to stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.robots.command import Waypoint
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.core.traffic import Extension, Wait, WaitReason
from suwon_fleet.traffic import courses
from suwon_fleet.traffic.conflicts import find_conflicts
from suwon_fleet.traffic.courses import Courses
from suwon_fleet.traffic.ledger import Ledger, ahead_s
from suwon_fleet.traffic.planner import Planned, Planner, Wishes
from suwon_fleet.traffic.problem import NO, Graph
from suwon_fleet.traffic.replanning import Replanning
from suwon_fleet.traffic.roadmap import Ints, Roadmap, compile_roadmap
from suwon_fleet.traffic.routes import Routes
from suwon_fleet.traffic.squad import Squad

HORIZON_S = 60.0
"""Plans bring each robot this much nearer to its goal; the rest is planned on the way."""
UNBOUNDED = 10**6


class Coordinator:
    """Ground, plans and grants for one site. Deterministic; not thread-safe.

    Implements :class:`suwon_fleet.core.traffic.Traffic`.
    """

    def __init__(self, site: SiteMap, kinds: Sequence[RobotKind]) -> None:
        self.roadmap = self._compile(site, kinds)
        self._graph = Graph.of(self.roadmap, find_conflicts(self.roadmap))
        self._owned = Ledger(self.roadmap, self._graph)
        self._passed: list[tuple[int, int]] = []
        self._routes = Routes(self.roadmap)
        self._routes.prepare([self.roadmap.vertex_of[place.node] for place in site.places])
        self._planner = Planner(self.roadmap, self._graph)
        self._squad = Squad(kinds)
        bounds = [UNBOUNDED if zone.capacity is None else zone.capacity for zone in site.zones]
        self._capacity = np.array(bounds, dtype=np.int32)
        self._closed: set[int] = set()
        self._zone_number = {zone.id: number for number, zone in enumerate(site.zones)}
        self._planned: Planned | None = None
        self._courses: Courses | None = None
        self._replanning = Replanning()

    def take_memory(self) -> None:
        """Have now what travel times will take once all of them were asked for."""
        self._routes.touch()

    def _compile(self, site: SiteMap, kinds: Sequence[RobotKind]) -> Roadmap:
        """The map as it is planned on."""
        return compile_roadmap(site, kinds)

    # Ground

    def locate(self, pose: Pose, within_m: float) -> str | None:
        """The vertex nearest to `pose`, by name, None when none lies within `within_m` metres."""
        vertex = self.roadmap.locate(pose, within_m)
        return None if vertex is None else self.roadmap.vertex_names[vertex]

    def owner_near(self, kind: str, vertex: str) -> str | None:
        """A robot whose ground leaves no room for a robot of `kind` at `vertex`."""
        index = self.roadmap.vertex_of[vertex]
        slot = self._ledger.blocker(NO - 1, self.roadmap.kind_of[kind], index)
        return None if slot is None else self._squad.names[slot]

    def place(self, robot_id: str, kind: str, path: Sequence[str], first_index: int) -> None:
        """Give a robot the ground it is on. Raises Broken when another robot owns some of it."""
        slot, kind_index = self._squad.free_slot(), self.roadmap.kind_of[kind]
        vertices = [self.roadmap.vertex_of[name] for name in path]
        self._ledger.place(slot, kind_index, vertices, first_index)
        self._squad.add(robot_id, slot, kind_index)
        self._replanning.is_broken = True

    def remove(self, robot_id: str) -> None:
        """Free all ground of a robot that a person, or the robot, says is gone."""
        self._ledger.remove(self._squad.remove(robot_id))
        self._replanning.is_broken = True

    def release(self, robot_id: str, index: int) -> None:
        """Free the ground a robot has passed: all before path vertex `index`."""
        slot = self._squad.slots[robot_id]
        self._squad.stirred[slot] = True
        self._passed.append((slot, index))

    @property
    def _ledger(self) -> Ledger:
        """Who owns which ground, with all that robots have passed freed."""
        if self._passed:
            self._owned.release_all(self._passed)
            self._passed.clear()
        return self._owned

    # Wishes

    def aim(self, robot_id: str, goal: str | None, *, urgency: float, now_ns: int) -> None:
        """Say where a robot should go (None: nowhere, it makes way); greater `urgency` goes first."""
        squad, slot = self._squad, self._squad.slots[robot_id]
        target = NO if goal is None else self.roadmap.vertex_of[goal]
        if (target, urgency) == (squad.goal[slot], squad.urgency[slot]):
            return
        if target != squad.goal[slot]:
            squad.since_ns[slot] = now_ns
        squad.goal[slot], squad.urgency[slot] = target, urgency
        squad.stirred[slot] = True
        if target != NO:
            kind, front = int(squad.kind[slot]), self._ledger.front(slot)
            squad.expected_s[slot] = self._routes.seconds(kind, front, target)
            self._replanning.is_stale |= front != target
        elif self._has_moves_left(slot):
            self._replanning.is_stale = True

    def set_mobile(self, robot_id: str, mobile: bool) -> None:
        """Say whether a robot can be moved now; one that cannot is an obstacle to all others."""
        slot = self._squad.slots[robot_id]
        if self._squad.mobile[slot] == mobile:
            return
        self._squad.mobile[slot] = mobile
        self._squad.stirred[slot] = True
        if mobile or not self._has_moves_left(slot):
            self._replanning.is_stale = True
        else:
            self._replanning.is_broken = True

    def set_open(self, zone_id: str, is_open: bool) -> None:
        """Open or close a zone to robots that are not in it."""
        change = self._closed.discard if is_open else self._closed.add
        change(self._zone_number[zone_id])
        self._close_ways()

    def _close_ways(self) -> None:
        """Let no plan lead into what is closed now."""
        self._routes.close_zones(frozenset(self._closed))
        self._replanning.is_broken = True

    # Times and places

    def travel_s(self, kind: str, start: str, goal: str) -> float:
        """Seconds on an empty map over open zones; infinite where there is no way."""
        vertex_of = self.roadmap.vertex_of
        return self._routes.seconds(self.roadmap.kind_of[kind], vertex_of[start], vertex_of[goal])

    def closed_between(self, kind: str, start: str, goal: str) -> str | None:
        """The first closed zone on the way to `goal`, if there would be one with all zones open."""
        return self._first_closed(self._routes, kind, start, goal)

    def _first_closed(self, routes: Routes, kind: str, start: str, goal: str) -> str | None:
        vertex_of = self.roadmap.vertex_of
        zone = routes.first_closed(self.roadmap.kind_of[kind], vertex_of[start], vertex_of[goal])
        return None if zone is None else self.roadmap.site.zones[zone].id

    def travel_table(
        self, kind: str, starts: Sequence[str], goals: Sequence[str]
    ) -> NDArray[np.float32]:
        """(starts, goals) `travel_s` of each pair."""
        vertex_of = self.roadmap.vertex_of
        from_ids = np.array([vertex_of[name] for name in starts], dtype=np.int64)
        to_ids = [vertex_of[name] for name in goals]
        return self._routes.between(self.roadmap.kind_of[kind], from_ids, to_ids)

    def ahead_s(self, robot_id: str) -> float:
        """Seconds a robot needs for all it was granted, and has not reported to have passed."""
        slot, ledger = self._squad.slots[robot_id], self._ledger
        times_s = self.roadmap.edge_time[ledger.held.kind[slot], ledger.edges(slot)]
        return float(sum(times_s.tolist()))  # a kernel takes longer to call

    def front_of(self, robot_id: str) -> str:
        """The vertex where a robot will stand once it has done all it was granted."""
        return self.roadmap.vertex_names[self._ledger.front(self._squad.slots[robot_id])]

    def waypoint(self, kind: str, tail: str | None, head: str) -> Waypoint:
        """Vertex `head` as a robot of `kind` is told of it; it comes from `tail`, or starts there."""
        return self.roadmap.waypoint(kind, tail, head)

    def zones_at(self, vertex: str) -> tuple[str, ...]:
        """Zones a vertex lies in, innermost first."""
        return self.roadmap.zones_at(vertex)

    # Steps

    def step(self, now_ns: int) -> list[Extension]:
        """Plan if need be, and return what is newly granted; the caller journals it, then tells robots."""
        if self._needs_plan(now_ns):
            self._plan(now_ns)
        if self._courses is None:
            return []
        names, vertices = self._squad.names, self.roadmap.vertex_names
        granted = self._grant(self._courses)
        self._squad.moved_ns[[slot for slot, _ in granted]] = now_ns
        return [
            Extension(names[slot], tuple(vertices[vertex] for _, vertex in rows))
            for slot, rows in groupby(granted, key=lambda row: row[0])
        ]

    def _grant(self, course: Courses) -> list[tuple[int, int]]:
        """Slots and the vertices newly granted to them."""
        graph, ledger, length = self._graph, self._ledger, self.roadmap.edge_length
        granted: list[tuple[int, int]] = []
        robot = 0
        while True:
            robot, rows = courses.grant(
                graph, ledger.held, self._squad.movers, course, length, self._capacity, robot
            )
            granted += rows.tolist()
            if robot == len(course.slot):
                return granted
            ledger.make_longer()

    def wait_of(self, robot_id: str) -> Wait | None:
        """Why a robot that wants to go somewhere is not getting on; None when it is."""
        slot = self._squad.slots[robot_id]
        goal = self._squad.goal[slot]
        if (
            self._planned is None
            or not self._squad.mobile[slot]
            or self._ledger.front(slot) == goal
        ):
            return None
        if self._has_moves_left(slot):
            return self._obstacle(slot)
        if slot in self._planned.no_way:
            return Wait(WaitReason.NO_WAY, self._blocker(slot, self._planned.no_way[slot]))
        return Wait(WaitReason.PUT_OFF) if slot in self._planned.put_off else None

    def cuts_off(self, robot_id: str) -> bool:
        """Whether another robot has no way to where it wants to be because this one stands in it."""
        if self._planned is None or not self._planned.no_way:
            return False
        names = self._squad.names
        stuck = (names[slot] for slot in self._planned.no_way if slot in names)
        return Wait(WaitReason.NO_WAY, robot_id) in map(self.wait_of, stuck)

    def _obstacle(self, slot: int) -> Wait | None:
        """What keeps a robot that needs ground from its next move."""
        assert self._courses is not None
        graph, held, length = self._graph, self._ledger.held, self.roadmap.edge_length
        if not courses.needs_ground(held, self._squad.movers, length, slot):
            return None
        robot = self._squad.place_in_plan[slot]
        what, which = courses.obstacle(graph, held, self._courses, self._capacity, robot)
        if what == courses.FREE:
            return None
        if what == courses.ZONE:
            return Wait(WaitReason.ZONE_FULL, None, self.roadmap.site.zones[which].id)
        reason = WaitReason.TURN if what == courses.TURN else WaitReason.GROUND
        return Wait(reason, self._squad.names.get(which))

    def _blocker(self, slot: int, edge: int) -> str | None:
        """A robot that cannot be moved and stands on an edge."""
        if edge == NO:
            return None
        other = self._ledger.obstacle(slot, edge, self._squad.mobile)
        return None if other is None else self._squad.names[other]

    def _has_moves_left(self, slot: int) -> bool:
        robot = self._squad.place_in_plan[slot]
        if self._courses is None or robot == NO:
            return False
        ptr = self._courses.plan.ptr
        return bool(ptr[robot] + self._courses.granted[robot] < ptr[robot + 1])

    def _needs_plan(self, now_ns: int) -> bool:
        replanning, robots = self._replanning, len(self._squad.slots)
        if replanning.is_broken:
            return True
        if replanning.is_crowd_served(now_ns, robots):
            return False
        wanting = self._squad.wanting(self._fronts())
        if replanning.is_crowd or not len(wanting):
            return len(wanting) > 0
        if replanning.is_kept(now_ns) and any(map(self._has_moves_left, replanning.kept_for)):
            return False
        return replanning.is_time(now_ns, robots)

    def _fronts(self) -> Ints:
        """(S,) the vertex at the end of each slot's ground."""
        held = self._ledger.held
        return held.vertices[np.arange(len(held.length)), held.length - 1]

    def _plan(self, now_ns: int) -> None:
        squad, ledger = self._squad, self._ledger
        is_hurried = self._replanning.is_hurried(now_ns, len(squad.slots))
        slots = np.flatnonzero(ledger.held.length)
        mobile = slots[squad.mobile[slots]].astype(np.int32)
        fronts = self._fronts()
        starving = squad.starving(mobile, now_ns) & (squad.goal[mobile] != NO)
        starving &= self._replanning.may_look(now_ns)
        standing = np.zeros(len(mobile), dtype=np.bool_)
        if not is_hurried and self._replanning.may_let_on(now_ns):
            standing = squad.standing(mobile, now_ns)
            standing &= np.isin(mobile, squad.wanting(fronts))
        self._planned = planned = self._planner.plan(
            Wishes(
                mobile,
                squad.kind[mobile],
                fronts[mobile],
                squad.goal[mobile],
                squad.priority(mobile, now_ns),
                ahead_s(self._graph, ledger.held, mobile),
                starving,
                standing,
            ),
            routes=self._routes,
            blocked=ledger.blocked_edges(slots[~squad.mobile[slots]].astype(np.int32)),
            room=self._room(slots),
            horizon_s=HORIZON_S,
            left=self._left(),
            was_crowd=self._replanning.is_crowd,
            is_hurried=is_hurried,
        )
        served = mobile[starving].tolist()
        self._replanning.note(now_ns, planned, served, is_hurried=is_hurried)
        self._courses = Courses.of(planned.plan, planned.slots, ledger.held)
        squad.place_in_plan[:] = NO
        squad.place_in_plan[planned.slots] = np.arange(len(planned.slots))
        squad.stirred[:] = True

    def _left(self) -> Ints:
        """Slots and edges of the moves that are left of the plan."""
        if self._courses is None or self._planned is None:
            return np.empty((0, 2), dtype=np.int32)
        rest: Ints = courses.left(self._courses, self._planned.moves)
        return rest

    def _room(self, slots: NDArray[np.intp]) -> Ints:
        """Per zone, how many more robots it takes once all have done what they were granted."""
        room = self._capacity.copy()
        _, zones = self.roadmap.zones_of(self._fronts()[slots])
        np.subtract.at(room, zones, 1)
        return room
