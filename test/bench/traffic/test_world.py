# SPDX-License-Identifier: Apache-2.0
"""Bodies drive what they were granted, as fast as their kind does, and stop by chance."""

from __future__ import annotations

import numpy as np
import pytest

from suwon_fleet.bench.traffic.case import Case, make_case
from suwon_fleet.bench.traffic.maps import city_lanes
from suwon_fleet.bench.traffic.world import LONGEST_GRANT, MEAN_DELAY, NO, Bodies, advance


def _case(*, delays: bool = False, robots: int = 3) -> Case:
    return make_case("test", city_lanes(2, 0), robots, delays=delays, seed=5)


def _drive(case: Case, edges: int) -> list[int]:
    """Ticks each robot needs for some edges."""
    bodies = Bodies.of(case.kind, case.start)
    roadmap = case.roadmap
    for robot, here in enumerate(case.start.tolist()):
        for _ in range(edges):
            edge = int(roadmap.out_edges[roadmap.out_ptr[here]])
            bodies.grant(robot, edge)
            here = int(roadmap.edge_to[edge])
    reached = np.empty(len(case.kind), dtype=np.int32)
    times, passed = [0] * len(case.kind), [0] * len(case.kind)
    for tick in range(1, 100 * edges):
        count = advance(bodies, roadmap.edge_to, case.edge_ticks, tick, 5, case.delays, reached)
        for robot in reached[:count].tolist():
            passed[robot] += 1
            times[robot] = tick
    assert passed == [edges] * len(case.kind)
    assert (bodies.edge == NO).all()
    return times


def test_robots_drive_at_their_own_speed() -> None:
    assert _drive(_case(), 12) == [60, 120, 240]


def test_stops_slow_robots_down_by_what_is_said() -> None:
    case = _case(delays=True, robots=12)
    moving = 1000 * case.edge_ticks[case.kind, 0]
    factor = sum(_drive(case, 1000)) / moving.sum()
    assert factor == pytest.approx(MEAN_DELAY, rel=0.05)


def test_all_robots_do_not_stop_at_once() -> None:
    times = _drive(_case(delays=True, robots=6), 200)
    assert len(set(times)) == len(times)


def test_a_dead_robot_stays() -> None:
    case = _case()
    bodies = Bodies.of(case.kind, case.start)
    for robot in range(3):
        here = case.start[robot]
        bodies.grant(robot, int(case.roadmap.out_edges[case.roadmap.out_ptr[here]]))
    bodies.lives[0] = False
    reached = np.empty(3, dtype=np.int32)
    seen = set()
    for tick in range(1, 30):
        count = advance(bodies, case.roadmap.edge_to, case.edge_ticks, tick, 5, False, reached)
        seen |= set(reached[:count].tolist())
    assert seen == {1, 2}


def test_a_robot_cannot_be_granted_without_end() -> None:
    case = _case()
    bodies = Bodies.of(case.kind, case.start)
    bodies.last[1] = LONGEST_GRANT - 1
    bodies.grant(1, 0)
    with pytest.raises(OverflowError, match="robot 1 is granted more"):
        bodies.grant(1, 0)
