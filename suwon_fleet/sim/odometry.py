# SPDX-License-Identifier: Apache-2.0
"""Wheel odometry: where robots believe to be from what their wheels have turned, apart from the truth.

It begins at zero where the robot began, runs on when the wheels turn against something, and is off by
what its encoders are off. A humanoid's is that of its steps.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from suwon_fleet.kernel import kernel
from suwon_fleet.sim.kinematics import Bodies, Floats


class Odometry(NamedTuple):
    """State of N robots; the first index of every array is the robot. Wheels are left and right."""

    x: Floats
    y: Floats
    yaw: Floats
    wheels: Floats
    """Radians since the start."""
    track: Floats
    radius: Floats
    """Metres between the wheels, and of each."""
    scale: Floats
    """What each encoder counts of a metre; slip and bias are all but 1."""

    @classmethod
    def empty(cls, size: int) -> Odometry:
        """At zero, with good encoders."""
        return cls(
            x=np.zeros(size),
            y=np.zeros(size),
            yaw=np.zeros(size),
            wheels=np.zeros((size, 2)),
            track=np.ones(size),
            radius=np.ones(size),
            scale=np.ones((size, 2)),
        )


@kernel
def count_one(odometry: Odometry, i: int, gone: float, turned: float, aside: float) -> None:
    """Take in what the wheels of one have done: metres ahead, radians to the left, metres to the left."""
    track, radius = odometry.track[i], odometry.radius[i]
    left, right = gone - turned * track / 2, gone + turned * track / 2
    odometry.wheels[i, 0] += left / radius
    odometry.wheels[i, 1] += right / radius
    left *= odometry.scale[i, 0]
    right *= odometry.scale[i, 1]
    metres, turn = (left + right) / 2, (right - left) / track
    heading = odometry.yaw[i] + turn / 2
    odometry.x[i] += metres * math.cos(heading) - aside * math.sin(heading)
    odometry.y[i] += metres * math.sin(heading) + aside * math.cos(heading)
    yaw = odometry.yaw[i] + turn
    odometry.yaw[i] = yaw - 2 * math.pi * round(yaw / (2 * math.pi))


@kernel
def count(odometry: Odometry, body: Bodies) -> None:
    """Take in what the bodies' wheels have done in this step."""
    for i in range(len(body.x)):
        if body.gone[i] != 0.0 or body.turned[i] != 0.0:
            count_one(odometry, i, body.gone[i], body.turned[i], 0.0)
