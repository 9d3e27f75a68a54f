# SPDX-License-Identifier: Apache-2.0
"""Has the simulator's kernels ready before time begins."""

from __future__ import annotations

from pathlib import Path

from suwon_fleet.kernel import Tell, compiling
from suwon_fleet.sim import contacts, drive, kinematics, odometry
from suwon_fleet.sim.kinematics import Bodies
from suwon_fleet.sim.life import Lives, live


def warm_up(tell: Tell) -> None:
    """Have the simulator's kernels compiled, or loaded; `tell` is told when that takes long."""
    with compiling([Path(__file__).parent], tell):
        bodies = Bodies.empty(1)
        live(Lives.empty(1), bodies, 0.1)
        contacts.touch(contacts.Discs.empty(1), bodies, 0.1)
        kinematics.step(bodies, 0.1)
        odometry.count(odometry.Odometry.empty(1), bodies)
        drive.warm_up()
