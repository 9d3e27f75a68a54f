# SPDX-License-Identifier: Apache-2.0
"""Who owns which ground. Collision safety rests here and nowhere else.

A robot owns the path from its rear to the end of what it was granted. Grants only add at the front;
ground is freed at the rear when the robot reports that it has passed, or when it is removed. Whatever
a planner proposes, `extend` refuses ground that conflicts with another robot's.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.errors import Broken
from suwon_fleet.kernel import kernel, lean_kernel
from suwon_fleet.traffic.problem import NO, Graph, holds
from suwon_fleet.traffic.roadmap import Ints, Roadmap

_SLOTS, _LENGTH = 16, 16


class Holdings(NamedTuple):
    """Ownership as arrays: by element of ground, by robot ("slot", S) and by zone.

    Robot `s` owns the path `vertices[s, : length[s]]`, of which `edges[s, k]` leads on from vertex `k`;
    its first vertex has number `first[s]` on all its path so far. `length` is 0 where there is no robot.
    """

    holder: Ints
    uses: Ints
    kind: Ints
    first: Ints
    length: Ints
    vertices: Ints
    edges: Ints
    inside: Ints


class Ledger:
    """Ownership of ground for robots numbered by small integers ("slots")."""

    def __init__(self, roadmap: Roadmap, graph: Graph) -> None:
        self._roadmap, self._graph = roadmap, graph
        elements = roadmap.vertex_count + roadmap.segment_count
        self.held = Holdings(
            holder=np.full(elements, NO, dtype=np.int32),
            uses=np.zeros(elements, dtype=np.int32),
            kind=np.zeros(_SLOTS, dtype=np.int32),
            first=np.zeros(_SLOTS, dtype=np.int32),
            length=np.zeros(_SLOTS, dtype=np.int32),
            vertices=np.zeros((_SLOTS, _LENGTH), dtype=np.int32),
            edges=np.zeros((_SLOTS, _LENGTH), dtype=np.int32),
            inside=np.zeros(len(roadmap.site.zones), dtype=np.int32),
        )

    def redraw(self, roadmap: Roadmap, graph: Graph) -> None:
        """Go on with the same ground, on which robots may go other ways."""
        self._roadmap, self._graph = roadmap, graph

    @property
    def slots(self) -> list[int]:
        """All that own ground."""
        return [int(slot) for slot in np.flatnonzero(self.held.length)]

    def vertices(self, slot: int) -> list[int]:
        """The path a robot owns, rear first."""
        return [int(vertex) for vertex in self.held.vertices[slot, : self.held.length[slot]]]

    def edges(self, slot: int) -> Ints:
        """The edges between the vertices a robot owns; a view, read only."""
        return self.held.edges[slot, : max(0, self.held.length[slot] - 1)]

    def front(self, slot: int) -> int:
        """The vertex at the end of what was granted."""
        return int(self.held.vertices[slot, self.held.length[slot] - 1])

    def place(self, slot: int, kind: int, vertices: list[int], first: int) -> None:
        """Give a robot its first ground. Raises Broken when another robot's conflicts with it."""
        edges = [self._roadmap.edge_between[pair] for pair in pairwise(vertices)]
        for element in (*vertices, *map(self._element, edges)):
            if (other := self.blocker(slot, kind, element)) is not None:
                raise Broken(f"robot slot {slot} placed on ground of slot {other}")
        self._make_room(slot + 1, len(vertices))
        held = self.held
        held.kind[slot], held.first[slot] = kind, first
        start(self._graph, held, slot, vertices[0])
        for edge in edges:
            extend(self._graph, held, slot, edge)

    def blocker(self, slot: int, kind: int, element: int) -> int | None:
        """A robot other than `slot` whose ground conflicts with `element` for a robot of `kind`."""
        other = find_holder(self._graph, self.held, slot, kind, element)
        return None if other == NO else int(other)

    def obstacle(self, slot: int, edge: int, mobile: NDArray[np.bool_]) -> int | None:
        """Of robots that are not `mobile` (S,), the first whose ground conflicts with driving `edge`."""
        other = find_immobile(self._graph, self.held, slot, self._element(edge), mobile)
        return None if other == NO else int(other)

    def extend(self, slot: int, edge: int) -> None:
        """Add `edge` at the front. Raises Broken rather than own what another owns."""
        if self._roadmap.edge_from[edge] != self.front(slot):
            raise Broken(f"robot slot {slot} cannot continue from its front along edge {edge}")
        other = self.blocker(slot, int(self.held.kind[slot]), self._element(edge))
        if other is not None:
            raise Broken(f"ground granted to slot {slot} is owned by slot {other}")
        self._make_room(slot + 1, int(self.held.length[slot]) + 1)
        extend(self._graph, self.held, slot, edge)

    def release(self, slot: int, index: int) -> int:
        """Free all ground before path vertex `index`; returns how many vertices were freed."""
        return int(release(self._graph, self.held, slot, index))

    def release_all(self, passed: list[tuple[int, int]]) -> None:
        """Free what robots have passed: rows of slot and index, in the order in which they told it."""
        release_all(self._graph, self.held, np.array(passed, dtype=np.int32))

    def remove(self, slot: int) -> None:
        """Free all ground of a robot that is known to have left it."""
        last = int(self.held.first[slot] + self.held.length[slot] - 1)
        release(self._graph, self.held, slot, last)
        stop(self._graph, self.held, slot)

    def blocked_edges(self, slots: Ints) -> NDArray[np.bool_]:
        """(K, E): edges no robot of a kind can drive while the robots in `slots` stay put."""
        ground = blocked_ground(self._graph, self.held, slots)
        segments = self._roadmap.vertex_count + self._roadmap.edge_segment
        return np.ascontiguousarray(ground[:, segments])

    def make_longer(self) -> None:
        """Make room for longer paths."""
        self._make_room(len(self.held.kind), 2 * self.held.vertices.shape[1])

    def _make_room(self, slots: int, length: int) -> None:
        """Grow the arrays by robot, in doubles."""
        have, longest = self.held.vertices.shape
        if slots <= have and length <= longest:
            return
        more = (0, 0 if slots <= have else max(slots, 2 * have) - have)
        further = (0, 0 if length <= longest else max(length, 2 * longest) - longest)
        self.held = self.held._replace(
            kind=np.pad(self.held.kind, more),
            first=np.pad(self.held.first, more),
            length=np.pad(self.held.length, more),
            vertices=np.pad(self.held.vertices, (more, further)),
            edges=np.pad(self.held.edges, (more, further)),
        )

    def _element(self, edge: int) -> int:
        return self._roadmap.vertex_count + int(self._roadmap.edge_segment[edge])


@kernel
def find_holder(graph: Graph, held: Holdings, slot: int, kind: int, element: int) -> int:
    """A robot other than `slot` whose ground conflicts with `element` for a robot of `kind`, or NO."""
    conflicts = graph.conflicts
    for other_kind in range(conflicts.pair.shape[0]):
        pair = conflicts.pair[kind, other_kind]
        for place in range(conflicts.ptr[pair, element], conflicts.ptr[pair, element + 1]):
            other = held.holder[conflicts.elements[place]]
            if other != NO and other != slot and held.kind[other] == other_kind:
                return int(other)
    return NO


@kernel
def find_immobile(
    graph: Graph, held: Holdings, slot: int, element: int, mobile: NDArray[np.bool_]
) -> int:
    """The first robot that is not `mobile` and whose ground `element` leaves no room for `slot`, or NO."""
    conflicts, first = graph.conflicts, NO
    for kind in range(conflicts.pair.shape[0]):
        pair = conflicts.pair[held.kind[slot], kind]
        for place in range(conflicts.ptr[pair, element], conflicts.ptr[pair, element + 1]):
            other = held.holder[conflicts.elements[place]]
            if other in (NO, slot) or held.kind[other] != kind or mobile[other]:
                continue
            if first == NO or other < first:
                first = int(other)
    return first


@kernel
def blocked_ground(graph: Graph, held: Holdings, slots: Ints) -> NDArray[np.bool_]:
    """(K, elements): ground that some robots, while they stay put, leave no robot of a kind."""
    conflicts = graph.conflicts
    blocked = np.zeros((conflicts.pair.shape[0], len(held.holder)), dtype=np.bool_)
    for slot in slots:
        for kind in range(conflicts.pair.shape[0]):
            pair = conflicts.pair[kind, held.kind[slot]]
            for index in range(2 * held.length[slot] - 1):  # a path's vertices and edges in turn
                element = held.vertices[slot, index // 2]
                if index % 2:
                    edge = held.edges[slot, index // 2]
                    element = graph.vertex_count + graph.edge_segment[edge]
                for place in range(conflicts.ptr[pair, element], conflicts.ptr[pair, element + 1]):
                    blocked[kind, conflicts.elements[place]] = True
    return blocked


@kernel
def start(graph: Graph, held: Holdings, slot: int, vertex: int) -> None:
    """Make `vertex` the first of a robot's path."""
    _take(held, slot, vertex)
    _count_zones(graph, held, slot, vertex, 1)
    held.vertices[slot, 0] = vertex
    held.length[slot] = 1


@kernel
def extend(graph: Graph, held: Holdings, slot: int, edge: int) -> None:
    """Add an edge to a robot's path, where there is room for it in the arrays."""
    head, count = graph.edge_to[edge], held.length[slot]
    _take(held, slot, graph.vertex_count + graph.edge_segment[edge])
    _take(held, slot, head)
    _count_zones(graph, held, slot, head, 1)
    held.edges[slot, count - 1] = edge
    held.vertices[slot, count] = head
    held.length[slot] = count + 1


@kernel
def release(graph: Graph, held: Holdings, slot: int, index: int) -> int:
    """Free a path before vertex number `index`, but not its last vertex; how many vertices that is."""
    passed = min(index - held.first[slot], held.length[slot] - 1)
    for _ in range(passed):
        vertex, edge = held.vertices[slot, 0], held.edges[slot, 0]
        left = held.length[slot] - 1
        for place in range(left):
            held.vertices[slot, place] = held.vertices[slot, place + 1]
            held.edges[slot, place] = held.edges[slot, place + 1]
        held.length[slot] = left
        held.first[slot] += 1
        _free(held, vertex)
        _free(held, graph.vertex_count + graph.edge_segment[edge])
        _count_zones(graph, held, slot, vertex, -1)
    return int(max(0, passed))


@kernel
def release_all(graph: Graph, held: Holdings, passed: Ints) -> None:
    """Free paths before vertices; rows of slot and vertex number."""
    for row in range(len(passed)):
        release(graph, held, passed[row, 0], passed[row, 1])


@kernel
def stop(graph: Graph, held: Holdings, slot: int) -> None:
    """Free the one vertex that is left of a robot's path."""
    vertex = held.vertices[slot, 0]
    held.length[slot] = 0
    _free(held, vertex)
    _count_zones(graph, held, slot, vertex, -1)


@kernel
def ahead_s(graph: Graph, held: Holdings, slots: Ints) -> NDArray[np.float64]:
    """Seconds each of `slots` needs for all it owns, driving as fast as it may."""
    times_s = np.zeros(len(slots))
    for index in range(len(slots)):
        slot = slots[index]
        for place in range(held.length[slot] - 1):
            times_s[index] += graph.edge_time[held.kind[slot], held.edges[slot, place]]
    return times_s


@lean_kernel
def _take(held: Holdings, slot: int, element: int) -> None:
    held.holder[element] = slot
    held.uses[element] += 1  # a path may cross itself


@lean_kernel
def _free(held: Holdings, element: int) -> None:
    held.uses[element] -= 1
    if held.uses[element] == 0:
        held.holder[element] = NO


@lean_kernel
def _count_zones(graph: Graph, held: Holdings, slot: int, vertex: int, change: int) -> None:
    """Count a robot in or out of the zones of a vertex that no vertex of its path is in."""
    for place in range(graph.zone_ptr[vertex], graph.zone_ptr[vertex + 1]):
        zone = graph.zone_ids[place]
        if not is_inside(graph, held, slot, zone):
            held.inside[zone] += change


@lean_kernel
def is_inside(graph: Graph, held: Holdings, slot: int, zone: int) -> bool:
    """Whether a robot owns ground in a zone."""
    inside = False
    for vertex in held.vertices[slot, : held.length[slot]]:
        inside |= holds(graph, vertex, zone)
    return inside
