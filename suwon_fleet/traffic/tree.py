# SPDX-License-Identifier: Apache-2.0
"""What a LaCAM search remembers: configurations found so far, and the constraints still to try in each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import inner_kernel
from suwon_fleet.traffic.options import STAY
from suwon_fleet.traffic.problem import NO, Graph, Problem, away_s, may_drive
from suwon_fleet.traffic.roadmap import Ints


class Tree(NamedTuple):
    """The configurations found so far (high-level nodes) and their queues of constraints.

    A node is a configuration and who has been content on the way to it.

    `constraints[c]` is (constraint it extends, robot, option, next in queue); `moves[m]` is
    (robot, edge), and node `x` was reached from its parent by moves `span[x, 0]` to `span[x, 1]`.
    """

    configuration: Ints
    content: NDArray[np.bool_]
    order: Ints
    rank: NDArray[np.float64]
    parent: Ints
    span: Ints
    first: Ints
    last: Ints
    constraints: Ints
    depth: Ints
    moves: Ints
    slots: Ints
    used: Ints


NODES, CONSTRAINTS, MOVES = 0, 1, 2


@inner_kernel
def slot_of(tree: Tree, configuration: Ints, content: NDArray[np.bool_]) -> int:
    """The hash slot that holds a node, or the empty one it belongs in."""
    code = np.uint64(1469598103934665603)
    for robot in range(len(configuration)):
        part = 2 * configuration[robot] + content[robot]
        code = (code ^ np.uint64(part)) * np.uint64(1099511628211)
        code ^= code >> np.uint64(29)
    slot = np.int64(code % np.uint64(len(tree.slots)))
    while tree.slots[slot] != NO:
        node = tree.slots[slot]
        same = np.array_equal(tree.configuration[node], configuration)
        if same and np.array_equal(tree.content[node], content):
            break
        slot = (slot + 1) % len(tree.slots)
    return int(slot)


@inner_kernel
def _enqueue(tree: Tree, node: int, link: int, robot: int, option: int, depth: int) -> None:
    constraint = tree.used[CONSTRAINTS]
    if constraint == len(tree.constraints):
        return  # out of room: the search is then no longer complete, and says GAVE_UP
    tree.used[CONSTRAINTS] += 1
    tree.constraints[constraint, 0] = link
    tree.constraints[constraint, 1] = robot
    tree.constraints[constraint, 2] = option
    tree.constraints[constraint, 3] = NO
    tree.depth[constraint] = depth
    if tree.first[node] == NO:
        tree.first[node] = constraint
    else:
        tree.constraints[tree.last[node], 3] = constraint
    tree.last[node] = constraint


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
    tree.first[node] = NO
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
    _enqueue(tree, node, NO, NO, NO, 0)
    return node


@inner_kernel
def expand(graph: Graph, problem: Problem, tree: Tree, node: int, constraint: int) -> None:
    """Queue the constraints one deeper: each option of the next robot in the node's order."""
    depth = tree.depth[constraint]
    if depth == len(problem.start):
        return
    robot = tree.order[node, depth]
    here = tree.configuration[node, robot]
    for slot in range(graph.out_ptr[here], graph.out_ptr[here + 1]):
        edge = graph.out_edges[slot]
        if may_drive(graph, problem, robot, edge):
            _enqueue(tree, node, constraint, robot, edge, depth + 1)
    _enqueue(tree, node, constraint, robot, STAY, depth + 1)


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
