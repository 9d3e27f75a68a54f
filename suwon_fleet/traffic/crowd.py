# SPDX-License-Identifier: Apache-2.0
"""Plans for a crowd: many robots in each other's way, for whom a complete search would take too long.

What is left of the last plan is put on timed ground (`window/`), where robots that stand are given ways
past the others. If some find none, PIBT in virtual time (`rollout.py`), in which robots push others on,
may give a better order of moves. The better one is improved by large-neighbourhood search.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel
from suwon_fleet.traffic.problem import NO, Graph, Problem
from suwon_fleet.traffic.roadmap import Floats, Ints
from suwon_fleet.traffic.rollout import roll_out
from suwon_fleet.traffic.search import Found
from suwon_fleet.traffic.window.ground import FAR, TimedGround, timed_ground
from suwon_fleet.traffic.window.improve import improve, who_stays_inside
from suwon_fleet.traffic.window.order import moves_of, schedule
from suwon_fleet.traffic.window.plans import LONGEST_WINDOW, Plans, total_loss, weigh_all
from suwon_fleet.traffic.window.search import Scratch

TOGETHER = 5
"""Robots planned anew together, at most."""
MOST_IMPROVED = 1_000
"""Plans of more robots than these are not improved, and shorter."""
TICKS = 2 * LONGEST_WINDOW
"""Half steps in which a first plan is made."""
TRIES_PER_ROBOT = 2
"""Neighbourhoods tried to make a plan better, for each robot."""
TRIES_TO_GO, MOST_TO_GO = 4, 20
"""Neighbourhoods tried for each robot that stands, and for all of them."""
SOON = LONGEST_WINDOW // 2
"""Steps after which a robot that stands has reason to."""
PRICE, STANDING = 8, 6
"""What a step of driving costs, and one of standing: else a robot that must wait might as well go about,
on ground that others need."""
WEIGHT = 8
"""How much a robot counts that is as urgent as robots are at first."""
MOST_WEIGHT = 1_000


class _Ask(NamedTuple):
    """What a plan is for; `rows` are distances in parts of steps, `row` which is each robot's."""

    problem: Problem
    goal: Ints
    ready_s: Floats
    rows: NDArray[np.uint16]
    row: Ints


class Crowd:
    """Plans over one graph; the same problem and the same moves left get the same plan."""

    def __init__(self, graph: Graph, bounded: NDArray[np.bool_]) -> None:
        self._graph = graph
        self._step_s = _step_s(graph)
        self._ground = _timed(graph, self._step_s)
        self._timed_edge = np.argsort(graph.out_edges).astype(np.int32)
        self._scratch = Scratch.of(graph.vertex_count, LONGEST_WINDOW, 1, seed=0, waits_early=True)
        zones = np.repeat(np.arange(graph.vertex_count), np.diff(graph.zone_ptr))
        self._is_bounded = np.zeros(graph.vertex_count, dtype=np.bool_)
        self._is_bounded[zones[bounded[graph.zone_ids]]] = True

    def serve(
        self, problem: Problem, goal: Ints, ready_s: Floats, left: Ints, *, is_hurried: bool
    ) -> Found:
        """Let all go on as well as they can for a window of steps.

        `goal` (N,) is where each that aims wants to be, `ready_s` when it gets to where it starts; `left`
        are the moves that are left of the last plan, (M, 2) rows of robot and edge in an order that was
        legal when it was made. Where it is hurried only robots that stand are given a way.
        """
        problem = problem._replace(until=np.where(problem.aims, 0.0, np.inf).astype(np.float32))
        if len(ready_s) > MOST_IMPROVED:
            return _found(self._roll_out(problem, ready_s))
        duration = np.where(problem.is_open[:, self._graph.out_edges], self._ground.duration, 0)
        ground = self._ground._replace(duration=duration.astype(np.int32))
        ask = _Ask(problem, goal, ready_s, *self._rows(problem))
        self._scratch.chance[0] = 1
        plans = self._plans(ground, ask, left)
        if (standing := _who_stand(plans)).size:
            tries = min(TRIES_TO_GO * len(standing), MOST_TO_GO)
            self._improve(ground, plans, ask, standing, tries)
        rolled = None
        if not is_hurried or _who_stand(plans).size:
            rolled = self._roll_out(problem, ready_s)
            plans = min(plans, self._plans(ground, ask, rolled), key=total_loss)
        if not is_hurried:
            self._improve(ground, plans, ask, standing[:0], TRIES_PER_ROBOT * len(ready_s))
        improved: Ints = moves_of(ground, plans)
        improved[:, 1] = self._graph.out_edges[improved[:, 1]]
        if self._is_good(problem, improved):
            return _found(improved)
        return _found(self._roll_out(problem, ready_s) if rolled is None else rolled)

    def _roll_out(self, problem: Problem, ready_s: Floats) -> Ints:
        ticks = TICKS if len(ready_s) <= MOST_IMPROVED else TICKS // 3
        moves: Ints = roll_out(self._graph, problem, ready_s, self._step_s / 2, ticks)
        return moves

    def _plans(self, ground: TimedGround, ask: _Ask, moves: Ints) -> Plans:
        """A legal order of moves in time."""
        problem = ask.problem
        plans = Plans.off_ground(ground, problem.kind, problem.start, LONGEST_WINDOW, 1)
        plans.ready[:] = np.minimum(np.ceil(ask.ready_s / self._step_s), LONGEST_WINDOW)
        plans.stages[:, 0], plans.stage_count[:] = ask.row, problem.aims
        plans.goals[:, 0] = ask.goal
        plans.weight[:] = _weights(problem)
        schedule(ground, plans, self._timed_edge, moves)
        weigh_all(ground, plans, ask.rows)
        return plans

    def _rows(self, problem: Problem) -> tuple[NDArray[np.uint16], Ints]:
        """Distance rows in parts of steps, and which is each robot's."""
        numbers, row = np.unique(problem.row, return_inverse=True)
        rows = np.ceil(problem.table[numbers] * (PRICE / self._step_s))
        rows = np.where(np.isfinite(rows), np.minimum(rows, FAR - 1), FAR)
        return rows.astype(np.uint16), row.astype(np.int32)

    def _improve(
        self, ground: TimedGround, plans: Plans, ask: _Ask, first: Ints, tries: int
    ) -> None:
        """Make plans better in so many tries, the first of them round the robots `first`."""
        everywhere = np.zeros(ground.item_count, dtype=np.uint8)
        movable = who_stays_inside(ground, plans, everywhere, 0)
        improve(
            ground, plans, ask.rows, self._scratch, everywhere, 0, movable, first, TOGETHER, tries
        )

    def _is_good(self, problem: Problem, moves: Ints) -> bool:
        """Whether moves keep to what windows know nothing of: zones that fill up, places of no return."""
        heads = self._graph.edge_to[moves[:, 1]]
        is_back = np.isfinite(problem.table[problem.row[moves[:, 0]], heads])
        return bool(is_back.all() and not self._is_bounded[heads].any())


def _found(moves: Ints) -> Found:
    return Found(np.unique(moves[:, 0]).astype(np.int32), moves, 0.0)


def _who_stand(plans: Plans) -> Ints:
    """Robots that want to be elsewhere, could go soon, and do not move in the whole window."""
    wants = (plans.stage_count > 0) & (plans.start != plans.goals[:, 0]) & (plans.ready < SOON)
    return np.flatnonzero(wants & (plans.edges == NO).all(axis=1)).astype(np.int32)


def _weights(problem: Problem) -> Ints:
    """How much the time of each robot counts: as urgent as it is, so who has waited long goes first."""
    weights = np.where(problem.aims, np.rint(WEIGHT * problem.rank), 1)
    return np.clip(weights, 1, MOST_WEIGHT).astype(np.int32)


def _step_s(graph: Graph) -> float:
    """Such that most edges take about one step, and the longest half a window."""
    times_s = np.where(np.isfinite(graph.edge_time), graph.edge_time, 0.0)
    quickest = graph.edge_time.min(axis=0)
    quickest = quickest[np.isfinite(quickest)]
    usual_s = float(np.median(quickest)) if len(quickest) else 1.0
    return max(usual_s, float(times_s.max(initial=0.0)) / (LONGEST_WINDOW // 2), 0.1)


def _timed(graph: Graph, step_s: float) -> TimedGround:
    """The graph with whole steps for times; a move owns its segment and both ends from start to end.

    A resource is a kind of robot and an element: who is on ground writes, for each kind, all elements
    that kind must not be on then; and reads its own.
    """
    edges = graph.out_edges
    times_s = graph.edge_time[:, edges]
    may_go = np.isfinite(times_s)
    steps = np.where(may_go, times_s, 0.0) / step_s
    return timed_ground(
        tail=graph.edge_from[edges],
        head=graph.edge_to[edges],
        duration=np.where(may_go, np.maximum(1, np.ceil(steps - 1e-6)), 0).astype(np.int32),
        price=np.maximum(1, np.rint(PRICE * steps)).astype(np.int32),
        standing_price=STANDING,
        writes=_written(graph),
        reads=_read(graph),
        station=np.arange(graph.vertex_count, dtype=np.int32),
    )


def _read(graph: Graph) -> tuple[Ints, Ints]:
    """CSR of the resources each item needs to be free of others."""
    elements = len(graph.conflicts.ptr[0]) - 1
    vertices, edges = graph.vertex_count, len(graph.out_edges)
    own: list[NDArray[np.integer]] = []
    counts: list[Floats] = []
    for kind in range(len(graph.conflicts.pair)):
        segments = vertices + graph.edge_segment[graph.out_edges]
        heads = graph.edge_to[graph.out_edges]
        own += [kind * elements + np.arange(vertices)]
        own += [kind * elements + np.stack((segments, heads), axis=1).ravel()]
        counts += [np.ones(vertices), np.full(edges, 2)]
    pointers = np.concatenate(([0], np.cumsum(np.concatenate(counts))))
    return pointers.astype(np.int32), np.concatenate(own).astype(np.int32)


@kernel
def _written(graph: Graph) -> tuple[Ints, Ints]:
    """CSR of the resources each item takes."""
    conflicts = graph.conflicts
    kinds, elements = conflicts.pair.shape[0], len(conflicts.ptr[0]) - 1
    edges = len(graph.out_edges)
    items = kinds * (graph.vertex_count + edges)
    pointers = np.zeros(items + 1, dtype=np.int32)
    seen = np.full(kinds * elements, NO, dtype=np.int32)
    ids = np.empty(16, dtype=np.int32)
    used = 0
    for item in range(items):
        kind, place = divmod(item, graph.vertex_count + edges)
        ground = np.array([place, place, place])
        if place >= graph.vertex_count:
            edge = graph.out_edges[place - graph.vertex_count]
            ground[0] = graph.vertex_count + graph.edge_segment[edge]
            ground[1], ground[2] = graph.edge_from[edge], graph.edge_to[edge]
        for element in ground:
            for other in range(kinds):
                pair = conflicts.pair[kind, other]
                for slot in range(conflicts.ptr[pair, element], conflicts.ptr[pair, element + 1]):
                    resource = other * elements + conflicts.elements[slot]
                    if seen[resource] == item:
                        continue
                    seen[resource] = item
                    if used == len(ids):
                        ids = np.concatenate((ids, ids))
                    ids[used] = resource
                    used += 1
        pointers[item + 1] = used
    return pointers, ids[:used].copy()
