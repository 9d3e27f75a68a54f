# SPDX-License-Identifier: Apache-2.0
"""Plans hold however late robots are: no order of carrying them out collides or gets stuck."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic.maps import ring, tee
from traffic.problems import Case
from traffic.test_lacam import MANY, SMALL, cases

from suwon_fleet.traffic import lacam
from suwon_fleet.traffic.precedence import Plan, content_times, order_moves


def solved(case: Case) -> tuple[np.ndarray, Plan] | None:
    outcome, moves = lacam.solve(case.graph, case.problem, MANY)
    if outcome != lacam.SOLVED:
        return None
    return moves, order_moves(case.graph, case.problem.kind, case.bounded, moves)


class Run:
    """Carries a plan out in any order its waits allow; robots own what they drive until they arrive."""

    def __init__(self, case: Case, plan: Plan) -> None:
        self.case, self.plan = case, plan
        self.count = len(case.problem.kind)
        self.begun, self.done = [0] * self.count, [0] * self.count
        self.at = case.problem.start.tolist()

    def edge(self, robot: int, move: int) -> int:
        return int(self.plan.edges[self.plan.ptr[robot] + move])

    def may_begin(self, robot: int) -> bool:
        plan, move = self.plan, self.plan.ptr[robot] + self.begun[robot]
        if self.begun[robot] != self.done[robot] or move == plan.ptr[robot + 1]:
            return False
        return all(
            (self.done[other] >= moves if moves > 0 else self.begun[other] >= -moves)
            for slot in range(plan.wait_ptr[move], plan.wait_ptr[move + 1])
            for other, moves in [(plan.wait_robot[slot], plan.wait_moves[slot])]
        )

    def begin(self, robot: int) -> None:
        self.begun[robot] += 1
        self.check()

    def finish(self, robot: int) -> None:
        self.at[robot] = int(self.case.graph.edge_to[self.edge(robot, self.done[robot])])
        self.done[robot] += 1

    def ground(self, robot: int) -> int:
        """The element a robot covers: its vertex, or the whole segment it drives."""
        if self.begun[robot] > self.done[robot]:
            segment = self.case.graph.edge_segment[self.edge(robot, self.done[robot])]
            return int(self.case.graph.vertex_count + segment)
        return int(self.at[robot])

    def check(self) -> None:
        conflicts, kind = self.case.graph.conflicts, self.case.problem.kind
        for one, other in itertools.combinations(range(self.count), 2):
            pair, element = conflicts.pair[kind[one], kind[other]], self.ground(one)
            near = conflicts.elements[
                conflicts.ptr[pair, element] : conflicts.ptr[pair, element + 1]
            ]
            assert self.ground(other) not in near


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_any_order_the_waits_allow_is_free_of_collision_and_comes_to_the_end(
    case: Case, chance: random.Random
) -> None:
    answer = solved(case)
    if answer is None:
        return
    run = Run(case, answer[1])
    while any(done < total for done, total in zip(run.done, np.diff(run.plan.ptr), strict=True)):
        options = [(run.begin, robot) for robot in range(run.count) if run.may_begin(robot)]
        options += [
            (run.finish, robot) for robot in range(run.count) if run.begun[robot] > run.done[robot]
        ]
        assert options, "the plan is stuck"
        act, robot = chance.choice(options)
        act(robot)


@given(cases())
@settings(max_examples=50, deadline=None)
def test_every_move_is_in_the_plan_in_its_robots_order(case: Case) -> None:
    answer = solved(case)
    if answer is None:
        return
    moves, plan = answer
    for robot in range(len(case.problem.kind)):
        own = moves[moves[:, 0] == robot, 1]
        assert plan.edges[plan.ptr[robot] : plan.ptr[robot + 1]].tolist() == own.tolist()


def test_robots_that_share_no_ground_wait_for_nobody() -> None:
    case = Case(ring(8), [SMALL], [(0, "n0", "n1"), (0, "n5", "n6")])
    answer = solved(case)
    assert answer
    assert len(answer[1].wait_robot) == 0


def test_the_second_waits_until_the_first_has_left() -> None:
    case = Case(tee(), [SMALL], [(0, "b", "c"), (0, "a", "b")])
    answer = solved(case)
    assert answer
    moves, plan = answer
    assert [int(robot) for robot, _ in moves] == [0, 1]
    assert (plan.wait_robot.tolist(), plan.wait_moves.tolist()) == ([0], [1])


def test_times_add_up_along_waits() -> None:
    case = Case(tee(), [SMALL], [(0, "b", "c"), (0, "a", "b")])
    answer = solved(case)
    assert answer
    times_s = content_times(case.graph, case.problem, *answer)
    block_s = float(case.graph.edge_time[0, 0])
    assert times_s.tolist() == pytest.approx([block_s, 2 * block_s])
