# SPDX-License-Identifier: Apache-2.0
"""A rig: a controller on a bench that stands in for a robot, without ROS; docs/hil.md explains it.

python examples/hil_rig.py tcp/127.0.0.1:7447 SITE ZONE cart-1 8.0 0.0              # on the clock
python examples/hil_rig.py tcp/127.0.0.1:7447 SITE ZONE cart-1 8.0 0.0 --lockstep   # with a simulator

`Motor` is pretended: it is what the hardware of a real rig replaces. The controller above it is not.
"""

import argparse
import math

from suwon_fleet.robot import Action, Connection, Robot, Waypoint, run

HAND_OVER = [("opening", 0.3), ("open", 1.0), ("closing", 0.3)]
"""What the lid does, and for how many seconds."""


class Motor:
    """A wheel with inertia: it comes up to the speed that is asked of it, and brakes harder."""

    def __init__(self) -> None:
        self.speed_mps = 0.0

    def run(self, wanted_mps: float, period_s: float) -> float:
        """Go at a speed, as far as that can be; the metres it goes in this period."""
        change = wanted_mps - self.speed_mps
        self.speed_mps += min(1.0 * period_s, max(-2.0 * period_s, change))
        return self.speed_mps * period_s


class Rig(Robot):
    """Brakes in time for each vertex, turns towards it, and tells what it has done."""

    def __init__(self, x_m: float, y_m: float, top_mps: float) -> None:
        super().__init__()
        self.body.x_m, self.body.y_m = x_m, y_m
        self.body.battery, self.body.compartment = 0.9, "closed"
        self.motor, self.top_mps = Motor(), top_mps
        self.doing: Action | None = None
        self.since_s = 0.0

    def sense(self) -> None:
        self.body.battery = max(0.0, self.body.battery - 2e-6)
        self.body.speed_mps = self.motor.speed_mps

    def drive(self, to: Waypoint, period_s: float) -> bool:
        body = self.body
        dx_m, dy_m = to.x_m - body.x_m, to.y_m - body.y_m
        left_m = math.hypot(dx_m, dy_m)
        if left_m > 0.01:
            body.yaw_rad = math.atan2(dy_m, dx_m)
            # what it can brake from over what is left, less what it goes until it brakes
            brakes_mps = math.sqrt(2.0 * left_m + period_s**2) - period_s
            top_mps = min(to.speed_limit_mps, self.top_mps, brakes_mps, left_m / period_s)
            step_m = min(left_m, self.motor.run(top_mps, period_s))
            body.x_m += step_m * math.cos(body.yaw_rad)
            body.y_m += step_m * math.sin(body.yaw_rad)
            body.speed_mps = self.motor.speed_mps
            return False
        body.x_m, body.y_m, body.level = to.x_m, to.y_m, to.level
        self.halt()
        self.tell("reached", x=f"{to.x_m:.2f}", y=f"{to.y_m:.2f}")
        return True

    def act(self, action: Action, period_s: float) -> bool | None:
        if action is not self.doing:
            self.doing, self.since_s = action, 0.0
            self.tell("began", action=action.action_id)
        self.since_s += period_s
        if action.is_cancelled and self.body.compartment == "open":
            self.since_s = max(self.since_s, 1.3)  # close at once
        end_s = 0.0
        for lid, lasts_s in HAND_OVER if action.kind in ("load", "unload") else []:
            end_s += lasts_s
            if self.since_s < end_s:
                self.body.compartment = lid
                return None
        self.body.compartment = "closed"
        action.result = "done" if end_s else f"no {action.kind} here"
        return end_s > 0.0

    def halt(self) -> None:
        self.motor.speed_mps = self.body.speed_mps = 0.0


if __name__ == "__main__":
    args = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("endpoint", "site", "zone", "robot"):
        args.add_argument(name)
    for name in ("x", "y"):
        args.add_argument(name, type=float)
    args.add_argument("--kind", default="delivery_indoor", help="of robot; default: %(default)s")
    args.add_argument("--top-speed", type=float, default=1.2, metavar="M/S")
    args.add_argument("--lockstep", action="store_true", help="live by a simulator's ticks")
    told = args.parse_args()
    rig, connection = Rig(told.x, told.y, told.top_speed), Connection([told.endpoint])
    home = {"site": told.site, "zone": told.zone, "robot_id": told.robot}
    run(rig, connection, **home, kind=told.kind, lockstep=told.lockstep)
