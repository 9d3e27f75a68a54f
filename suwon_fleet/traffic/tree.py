# SPDX-License-Identifier: Apache-2.0
"""What a LaCAM search remembers: configurations found so far, and which ways on were tried from each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import inner_kernel, lean_kernel
from suwon_fleet.traffic.options import STAY
from suwon_fleet.traffic.problem import NO, Graph, Problem, away_s
from suwon_fleet.traffic.roadmap import Ints


class Tree(NamedTuple):
    """The configurations found so far (high-level nodes), and how many ways on of each were tried.

    A node is a configuration and who has been content on the way to it. `moves[m]` is (robot, edge), and
    node `x` was reached from its parent by moves `span[x, 0]` to `span[x, 1]`.
    """

    configuration: Ints
    content: NDArray[np.bool_]
    order: Ints
    rank: NDArray[np.float64]
    parent: Ints
    span: Ints
    tried: Ints
    moves: Ints
    slots: Ints
    used: Ints


NODES, MOVES = 0, 1
FREE, PUSH, ALONE, NO_MORE = 0, 1, 2, 3
"""Ways on: as all like it best; with one robot told what to do; with one moving past all others."""


@inner_kernel
def new_tree(node_limit: int, robots: int) -> Tree:
    return Tree(
        configuration=np.empty((node_limit, robots), dtype=np.int32),
        content=np.zeros((node_limit, robots), dtype=np.bool_),
        order=np.empty((node_limit, robots), dtype=np.int32),
        rank=np.empty((node_limit, robots), dtype=np.float64),
        parent=np.empty(node_limit, dtype=np.int32),
        span=np.zeros((node_limit, 2), dtype=np.int32),
        tried=np.zeros(node_limit, dtype=np.int32),
        moves=np.empty((node_limit * robots, 2), dtype=np.int32),
        slots=np.full(2 * node_limit + 1, NO, dtype=np.int32),
        used=np.zeros(2, dtype=np.int32),
    )


@lean_kernel
def _is_node(tree: Tree, node: int, configuration: Ints, content: NDArray[np.bool_]) -> bool:
    for robot in range(len(configuration)):
        if tree.configuration[node, robot] != configuration[robot]:
            return False
        if tree.content[node, robot] != content[robot]:
            return False
    return True


@lean_kernel
def slot_of(tree: Tree, configuration: Ints, content: NDArray[np.bool_]) -> int:
    """The hash slot that holds a node, or the empty one it belongs in."""
    code = np.uint64(1469598103934665603)
    for robot in range(len(configuration)):
        part = 2 * configuration[robot] + content[robot]
        code = (code ^ np.uint64(part)) * np.uint64(1099511628211)
        code ^= code >> np.uint64(29)
    slot = np.int64(code % np.uint64(len(tree.slots)))
    while tree.slots[slot] != NO:
        if _is_node(tree, tree.slots[slot], configuration, content):
            break
        slot = (slot + 1) % len(tree.slots)
    return int(slot)


@inner_kernel
def now_content(
    problem: Problem, configuration: Ints, before: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Who has been content by now."""
    content = before.copy()
    for robot in range(len(configuration)):
        if away_s(problem, robot, configuration[robot]) <= problem.until[robot]:
            content[robot] = True
    return content


@inner_kernel
def add_node(
    tree: Tree, problem: Problem, configuration: Ints, content: NDArray[np.bool_], parent: int
) -> int:
    """Add a node with its order of robots: those that have waited longest to be content first."""
    node = int(tree.used[NODES])
    tree.used[NODES] += 1
    tree.configuration[node] = configuration
    tree.content[node] = content
    tree.parent[node] = parent
    for robot in range(len(configuration)):
        rank = problem.rank[robot] if parent == NO else tree.rank[parent, robot]
        if not problem.aims[robot]:
            rank = -1.0
        elif content[robot]:
            rank -= np.floor(rank)
        else:
            rank += 1.0
        tree.rank[node, robot] = rank
    tree.order[node] = np.argsort(-tree.rank[node], kind="mergesort")
    return node


@lean_kernel
def next_way_on(graph: Graph, tree: Tree, node: int) -> tuple[int, int, int]:
    """How to make the next configuration from a node's, with the robot and the option it is told.

    Robots that come first in the node's order are told first.
    """
    number = tree.tried[node]
    tree.tried[node] += 1
    if number == 0:
        return FREE, NO, NO
    number -= 1
    for how in (PUSH, ALONE):
        for robot in tree.order[node]:
            here = tree.configuration[node, robot]
            first, edges = graph.out_ptr[here], graph.out_ptr[here + 1] - graph.out_ptr[here]
            if number < edges:
                return how, int(robot), int(graph.out_edges[first + number])
            number -= edges
            if how == PUSH:
                if number == 0:
                    return how, int(robot), STAY
                number -= 1
    return NO_MORE, NO, NO


@inner_kernel
def moves_to(tree: Tree, node: int) -> Ints:
    total = 0
    at = node
    while at != NO:
        total += tree.span[at, 1] - tree.span[at, 0]
        at = tree.parent[at]
    moves = np.empty((total, 2), dtype=np.int32)
    at = node
    while at != NO:
        count = tree.span[at, 1] - tree.span[at, 0]
        moves[total - count : total] = tree.moves[tree.span[at, 0] : tree.span[at, 1]]
        total -= count
        at = tree.parent[at]
    return moves
