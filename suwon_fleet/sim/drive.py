# SPDX-License-Identifier: Apache-2.0
"""Robots that drive by velocity commands, as Gazebo's DiffDrive and VelocityControl do: one step for all.

A command holds until the next. DiffDrive limits jerk, then acceleration, then speed, once a step; in
between, speed follows the ramp that acceleration allows, so that a coarse step goes as far as many
fine ones. Wheels turn whatever is in the way of the body: their odometry runs on when it is blocked.
VelocityControl takes a command as it is, sideways too, and its odometry is where the body truly is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import inner_kernel, kernel
from suwon_fleet.wire.sdf.drives import DiffDrive, Limits, VelocityControl

Floats = NDArray[np.float64]

_STRAIGHT_RAD = 1e-6
"""Turns below this within a step are as good as none."""


class Drives(NamedTuple):
    """State of N robots; the first index of every array is the robot.

    Commands and speeds are in the body's frame: m/s forward and to the left, rad/s counter-clockwise.
    A row of limits is (least, most) speed, acceleration and jerk.
    """

    x: Floats
    y: Floats
    yaw: Floats
    odom_x: Floats
    odom_y: Floats
    odom_yaw: Floats
    ahead_x: Floats
    """Where this step would bring the body, were nothing in its way."""
    ahead_y: Floats
    ahead_yaw: Floats
    command_forward: Floats
    command_left: Floats
    command_turn: Floats
    forward: Floats
    left: Floats
    turn: Floats
    forward_before: Floats
    """Speeds of the step before the last, which jerk is told by."""
    turn_before: Floats
    forward_limits: Floats
    turn_limits: Floats
    has_wheels: NDArray[np.bool_]
    wheel_separation: Floats
    wheel_radius: Floats
    wheel_angles: Floats
    """Left and right, radians since the start."""
    encoder_scale: Floats
    """Left and right: what the encoder counts of a metre rolled; slip and bias are all but 1."""

    @classmethod
    def of(cls, drives: Sequence[DiffDrive | VelocityControl]) -> Drives:
        """Robots that stand at the origin, each with the drive its model has."""
        count = len(drives)
        body = cls(
            x=np.zeros(count),
            y=np.zeros(count),
            yaw=np.zeros(count),
            odom_x=np.zeros(count),
            odom_y=np.zeros(count),
            odom_yaw=np.zeros(count),
            ahead_x=np.zeros(count),
            ahead_y=np.zeros(count),
            ahead_yaw=np.zeros(count),
            command_forward=np.zeros(count),
            command_left=np.zeros(count),
            command_turn=np.zeros(count),
            forward=np.zeros(count),
            left=np.zeros(count),
            turn=np.zeros(count),
            forward_before=np.zeros(count),
            turn_before=np.zeros(count),
            forward_limits=np.empty((count, 6)),
            turn_limits=np.empty((count, 6)),
            has_wheels=np.zeros(count, dtype=np.bool_),
            wheel_separation=np.ones(count),
            wheel_radius=np.ones(count),
            wheel_angles=np.zeros((count, 2)),
            encoder_scale=np.ones((count, 2)),
        )
        for i, drive in enumerate(drives):
            if isinstance(drive, DiffDrive):
                body.has_wheels[i] = True
                body.wheel_separation[i] = drive.wheel_separation_m
                body.wheel_radius[i] = drive.wheel_radius_m
                body.forward_limits[i] = drive.linear
                body.turn_limits[i] = drive.angular
            else:
                body.command_forward[i], body.command_left[i] = drive.linear_mps
                body.command_turn[i] = drive.turn_radps
                body.forward_limits[i] = body.turn_limits[i] = Limits()
        return body


def warm_up() -> None:
    """Have the kernels of this module compiled, or loaded."""
    body = Drives.of([VelocityControl()])
    turn_wheels(body, 0.1)
    move(body, np.zeros(1, dtype=np.bool_))
    steered(0.0, 0.0, 0.0, np.array(Limits()), 0.1)


@inner_kernel
def _between(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


@inner_kernel
def _wrap(angle: float) -> float:
    """The same angle from -pi to pi."""
    return angle - 2 * math.pi * round(angle / (2 * math.pi))


@inner_kernel
def _limited(wanted: float, now: float, before: float, limits: Floats, dt: float) -> float:
    """The speed at the end of a step of `dt`, as Gazebo's SpeedLimiter has it."""
    asked, was = (wanted - now) / dt, (now - before) / dt
    jerk = (asked - was) / dt
    allowed_jerk = _between(jerk, limits[4], limits[5])
    acceleration = asked if allowed_jerk == jerk else was + allowed_jerk * dt
    acceleration = _between(acceleration, limits[2], limits[3])
    speed = wanted if acceleration == asked else now + acceleration * dt
    return _between(speed, limits[0], limits[1])


@inner_kernel
def _gone(now: float, then: float, limits: Floats, dt: float) -> float:
    """How far a step of `dt` goes that ends at speed `then`: along the steepest ramp, then steadily.

    Where jerk is limited, too, speed changes evenly over the step instead.
    """
    rate = limits[3] if then > now else -limits[2]
    is_even = rate <= 0.0 or math.isfinite(limits[4]) or math.isfinite(limits[5])
    ramp = dt if is_even else min(dt, abs(then - now) / rate)
    return then * dt - (then - now) * ramp / 2


@inner_kernel
def _arc(forward: float, left: float, yaw: float, turned: float) -> tuple[float, float]:
    """Where in the plane a body gets to that heads for `yaw` and turns evenly as it goes."""
    chord = 1.0 if abs(turned) < _STRAIGHT_RAD else math.sin(turned / 2) / (turned / 2)
    cos, sin = math.cos(yaw + turned / 2) * chord, math.sin(yaw + turned / 2) * chord
    return forward * cos - left * sin, forward * sin + left * cos


@kernel
def steered(
    wanted: float, now: float, before: float, limits: Floats, dt: float
) -> tuple[float, float]:
    """One motion of one robot: its speed at the end of a step of `dt`, and how far the step goes."""
    then = _limited(wanted, now, before, limits, dt)
    return then, _gone(now, then, limits, dt)


@kernel
def turn_wheels(body: Drives, dt: float) -> None:
    """Begin a step: speeds and wheel odometry are those at its end, and `ahead` is where it leads.

    The caller looks what is in the way there; `move` ends the step.
    """
    for i in range(len(body.x)):
        limits, turn_limits = body.forward_limits[i], body.turn_limits[i]
        forward, turn = body.forward[i], body.turn[i]
        body.forward[i] = _limited(
            body.command_forward[i], forward, body.forward_before[i], limits, dt
        )
        body.turn[i] = _limited(body.command_turn[i], turn, body.turn_before[i], turn_limits, dt)
        body.forward_before[i], body.turn_before[i] = forward, turn
        gone = _gone(forward, body.forward[i], limits, dt)
        turned = _gone(turn, body.turn[i], turn_limits, dt)
        sideways = 0.0
        if body.has_wheels[i]:
            _count(body, i, gone, turned)
        else:
            body.left[i] = body.command_left[i]
            sideways = body.left[i] * dt
        east, north = _arc(gone, sideways, body.yaw[i], turned)
        body.ahead_x[i], body.ahead_y[i] = body.x[i] + east, body.y[i] + north
        body.ahead_yaw[i] = _wrap(body.yaw[i] + turned)


@inner_kernel
def _count(body: Drives, i: int, gone: float, turned: float) -> None:
    """Turn the wheels for a way of the body, and reckon its odometry from what the encoders count."""
    track, radius = body.wheel_separation[i], body.wheel_radius[i]
    left, right = gone - turned * track / 2, gone + turned * track / 2
    body.wheel_angles[i, 0] += left / radius
    body.wheel_angles[i, 1] += right / radius
    left *= body.encoder_scale[i, 0]
    right *= body.encoder_scale[i, 1]
    counted = (right - left) / track
    east, north = _arc((left + right) / 2, 0.0, body.odom_yaw[i], counted)
    body.odom_x[i] += east
    body.odom_y[i] += north
    body.odom_yaw[i] = _wrap(body.odom_yaw[i] + counted)


@kernel
def move(body: Drives, is_blocked: NDArray[np.bool_]) -> None:
    """End a step: bodies get to where it leads; those blocked stay."""
    for i in range(len(body.x)):
        if is_blocked[i]:
            continue
        if not body.has_wheels[i]:
            _follow(body, i)
        body.x[i], body.y[i], body.yaw[i] = body.ahead_x[i], body.ahead_y[i], body.ahead_yaw[i]


@inner_kernel
def _follow(body: Drives, i: int) -> None:
    """Odometry without wheels: the body's true motion, seen from where it began."""
    turn = body.odom_yaw[i] - body.yaw[i]
    cos, sin = math.cos(turn), math.sin(turn)
    east, north = body.ahead_x[i] - body.x[i], body.ahead_y[i] - body.y[i]
    body.odom_x[i] += east * cos - north * sin
    body.odom_y[i] += east * sin + north * cos
    body.odom_yaw[i] = _wrap(body.odom_yaw[i] + body.ahead_yaw[i] - body.yaw[i])
