# SPDX-License-Identifier: Apache-2.0
"""Decides whose wishes one plan serves, and asks the search for it.

The most urgent wishes that can all be met at once are served; a wish is put off when it has no way past
robots that stand, when another is to be at the same goal first, or when the search finds no plan that
holds them all. Who waits gets ever more urgent, and the most urgent wish that has a way is never put
off, so none waits for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel
from suwon_fleet.traffic.alone import descend
from suwon_fleet.traffic.conflicts import Conflicts
from suwon_fleet.traffic.groups import plan_apart
from suwon_fleet.traffic.precedence import Plan, order_moves
from suwon_fleet.traffic.problem import NO, Graph, Problem
from suwon_fleet.traffic.roadmap import Ints, Roadmap
from suwon_fleet.traffic.routes import Routes, Row
from suwon_fleet.traffic.search import Found, Search

HOLD_OFF_S = 20.0
"""A robot whose goal another is to be at first does not come nearer than this many seconds."""
_NO_MOVES = np.empty((0, 2), dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Wish:
    """One robot that may move: where its granted path ends, where it wants to be, how urgently."""

    slot: int
    kind: int
    front: int
    goal: int | None
    urgency: float


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan for robots in the order of `slots`, and whose wishes it does not serve."""

    slots: tuple[int, ...]
    plan: Plan
    no_way: dict[int, int]
    """Slots with no way to their goal now, with the edge where the shortest way is blocked."""
    put_off: frozenset[int]


class Planner:
    """Plans over one roadmap; keeps nothing between calls but caches."""

    def __init__(
        self, roadmap: Roadmap, conflicts: Conflicts, *, node_limit: int, seed: int = 0
    ) -> None:
        self._roadmap, self._conflicts = roadmap, conflicts
        self._graph = Graph.of(roadmap, conflicts)
        zones = roadmap.site.zones
        self._bounded = np.array([zone.capacity is not None for zone in zones], dtype=np.bool_)
        self._search = Search(self._graph, self._bounded, node_limit=node_limit, seed=seed)

    def plan(
        self,
        wishes: Sequence[Wish],
        *,
        routes: Routes,
        blocked: NDArray[np.bool_],
        room: Ints,
        horizon_s: float,
    ) -> Planned:
        """Find moves that serve the most urgent wishes; `blocked` is (K, E) of ground robots stand on.

        To serve a wish is to bring its robot `horizon_s` seconds nearer to its goal, or there.
        """
        is_open = routes.open & ~blocked
        wishes = sorted(wishes, key=lambda wish: (wish.goal is None, -wish.urgency, wish.slot))
        rows, no_way = self._rows(wishes, routes, is_open)
        problem = self._problem(wishes, rows, is_open, room)
        inside = self._inside(problem.start)
        empty = room + inside.sum(axis=0, dtype=np.int32)

        def serve(members: tuple[int, ...]) -> Found:
            wanting = self._compatible(wishes, rows, members)
            if not wanting:
                return Found((), _NO_MOVES, 0.0)
            if len(members) == 1 and (found := self._alone(problem, empty, *members, horizon_s)):
                return found
            later = [index for index in members if rows[index] is not None and index not in wanting]
            return self._serve(self._hold_off(problem, later), inside, members, wanting, horizon_s)

        groups = plan_apart(self._graph, problem, self._bounded, serve)
        moves = np.concatenate([_NO_MOVES, *(group.found.moves for group in groups)])
        wanted = {index for index, row in enumerate(rows) if row is not None}
        served = {index for group in groups for index in group.found.served}
        return Planned(
            tuple(wish.slot for wish in wishes),
            order_moves(self._graph, problem.kind, self._bounded, moves),
            no_way,
            frozenset(wishes[index].slot for index in wanted - served),
        )

    def _alone(self, problem: Problem, room: Ints, index: int, horizon_s: float) -> Found | None:
        """The quickest way of one robot, None where a full zone lies in it; `room` is without robots."""
        away_s = float(problem.rows[index, problem.start[index]])
        until_s = max(0.0, away_s - horizon_s)
        arrived, moves = descend(self._graph, problem, room, index, until_s)
        return Found((index,), moves, away_s - until_s) if arrived else None

    def _serve(
        self,
        problem: Problem,
        inside: Ints,
        members: tuple[int, ...],
        wanting: Sequence[int],
        horizon_s: float,
    ) -> Found:
        """Plan for some robots as if the others were not there; all are indices of `problem`.

        `inside` is (N, Z): 1 where a robot stands in a zone.
        """
        chosen = np.array(members, dtype=np.int32)
        part = problem._replace(
            start=problem.start[chosen],
            kind=problem.kind[chosen],
            aims=problem.aims[chosen],
            rows=problem.rows[chosen],
            until=problem.until[chosen],
            rank=problem.rank[chosen],
            room=(problem.room + inside.sum(axis=0) - inside[chosen].sum(axis=0)).astype(np.int32),
        )
        found = self._search.serve(part, [members.index(index) for index in wanting], horizon_s)
        moves = np.stack((chosen[found.moves[:, 0]], found.moves[:, 1]), axis=1)
        return Found(tuple(members[index] for index in found.served), moves, found.cost_s)

    def _inside(self, vertices: Ints) -> Ints:
        """(N, Z): 1 where a vertex lies in a zone."""
        ptr, ids = self._roadmap.zone_ptr, self._roadmap.zone_ids
        inside = np.zeros((len(vertices), len(self._bounded)), dtype=np.int32)
        for row, vertex in zip(inside, vertices.tolist(), strict=True):
            row[ids[ptr[vertex] : ptr[vertex + 1]]] = 1
        return inside

    def _rows(
        self, wishes: Sequence[Wish], routes: Routes, is_open: NDArray[np.bool_]
    ) -> tuple[list[Row | None], dict[int, int]]:
        """Each wish's row of times over open ground, None where there is no goal or no way."""
        rows: list[Row | None] = []
        no_way = {}
        for wish in wishes:
            row = None
            if wish.goal is not None:
                row = routes.row(wish.kind, wish.goal)
                stuck = self._first_blocked(wish, row, is_open)
                if stuck != NO:
                    row = routes.row_avoiding(wish.kind, wish.goal, is_open[wish.kind])
                    if not np.isfinite(row[wish.front]):
                        row, no_way[wish.slot] = None, stuck
            rows.append(row)
        return rows, no_way

    def _first_blocked(self, wish: Wish, row: Row, is_open: NDArray[np.bool_]) -> int:
        graph, kind = self._graph, wish.kind
        return int(first_blocked(graph, row, graph.edge_time[kind], is_open[kind], wish.front))

    def _compatible(
        self, wishes: Sequence[Wish], rows: Sequence[Row | None], members: Sequence[int]
    ) -> list[int]:
        """Which of `members`' wishes, most urgent first, have goals that leave room for each other.

        Of robots that want the same ground it is the one soonest there, for its urgency: where robots
        queue, whoever is in front.
        """
        soonest = {
            index: float(row[wishes[index].front]) / wishes[index].urgency
            for index in members
            if (row := rows[index]) is not None
        }
        serve: list[int] = []
        for index in sorted(soonest, key=lambda index: (soonest[index], index)):
            if not any(self._clash(wishes[index], wishes[other]) for other in serve):
                serve.append(index)
        return sorted(serve)  # wishes are in the order of urgency

    @staticmethod
    def _hold_off(problem: Problem, later: Sequence[int]) -> Problem:
        """Robots whose turn at a goal comes later go no nearer than they must: it has to be left, too."""
        if not later:
            return problem
        aims = problem.aims.copy()
        away_s = problem.rows[later, problem.start[later]]
        aims[np.array(later)[away_s < HOLD_OFF_S]] = False
        return problem._replace(aims=aims)

    def _clash(self, one: Wish, other: Wish) -> bool:
        conflicts = self._conflicts
        pair = conflicts.pair[one.kind, other.kind]
        near = conflicts.elements[conflicts.ptr[pair, one.goal] : conflicts.mid[pair, one.goal]]
        return other.goal in near

    def _problem(
        self,
        wishes: Sequence[Wish],
        rows: Sequence[Row | None],
        is_open: NDArray[np.bool_],
        room: Ints,
    ) -> Problem:
        """A search problem that asks nothing yet of anyone."""
        count = len(wishes)
        table = np.empty((count, self._roadmap.vertex_count), dtype=np.float32)
        rank = np.zeros(count)
        for index, (wish, row) in enumerate(zip(wishes, rows, strict=True)):
            if row is None:
                table[index] = self._roadmap.home(wish.kind, wish.front)
            else:
                table[index] = row
                rank[index] = wish.urgency + 1e-3 * (count - index) / count
        return Problem(
            start=np.array([wish.front for wish in wishes], dtype=np.int32),
            kind=np.array([wish.kind for wish in wishes], dtype=np.int32),
            aims=np.array([row is not None for row in rows], dtype=np.bool_),
            rows=table,
            until=np.full(count, np.inf, dtype=np.float32),
            rank=rank,
            is_open=is_open,
            room=room,
            bias=np.ones(len(self._roadmap.edge_from)),
            polite=False,
        )


@kernel
def first_blocked(
    graph: Graph,
    row: Row,
    edge_time: NDArray[np.float64],
    is_open: NDArray[np.bool_],
    start: int,
) -> int:
    """The first edge on the quickest way down `row` that is not open, or NO.

    Where there is no way at all, any edge out of `start` stands for it.
    """
    here = start
    while row[here] > 0.0:
        best, best_time = NO, np.inf
        for slot in range(graph.out_ptr[here], graph.out_ptr[here + 1]):
            edge = graph.out_edges[slot]
            through = edge_time[edge] + row[graph.edge_to[edge]]
            if through < best_time and row[graph.edge_to[edge]] < row[here]:
                best, best_time = edge, through
        if best == NO:
            return int(graph.out_edges[graph.out_ptr[here]])
        if not is_open[best]:
            return int(best)
        here = graph.edge_to[best]
    return NO
