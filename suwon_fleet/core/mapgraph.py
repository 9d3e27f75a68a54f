# SPDX-License-Identifier: Apache-2.0
"""The lane graph of a map by node index: its parts, loops, dead ends and bridges.

Two robots that meet on a lane cannot pass each other there, so what matters of a map is where there are
two ways: the *core* is what stays joined whichever one lane is taken away (2-edge-connected).
Everything here takes time in proportion to the map, which may have millions of lanes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, depth_first_order

from suwon_fleet.core.sitemap import SiteMap

Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


class MapGraph:
    """Lanes as pairs of node indices; an *edge* is one or both ways between two nodes.

    `chosen` (indices of `site.lanes`) restricts the graph to some of the lanes, such as those that a kind
    of robot may use.
    """

    def __init__(self, site: SiteMap, chosen: Iterable[int] | None = None) -> None:
        index = {node.id: number for number, node in enumerate(site.nodes)}
        self.size = len(site.nodes)
        self.lanes = np.array(
            range(len(site.lanes)) if chosen is None else list(chosen), dtype=np.int64
        )
        picked = site.lanes if chosen is None else [site.lanes[lane] for lane in self.lanes]
        self.start = np.array([index[lane.start] for lane in picked], dtype=np.int64)
        self.end = np.array([index[lane.end] for lane in picked], dtype=np.int64)
        low, high = np.minimum(self.start, self.end), np.maximum(self.start, self.end)
        _, first = np.unique(low * self.size + high, return_index=True)
        first.sort()
        self.edge_lane = self.lanes[first]
        """For each edge the first of its lanes in the map."""
        self.edge_start, self.edge_end = self.start[first], self.end[first]

    @cached_property
    def matrix(self) -> csr_array:
        """Not zero at (start, end) of each lane."""
        ones = np.ones(len(self.start))
        return csr_array((ones, (self.start, self.end)), shape=(self.size, self.size))

    @cached_property
    def _joined(self) -> csr_array:
        """Not zero at both (a, b) and (b, a) of each edge."""
        ends = (
            np.concatenate((self.edge_start, self.edge_end)),
            np.concatenate((self.edge_end, self.edge_start)),
        )
        return csr_array((np.ones(len(ends[0])), ends), shape=(self.size, self.size))

    @cached_property
    def degree(self) -> Indices:
        """How many neighbours each node has."""
        return np.diff(self._joined.indptr).astype(np.int64)

    def edges_at(self, node: int) -> Indices:
        """The edges that begin or end at a node."""
        pointers, edges = self._incident
        return edges[pointers[node] : pointers[node + 1]]

    @cached_property
    def _incident(self) -> tuple[Indices, Indices]:
        ends = np.concatenate((self.edge_start, self.edge_end))
        pointers = np.zeros(self.size + 1, dtype=np.int64)
        pointers[1:] = np.cumsum(np.bincount(ends, minlength=self.size))
        edges = np.argsort(ends, kind="stable") % max(1, len(self.edge_start))
        return pointers, edges.astype(np.int64)

    @cached_property
    def strong(self) -> Indices:
        """A number for each node: between nodes of one number robots can go and come back."""
        return _numbered(self.matrix, "strong")

    @cached_property
    def main(self) -> Flags:
        """The nodes of the largest part within which robots can go anywhere and come back."""
        if not self.size:
            return np.zeros(0, bool)
        return np.asarray(self.strong == np.bincount(self.strong).argmax())

    def reached(self, start: int, *, backwards: bool = False) -> Flags:
        """Nodes that a robot can get to from `start`, or `backwards` get to `start` from."""
        matrix = self.matrix.T.tocsr() if backwards else self.matrix
        found = np.zeros(self.size, bool)
        found[breadth_first_order(matrix, start, return_predecessors=False)] = True
        return found

    def parts(self, chosen: Flags) -> list[list[int]]:
        """The chosen nodes in groups that lanes join, either way, the largest group first."""
        indices = np.flatnonzero(chosen)
        if not len(indices):
            return []
        labels = _numbered(self._joined[indices][:, indices], "weak")
        groups = np.split(
            indices[np.argsort(labels, kind="stable")], np.cumsum(np.bincount(labels))
        )
        return sorted((group.tolist() for group in groups[:-1]), key=len, reverse=True)

    @cached_property
    def branches(self) -> list[list[int]]:
        """What falls off when the map is pruned from its ends to its loops, each branch from its root.

        A part of the map without any loop is pruned to its innermost node.
        """
        degree = self.degree.tolist()
        pointers, indices = self._joined.indptr.tolist(), self._joined.indices
        ends = np.flatnonzero(self.degree == 1).tolist()
        hangs_on: dict[int, int] = {}
        for node in ends:  # grows while it is walked
            near = indices[pointers[node] : pointers[node + 1]].tolist()
            inner = next((other for other in near if other not in hangs_on), None)
            if inner is not None:
                hangs_on[node] = inner
                degree[inner] -= 1
                if degree[inner] == 1:
                    ends.append(inner)
        branch_of: dict[int, list[int]] = {}
        for node, inner in reversed(hangs_on.items()):
            branch = branch_of[node] = branch_of.get(inner, [])
            branch.append(node)
        return [nodes for root, nodes in branch_of.items() if nodes[0] == root]

    @cached_property
    def is_bridge(self) -> Flags:
        """For each edge: without it the map would fall apart there.

        A depth-first walk leaves a subtree by the edge it came by only, if by that edge alone
        (Tarjan, "A note on finding the bridges of a graph", 1974).
        """
        walk, parent = self._walk()
        place = np.empty(self.size + 1, dtype=np.int64)
        place[walk] = np.arange(self.size + 1)
        child = np.where(
            place[self.edge_start] > place[self.edge_end], self.edge_start, self.edge_end
        )
        other = np.where(child == self.edge_start, self.edge_end, self.edge_start)
        in_tree = parent[child] == other
        lowest = np.arange(self.size + 1)  # by place in the walk
        np.minimum.at(lowest, place[child[~in_tree]], place[other[~in_tree]])
        low, up = lowest.tolist(), place[parent[walk]].tolist()
        for at in range(self.size, 0, -1):
            low[up[at]] = min(low[up[at]], low[at])
        return np.asarray(in_tree & (np.array(low)[place[child]] == place[child]))

    def _walk(self) -> tuple[Indices, Indices]:
        """All nodes in a depth-first order from a root beside them, and whence each was come to."""
        labels = _numbered(self._joined, "weak")
        firsts = np.unique(labels, return_index=True)[1]
        root = np.full(len(firsts), self.size)
        ends = (
            np.concatenate((self.edge_start, root)),
            np.concatenate((self.edge_end, firsts)),
        )
        shape = (self.size + 1, self.size + 1)
        matrix = csr_array((np.ones(len(ends[0])), ends), shape=shape)
        walk, before = depth_first_order(matrix, self.size, directed=False)
        parent = before.astype(np.int64)
        parent[self.size] = self.size
        return walk.astype(np.int64), parent

    @cached_property
    def loop_of(self) -> Indices:
        """A number for each node: nodes of one number stay joined whichever one edge is taken away."""
        ends = (self.edge_start[~self.is_bridge], self.edge_end[~self.is_bridge])
        matrix = csr_array((np.ones(len(ends[0])), ends), shape=(self.size, self.size))
        return _numbered(matrix, "weak")

    @cached_property
    def on_loop(self) -> Flags:
        """Nodes with two ways round to some other node."""
        return np.asarray(np.bincount(self.loop_of, minlength=1)[self.loop_of] > 1)

    @cached_property
    def core(self) -> Flags:
        """The nodes of the largest loop: what stays joined whichever one edge is taken away."""
        if not self.on_loop.any():
            return np.zeros(self.size, bool)
        return np.asarray(self.loop_of == np.bincount(self.loop_of).argmax())

    @cached_property
    def joins_loops(self) -> Flags:
        """Edges that are the only way between two loops: bridges that are on no dead end."""
        blind = np.zeros(self.size, bool)
        blind[[node for branch in self.branches for node in branch]] = True
        near_blind = blind[self.edge_start] | blind[self.edge_end]
        return np.asarray(self.is_bridge & ~near_blind)


def _numbered(matrix: csr_array, connection: Literal["weak", "strong"]) -> Indices:
    if not matrix.shape[0]:
        return np.zeros(0, dtype=np.int64)
    directed = connection == "strong"
    labels = connected_components(matrix, directed=directed, connection=connection)[1]
    return np.asarray(labels, dtype=np.int64)
