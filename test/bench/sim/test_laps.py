# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

from suwon_fleet.bench.sim.laps import AHEAD_S, Laps


def test_robots_go_round_and_meet_nobody() -> None:
    laps = Laps(9, step_ns=100_000_000, seed=1)
    assert laps.driving > 0.5
    reached = [int(count) for count in laps.world.bodies.reached]
    for _ in range(10):
        laps.run(AHEAD_S, laps.more())
        poses = list(laps.world.poses().values())
        apart = [
            math.dist((one.x_m, one.y_m), (other.x_m, other.y_m))
            for number, one in enumerate(poses)
            for other in poses[:number]
        ]
        assert min(apart) > 2.0
    vertices_in_a_lap = 14
    for before, after in zip(reached, laps.world.bodies.reached, strict=True):
        assert after - before > vertices_in_a_lap


def test_robots_never_run_out_of_way() -> None:
    laps = Laps(4, step_ns=20_000_000, seed=2)
    for _ in range(3):
        laps.run(AHEAD_S, laps.more())
        assert int(laps.world.bodies.known.min()) >= 2
