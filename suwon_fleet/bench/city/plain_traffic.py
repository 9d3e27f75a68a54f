# SPDX-License-Identifier: Apache-2.0
"""Two simpler ways to grant motion, clean-room, behind the same interface as ours.

`NextVertex` reserves the next vertices of the shortest way once they are free and waits for them, as fleet
managers without deadlock avoidance do. `NoConflict` lets robots drive through each other: with it a
fleet is as quick as if every robot were alone on the map.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.core.traffic import Extension, Wait, WaitReason
from suwon_fleet.traffic import Coordinator
from suwon_fleet.traffic.conflicts import find_conflicts

NEXT = 2
"""Edges reserved ahead: with fewer, robots would stop at every vertex."""
FAR = 20
"""Edges granted ahead where nothing is in the way."""
_SLACK_S = 1e-2


@dataclass(slots=True)
class _Driver:
    kind: int
    path: list[int]
    """Vertices of its ground, rear to front."""
    first: int
    goal: int | None = None
    is_mobile: bool = True


class NoConflict:
    """Grants every robot its shortest way, whoever is on it.

    Questions about the map are answered by a Coordinator that has no robots.
    """

    ahead = FAR

    def __init__(self, site: SiteMap, kinds: Sequence[RobotKind]) -> None:
        self._map = Coordinator(site, kinds)
        self.roadmap = self._map.roadmap
        self.locate = self._map.locate
        self.set_open = self._map.set_open
        self.travel_s = self._map.travel_s
        self.travel_table = self._map.travel_table
        self.waypoint = self._map.waypoint
        self.zones_at = self._map.zones_at
        self._drivers: dict[str, _Driver] = {}

    def owner_near(self, kind: str, vertex: str) -> str | None:
        """Nobody is in anybody's way."""
        return None

    def place(self, robot_id: str, kind: str, path: Sequence[str], first_index: int) -> None:
        """Give a robot the ground it is on."""
        vertices = [self.roadmap.vertex_of[name] for name in path]
        self._drivers[robot_id] = _Driver(self.roadmap.kind_of[kind], vertices, first_index)

    def remove(self, robot_id: str) -> None:
        """Forget a robot."""
        del self._drivers[robot_id]

    def release(self, robot_id: str, index: int) -> None:
        """Free what a robot has passed."""
        self._pass(self._drivers[robot_id], index)

    def _pass(self, driver: _Driver, index: int) -> int:
        passed = max(0, min(index - driver.first, len(driver.path) - 1))
        del driver.path[:passed]
        driver.first += passed
        return passed

    def aim(self, robot_id: str, goal: str | None, *, urgency: float, now_ns: int) -> None:
        """Say where a robot should go; whoever asked first goes first, urgent or not."""
        self._drivers[robot_id].goal = None if goal is None else self.roadmap.vertex_of[goal]

    def set_mobile(self, robot_id: str, mobile: bool) -> None:
        """Say whether a robot can be moved now."""
        self._drivers[robot_id].is_mobile = mobile

    def closed_between(self, kind: str, start: str, goal: str) -> str | None:
        """Its zones are open, all of them."""
        return None

    def ahead_s(self, robot_id: str) -> float:
        """Seconds for what a robot was granted and has not passed."""
        driver = self._drivers[robot_id]
        edges = [self.roadmap.edge_between[pair] for pair in pairwise(driver.path)]
        return float(self.roadmap.edge_time[driver.kind, edges].sum())

    def front_of(self, robot_id: str) -> str:
        """Where what a robot was granted ends."""
        return self.roadmap.vertex_names[self._drivers[robot_id].path[-1]]

    def step(self, now_ns: int) -> list[Extension]:
        """Grant each robot the next edges of its shortest way."""
        granted = []
        for robot_id, driver in self._drivers.items():
            heads = []
            while self._wants_on(driver) and (edge := self._next(driver)) is not None:
                if not self._take(robot_id, driver, edge):
                    break
                head = int(self.roadmap.edge_to[edge])
                driver.path.append(head)
                heads.append(self.roadmap.vertex_names[head])
            if heads:
                granted.append(Extension(robot_id, tuple(heads)))
        return granted

    def wait_of(self, robot_id: str) -> Wait | None:
        """Nobody waits for anybody."""
        return None

    def cuts_off(self, robot_id: str) -> bool:
        """Nobody is told that there is no way."""
        return False

    def _wants_on(self, driver: _Driver) -> bool:
        is_there = driver.goal is None or driver.path[-1] == driver.goal
        return driver.is_mobile and not is_there and len(driver.path) <= self.ahead

    def _next(self, driver: _Driver) -> int | None:
        """The next edge of the shortest way, None where there is none."""
        names, kind = self.roadmap.vertex_names, self.roadmap.kinds[driver.kind].id
        assert driver.goal is not None
        goal, here = names[driver.goal], driver.path[-1]
        away_s = self.travel_s(kind, names[here], goal)
        start, stop = self.roadmap.out_ptr[here], self.roadmap.out_ptr[here + 1]
        for edge in self.roadmap.out_edges[start:stop].tolist():
            head = int(self.roadmap.edge_to[edge])
            edge_s = float(self.roadmap.edge_time[driver.kind, edge])
            if abs(edge_s + self.travel_s(kind, names[head], goal) - away_s) < _SLACK_S:
                return int(edge)
        return None

    def _take(self, robot_id: str, driver: _Driver, edge: int) -> bool:
        """Whether a robot may have an edge now; then it has it."""
        return True


class NextVertex(NoConflict):
    """Grants the next edges of the shortest way if nobody owns conflicting ground; else the robot waits."""

    ahead = NEXT

    def __init__(self, site: SiteMap, kinds: Sequence[RobotKind]) -> None:
        super().__init__(site, kinds)
        self._near = find_conflicts(self.roadmap)
        self._users: dict[int, list[str]] = defaultdict(list)
        self._waiting: dict[str, Wait] = {}

    def owner_near(self, kind: str, vertex: str) -> str | None:
        """A robot whose ground leaves no room for a robot of `kind` at `vertex`."""
        return self._owner("", self.roadmap.kind_of[kind], self.roadmap.vertex_of[vertex])

    def place(self, robot_id: str, kind: str, path: Sequence[str], first_index: int) -> None:
        """Give a robot the ground it is on."""
        super().place(robot_id, kind, path, first_index)
        for element in self._ground(self._drivers[robot_id].path):
            self._users[element].append(robot_id)

    def remove(self, robot_id: str) -> None:
        """Free all ground of a robot."""
        self._free(robot_id, self._drivers[robot_id].path)
        self._waiting.pop(robot_id, None)
        super().remove(robot_id)

    def release(self, robot_id: str, index: int) -> None:
        """Free what a robot has passed."""
        before = list(self._drivers[robot_id].path)
        if passed := self._pass(self._drivers[robot_id], index):
            self._free(robot_id, before)
            for element in self._ground(before[passed:]):
                self._users[element].append(robot_id)

    def wait_of(self, robot_id: str) -> Wait | None:
        """For whose ground, or for which full zone, a robot waits."""
        return self._waiting.get(robot_id)

    def _take(self, robot_id: str, driver: _Driver, edge: int) -> bool:
        segment, head = self._segment(edge), int(self.roadmap.edge_to[edge])
        for element in (segment, head):
            if owner := self._owner(robot_id, driver.kind, element):
                self._waiting[robot_id] = Wait(WaitReason.GROUND, owner)
                return False
        if zone := self._full_zone(driver, head):
            self._waiting[robot_id] = Wait(WaitReason.ZONE_FULL, None, zone)
            return False
        self._waiting.pop(robot_id, None)
        for element in (segment, head):
            self._users[element].append(robot_id)
        return True

    def _owner(self, robot_id: str, kind: int, element: int) -> str | None:
        """Another robot that owns ground in conflict with an element."""
        near = self._near
        for other_kind, pair in enumerate(near.pair[kind].tolist()):
            start, stop = near.ptr[pair, element], near.ptr[pair, element + 1]
            for other in near.elements[start:stop].tolist():
                for user in self._users.get(other, ()):
                    if user != robot_id and self._drivers[user].kind == other_kind:
                        return user
        return None

    def _full_zone(self, driver: _Driver, head: int) -> str | None:
        """A zone that a vertex lies in and that has no room for one more robot."""
        mine = {zone for vertex in driver.path for zone in self._zones(vertex)}
        for zone in set(self._zones(head)) - mine:
            capacity = self.roadmap.site.zones[zone].capacity
            inside = sum(
                any(zone in self._zones(vertex) for vertex in other.path)
                for other in self._drivers.values()
            )
            if capacity is not None and inside >= capacity:
                return self.roadmap.site.zones[zone].id
        return None

    def _zones(self, vertex: int) -> list[int]:
        ptr = self.roadmap.zone_ptr
        zones: list[int] = self.roadmap.zone_ids[ptr[vertex] : ptr[vertex + 1]].tolist()
        return zones

    def _free(self, robot_id: str, path: Sequence[int]) -> None:
        for element in self._ground(path):
            self._users[element].remove(robot_id)

    def _ground(self, path: Sequence[int]) -> Iterator[int]:
        yield from path
        for pair in pairwise(path):
            yield self._segment(self.roadmap.edge_between[pair])

    def _segment(self, edge: int) -> int:
        return self.roadmap.vertex_count + int(self.roadmap.edge_segment[edge])
