# SPDX-License-Identifier: Apache-2.0
"""What goes on in all robots while time passes: batteries, timers, and when somebody has to look at one.

Most robots do nothing worth a look in most steps. So what only counts down is counted down here for all
of them at once, and `live` says of which robots a program has something to do.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.kernel import kernel
from suwon_fleet.sim.kinematics import Bodies, Floats

Flags = NDArray[np.bool_]

SCRIPT, BLOCKED, FREE, WALK, CHARGE = 1, 2, 4, 8, 16
"""Bits of `due`: a step of its script is over; somebody steps in its way; has gone out of it; a humanoid
begins or ceases to walk; its battery is empty, or no longer."""


class Lives(NamedTuple):
    """What counts down or up in N robots; the first index of every array is the robot."""

    soc: Floats
    idle_w: Floats
    drive_ws_per_m: Floats
    charge_w: Floats
    capacity_wh: Floats
    is_charging: Flags
    is_dead: Flags
    script_runs: Flags
    script_left_s: Floats
    blocked_s: Floats
    """How long somebody still stands in its way."""
    clear_s: Floats
    """How long it drives before somebody does."""
    gives_way: Flags
    """Somebody is right ahead of it."""
    can_walk: Flags
    walks: Flags
    due: NDArray[np.uint8]

    @classmethod
    def empty(cls, size: int) -> Lives:
        """Robots with an endless battery, that do nothing."""
        return cls(
            soc=np.ones(size),
            idle_w=np.zeros(size),
            drive_ws_per_m=np.zeros(size),
            charge_w=np.zeros(size),
            capacity_wh=np.ones(size),
            is_charging=np.zeros(size, dtype=np.bool_),
            is_dead=np.zeros(size, dtype=np.bool_),
            script_runs=np.zeros(size, dtype=np.bool_),
            script_left_s=np.zeros(size),
            blocked_s=np.zeros(size),
            clear_s=np.full(size, math.inf),
            gives_way=np.zeros(size, dtype=np.bool_),
            can_walk=np.zeros(size, dtype=np.bool_),
            walks=np.zeros(size, dtype=np.bool_),
            due=np.zeros(size, dtype=np.uint8),
        )


@kernel
def live(life: Lives, body: Bodies, dt: float) -> bool:
    """Let `dt` seconds pass in all robots; whether any is due for a look (then `due` says which)."""
    any_due = False
    for i in range(len(life.soc)):
        life.due[i] = 0
        if life.is_dead[i]:
            continue
        speed = body.speed[i]
        due = 0
        if life.script_runs[i]:
            life.script_left_s[i] -= dt
            if life.script_left_s[i] <= 0.0:
                due |= SCRIPT
        watts = life.idle_w[i] + life.drive_ws_per_m[i] * speed
        if life.is_charging[i]:
            watts = -life.charge_w[i]
        before = life.soc[i]
        life.soc[i] = min(1.0, max(0.0, before - watts * dt / 3600.0 / life.capacity_wh[i]))
        if (before > 0.0) != (life.soc[i] > 0.0):
            due |= CHARGE
        if life.blocked_s[i] > 0.0:
            life.blocked_s[i] -= dt
            if life.blocked_s[i] <= 0.0:
                due |= FREE
        elif speed > 0.0:
            life.clear_s[i] -= dt
            if life.clear_s[i] <= 0.0:
                due |= BLOCKED
        if life.can_walk[i] and (speed > 0.0) != life.walks[i]:
            due |= WALK
        if due:
            life.due[i] = due
            any_due = True
    return any_due
