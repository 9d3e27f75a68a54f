# SPDX-License-Identifier: Apache-2.0
"""A robot as a member of a fleet over Zenoh, without ROS; docs/zenoh.md explains the contract.

python examples/zenoh_robot.py tcp/127.0.0.1:7447 SITE ZONE r-1 8.0 0.0
"""

import math
import sys

from suwon_fleet.robot import Action, Connection, Robot, Waypoint, run

LID = {"opening": 0.3, "open": 1.0, "closing": 0.3}
"""What its lid does to load and unload, and for how many seconds."""


class Cart(Robot):
    """Pretended wheels and a pretended lid."""

    def drive(self, to: Waypoint, period_s: float) -> bool:
        body = self.body
        left_m = math.hypot(to.x_m - body.x_m, to.y_m - body.y_m)
        step_m = min(to.speed_limit_mps, 1.5) * period_s
        share = min(1.0, step_m / left_m) if left_m else 1.0
        body.x_m += share * (to.x_m - body.x_m)
        body.y_m += share * (to.y_m - body.y_m)
        body.speed_mps, body.level = 0.0 if share == 1.0 else step_m / period_s, to.level
        return share == 1.0

    def act(self, action: Action, period_s: float) -> bool | None:
        self.since_s = 0.0 if action is not self.doing else self.since_s + period_s
        self.doing, end_s = action, 0.0
        for self.body.compartment, lasts_s in LID.items():
            if self.since_s < (end_s := end_s + lasts_s):
                return None
        self.body.compartment = "closed"
        return action.kind in ("load", "unload")

    def halt(self) -> None:
        self.body.speed_mps = 0.0


endpoint, site, zone, robot_id, x, y = sys.argv[1:]
cart = Cart()
cart.doing = None
cart.body.x_m, cart.body.y_m, cart.body.battery = float(x), float(y), 0.9
cart.body.compartment = "closed"
run(cart, Connection([endpoint]), site=site, zone=zone, robot_id=robot_id, kind="delivery_indoor")
