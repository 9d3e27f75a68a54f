# SPDX-License-Identifier: Apache-2.0
"""Finds the best plan it can for as many wishes as it can, in a fixed number of looks.

A plan that takes much longer than the way itself is compared with one in which the way of the most urgent
robot is cleared first, and with plans made with shaken preferences; so is no plan at all, for a search that
went astray one way often finds its way another. If none is found the more urgent half is tried alone, and
so on; only for the most urgent one is no effort spared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.traffic import lacam
from suwon_fleet.traffic.clearing import back_off, clear_way
from suwon_fleet.traffic.precedence import content_times, order_moves
from suwon_fleet.traffic.problem import Graph, Problem
from suwon_fleet.traffic.roadmap import Ints
from suwon_fleet.traffic.shorten import drop_loops

QUICK_NODES = 200
"""Configurations a search for several robots may look at: one that goes astray is not followed."""
ALL_NODES = 5_000
"""Configurations a search for the most urgent robot alone may look at."""
LAST_NODES = 50_000
"""And when it starves: this may take a second."""
SHAKES = 6
"""How many shaken searches a plan is compared with."""
CONTENDED = 1.2
"""A plan that takes so many times the empty-map times of those it serves is worth a second look."""


@dataclass(frozen=True, slots=True)
class Found:
    """Moves, (M, 2) rows of robot and edge in a legal order, and whom they serve (indices of robots).

    `cost_s` sums up when those are served.
    """

    served: Ints
    moves: Ints
    cost_s: float


class Search:
    """Searches over one graph. The same problem always gets the same plan."""

    def __init__(self, graph: Graph, bounded: NDArray[np.bool_]) -> None:
        self._graph, self._bounded = graph, bounded

    def serve(
        self, problem: Problem, wanting: Ints, horizon_s: float, most_nodes: int = ALL_NODES
    ) -> Found:
        """Serve all of `wanting` (most urgent first) if that can be done, else as many as can be.

        To serve a robot is to bring it `horizon_s` seconds nearer to its goal, or there. A search for one
        alone looks at `most_nodes` configurations.
        """
        tried = rest = wanting
        while len(tried):
            self._ask(problem, tried, horizon_s)
            if found := self._best(problem, tried, most_nodes):
                return found
            if len(tried) == 1:  # not even alone: leave it out, so that it holds up nobody
                rest = rest[1:]
                tried = rest
            else:
                tried = tried[: len(tried) // 2]
        nobody = wanting[:0]
        return self._found(problem, nobody, np.empty((0, 2), dtype=np.int32))

    @staticmethod
    def _ask(problem: Problem, served: Ints, horizon_s: float) -> None:
        problem.until[:] = np.inf
        away_s = problem.away_s()[served]
        problem.until[served] = np.maximum(0.0, away_s - horizon_s)

    def _best(self, problem: Problem, served: Ints, most_nodes: int) -> Found | None:
        """The soonest done of several plans; one look is enough where nobody is in anyone's way."""
        ways_s = problem.away_s()[served] - problem.until[served]
        good_s = CONTENDED * float(np.sum(ways_s)) + 1.0
        best: Found | None = None
        for variant, before in self._variants(problem, served):
            outcome, moves = lacam.solve(self._graph, variant, QUICK_NODES)
            if outcome == lacam.IMPOSSIBLE and not len(before):
                return None  # that is proven, whatever is preferred
            if outcome == lacam.SOLVED:
                found = self._found(problem, served, np.concatenate((before, moves)))
                if best is None or found.cost_s < best.cost_s:
                    best = found
            if best and best.cost_s <= good_s:
                break
        if best is None and len(served) == 1:
            best = self._with_all_effort(problem, served, most_nodes)
        return best

    def _with_all_effort(self, problem: Problem, served: Ints, most_nodes: int) -> Found | None:
        """Serve a single robot: clear its way, from where it is or from farther off, or search long."""
        robot = int(served[0])
        for clear in (clear_way, back_off):
            if cleared := clear(self._graph, problem, robot):
                return self._found(problem, served, cleared[1])
        outcome, moves = lacam.solve(self._graph, problem, most_nodes)
        return self._found(problem, served, moves) if outcome == lacam.SOLVED else None

    def _variants(self, problem: Problem, served: Ints) -> Iterator[tuple[Problem, Ints]]:
        """The problem itself, what is left of it after some moves, and it with shaken preferences."""
        nothing = np.empty((0, 2), dtype=np.int32)
        yield problem, nothing
        # A search lets whoever goes first go on round the block, rather than wait until its way is clear.
        if cleared := clear_way(self._graph, problem, int(served[0])):
            yield cleared
        random = np.random.default_rng(0)
        for number in range(SHAKES):
            shaken = problem._replace(
                rank=problem.rank * random.uniform(0.5, 1.5, len(problem.rank)),
                bias=random.uniform(1.0, 1.5, len(problem.bias)),
                polite=number % 2 == 0,
            )
            yield shaken, nothing

    def _found(self, problem: Problem, served: Ints, moves: Ints) -> Found:
        """Moves without their needless loops, and when those served are content."""
        moves = drop_loops(self._graph, problem, self._bounded, moves)
        plan = order_moves(self._graph, problem.kind, self._bounded, moves)
        times_s = content_times(self._graph, problem, moves, plan)
        return Found(served, moves, float(np.sum(times_s[served])))
