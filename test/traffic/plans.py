# SPDX-License-Identifier: Apache-2.0
"""Asks the search for a plan on a small graph, and looks at all that can come of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from traffic.interleavings import MOST_MOVES, SAFE, carry_out
from traffic.small_graphs import ROBOT, Placement, SmallGraph

from suwon_fleet.traffic import lacam
from suwon_fleet.traffic.conflicts import find_conflicts
from suwon_fleet.traffic.precedence import order_moves
from suwon_fleet.traffic.problem import Graph, Problem
from suwon_fleet.traffic.roadmap import compile_roadmap
from suwon_fleet.traffic.routes import Routes
from suwon_fleet.traffic.search import ALL_NODES
from suwon_fleet.traffic.shorten import drop_loops

PROVEN_TO = 4
"""On graphs of so many vertices or fewer the search must prove that there is no plan where there is none.

On larger ones that takes it long, and is left out: a plan that cannot be is found out by judging it.
"""


@dataclass
class Tally:
    """What was looked at."""

    graphs: int = 0
    problems: int = 0
    possible: int = 0
    states: int = 0
    """Of the plans' execution."""


class Bench:
    """One graph with all that problems on it share."""

    def __init__(self, graph: SmallGraph) -> None:
        self.graph = graph
        roadmap = compile_roadmap(graph.site, [ROBOT])
        assert roadmap.vertex_names == tuple(map(str, range(graph.size)))
        self._graph = Graph.of(roadmap, find_conflicts(roadmap))
        self._routes = Routes(roadmap)
        self._no_zones = np.zeros(0, dtype=np.int32)
        self._bounded = np.zeros(0, dtype=np.bool_)
        self._ones = np.ones(len(roadmap.edge_from))
        self._clash = self._clash_bits()

    def _clash_bits(self) -> np.ndarray:
        """For each vertex, then each segment, a bit for each that conflicts with it: by geometry alone."""
        ends = {}
        for edge, segment in enumerate(self._graph.edge_segment.tolist()):
            ends[segment] = (int(self._graph.edge_from[edge]), int(self._graph.edge_to[edge]))
        vertices = [(vertex, vertex) for vertex in range(self.graph.size)]
        ground = [*vertices, *(ends[segment] for segment in range(len(ends)))]
        bits = [
            sum(
                1 << number
                for number, other in enumerate(ground)
                if (one, other) in self.graph.clashes
            )
            for one in ground
        ]
        return np.array(bits, dtype=np.uint64)

    def problem(self, start: Placement, goal: Placement) -> Problem:
        count = len(start)
        rows = [self._routes.to(0, vertex) for vertex in goal]
        return Problem(
            start=np.array(start, dtype=np.int32),
            kind=np.zeros(count, dtype=np.int32),
            aims=np.ones(count, dtype=np.bool_),
            table=self._routes.table,
            row=np.array(rows, dtype=np.int32),
            until=np.zeros(count, dtype=np.float32),
            rank=np.arange(count, 0, -1, dtype=np.float64),
            is_open=self._routes.open,
            room=self._no_zones,
            bias=self._ones,
            polite=False,
        )

    def check(self, start: Placement, goal: Placement, tally: Tally) -> None:
        """There is a plan if and only if robots can do it; and however it is carried out, all is well."""
        told = f"{sorted(self.graph.edges)} from {start} to {goal}"
        tally.problems += 1
        can = self.graph.can_visit(start)
        is_possible = all(vertex in can[robot] for robot, vertex in enumerate(goal))
        if not is_possible and self.graph.size > PROVEN_TO:
            return
        problem = self.problem(start, goal)
        outcome, moves = lacam.solve(self._graph, problem, ALL_NODES)
        assert outcome == (lacam.SOLVED if is_possible else lacam.IMPOSSIBLE), told
        if not is_possible:
            return
        tally.possible += 1
        moves = drop_loops(self._graph, problem, self._bounded, moves)
        self._judge(start, goal, moves.tolist(), told)
        plan = order_moves(self._graph, problem.kind, self._bounded, moves)
        assert np.diff(plan.ptr).max(initial=0) <= MOST_MOVES, told
        found, states = carry_out(
            problem.start,
            plan.ptr,
            self._graph.edge_to[plan.edges],
            self._graph.vertex_count + self._graph.edge_segment[plan.edges],
            plan.wait_ptr,
            plan.wait_robot.astype(np.int32),
            plan.wait_moves.astype(np.int32),
            self._clash,
        )
        tally.states += states
        assert found == SAFE, told

    def _judge(self, start: Placement, goal: Placement, moves: list[list[int]], told: str) -> None:
        """Each move is one a robot may make past all others, and all come to their goals."""
        placement = start
        content = [here == there for here, there in zip(start, goal, strict=True)]
        for robot, edge in moves:
            tail, head = int(self._graph.edge_from[edge]), int(self._graph.edge_to[edge])
            assert placement[robot] == tail, told
            then = (*placement[:robot], head, *placement[robot + 1 :])
            assert then in self.graph.after(placement), told
            placement = then
            content[robot] |= head == goal[robot]
        assert all(content), told
