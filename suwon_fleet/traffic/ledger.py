# SPDX-License-Identifier: Apache-2.0
"""Who owns which ground. Collision safety rests here and nowhere else.

A robot owns the path from its rear to the end of what it was granted. Grants only add at the front;
ground is freed at the rear when the robot reports that it has passed, or when it is removed. Whatever
a planner proposes, `extend` refuses ground that conflicts with another robot's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.errors import Broken
from suwon_fleet.kernel import kernel
from suwon_fleet.traffic.conflicts import Conflicts
from suwon_fleet.traffic.problem import NO
from suwon_fleet.traffic.roadmap import Ints, Roadmap


@dataclass(slots=True)
class Holding:
    """The ground of one robot: `vertices[k]` is vertex `first + k` of its path."""

    kind: int
    first: int
    vertices: list[int]
    edges: list[int] = field(default_factory=list)
    """`edges[k]` leads from `vertices[k]` to the next."""

    @property
    def front(self) -> int:
        """The vertex at the end of what was granted."""
        return self.vertices[-1]

    @property
    def front_index(self) -> int:
        return self.first + len(self.vertices) - 1


class Ledger:
    """Ownership of ground for robots numbered by small integers ("slots")."""

    def __init__(self, roadmap: Roadmap, conflicts: Conflicts) -> None:
        self._roadmap, self._conflicts = roadmap, conflicts
        self._holder = np.full(roadmap.vertex_count + roadmap.segment_count, NO, dtype=np.int32)
        self._uses = np.zeros(len(self._holder), dtype=np.int32)
        self._kinds = np.zeros(0, dtype=np.int32)
        self._inside = np.zeros(len(roadmap.site.zones), dtype=np.int32)
        self.holdings: dict[int, Holding] = {}

    @property
    def inside(self) -> Ints:
        """Robots per zone that own ground in it; read only."""
        return self._inside

    def place(self, slot: int, kind: int, vertices: list[int], first: int) -> None:
        """Give a robot its first ground. Raises Broken when another robot's conflicts with it."""
        edges = [self._roadmap.edge_between[pair] for pair in pairwise(vertices)]
        if slot >= len(self._kinds):
            self._kinds = np.append(self._kinds, np.zeros(slot + 1, dtype=np.int32))
        self._kinds[slot] = kind
        for element in (*vertices, *map(self._element, edges)):
            if (other := self.blocker(slot, kind, element)) is not None:
                raise Broken(f"robot slot {slot} placed on ground of slot {other}")
        self.holdings[slot] = Holding(kind, first, list(vertices), edges)
        for element in (*vertices, *map(self._element, edges)):
            self._take(slot, element)
        self._count_zones(set(), self._zones(vertices))

    def blocker(self, slot: int, kind: int, element: int) -> int | None:
        """A robot other than `slot` whose ground conflicts with `element` for a robot of `kind`."""
        other = find_holder(self._conflicts, self._holder, self._kinds, slot, kind, element)
        return None if other == NO else int(other)

    def blocker_of_edge(self, slot: int, edge: int) -> int | None:
        """A robot whose ground conflicts with driving `edge`, both ends included."""
        return self.blocker(slot, self.holdings[slot].kind, self._element(edge))

    def owners_along(self, slot: int, edge: int) -> list[int]:
        """All other robots whose ground conflicts with driving `edge`."""
        conflicts, element = self._conflicts, self._element(edge)
        owners = []
        for other, holding in self.holdings.items():
            pair = conflicts.pair[self.holdings[slot].kind, holding.kind]
            near = conflicts.elements[
                conflicts.ptr[pair, element] : conflicts.ptr[pair, element + 1]
            ]
            if other != slot and (self._holder[near] == other).any():
                owners.append(other)
        return owners

    def extend(self, slot: int, edge: int) -> None:
        """Add `edge` at the front. Raises Broken rather than own what another owns."""
        holding = self.holdings[slot]
        if self._roadmap.edge_from[edge] != holding.front:
            raise Broken(f"robot slot {slot} cannot continue from its front along edge {edge}")
        if (other := self.blocker_of_edge(slot, edge)) is not None:
            raise Broken(f"ground granted to slot {slot} is owned by slot {other}")
        before = self._zones(holding.vertices)
        head = int(self._roadmap.edge_to[edge])
        holding.edges.append(edge)
        holding.vertices.append(head)
        self._take(slot, self._element(edge))
        self._take(slot, head)
        self._count_zones(before, self._zones(holding.vertices))

    def release(self, slot: int, index: int) -> int:
        """Free all ground before path vertex `index`; returns how many vertices were freed."""
        holding = self.holdings[slot]
        passed = min(index, holding.front_index) - holding.first
        if passed <= 0:
            return 0
        before = self._zones(holding.vertices)
        for vertex, edge in zip(holding.vertices[:passed], holding.edges[:passed], strict=True):
            self._free(vertex)
            self._free(self._element(edge))
        del holding.vertices[:passed], holding.edges[:passed]
        holding.first += passed
        self._count_zones(before, self._zones(holding.vertices))
        return passed

    def remove(self, slot: int) -> None:
        """Free all ground of a robot that is known to have left it."""
        holding = self.holdings.pop(slot)
        self._count_zones(self._zones(holding.vertices), set())
        for element in (*holding.vertices, *map(self._element, holding.edges)):
            self._free(element)

    def blocked_edges(self, slots: set[int]) -> NDArray[np.bool_]:
        """(K, E): edges no robot of a kind can drive while the robots in `slots` stay put."""
        roadmap, conflicts = self._roadmap, self._conflicts
        blocked = np.zeros((len(roadmap.kinds), roadmap.vertex_count + roadmap.segment_count), bool)
        for slot in slots:
            holding = self.holdings[slot]
            for element in (*holding.vertices, *map(self._element, holding.edges)):
                for kind, row in enumerate(blocked):
                    pair = conflicts.pair[kind, holding.kind]
                    start, stop = conflicts.ptr[pair, element], conflicts.ptr[pair, element + 1]
                    row[conflicts.elements[start:stop]] = True
        return blocked[:, roadmap.vertex_count + roadmap.edge_segment]

    def _element(self, edge: int) -> int:
        return self._roadmap.vertex_count + int(self._roadmap.edge_segment[edge])

    def _take(self, slot: int, element: int) -> None:
        self._holder[element] = slot
        self._uses[element] += 1  # a path may cross itself

    def _free(self, element: int) -> None:
        self._uses[element] -= 1
        if self._uses[element] == 0:
            self._holder[element] = NO

    def _zones(self, vertices: list[int]) -> set[int]:
        ptr, ids = self._roadmap.zone_ptr, self._roadmap.zone_ids
        return {int(zone) for v in vertices for zone in ids[ptr[v] : ptr[v + 1]]}

    def _count_zones(self, before: set[int], after: set[int]) -> None:
        for zone in after - before:
            self._inside[zone] += 1
        for zone in before - after:
            self._inside[zone] -= 1


@kernel
def find_holder(
    conflicts: Conflicts, holder: Ints, kinds: Ints, slot: int, kind: int, element: int
) -> int:
    for other_kind in range(conflicts.pair.shape[0]):
        pair = conflicts.pair[kind, other_kind]
        for place in range(conflicts.ptr[pair, element], conflicts.ptr[pair, element + 1]):
            other = holder[conflicts.elements[place]]
            if other != NO and other != slot and kinds[other] == other_kind:
                return int(other)
    return NO
