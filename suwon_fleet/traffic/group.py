# SPDX-License-Identifier: Apache-2.0
"""Traffic on the ground of one group of zones, where others grant motion on the ground around it.

Lanes that lead out of the group, or lie outside, are no way for any robot as far as plans go; the times
that jobs are weighed by, and the next gate on a way, come from the whole map.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.errors import Broken, Problem, Reason
from suwon_fleet.core.federation.cuts import Ownership
from suwon_fleet.core.federation.groups import Groups
from suwon_fleet.core.robots.command import Waypoint
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.core.traffic import Gate
from suwon_fleet.traffic import gifts
from suwon_fleet.traffic.borders import Borders
from suwon_fleet.traffic.coordinator import Coordinator
from suwon_fleet.traffic.ledger import ahead_s
from suwon_fleet.traffic.planner import Planner
from suwon_fleet.traffic.problem import NO, Graph
from suwon_fleet.traffic.roadmap import Roadmap
from suwon_fleet.traffic.routes import Routes, Row

NOBODY = NO - 1
"""In place of a slot: ground is asked about for a robot that is not here yet."""


class GroupCoordinator(Coordinator):
    """Ground, plans and grants of one group of a site.

    Implements :class:`suwon_fleet.core.traffic.GroupTraffic`.
    """

    def __init__(self, site: SiteMap, kinds: Sequence[RobotKind], groups: Groups, own: str) -> None:
        """Raises ValueError without kinds, or when no group is called `own`."""
        self._groups, self.own = groups, own
        self.groups, self.cut = groups.names, groups.cut
        super().__init__(site, kinds)
        self._ways = Routes(self._whole)
        self._ways.prepare([self._whole.vertex_of[place.node] for place in site.places])
        self.going: NDArray[np.bool_] = np.zeros(self._whole.vertex_count, dtype=np.bool_)
        """(V,) what is ours and being given away."""
        self._given_zones: frozenset[int] = frozenset()
        self._after: Borders | None = None
        """How the map is divided once a zone that is being given away has gone."""
        self._near_gates: dict[Gate, frozenset[int]] = {}
        self._gates: dict[tuple[int, int], dict[int, Gate]] = {}
        self._halts: dict[tuple[int, int, Gate], str] = {}
        self._all_times = Graph.of(self._whole, self._graph.conflicts)

    def _compile(self, site: SiteMap, kinds: Sequence[RobotKind]) -> Roadmap:
        self._whole = super()._compile(site, kinds)
        self.borders = self._first = Borders(self._whole, self._groups)
        return self._own_part()

    def _own_part(self) -> Roadmap:
        """The map as it is planned on: all other ground is no way."""
        is_own = self.borders.owned(self.own)
        return replace(self._whole, edge_time=np.where(is_own, self._whole.edge_time, np.inf))

    # The whole map

    def travel_s(self, kind: str, start: str, goal: str) -> float:
        """As the Coordinator's, whoever owns the ground in between."""
        vertex_of = self.roadmap.vertex_of
        return self._ways.seconds(self.roadmap.kind_of[kind], vertex_of[start], vertex_of[goal])

    def closed_between(self, kind: str, start: str, goal: str) -> str | None:
        """As the Coordinator's, whoever owns the ground in between."""
        return self._first_closed(self._ways, kind, start, goal)

    def travel_table(self, kind: str, starts: Sequence[str], goals: Sequence[str]) -> Row:
        """(starts, goals) `travel_s` of each pair."""
        vertex_of = self.roadmap.vertex_of
        from_ids = np.array([vertex_of[name] for name in starts], dtype=np.int64)
        return self._ways.between(
            self.roadmap.kind_of[kind], from_ids, [vertex_of[name] for name in goals]
        )

    def ahead_s(self, robot_id: str) -> float:
        """Seconds a robot needs for all it was granted, through a gate too."""
        slots = np.array([self._squad.slots[robot_id]], dtype=np.int32)
        return float(ahead_s(self._all_times, self._ledger.held, slots)[0])

    def waypoint(self, kind: str, tail: str | None, head: str) -> Waypoint:
        """Vertex `head` as a robot of `kind` is told of it; it comes from `tail`, or starts there."""
        return self._whole.waypoint(kind, tail, head)

    def set_open(self, zone_id: str, is_open: bool) -> None:
        """Open or close a zone to robots that are not in it."""
        super().set_open(zone_id, is_open)
        self._ways.close_zones(frozenset(self._closed))
        self._gates.clear()
        self._halts.clear()

    def _close_ways(self) -> None:
        """What is being given away is left, but not entered; jobs are weighed as if it were open."""
        self._routes.close_zones(frozenset(self._closed) | self._given_zones)
        self._replanning.is_broken = True

    # Zones that are given away

    def divide(self, owners: Sequence[Ownership]) -> None:
        """Divide the map anew: these zones have been given to others since it was divided first.

        Whoever holds ground keeps it.
        """
        self.borders = self._first.given(owners)
        self.roadmap = self._own_part()
        self._graph = Graph.of(self.roadmap, self._graph.conflicts)
        self._owned.redraw(self.roadmap, self._graph)
        self._routes = Routes(self.roadmap)
        self._planner = Planner(self.roadmap, self._graph)
        self._planned = self._courses = None
        self._squad.place_in_plan[:] = NO
        self._gates.clear()
        self._halts.clear()
        self._close_ways()

    def give(self, owners: Sequence[Ownership], gift: Sequence[Ownership]) -> None:
        """A zone is being given away (none: no more): from now on nobody is planned to enter it."""
        self._after = self._first.given((*owners, *gift)) if gift else None
        after = self.borders if self._after is None else self._after
        self.going = self.borders.vertex != after.vertex
        self._given_zones = frozenset(self._zone_number[word.zone_id] for word in gift)
        self._halts.clear()
        self._close_ways()

    def why_not_give(
        self, owners: Sequence[Ownership], gift: Sequence[Ownership], zone_id: str
    ) -> Reason | None:
        """Why a zone cannot be given away as this would."""
        after = self._first.given((*owners, *gift))
        conflicts = self._graph.conflicts
        return gifts.why_not(self._whole, conflicts, self.borders, after, self.own, zone_id)

    def is_going(self, vertex: str) -> bool:
        """Whether a vertex is ours and being given away."""
        return bool(self.going[self.roadmap.vertex_of[vertex]])

    def gained(self, owners: Sequence[Ownership], gift: Sequence[Ownership]) -> dict[str, str]:
        """Vertices that change hands by a gift to us or from us, and whose they are now."""
        after = self._first.given((*owners, *gift))
        own = self.borders.names.index(self.own)
        is_ours = (self.borders.vertex == own) | (after.vertex == own)
        changed = np.flatnonzero((self.borders.vertex != after.vertex) & is_ours)
        names = self.roadmap.vertex_names
        return {names[v]: self.borders.names[self.borders.vertex[v]] for v in changed}

    def owners_of(self, zone_id: str) -> tuple[str, ...]:
        """The groups that own ground in a zone."""
        return self.borders.owners_of(zone_id)

    def gift_of(
        self, owners: Sequence[Ownership], zone_id: str, peer: str
    ) -> tuple[Ownership, ...]:
        """What is to be said of a zone that becomes a peer's, and of our zones that lie inside it."""
        inside = self.borders.zones_within(zone_id, self.own)
        ours = set(self._groups.given(owners).zones.get(self.own, ())) & set(inside)
        number = {word.zone_id: word.number for word in owners}
        named = sorted({zone_id, *ours})
        return tuple(Ownership(zone, peer, number.get(zone, 0) + 1) for zone in named)

    # Borders

    def problems(self) -> list[Problem]:
        """What is wrong with how the map is divided."""
        return self.borders.problems(self._graph.conflicts)

    def is_vertex(self, name: str) -> bool:
        """Whether there is a vertex of that name."""
        return name in self.roadmap.vertex_of

    def group_of(self, vertex: str) -> str:
        """The group that owns a vertex."""
        return self.borders.group_of(vertex)

    def is_own_ground(self, pose: Pose) -> bool:
        """Whether the ground nearest to a pose is the group's, no other's, and not being given away."""
        cuts = (self.borders, self._after or self.borders)
        return all(cut.groups_at(pose) == {self.own} for cut in cuts)

    def locate(self, pose: Pose, within_m: float) -> str | None:
        """The group's vertex nearest to `pose`; None also where the ground there is another's."""
        vertex = super().locate(pose, within_m)
        is_own = vertex is not None and self.group_of(vertex) == self.own
        return vertex if is_own and self.borders.groups_at(pose) == {self.own} else None

    def gate_towards(self, kind: str, start: str, goal: str) -> Gate | None:
        """The first gate on the way to a goal; None if none is on it, or there is no way.

        It is the same for all vertices up to it, so a robot's way is gone through once.
        """
        kind_index, vertex_of = self.roadmap.kind_of[kind], self.roadmap.vertex_of
        here, there = vertex_of[start], vertex_of[goal]
        if np.isfinite(self._routes.seconds(kind_index, here, there)):
            return None
        ways, times_s = self._ways, self._whole.edge_time[kind_index]
        if not np.isfinite(ways.seconds(kind_index, here, there)):
            return None
        known = self._gates.setdefault((kind_index, there), {})
        if here not in known:
            row, passed = ways.row(kind_index, there), [here]
            while self.borders.vertex[passed[-1]] == self.borders.vertex[here]:
                if passed[-1] == there:
                    return None  # it leads into what is being given away
                passed.append(self._next(passed[-1], row, times_s, ways.open[kind_index]))
            names = self.roadmap.vertex_names
            known.update(dict.fromkeys(passed[:-1], (names[passed[-2]], names[passed[-1]])))
        return known[here]

    def _next(
        self, vertex: int, row: Row, times_s: NDArray[np.float64], is_open: NDArray[np.bool_]
    ) -> int:
        """The vertex after one on the quickest way that a row of times leads."""
        roadmap = self._whole
        edges = roadmap.out_edges[roadmap.out_ptr[vertex] : roadmap.out_ptr[vertex + 1]]
        edges = edges[is_open[edges]]
        through_s = times_s[edges] + row[roadmap.edge_to[edges]]
        return int(roadmap.edge_to[edges[np.argmin(through_s)]])

    def is_way(self, gate: Gate) -> bool:
        """Whether these are two vertices that a lane leads between."""
        known = self.roadmap.vertex_of
        if not (gate[0] in known and gate[1] in known):
            return False
        return (known[gate[0]], known[gate[1]]) in self.roadmap.edge_between

    def narrow_part(self, vertex: str) -> int | None:
        """The number of the part of the ground in which robots may not be able to pass each other."""
        number = int(self.borders.narrow[self.roadmap.vertex_of[vertex]])
        return None if number == NO else number

    def do_meet(self, one: Gate, other: Gate) -> bool:
        """Whether robots of any kinds could touch, one in each of two gates."""
        mine = self._near(one)
        return any(element in mine for element in self._elements(other))

    def leaves_free(self, gate: Gate, vertex: str) -> bool:
        """Whether robots of any kinds could be at a vertex and in a gate at once."""
        return self.roadmap.vertex_of[vertex] not in self._near(gate)

    def halt_before(self, kind: str, start: str, gate: Gate) -> str:
        """Where a robot on its way to a gate waits, so that others can come in by it.

        That is the last vertex on its way that leaves room for them, or else the next one anywhere from
        which it can get back; where there is none it is `start`.
        """
        kind_index, here = self.roadmap.kind_of[kind], self.roadmap.vertex_of[start]
        if (kind_index, here, gate) not in self._halts:
            halt = self._find_halt(kind_index, here, gate)
            self._halts[kind_index, here, gate] = self.roadmap.vertex_names[halt]
        return self._halts[kind_index, here, gate]

    def _find_halt(self, kind: int, start: int, gate: Gate) -> int:
        there, taken = self.roadmap.vertex_of[gate[0]], self._near(gate)
        row, here, halt = self._routes.row(kind, there), start, NO
        times_s, is_open = self.roadmap.edge_time[kind], self._routes.open[kind]
        while here != there and np.isfinite(row[here]):
            if here not in taken:
                halt = here
            here = self._next(here, row, times_s, is_open)
        return self._aside(start, row, is_open, taken) if halt == NO else halt

    def _aside(
        self, start: int, row: Row, is_open: NDArray[np.bool_], taken: frozenset[int]
    ) -> int:
        """The vertex fewest steps from `start` that is not taken and has a time in `row`, or `start`."""
        roadmap, seen, queue = self.roadmap, {start}, deque([start])
        while queue:
            vertex = queue.popleft()
            if vertex not in taken and np.isfinite(row[vertex]):
                return vertex
            for edge in roadmap.out_edges[roadmap.out_ptr[vertex] : roadmap.out_ptr[vertex + 1]]:
                onward = int(roadmap.edge_to[edge])
                if is_open[edge] and onward not in seen:
                    seen.add(onward)
                    queue.append(onward)
        return start

    def away_s(self, robot_id: str, vertex: str) -> float:
        """Seconds from the end of a robot's ground to a vertex, on the group's own."""
        slot, goal = self._squad.slots[robot_id], self.roadmap.vertex_of[vertex]
        kind, front = int(self._squad.kind[slot]), self._ledger.front(slot)
        return self._routes.seconds(kind, front, goal)

    def why_not_out(self, robot_id: str, gate: Gate) -> str | None:
        """Who keeps a robot from going through a gate, once it is before it; None if nobody does."""
        slot = self._squad.slots[robot_id]
        _, segment, head = self._elements(gate)
        return self._holder(slot, int(self._squad.kind[slot]), (segment, head))

    def why_not_in(self, kind: str, gate: Gate) -> str | None:
        """Who, or which zone, keeps a robot out that is not here yet; None if nothing does."""
        kind_index, (tail, segment, head) = self.roadmap.kind_of[kind], self._elements(gate)
        if other := self._holder(NOBODY, kind_index, (tail, segment, head)):
            return other
        inside = self._ledger.held.inside
        _, zones = self.roadmap.zones_of(np.array([head], dtype=np.int32))
        for zone in map(int, zones):
            if zone in self._closed or inside[zone] >= self._capacity[zone]:
                return self.roadmap.site.zones[zone].id
        return None

    def _holder(self, slot: int, kind: int, elements: Sequence[int]) -> str | None:
        """A robot other than the one in `slot` that owns some of this ground."""
        for element in elements:
            if (other := self._ledger.blocker(slot, kind, element)) is not None:
                return self._squad.names[other]
        return None

    def cross(self, robot_id: str, vertex: str) -> None:
        """Grant a robot at the end of its ground the block that leads out. Raises Broken if it is owned."""
        slot = self._squad.slots[robot_id]
        pair = self._ledger.front(slot), self.roadmap.vertex_of[vertex]
        if pair not in self.roadmap.edge_between:
            raise Broken(f"no lane leads on to {vertex} from where {robot_id} is")
        self._ledger.extend(slot, self.roadmap.edge_between[pair])
        self._replanning.is_broken = True

    def _elements(self, gate: Gate) -> tuple[int, int, int]:
        """The ground of a gate: its first vertex, what lies between, its last."""
        tail, head = (self.roadmap.vertex_of[name] for name in gate)
        edge = self.roadmap.edge_between[tail, head]
        return tail, self.roadmap.vertex_count + int(self.roadmap.edge_segment[edge]), head

    def _near(self, gate: Gate) -> frozenset[int]:
        """All ground that conflicts with a gate's for some kinds of robots."""
        if gate not in self._near_gates:
            conflicts = self._graph.conflicts
            self._near_gates[gate] = frozenset(
                int(other)
                for ptr in conflicts.ptr
                for element in self._elements(gate)
                for other in conflicts.elements[ptr[element] : ptr[element + 1]]
            )
        return self._near_gates[gate]
