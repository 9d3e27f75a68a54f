# SPDX-License-Identifier: Apache-2.0
"""Walls stop who drives without a granted path, and end scans."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sim.stage import KINDS, QUIET, SITE, grant
from yard import Yard

from suwon_fleet.core.robots.report import Pose
from suwon_fleet.core.sitemap import ZoneKind
from suwon_fleet.sim.contacts import WALL, Discs
from suwon_fleet.sim.teleop import Teleop, Velocity
from suwon_fleet.sim.walls import Walls, scan
from suwon_fleet.sim.world import Spawn, World
from suwon_fleet.wire.maps import load_site

Piece = tuple[tuple[float, float], tuple[float, float]]


def walls_of(*pieces: Piece, level: int = 0) -> Walls:
    ends = np.array(pieces, dtype=np.float64)
    return Walls(ends[:, 0].copy(), ends[:, 1].copy(), np.full(len(pieces), level, dtype=np.int32))


def driven(speed_mps: float, seconds: float, walls: Walls) -> World:
    """A cart at the origin, looking east, that is driven by hand."""
    world = World(
        SITE, KINDS, [Spawn("r", "delivery_indoor", Pose(0.0, 0.0), 1.0)], seed=1, people=QUIET
    )
    world.walls = walls
    hand, robot = Teleop(), world.robots["r"]
    hand.set_manual(robot, True)
    for _ in range(round(seconds * 10)):
        hand.drive(robot, Velocity(speed_mps, 0.0))
        world.step()
        hand.step(0.1)
    return world


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_a_robot_driven_against_a_wall_stays_and_its_wheels_turn(side: float) -> None:
    world = driven(0.4 * side, 10.0, walls_of(((2.0 * side, -1.0), (2.0 * side, 1.0))))
    x_m = world.pose_of(world.robots["r"]).x_m
    assert x_m * side == pytest.approx(2.0 - KINDS["delivery_indoor"].radius_m, abs=0.05)
    assert abs(float(world.odometry.x[0])) > 3.0
    assert int(world.discs.touched[0]) == WALL
    assert world.touchable(WALL) == ""


def test_it_may_drive_along_a_wall_and_away_from_it() -> None:
    near = KINDS["delivery_indoor"].radius_m
    for walls in (
        walls_of(((-5.0, near + 0.01), (5.0, near + 0.01))),
        walls_of(((-near + 0.05, -1.0), (-near + 0.05, 1.0))),
        walls_of(((2.0, -1.0), (2.0, 1.0)), level=1),
    ):
        assert driven(0.4, 10.0, walls).pose_of(driven(0.4, 10.0, walls).robots["r"]).x_m > 3.0


def test_what_the_fleet_grants_is_not_looked_at() -> None:
    world = World(
        SITE, KINDS, [Spawn("r", "delivery_indoor", Pose(0.0, 0.0), 1.0)], seed=1, people=QUIET
    )
    world.walls = walls_of(((2.0, -1.0), (2.0, 1.0)))
    world.command([grant("abc")])
    for _ in range(300):
        world.step()
    assert world.pose_of(world.robots["r"]).x_m == pytest.approx(10.0)


def test_walls_are_those_of_the_map(tmp_path: object) -> None:
    assert len(Walls.of(replace(SITE, zones=())).level) == 0


def test_walls_of_a_hall_are_open_where_lanes_pass(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("yard")
    Yard.write(folder)
    site = load_site(folder / "yard.yaml")
    assert site.zones[0].kind is ZoneKind.HALL
    walls = Walls.of(site)
    south = [
        sorted((start[0], end[0]))
        for start, end in zip(walls.start.tolist(), walls.end.tolist(), strict=True)
        if start[1] == end[1] == 4.0
    ]
    for lane_x in (0.0, 24.0):
        assert not any(low < lane_x < high for low, high in south)
    assert any(low < 12.0 < high for low, high in south)


def seen(walls: Walls, others: Sequence[tuple[float, float, float]], beams: int = 4) -> list[float]:
    """From the origin, looking east, left, back and right."""
    discs = Discs.empty(1, len(others))
    for row, other in enumerate(others, 1):
        discs.x[row], discs.y[row], discs.radius[row] = other
    ranges = np.zeros(beams)
    scan(walls, discs, 0, (0.0, 0.0, 0.0), (0.0, math.tau / beams), 10.0, ranges)
    return ranges.tolist()


def test_a_scan_ends_at_the_nearest() -> None:
    walls = walls_of(
        ((3.0, -1.0), (3.0, 1.0)), ((5.0, -1.0), (5.0, 1.0)), ((-20.0, -9.0), (-20.0, 9.0))
    )
    assert seen(walls, [(0.0, 4.0, 0.5), (0.0, 6.0, 0.5)]) == pytest.approx(
        [3.0, 3.5, math.inf, math.inf]
    )
    assert seen(walls, [(2.0, 0.0, 0.5)])[0] == pytest.approx(1.5)


def test_what_is_on_another_level_is_not_seen() -> None:
    assert seen(walls_of(((3.0, -1.0), (3.0, 1.0)), level=1), []) == [math.inf] * 4


@given(st.floats(-8.0, 8.0), st.floats(-8.0, 8.0), st.floats(-8.0, 8.0), st.floats(-8.0, 8.0))
def test_a_beam_ends_on_the_wall(x0: float, y0: float, x1: float, y1: float) -> None:
    for number, far in enumerate(seen(walls_of(((x0, y0), (x1, y1))), [], beams=36)):
        if math.isfinite(far):
            x, y = far * math.cos(math.tau * number / 36), far * math.sin(math.tau * number / 36)
            length = math.dist((x0, y0), (x1, y1))
            around = math.dist((x, y), (x0, y0)) + math.dist((x, y), (x1, y1))
            assert around == pytest.approx(length, abs=1e-6)
