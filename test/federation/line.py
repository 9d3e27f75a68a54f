# SPDX-License-Identifier: Apache-2.0
"""Two owners on a line of four vertices, small enough to try everything that can happen to a handover.

::

    w0 --- w1 -|- e0 --- e1        the gate is w1 - e0; at w0 and e1 there is room for many

The fleets' cores are the real ones; their traffic is this, and the map knows no kinds, times or plans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.dispatch import Candidate, Decision, Errand, Plan, Travel, TravelTime, Worker
from suwon_fleet.core.errors import Broken, Reason
from suwon_fleet.core.federation.cuts import Ownership
from suwon_fleet.core.robots.command import Waypoint
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import (
    GROUND,
    Lane,
    LaneKind,
    Level,
    Node,
    Place,
    PlaceKind,
    SiteMap,
    Zone,
    ZoneKind,
)
from suwon_fleet.core.traffic import Extension, Gate, Wait

VERTICES = ("w0", "w1", "e0", "e1")
ROOMY = {"w0", "e1"}
GATE = ("w1", "e0")


def line() -> SiteMap:
    """The map, with a place at each end."""
    nodes = tuple(Node(name, 10.0 * index, 0.0) for index, name in enumerate(VERTICES))
    lanes = tuple(
        Lane(f"{a}-{b}", a, b, LaneKind.INDOOR)
        for way in pairwise(VERTICES)
        for a, b in (way, way[::-1])
    )
    stop = frozenset({PlaceKind.WAYPOINT})
    places = (Place("west-end", "w0", stop), Place("east-end", "e1", stop))
    return SiteMap("line", (Level(GROUND),), nodes, lanes, places)


def line_with_zone() -> SiteMap:
    """The same, with a zone around the east."""
    ring = ((15.0, -5.0), (35.0, -5.0), (35.0, 5.0), (15.0, 5.0))
    return replace(line(), zones=(Zone("hall", ZoneKind.CAMPUS, ring),))


def line_with_charger() -> SiteMap:
    """The same without the zone; the east end is a charger."""
    site = line()
    west, east = site.places
    return replace(site, places=(west, replace(east, kinds=frozenset({PlaceKind.CHARGER}))))


def ground_of(path: Sequence[str]) -> set[str]:
    """What a robot on a path has to itself: a gate is one piece with both its ends' ground."""
    pieces = {vertex for vertex in path if vertex not in ROOMY}
    return pieces | {"gate" for pair in pairwise(path) if set(pair) == set(GATE)}


def do_touch(mine: set[str], theirs: set[str]) -> bool:
    """Whether robots on two pieces of ground could touch; the gate leaves no room at its ends."""
    ends = set(GATE)
    beside = ("gate" in mine and theirs & ends) or ("gate" in theirs and mine & ends)
    return bool(mine & theirs or beside)


class LineGround:
    """Who owns what of one owner's half; implements :class:`suwon_fleet.core.traffic.GroupTraffic`."""

    groups = ("east", "west")
    cut = "line"

    def __init__(self, own: str) -> None:
        self.own = own
        self.paths: dict[str, list[str]] = {}
        self.goals: dict[str, str | None] = {}
        self.still: set[str] = set()
        self.closed: set[str] = set()
        self._first: dict[str, int] = {}
        self._east, self._next = "east", "east"
        """Whose the east is, and whose it is to be."""

    # Ground

    def place(self, robot_id: str, kind: str, path: Sequence[str], first_index: int) -> None:
        if who := self._holder(robot_id, path):
            raise Broken(f"{robot_id} is placed on ground of {who}")
        self.paths[robot_id], self._first[robot_id] = list(path), first_index

    def _holder(self, robot_id: str, path: Sequence[str]) -> str | None:
        mine = ground_of(path)
        for other, theirs in self.paths.items():
            if other != robot_id and do_touch(mine, ground_of(theirs)):
                return other
        return None

    def remove(self, robot_id: str) -> None:
        del self.paths[robot_id]
        self.goals.pop(robot_id, None)
        self.still.discard(robot_id)

    def release(self, robot_id: str, index: int) -> None:
        del self.paths[robot_id][: index - self._first[robot_id]]
        self._first[robot_id] = index

    def owner_near(self, kind: str, vertex: str) -> str | None:
        return self._holder("", [vertex])

    def aim(self, robot_id: str, goal: str | None, *, urgency: float, now_ns: int) -> None:
        self.goals[robot_id] = goal

    def set_mobile(self, robot_id: str, mobile: bool) -> None:
        (self.still.discard if mobile else self.still.add)(robot_id)

    def step(self, now_ns: int) -> list[Extension]:
        """One vertex more for everybody who is not where it wants to be, if it is free.

        Who wants to be nowhere makes way for others, to where there is room for many.
        """
        granted = []
        wanting = [name for name, path in self.paths.items() if self._wants_on(name, path)]
        for robot_id, path in self.paths.items():
            goal = self.goals.get(robot_id)
            if goal is None and set(wanting) - {robot_id}:
                goal = self.halt_before("", path[-1], GATE)
            if goal is None or robot_id in self.still or path[-1] == goal:
                continue
            onward = _next(path[-1], goal)
            is_open = self.group_of(onward) == self.own and not self.is_going(onward)
            if is_open and not self._holder(robot_id, [*path, onward]):
                path.append(onward)
                granted.append(Extension(robot_id, (onward,)))
        return granted

    def _wants_on(self, robot_id: str, path: Sequence[str]) -> bool:
        goal = self.goals.get(robot_id)
        return goal is not None and robot_id not in self.still and path[-1] != goal

    def cross(self, robot_id: str, vertex: str) -> None:
        path = [*self.paths[robot_id], vertex]
        if who := self._holder(robot_id, path):
            raise Broken(f"{robot_id} crosses ground of {who}")
        self.paths[robot_id] = path

    # The map

    def locate(self, pose: Pose, within_m: float) -> str | None:
        vertex = VERTICES[round(pose.x_m / 10.0)]
        return vertex if self.group_of(vertex) == self.own else None

    def is_own_ground(self, pose: Pose) -> bool:
        vertex = self.locate(pose, 0.0)
        return vertex is not None and not self.is_going(vertex)

    def set_open(self, zone_id: str, is_open: bool) -> None:
        (self.closed.discard if is_open else self.closed.add)(zone_id)

    def travel_s(self, kind: str, start: str, goal: str) -> float:
        return float(abs(VERTICES.index(start) - VERTICES.index(goal)))

    def travel_table(
        self, kind: str, starts: Sequence[str], goals: Sequence[str]
    ) -> NDArray[np.float32]:
        rows = [[self.travel_s(kind, start, goal) for goal in goals] for start in starts]
        return np.array(rows, dtype=np.float32)

    def closed_between(self, kind: str, start: str, goal: str) -> str | None:
        return None

    def ahead_s(self, robot_id: str) -> float:
        return len(self.paths[robot_id]) - 1.0

    def front_of(self, robot_id: str) -> str:
        return self.paths[robot_id][-1]

    def waypoint(self, kind: str, tail: str | None, head: str) -> Waypoint:
        return Waypoint(10.0 * VERTICES.index(head), 0.0, GROUND, 1.0, f"{tail}-{head}")

    def zones_at(self, vertex: str) -> tuple[str, ...]:
        return ()

    def wait_of(self, robot_id: str) -> Wait | None:
        return None

    def cuts_off(self, robot_id: str) -> bool:
        return False

    # Borders

    def is_vertex(self, name: str) -> bool:
        return name in VERTICES

    def group_of(self, vertex: str) -> str:
        return "west" if vertex.startswith("w") else self._east

    def divide(self, owners: Sequence[Ownership]) -> None:
        self._east = next((word.group for word in owners), "east")

    def give(self, owners: Sequence[Ownership], gift: Sequence[Ownership]) -> None:
        self._next = next((word.group for word in gift), self._east)

    def why_not_give(
        self, owners: Sequence[Ownership], gift: Sequence[Ownership], zone_id: str
    ) -> Reason | None:
        return None

    def is_going(self, vertex: str) -> bool:
        return vertex.startswith("e") and self._east == self.own != self._next

    def gained(self, owners: Sequence[Ownership], gift: Sequence[Ownership]) -> dict[str, str]:
        is_new = any(word.group != self._east for word in gift)
        return dict.fromkeys(VERTICES[2:], self._east) if is_new else {}

    def owners_of(self, zone_id: str) -> tuple[str, ...]:
        return (self._east,)

    def gift_of(
        self, owners: Sequence[Ownership], zone_id: str, peer: str
    ) -> tuple[Ownership, ...]:
        number = next((word.number for word in owners), 0)
        return (Ownership(zone_id, peer, number + 1),)

    def gate_towards(self, kind: str, start: str, goal: str) -> Gate | None:
        if self.group_of(start) == self.group_of(goal):
            return None
        return GATE if start.startswith("w") else GATE[::-1]

    def is_way(self, gate: Gate) -> bool:
        return gate in (GATE, GATE[::-1])

    def narrow_part(self, vertex: str) -> int | None:
        return None

    def do_meet(self, one: Gate, other: Gate) -> bool:
        return True

    def leaves_free(self, gate: Gate, vertex: str) -> bool:
        return vertex in ROOMY

    def halt_before(self, kind: str, start: str, gate: Gate) -> str:
        return "w0" if start.startswith("w") else "e1"

    def away_s(self, robot_id: str, vertex: str) -> float:
        return self.travel_s("", self.paths[robot_id][-1], vertex)

    def why_not_out(self, robot_id: str, gate: Gate) -> str | None:
        return self._holder(robot_id, [*self.paths[robot_id], gate[1]])

    def why_not_in(self, kind: str, gate: Gate) -> str | None:
        return self._holder("", gate)


def _next(start: str, goal: str) -> str:
    here, there = VERTICES.index(start), VERTICES.index(goal)
    return VERTICES[here + (1 if there > here else -1)]


class FirstCome:
    """The first job goes to the first robot; implements :class:`suwon_fleet.core.dispatch.Dispatcher`."""

    def weigh(self, errand: Errand, worker: Worker, travel_s: TravelTime) -> Candidate:
        return Candidate(worker.robot_id, 0.0, 0.0, 0.0, 1.0)

    def assign(self, errands: Sequence[Errand], workers: Sequence[Worker], travel: Travel) -> Plan:
        waiting = [errand for errand in errands if not errand.held_by]
        free = [worker for worker in workers if not worker.is_busy]
        named = {worker.robot_id: worker for worker in free}
        decisions = []
        for errand in waiting:
            if errand.robot_id in named:
                worker = named.pop(errand.robot_id)
                candidate = self.weigh(errand, worker, travel.travel_s)
                why = Reason.of("choice-only-one", robot=worker.robot_id)
                decisions.append(Decision(errand.job_id, worker.robot_id, (candidate,), why))
        return Plan(tuple(decisions))
