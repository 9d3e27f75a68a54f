# SPDX-License-Identifier: Apache-2.0
"""PIBT in virtual time: what a crowd would do if everybody drove as fast as it may.

Asynchronous: a robot decides anew whenever it has finished a move, past others that are still under way
and hold the ground of their moves (after Okumura, Tamura and Défago, "Time-Independent Planning for
Multiple Moving Agents", AAAI 2021). Linear in the robots, where a complete search is not; what it gives
is a legal order of moves, so it can be carried out as late as need be.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel, lean_kernel
from suwon_fleet.traffic.options import DECIDED, UNDECIDED, Step, new_step
from suwon_fleet.traffic.pibt import decide
from suwon_fleet.traffic.problem import NO, Graph, Problem, away_s
from suwon_fleet.traffic.roadmap import Ints


@kernel
def roll_out(
    graph: Graph, problem: Problem, ready_s: NDArray[np.float64], tick_s: float, ticks: int
) -> Ints:
    """Moves begun within so many ticks, (M, 2) rows of robot and edge in a legal order.

    `ready_s` (N,) is when each robot gets to where it starts. Robots that have finished a move decide
    again at the next tick.
    """
    robots = len(problem.start)
    step = new_step(graph, problem)
    step.end_s[:] = ready_s
    last = np.full(robots, NO, dtype=np.int32)
    order = np.argsort(-problem.rank, kind="mergesort")
    for robot in range(robots):
        step.standing[problem.start[robot]] = robot
    moves = np.empty((ticks * robots, 2), dtype=np.int32)
    count = 0
    for tick in range(ticks):
        step.clock[0] = tick * tick_s
        for robot in range(robots):
            step.status[robot] = DECIDED if step.end_s[robot] > step.clock[0] else UNDECIDED
            if step.status[robot] == UNDECIDED:
                _arrive(graph, problem, step, robot, last)
        step.moved[0] = 0
        for aims in (True, False):  # who only makes way does so before it decides for itself
            for robot in order:
                if step.status[robot] == UNDECIDED and step.aims[robot] == aims:
                    decide(graph, problem, step, robot)
        for move in range(step.moved[0]):
            last[step.moves[move, 0]] = step.moves[move, 1]
            moves[count] = step.moves[move]
            count += 1
    return moves[:count].copy()


@lean_kernel
def _arrive(graph: Graph, problem: Problem, step: Step, robot: int, last: Ints) -> None:
    """Free the ground of a robot's finished move, and see whether it is content."""
    edge = last[robot]
    if edge != NO:
        last[robot] = NO
        step.standing[graph.vertex_count + graph.edge_segment[edge]] = NO
        step.standing[graph.edge_from[edge]] = NO
    if away_s(problem, robot, step.position[robot]) <= problem.until[robot]:
        step.aims[robot] = False
