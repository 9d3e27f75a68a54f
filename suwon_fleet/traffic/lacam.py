# SPDX-License-Identifier: Apache-2.0
"""LaCAM over ground with size: a complete search for moves that bring all robots to their goals.

Lazy constraints addition search (Okumura, "LaCAM: Search-Based Algorithm for Quick Multi-Agent
Pathfinding", AAAI 2023) with PIBT (Okumura et al., AIJ 2022) as the generator of configurations. Three
things differ from the papers, because our robots have bodies and are late:

- robots move *one after another*: a move is legal when no other robot stands where the mover's body
  sweeps. A plan is a sequence of such moves, so any number of them may be under way at once as long as
  each waits for the earlier ones it conflicts with (`precedence.py`). There are no rotations.
- a robot that is pushed must end clear of the ground its pushers are about to sweep.
- constraints are not combined: one robot at a time is told what to do. What can be reached at all can be
  reached by single moves past robots that stand, and those are all tried, so the search finds a plan when
  there is one (given enough nodes).
"""

from __future__ import annotations

import numpy as np

from suwon_fleet.kernel import inner_kernel, kernel
from suwon_fleet.traffic.options import new_step
from suwon_fleet.traffic.pibt import count_zones, generate, go_alone, take_configuration
from suwon_fleet.traffic.problem import NO, Graph, Problem
from suwon_fleet.traffic.roadmap import Ints
from suwon_fleet.traffic.tree import (
    ALONE,
    MOVES,
    NO_MORE,
    NODES,
    add_node,
    moves_to,
    new_tree,
    next_way_on,
    now_content,
    slot_of,
)

SOLVED, IMPOSSIBLE, GAVE_UP = 0, 1, 2


@inner_kernel
def _room_in(graph: Graph, problem: Problem, configuration: Ints) -> Ints:
    """Room left in each zone when robots stand as in `configuration`."""
    room = problem.room.copy()
    for robot in range(len(configuration)):
        count_zones(graph, room, problem.start[robot], 1)
        count_zones(graph, room, configuration[robot], -1)
    return room


@kernel
def solve(graph: Graph, problem: Problem, node_limit: int) -> tuple[int, Ints]:
    """Find moves, (M, 2) rows of robot and edge in a legal order, in which all robots become content.

    Returns SOLVED with the moves; IMPOSSIBLE when no order of moves makes all content; GAVE_UP when
    `node_limit` configurations were not enough.
    """
    robots = len(problem.start)
    step = new_step(graph, problem)
    tree = new_tree(node_limit, robots)
    content = now_content(problem, problem.start, np.zeros(robots, dtype=np.bool_))
    slot = slot_of(tree, problem.start, content)
    tree.slots[slot] = add_node(tree, problem, problem.start, content, NO)
    stack = [0]
    attempts = 0
    while len(stack) > 0:
        node = stack[-1]
        if tree.content[node].all():
            return SOLVED, moves_to(tree, node)
        how, robot, option = next_way_on(graph, tree, node)
        if how == NO_MORE:
            stack.pop()
            continue
        attempts += 1
        if tree.used[NODES] == node_limit or attempts > 2 * node_limit:
            return GAVE_UP, np.empty((0, 2), dtype=np.int32)
        room = _room_in(graph, problem, tree.configuration[node])
        take_configuration(graph, problem, step, tree.configuration[node], tree.content[node], room)
        if how == ALONE:
            is_new = go_alone(graph, problem, step, robot, option)
        else:
            is_new = generate(graph, problem, step, tree.order[node], robot, option)
        if not is_new:
            continue
        content = now_content(problem, step.position, tree.content[node])
        slot = slot_of(tree, step.position, content)
        if tree.slots[slot] != NO:
            if tree.slots[slot] != node:
                stack.append(int(tree.slots[slot]))
            continue
        child = add_node(tree, problem, step.position, content, node)
        tree.slots[slot] = child
        count = step.moved[0]
        tree.span[child, 0] = tree.used[MOVES]
        tree.moves[tree.used[MOVES] : tree.used[MOVES] + count] = step.moves[:count]
        tree.used[MOVES] += count
        tree.span[child, 1] = tree.used[MOVES]
        stack.append(child)
    return IMPOSSIBLE, np.empty((0, 2), dtype=np.int32)
