# SPDX-License-Identifier: Apache-2.0
"""Has the simulator's kernels ready before time begins."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from suwon_fleet.kernel import Tell, compiling
from suwon_fleet.sim import contacts, crowd, drive, kinematics, odometry, walls
from suwon_fleet.sim.kinematics import Bodies
from suwon_fleet.sim.life import Lives, live


def warm_up(tell: Tell) -> None:
    """Have the simulator's kernels compiled, or loaded; `tell` is told when that takes long."""
    with compiling([Path(__file__).parent], tell):
        bodies = Bodies.empty(1)
        live(Lives.empty(1), bodies, 0.1)
        contacts.touch(contacts.Discs.empty(1), bodies, 0.1)
        kinematics.step(bodies, 0.1)
        wheels = odometry.Odometry.empty(1)
        odometry.count(wheels, bodies)
        odometry.count_one(wheels, 0, 0.0, 0.0, 0.0)
        drive.warm_up()
        crowd.walk(crowd.Crowd.empty(0), contacts.Discs.empty(1), 0.1)
        crowd.give_way(contacts.Discs.empty(1), bodies, np.zeros(1, dtype=np.bool_), 0.1)
        none = np.zeros((0, 2))
        no_walls, discs = (
            walls.Walls(none, none, np.zeros(0, dtype=np.int32)),
            contacts.Discs.empty(1),
        )
        walls.press(no_walls, discs, bodies, 0.1)
        walls.scan(no_walls, discs, 0, (0.0, 0.0, 0.0), (0.0, 1.0), 1.0, np.zeros(1))
