# SPDX-License-Identifier: Apache-2.0
"""The judge sees bodies that overlap, robots that are stuck, and rings of those that wait for others."""

from __future__ import annotations

import numpy as np
from traffic.drive import site_of
from traffic.maps import line

from suwon_fleet.bench.traffic.case import Case, Faults, robot_kind
from suwon_fleet.bench.traffic.judge import Judge
from suwon_fleet.bench.traffic.world import Bodies
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.traffic.roadmap import Ints, compile_roadmap


def _ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int32)


def _case(site: SiteMap, starts: list[str], goals: list[str]) -> Case:
    roadmap = compile_roadmap(site, [robot_kind("any", 1.0, 0.4)])
    vertex = roadmap.vertex_of
    return Case(
        name="test",
        site=site,
        roadmap=roadmap,
        kind=np.zeros(len(starts), dtype=np.int32),
        start=_ints(*(vertex[name] for name in starts)),
        goals=_ints(*(vertex[name] for name in goals)).reshape(-1, 1),
        delays=False,
        faults=Faults(),
        seed=0,
        ticks=100,
    )


def _judge(site: SiteMap, starts: list[str], goals: list[str]) -> tuple[Judge, Bodies, Case]:
    case = _case(site, starts, goals)
    bodies = Bodies.of(case.kind, case.start)
    judge = Judge(case, bodies)
    judge.see()
    return judge, bodies, case


def _deadlocks(site: SiteMap, starts: list[str], goals: list[str]) -> int:
    judge, _, case = _judge(site, starts, goals)
    stuck = judge.stuck(100, 50)
    assert len(stuck) == len(starts)
    return judge.deadlocks(stuck, case.goals[:, 0])


def test_bodies_that_overlap_are_counted_once_while_they_do() -> None:
    judge, bodies, case = _judge(line(3, 0.7), ["n0", "n2"], ["n2", "n0"])
    assert judge.overlaps == 0
    bodies.at[0] = case.roadmap.vertex_of["n1"]
    judge.see()
    judge.see()
    assert judge.overlaps == 1


def test_a_body_that_was_towed_touches_nobody() -> None:
    judge, bodies, case = _judge(line(3, 0.7), ["n0", "n2"], ["n2", "n0"])
    judge.towed(0)
    bodies.at[0] = case.roadmap.vertex_of["n1"]
    judge.see()
    assert judge.overlaps == 0


def test_two_robots_that_face_each_other_are_a_deadlock() -> None:
    assert _deadlocks(line(4, 1.0), ["n1", "n2"], ["n3", "n0"]) == 1


def test_a_queue_behind_a_robot_that_is_not_let_on_is_none() -> None:
    assert _deadlocks(line(5, 1.0), ["n1", "n2"], ["n4", "n4"]) == 0


def test_a_full_square_is_a_deadlock() -> None:
    points = {"a": (0.0, 0.0), "b": (1.0, 0.0), "c": (1.0, 1.0), "d": (0.0, 1.0)}
    square = site_of(points, [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")])
    assert _deadlocks(square, ["a", "b", "c", "d"], ["c", "d", "a", "b"]) == 1


def test_who_moved_of_late_or_died_is_not_stuck() -> None:
    judge, bodies, _ = _judge(line(6, 1.0), ["n0", "n2", "n4"], ["n5", "n5", "n5"])
    bodies.since[0] = 60
    bodies.lives[1] = False
    assert judge.stuck(100, 50).tolist() == [2]


def test_the_longest_stand_is_remembered() -> None:
    judge, bodies, _ = _judge(line(3), ["n0", "n2"], ["n1", "n1"])
    for since in (1, 2, 40, 41):
        bodies.since[1] = since
        judge.see()
    assert judge.longest_stand(50) == 50  # the other has not moved yet
    bodies.since[0] = 45
    assert judge.longest_stand(50) == 38
