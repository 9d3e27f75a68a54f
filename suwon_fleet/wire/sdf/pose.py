# SPDX-License-Identifier: Apache-2.0
"""Poses as SDF has them: a place and a turn, one composed after the other."""

from __future__ import annotations

import math
from typing import NamedTuple

Vector = tuple[float, float, float]


class Pose(NamedTuple):
    """A place in metres and a turn as a unit quaternion, in some frame."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    qw: float = 1.0
    qx: float = 0.0
    qy: float = 0.0
    qz: float = 0.0

    @classmethod
    def of(cls, x: float, y: float, z: float, roll: float, pitch: float, yaw: float) -> Pose:
        """The pose of six numbers in a file; roll is the first turn, about fixed axes."""
        cr, sr = math.cos(roll / 2), math.sin(roll / 2)
        cp, sp = math.cos(pitch / 2), math.sin(pitch / 2)
        cy, sy = math.cos(yaw / 2), math.sin(yaw / 2)
        return cls(
            x,
            y,
            z,
            cr * cp * cy + sr * sp * sy,
            sr * cp * cy - cr * sp * sy,
            cr * sp * cy + sr * cp * sy,
            cr * cp * sy - sr * sp * cy,
        )

    @property
    def yaw(self) -> float:
        """The heading, radians counter-clockwise from x."""
        w, x, y, z = self.qw, self.qx, self.qy, self.qz
        return math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))

    def turned(self, vector: Vector) -> Vector:
        """A vector of this pose's frame in the frame the pose is in."""
        w, x, y, z = self.qw, self.qx, self.qy, self.qz
        a, b, c = vector
        u, v, t = 2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)
        return (
            a + w * u + y * t - z * v,
            b + w * v + z * u - x * t,
            c + w * t + x * v - y * u,
        )

    def at(self, vector: Vector) -> Vector:
        """A point of this pose's frame in the frame the pose is in."""
        a, b, c = self.turned(vector)
        return self.x + a, self.y + b, self.z + c

    def then(self, inner: Pose) -> Pose:
        """A pose given in this pose's frame, in the frame this pose is in."""
        x, y, z = self.at((inner.x, inner.y, inner.z))
        w1, x1, y1, z1 = self[3:]
        w2, x2, y2, z2 = inner[3:]
        return Pose(
            x,
            y,
            z,
            w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
            w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
            w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
            w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
        )

    def inverse(self) -> Pose:
        """The pose of the frame this pose is in, seen from this pose."""
        back = Pose(0.0, 0.0, 0.0, self.qw, -self.qx, -self.qy, -self.qz)
        x, y, z = back.turned((-self.x, -self.y, -self.z))
        return Pose(x, y, z, *back[3:])
