# SPDX-License-Identifier: Apache-2.0
"""Driving by velocity commands: Gazebo's limiter, its odometry, and what holds whatever is asked."""

import math
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.sim.drive import Drives, move, turn_wheels
from suwon_fleet.wire.sdf.drives import DiffDrive, Limits, VelocityControl

SPEED = st.floats(-3, 3)
FREE = np.zeros(1, dtype=np.bool_)
BLOCKED = np.ones(1, dtype=np.bool_)


def one(linear: Limits = Limits(), angular: Limits = Limits()) -> Drives:  # noqa: B008
    return Drives.of([DiffDrive(("left",), ("right",), 0.44, 0.1, linear, angular)])


def drive(body: Drives, steps: int, dt: float = 0.005, blocked: np.ndarray = FREE) -> None:
    for _ in range(steps):
        turn_wheels(body, dt)
        move(body, blocked)


def limited(wanted: float, now: float, before: float, limits: Limits, dt: float) -> float:
    """Jerk, then acceleration, then speed: what Gazebo's documentation tells, written once more."""
    clip = lambda value, low, high: min(max(value, low), high)  # noqa: E731
    was = (now - before) / dt
    jerk = clip(((wanted - now) / dt - was) / dt, limits.least_jerk, limits.most_jerk)
    rate = clip(was + jerk * dt, limits.least_acceleration, limits.most_acceleration)
    return clip(now + rate * dt, limits.least_speed, limits.most_speed)


@given(
    st.lists(SPEED, min_size=1, max_size=30),
    st.builds(
        Limits,
        st.floats(-2, -0.1),
        st.floats(0.1, 2),
        st.floats(-3, -0.1) | st.just(-inf),
        st.floats(0.1, 3) | st.just(inf),
        st.floats(-20, -0.5) | st.just(-inf),
        st.floats(0.5, 20) | st.just(inf),
    ),
)
def test_speeds_are_those_of_gazebos_limiter(commands: list[float], limits: Limits) -> None:
    body = one(linear=limits)
    now = before = 0.0
    for command in commands:
        body.command_forward[0] = command
        turn_wheels(body, 0.02)
        now, before = limited(command, now, before, limits, 0.02), now
        assert body.forward[0] == pytest.approx(now, abs=1e-9)
        now = float(body.forward[0])


@settings(max_examples=30, deadline=None)
@given(SPEED, SPEED, st.integers(1, 40))
def test_a_coarse_step_goes_as_far_as_many_fine_ones(v: float, w: float, parts: int) -> None:
    limits, turns = Limits(-0.5, 1.2, -1.0, 1.0), Limits(-2, 2)
    coarse, fine = one(limits, turns), one(limits, turns)
    for body in (coarse, fine):
        body.command_forward[0], body.command_turn[0] = v, w
    drive(coarse, 80, 0.05)
    drive(fine, 80 * parts, 0.05 / parts)
    assert math.hypot(coarse.x[0] - fine.x[0], coarse.y[0] - fine.y[0]) < 0.003
    assert math.remainder(coarse.yaw[0] - fine.yaw[0], math.tau) == pytest.approx(0, abs=1e-9)


def test_a_ramp_up_and_down_is_that_of_the_acceleration() -> None:
    body = one(Limits(-0.5, 1.2, -1.0, 1.0))
    body.command_forward[0] = 5.0
    drive(body, 400)
    assert body.forward[0] == 1.2
    assert body.x[0] == pytest.approx(1.2 * 2.0 - 1.2**2 / 2)
    body.command_forward[0] = 0.0
    drive(body, 400)
    assert body.forward[0] == 0.0
    assert body.x[0] == pytest.approx(1.2 * 2.0)


def test_without_limits_a_command_holds_at_once_and_a_circle_closes() -> None:
    body = one()
    body.command_forward[0], body.command_turn[0] = 1.0, math.tau / 10
    drive(body, 500, 0.02)
    assert (body.x[0], body.y[0], body.yaw[0]) == pytest.approx((0, 0, 0), abs=1e-9)
    assert (body.odom_x[0], body.odom_y[0]) == pytest.approx((0, 0), abs=1e-9)
    left, right = body.wheel_angles[0]
    assert (left + right) / 2 * 0.1 == pytest.approx(10.0)
    assert (right - left) * 0.1 / 0.44 == pytest.approx(math.tau)


def test_wheels_of_a_blocked_body_count_on() -> None:
    body = one()
    body.command_forward[0] = 0.5
    drive(body, 2000, blocked=BLOCKED)
    assert (body.x[0], body.ahead_x[0]) == (0.0, pytest.approx(0.0025))
    assert body.odom_x[0] == pytest.approx(5.0)


def test_encoders_that_slip_tell_another_way_than_the_true_one() -> None:
    body = one()
    body.command_forward[0] = 1.0
    body.encoder_scale[0] = 1.0, 1.01
    drive(body, 2000)
    assert (body.x[0], body.y[0]) == (pytest.approx(10.0), 0.0)
    assert body.odom_yaw[0] == pytest.approx(10 * 0.01 / 0.44)
    assert body.odom_y[0] > 0.5


@given(SPEED, SPEED, SPEED)
def test_velocity_control_goes_as_it_is_told_and_knows_where_it_is(
    v: float, u: float, w: float
) -> None:
    body = Drives.of([VelocityControl()])
    body.x[0], body.y[0], body.yaw[0] = 3.0, -2.0, 1.0
    body.command_forward[0], body.command_left[0], body.command_turn[0] = v, u, w
    drive(body, 100, 0.01)
    cos, sin = math.cos(1.0), math.sin(1.0)
    east, north = body.odom_x[0], body.odom_y[0]
    assert body.x[0] == pytest.approx(3.0 + east * cos - north * sin)
    assert body.y[0] == pytest.approx(-2.0 + east * sin + north * cos)
    assert math.remainder(body.yaw[0] - 1.0 - w, math.tau) == pytest.approx(0, abs=1e-9)
    if abs(w) < 1e-9:
        assert (east, north) == pytest.approx((v, u), abs=1e-8)
    drive(body, 100, 0.01, blocked=BLOCKED)
    assert (body.odom_x[0], body.odom_y[0]) == (east, north)


def test_velocity_control_begins_with_what_its_model_says() -> None:
    body = Drives.of([VelocityControl((0.5, 0.25), 0.0)])
    drive(body, 200)
    assert (body.x[0], body.y[0]) == pytest.approx((0.5, 0.25))
