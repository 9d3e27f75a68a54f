# SPDX-License-Identifier: Apache-2.0
"""Decides whose wishes one plan serves, and asks the search for it.

The most urgent wishes that can all be met at once are served; a wish is put off when it has no way past
robots that stand, when another is to be at the same goal first, or when the search finds no plan that
holds them all. Who waits gets ever more urgent, and the most urgent wish that has a way is never put
off, so none waits for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel
from suwon_fleet.traffic.alone import first_blocked, plan_alone
from suwon_fleet.traffic.crowd import Crowd
from suwon_fleet.traffic.groups import plan_apart
from suwon_fleet.traffic.precedence import Plan, order_moves
from suwon_fleet.traffic.problem import NO, Graph, Problem
from suwon_fleet.traffic.roadmap import Floats, Ints, Roadmap
from suwon_fleet.traffic.routes import Routes
from suwon_fleet.traffic.search import ALL_NODES, LAST_NODES, Found, Search

FEW, CROWD = 4, 12
"""More robots than these are not planned for by complete search, in a hurry and with time."""
MOST_LET_ON = 500
"""With more robots none that stands is searched for."""
LET_ON_POSITIONS = 750_000
"""Positions of robots, in all configurations, at which such a search may look: it must not take long."""
HOLD_OFF_S = 20.0
"""A robot whose goal another is to be at first does not come nearer than this many seconds."""
CROWD_HOLD_OFF_S = 5.0
"""Nor than these in a crowd, where the other may be long in coming, and is let out again."""


class Wishes(NamedTuple):
    """Robots that may move: where granted paths end, where they want to be (NO: nowhere), how urgently."""

    slot: Ints
    kind: Ints
    front: Ints
    goal: Ints
    urgency: Floats
    ready_s: Floats
    """Seconds each needs to get to its front."""
    starving: NDArray[np.bool_]
    """Who is to be served at last, whatever it costs the others."""
    standing: NDArray[np.bool_]
    """Who has not got on in a crowd for a while, and is to be let on if that can be found."""

    def chosen(self, which: NDArray[np.intp]) -> Wishes:
        """Some of them, in another order."""
        return Wishes(
            self.slot[which],
            self.kind[which],
            self.front[which],
            self.goal[which],
            self.urgency[which],
            self.ready_s[which],
            self.starving[which],
            self.standing[which],
        )


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan for robots in the order of `slots`, and whose wishes it does not serve."""

    slots: Ints
    moves: Ints
    """(M, 2) rows of index in `slots` and edge, in a legal order."""
    plan: Plan
    is_crowd: bool
    """It was made in a hurry, and is best made better soon."""
    no_way: dict[int, int]
    """Slots with no way to their goal now, with the edge where the shortest way is blocked."""
    put_off: frozenset[int]
    cost_s: float
    """When those served are for whom others had to be looked at, summed up, if nobody is late."""


class Planner:
    """Plans over one roadmap; keeps nothing between calls but caches."""

    def __init__(self, roadmap: Roadmap, graph: Graph) -> None:
        self._roadmap, self._graph = roadmap, graph
        zones = roadmap.site.zones
        self._bounded = np.array([zone.capacity is not None for zone in zones], dtype=np.bool_)
        self._search = Search(graph, self._bounded)
        self._crowd = Crowd(graph, self._bounded)

    def plan(
        self,
        wishes: Wishes,
        *,
        routes: Routes,
        blocked: NDArray[np.bool_],
        room: Ints,
        horizon_s: float,
        left: Ints,
        was_crowd: bool,
        is_hurried: bool,
    ) -> Planned:
        """Find moves that serve the most urgent wishes; `blocked` is (K, E) of ground robots stand on.

        To serve a wish is to bring its robot `horizon_s` seconds nearer to its goal, or there. `left` are
        the moves left of the last plan, (M, 2) rows of slot and edge in their order, and `was_crowd` says
        that it was for a crowd. A plan that is hurried is there soon, and is best made better soon: a
        crowd of more than a few is taken to be one still.
        """
        order = np.lexsort((wishes.slot, -wishes.urgency, wishes.goal == NO))
        wishes = wishes.chosen(order)
        problem, no_way = self._problem(wishes, routes, blocked, room)
        few, found = FEW if is_hurried else CROWD, None
        is_crowd_still = was_crowd and is_hurried and int(problem.aims.sum()) > few
        if not is_crowd_still or wishes.starving.any():
            most = len(order) if wishes.starving.any() else few
            found = self._apart(problem, wishes, wishes.starving, horizon_s, most, LAST_NODES)
        is_crowd = found is None or (len(order) > few and not len(found.served))
        if found is None or is_crowd:
            if wishes.standing.any() and len(order) <= MOST_LET_ON:
                left = self._let_on(problem, wishes, horizon_s, left)
            found = self._together(problem, wishes, left, is_hurried=is_hurried)
        unserved = problem.aims.copy()
        unserved[found.served] = False
        return Planned(
            wishes.slot,
            found.moves,
            order_moves(self._graph, problem.kind, self._bounded, found.moves),
            is_crowd,
            no_way,
            frozenset(wishes.slot[unserved].tolist()),
            found.cost_s,
        )

    def _problem(
        self, wishes: Wishes, routes: Routes, blocked: NDArray[np.bool_], room: Ints
    ) -> tuple[Problem, dict[int, int]]:
        """A search problem that asks nothing yet of anyone, and the slots that have no way."""
        is_open = routes.open & ~blocked
        rows, no_way = self._rows(wishes, routes, blocked, is_open)
        count = len(wishes.slot)
        aims = rows != NO
        first = 1e-3 * np.arange(count, 0, -1) / max(1, count)
        for index in np.flatnonzero(~aims).tolist():
            rows[index] = routes.home(int(wishes.kind[index]), int(wishes.front[index]))
        problem = Problem(
            start=wishes.front,
            kind=wishes.kind,
            aims=aims,
            table=routes.table,
            row=rows,
            until=np.full(count, np.inf, dtype=np.float32),
            rank=np.where(aims, wishes.urgency + first, 0.0),
            is_open=is_open,
            room=room,
            bias=np.ones(len(self._roadmap.edge_from)),
            polite=False,
        )
        return problem, no_way

    def _rows(
        self,
        wishes: Wishes,
        routes: Routes,
        blocked: NDArray[np.bool_],
        is_open: NDArray[np.bool_],
    ) -> tuple[Ints, dict[int, int]]:
        """The number of each wish's row of times over open ground, NO without a goal or a way."""
        routes.keep(len(wishes.slot))
        slots, kinds, _, goals = (column.tolist() for column in wishes[:4])
        wanted = [
            NO if goal == NO else routes.to(kind, goal)
            for kind, goal in zip(kinds, goals, strict=True)
        ]
        rows = np.array(wanted, dtype=np.int32)
        cut_off = (rows != NO) & np.isinf(routes.table[rows, wishes.front])
        rows[cut_off] = NO
        no_way = dict.fromkeys(wishes.slot[cut_off].tolist(), NO)
        if not blocked.any():
            return rows, no_way
        table, front = routes.table, wishes.front
        stuck = first_blocked(self._graph, wishes.kind, table, rows, routes.open, blocked, front)
        tags = {kind: is_open[kind].tobytes() for kind in set(kinds)}
        for index in np.flatnonzero(stuck != NO).tolist():
            kind = kinds[index]
            row = routes.avoiding(kind, goals[index], is_open[kind], tags[kind])
            if np.isinf(routes.table[row, front[index]]):
                row, no_way[slots[index]] = NO, int(stuck[index])
            rows[index] = row
        return rows, no_way

    def _apart(
        self,
        problem: Problem,
        wishes: Wishes,
        first: NDArray[np.bool_],
        horizon_s: float,
        most: int,
        nodes: int,
    ) -> Found | None:
        """Plan for robots that keep out of each other's way apart; None if too many do not.

        Of those that do not, one of `first` is served alone where there is one, in a search that may look
        at so many `nodes`: a plan for several would keep all others waiting for long.
        """
        inside = self._inside(problem.start)

        def solve(members: Ints) -> Found:
            return self._solve(problem, wishes, inside, members, first[members], horizon_s, nodes)

        empty = problem.room + inside.sum(axis=0, dtype=np.int32)
        alone = self._alone(problem, empty, horizon_s)
        return plan_apart(self._graph, problem, self._bounded, alone, solve, most)

    def _alone(self, problem: Problem, empty: Ints, horizon_s: float) -> Found:
        """The quickest ways of robots as if each were alone; `empty` is the room in empty zones."""
        away_s = problem.away_s()
        until_s = np.where(problem.aims, np.maximum(0.0, away_s - horizon_s), np.inf)
        arrives, moves = plan_alone(self._graph, problem, empty, until_s.astype(np.float32))
        return Found(np.flatnonzero(arrives).astype(np.int32), moves, 0.0)

    def _solve(
        self,
        problem: Problem,
        wishes: Wishes,
        inside: Ints,
        members: Ints,
        first: NDArray[np.bool_],
        horizon_s: float,
        nodes: int,
    ) -> Found:
        """Plan for some robots as if the others were not there; all are indices of `problem`.

        `inside` is (N, Z): 1 where a robot stands in a zone.
        """
        part = problem._replace(
            start=problem.start[members],
            kind=problem.kind[members],
            aims=problem.aims[members],
            row=problem.row[members],
            until=problem.until[members],
            rank=problem.rank[members],
            room=(problem.room + inside.sum(axis=0) - inside[members].sum(axis=0)).astype(np.int32),
        )
        chosen = self._compatible(part, wishes.goal[members], wishes.urgency[members])
        wanting = np.flatnonzero(chosen).astype(np.int32)  # the most urgent first, as problems are
        later = np.flatnonzero(part.aims & ~chosen)
        most_urgent = wanting[first[wanting]][:1]
        part = _hold_off(part, later, HOLD_OFF_S)
        if len(most_urgent):
            found = self._search.serve(part, most_urgent, horizon_s, nodes)
        else:
            found = self._search.serve(part, wanting, horizon_s)
        moves = np.stack((members[found.moves[:, 0]], found.moves[:, 1]), axis=1)
        return Found(members[found.served], moves, found.cost_s)

    def _let_on(self, problem: Problem, wishes: Wishes, horizon_s: float, left: Ints) -> Ints:
        """Moves, rows of slot and edge, that let on one robot that stands; those `left` if none are found.

        A crowd's plans are made better a few robots at a time, and push who is in the way: neither empties
        a dead end whose mouth is taken by those who want to go in. A complete search does. The crowd's plan
        then begins with what it found, so that all others go on meanwhile.
        """
        robots = len(wishes.slot)
        nodes = min(ALL_NODES, LET_ON_POSITIONS // robots)
        found = self._apart(problem, wishes, wishes.standing, horizon_s, robots, nodes)
        if found is None or not wishes.standing[found.served].any():
            return left
        moves: Ints = np.stack((wishes.slot[found.moves[:, 0]], found.moves[:, 1]), axis=1)
        return moves

    def _together(self, problem: Problem, wishes: Wishes, left: Ints, *, is_hurried: bool) -> Found:
        """Plan for all robots at once, as well as that can be done quickly."""
        chosen = self._compatible(problem, wishes.goal, wishes.urgency)
        later = np.flatnonzero(problem.aims & ~chosen)
        index = np.full(1 + int(max(wishes.slot.max(), left[:, 0].max(initial=0))), NO)
        index[wishes.slot] = np.arange(len(wishes.slot))
        left = np.stack((index[left[:, 0]], left[:, 1]), axis=1).astype(np.int32)
        left = left[left[:, 0] != NO]
        held_off = _hold_off(problem, later, CROWD_HOLD_OFF_S)
        goal, ready_s = wishes.goal, wishes.ready_s
        return self._crowd.serve(held_off, goal, ready_s, left, is_hurried=is_hurried)

    def _compatible(self, problem: Problem, goal: Ints, urgency: Floats) -> NDArray[np.bool_]:
        """(N,) robots whose goals leave room for each other.

        Of robots that want the same ground it is the one soonest there, for its urgency: where robots
        queue, whoever is in front.
        """
        aiming = np.flatnonzero(problem.aims)
        if len(aiming) < 2:
            return problem.aims.copy()
        soonest = problem.away_s()[aiming] / urgency[aiming]
        order = aiming[np.argsort(soonest, kind="stable")]
        return compatible(self._graph, problem.kind, goal, order.astype(np.int32))

    def _inside(self, vertices: Ints) -> Ints:
        """(N, Z): 1 where a vertex lies in a zone."""
        inside = np.zeros((len(vertices), len(self._bounded)), dtype=np.int32)
        inside[self._roadmap.zones_of(vertices)] = 1
        return inside


def _hold_off(problem: Problem, later: NDArray[np.intp], nearest_s: float) -> Problem:
    """Robots whose turn at a goal comes later go no nearer than they must: it has to be left, too."""
    if not len(later):
        return problem
    aims = problem.aims.copy()
    aims[later[problem.away_s()[later] < nearest_s]] = False
    return problem._replace(aims=aims)


@kernel
def compatible(graph: Graph, kind: Ints, goal: Ints, order: Ints) -> NDArray[np.bool_]:
    """(N,) whether each robot's goal leaves room for those of all before it in `order` that were chosen."""
    conflicts = graph.conflicts
    kinds = conflicts.pair.shape[0]
    taken = np.zeros((kinds, graph.vertex_count), dtype=np.bool_)
    chosen = np.zeros(len(kind), dtype=np.bool_)
    for robot in order:
        is_free = True
        for other in range(kinds):
            pair = conflicts.pair[kind[robot], other]
            for place in range(conflicts.ptr[pair, goal[robot]], conflicts.mid[pair, goal[robot]]):
                is_free &= not taken[other, conflicts.elements[place]]
        if is_free:
            chosen[robot] = taken[kind[robot], goal[robot]] = True
    return chosen
