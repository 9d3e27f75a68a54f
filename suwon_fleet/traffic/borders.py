# SPDX-License-Identifier: Apache-2.0
"""Which ground belongs to which group, the gates between groups, and whether the cut is a clean one.

A *gate* is an edge whose ends belong to different groups. Its two owners both know of it: each has it in
its ledger before a robot drives it. Of all other ground only its owner knows who is on it; so apart from
gates no ground of one group may conflict with ground of another, or two owners would put bodies side by
side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from suwon_fleet.core.errors import Problem, Severity
from suwon_fleet.core.federation.cuts import Ownership
from suwon_fleet.core.federation.groups import Groups
from suwon_fleet.core.robots.report import Pose
from suwon_fleet.traffic.conflicts import Conflicts
from suwon_fleet.traffic.problem import NO
from suwon_fleet.traffic.roadmap import Ints, Roadmap

GATE = -1
"""In place of a group: the ground of a gate belongs to both its groups."""
NAMED = 5
"""So many clashes between two groups are named one by one."""
LEAST_VERTICES = 3
"""A part of a group with fewer is crossed quicker than it is handed over."""


class Borders:
    """A roadmap divided among groups; `vertex` and `segment` hold groups by their place in `names`."""

    def __init__(self, roadmap: Roadmap, groups: Groups) -> None:
        self._roadmap, self._groups, self.names = roadmap, groups, groups.names
        zones = np.array([zone.id for zone in roadmap.site.zones], dtype=object)
        self._zones = np.split(zones[roadmap.zone_ids], roadmap.zone_ptr[1:-1])
        self._divide(groups)
        self._join_slivers()
        self._find_gates()

    def _divide(self, groups: Groups) -> None:
        number = {name: index for index, name in enumerate(self.names)}
        owners = [number[groups.of(zones)] for zones in self._zones]
        self.vertex: Ints = np.array(owners, dtype=np.int32)

    def _find_gates(self) -> None:
        roadmap = self._roadmap
        tail, head = self.vertex[roadmap.edge_from], self.vertex[roadmap.edge_to]
        self.segment: Ints = np.zeros(roadmap.segment_count, dtype=np.int32)
        self.segment[roadmap.edge_segment] = np.where(tail == head, tail, GATE)

    def given(self, owners: Iterable[Ownership]) -> Borders:
        """The same map once zones have been given to others.

        Slivers go with the ground that they were joined to, so the order of the gifts makes no difference.
        """
        other = copy(self)
        for name in ("narrow", "_trees"):
            other.__dict__.pop(name, None)
        other._divide(self._groups.given(owners))
        other._find_gates()
        return other

    def _join_slivers(self) -> None:
        """Give parts too small to be worth it to the group around them, where that is one group."""
        for part in self._small_parts():
            beside = self._beside(part)
            if len(np.unique(self.vertex[beside])) == 1:
                for vertex in part:
                    self._zones[vertex] = self._zones[beside[0]]
                self.vertex[part] = self.vertex[beside[0]]

    def _small_parts(self) -> list[NDArray[np.intp]]:
        """The vertices of parts of groups that are small, and joined to another group's ground."""
        labels = self._parts(self._inner_edges())
        small = np.flatnonzero(np.bincount(labels) < LEAST_VERTICES)
        parts = [np.flatnonzero(labels == label) for label in small]
        return [part for part in parts if len(self._beside(part))]

    def _beside(self, part: NDArray[np.intp]) -> Ints:
        """What lanes join to a part and is another group's."""
        roadmap = self._roadmap
        inside = np.zeros(roadmap.vertex_count, dtype=np.bool_)
        inside[part] = True
        out, into = inside[roadmap.edge_from], inside[roadmap.edge_to]
        beside = np.concatenate((roadmap.edge_to[out & ~into], roadmap.edge_from[into & ~out]))
        others: Ints = beside[self.vertex[beside] != self.vertex[part[0]]]
        return others

    def owned(self, group: str) -> NDArray[np.bool_]:
        """(E,) edges with both ends in a group."""
        owned: NDArray[np.bool_] = self.segment[self._roadmap.edge_segment] == self.names.index(
            group
        )
        return owned

    @property
    def gates(self) -> list[tuple[str, str]]:
        """Every edge from one group into another, by the names of its vertices."""
        roadmap, names = self._roadmap, self._roadmap.vertex_names
        edges = np.flatnonzero(self.segment[roadmap.edge_segment] == GATE)
        ends = zip(roadmap.edge_from[edges], roadmap.edge_to[edges], strict=True)
        return [(names[tail], names[head]) for tail, head in ends]

    @cached_property
    def narrow(self) -> Ints:
        """(V,) a number for each vertex, the same in one part of a group; NO where the part has a loop.

        In a part without a loop robots that go opposite ways may not be able to pass each other.
        """
        inner = self._inner_edges()
        labels = self._parts(inner)
        segments = np.unique(np.sort(inner, axis=0), axis=1)
        loose = np.bincount(labels) - np.bincount(labels[segments[0]], minlength=labels.max() + 1)
        numbers: Ints = np.where(loose[labels] == 1, labels, NO).astype(np.int32)
        return numbers

    def _inner_edges(self) -> Ints:
        """(2, E) both ends of the edges that do not leave their group."""
        ends = np.stack((self._roadmap.edge_from, self._roadmap.edge_to))
        inner: Ints = ends[:, self.vertex[ends[0]] == self.vertex[ends[1]]]
        return inner

    def _parts(self, inner: Ints) -> Ints:
        """(V,) the same number for vertices that edges within one group join."""
        size = 2 * (self._roadmap.vertex_count,)
        joined = csr_array((np.ones(inner.shape[1]), tuple(inner)), shape=size)
        labels: Ints = connected_components(joined, directed=False)[1]
        return labels

    def group_of(self, vertex: str) -> str:
        """The group that owns a vertex."""
        number = int(self.vertex[self._roadmap.vertex_of[vertex]])
        return self.names[number]

    @cached_property
    def _inside(self) -> dict[str, set[int]]:
        """The vertices in each zone, with the slivers that go with it."""
        inside: dict[str, set[int]] = {zone.id: set() for zone in self._roadmap.site.zones}
        for vertex, zones in enumerate(self._zones):
            for zone in zones:
                inside[zone].add(vertex)
        return inside

    def owners_of(self, zone_id: str) -> tuple[str, ...]:
        """The groups that own ground in a zone."""
        groups = np.unique(self.vertex[sorted(self._inside[zone_id])])
        return tuple(self.names[group] for group in groups)

    def zones_within(self, zone_id: str, group: str) -> tuple[str, ...]:
        """The zones of which all ground that is a group's lies in a zone; it is one of them."""
        owned = set(np.flatnonzero(self.vertex == self.names.index(group)).tolist())
        ours = {zone: vertices & owned for zone, vertices in self._inside.items()}
        return tuple(sorted(zone for zone, part in ours.items() if part and part <= ours[zone_id]))

    def groups_at(self, pose: Pose) -> set[str]:
        """Whose ground is nearest to a pose; nobody's where that is a gate only."""
        tree = self._trees.get(pose.level)
        if tree is None:
            return set()
        segments, shapes = tree
        near = segments[shapes.query_nearest(shapely.Point(pose.x_m, pose.y_m))]
        return {self.names[group] for group in self.segment[near].tolist() if group != GATE}

    @cached_property
    def _trees(self) -> dict[str, tuple[NDArray[np.intp], shapely.STRtree]]:
        """Segments of each level as lines."""
        roadmap = self._roadmap
        tail, head = self._segment_ends
        lines = np.stack((roadmap.xy[tail], roadmap.xy[head]), axis=1)
        trees = {}
        for number, level in enumerate(roadmap.site.levels):
            on_level = (roadmap.level[tail] == number) & (roadmap.level[head] == number)
            if len(chosen := np.flatnonzero(on_level)):
                shapes = np.asarray(shapely.linestrings(lines[chosen]), dtype=np.object_)
                trees[level.id] = chosen, shapely.STRtree(shapes)
        return trees

    @cached_property
    def _segment_ends(self) -> tuple[Ints, Ints]:
        roadmap = self._roadmap
        tail, head = np.zeros((2, roadmap.segment_count), dtype=np.int32)
        tail[roadmap.edge_segment] = roadmap.edge_from
        head[roadmap.edge_segment] = roadmap.edge_to
        return tail, head

    @cached_property
    def ends(self) -> tuple[Ints, Ints]:
        """The first and the last vertex of each element; a vertex is both by itself."""
        vertices = np.arange(len(self.vertex), dtype=np.int32)
        tail, head = (np.concatenate((vertices, end)) for end in self._segment_ends)
        return tail, head

    # Is the cut a clean one?

    def problems(self, conflicts: Conflicts) -> list[Problem]:
        """What is wrong with this cut, most serious first."""
        return [*self._clashes(conflicts), *self._split_zones(), *self._slivers()]

    def _clashes(self, conflicts: Conflicts) -> Iterator[Problem]:
        """Ground of two groups on which robots could touch, for the kinds that reach furthest."""
        found: dict[str, list[tuple[int, int]]] = {}
        for one, other in sorted(
            set().union(*(self._meeting(conflicts, p) for p in conflicts.ptr))
        ):
            owners = " and ".join(sorted(self._owners(one) | self._owners(other)))
            found.setdefault(owners, []).append((one, other))
        for owners, clashes in found.items():
            for one, other in clashes[:NAMED]:
                what = (
                    f"robots on {self.name_of(one)} and on {self.name_of(other)} could touch, and "
                    f"neither {owners} knows of both ({len(clashes)} such places)"
                )
                mend = "move the border so that both are one group's"
                yield Problem("groups-touch", "groups", what, mend)

    def _meeting(self, conflicts: Conflicts, ptr: NDArray[np.int64]) -> set[tuple[int, int]]:
        """Pairs of elements in conflict, for kinds with one reach, of which no group knows both."""
        one = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
        both = np.stack((one, conflicts.elements[ptr[0] : ptr[-1]]))
        both = both[:, both[0] < both[1]]
        owner = np.concatenate((self.vertex, self.segment))[both]
        plain = (owner >= 0).all(axis=0)
        suspects = both[:, np.where(plain, owner[0] != owner[1], True)].T.tolist()
        return {(a, b) for a, b in suspects if not self._owners(a) & self._owners(b)}

    def _owners(self, element: int) -> set[str]:
        """The groups that know who is on an element: one, or both of a gate."""
        if element < len(self.vertex):
            return {self.names[self.vertex[element]]}
        ends = self._segment_ends
        return {self.names[self.vertex[end[element - len(self.vertex)]]] for end in ends}

    def name_of(self, element: int) -> str:
        """A piece of ground, for people."""
        names = self._roadmap.vertex_names
        if element < len(names):
            return f"'{names[element]}'"
        tail, head = (end[element - len(names)] for end in self._segment_ends)
        return f"'{names[tail]}' - '{names[head]}'"

    def _split_zones(self) -> Iterator[Problem]:
        """Zones that take so many robots, and whose robots no one owner counts."""
        roadmap = self._roadmap
        rows, zones = roadmap.zones_of(np.arange(roadmap.vertex_count, dtype=np.int32))
        for number, zone in enumerate(roadmap.site.zones):
            owners = sorted({self.names[group] for group in self.vertex[rows[zones == number]]})
            if zone.capacity is not None and len(owners) > 1:
                what = f"zone '{zone.id}' has a capacity, and is divided among {', '.join(owners)}"
                mend = "put it, and the zones inside it, into one group"
                yield Problem("zone-divided", "groups", what, mend)

    def _slivers(self) -> Iterator[Problem]:
        """Parts of groups so small that robots are handed over twice in a few metres."""
        for part in self._small_parts():
            owner, name = self.names[self.vertex[part[0]]], self._roadmap.vertex_names[part[0]]
            what = f"'{name}' is a part of {owner} by itself, {len(part)} vertices large"
            mend = "put a zone around it and give it to a group beside it"
            yield Problem("group-sliver", "groups", what, mend, Severity.WARNING)
