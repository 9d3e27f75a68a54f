# SPDX-License-Identifier: Apache-2.0
"""What it would cost to give one job to one robot, or why that cannot be."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

from suwon_fleet.core.dispatch import Candidate, Errand, TravelTime, Worker
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.kind import Battery, RobotKind

HomeTime = Callable[[str, str], float]
"""Seconds for a kind of robot (id) from a vertex to the nearest charger; infinite without a way."""

SLACK = 1.3
"""Traffic and detours: energy is reckoned for so much more than the travel time on an empty map."""


def weigh(errand: Errand, worker: Worker, travel_s: TravelTime, home_s: HomeTime) -> Candidate:
    """Weigh a robot for a job: it must be able, get there and back to a charger with charge to spare.

    One that has a charger in reach now is not sent to where it would have none any more.

    The cost is the time until the job would be done, in seconds.
    """
    kind, vertices = worker.kind, errand.vertices
    if refusal := _unfit(errand, worker):
        return Candidate(worker.robot_id, refusal=refusal)
    to_first_s = travel_s(kind.id, worker.vertex, vertices[0])
    legs_s = [travel_s(kind.id, a, b) for a, b in itertools.pairwise(vertices)]
    work_drive_s = math.fsum(legs_s)
    if math.isinf(to_first_s + work_drive_s):
        far = zip((to_first_s, *legs_s), vertices, strict=True)
        place = next(stop for leg_s, stop in far if math.isinf(leg_s))
        reason = Reason.of("unreachable", robot=worker.robot_id, place=place)
        return Candidate(worker.robot_id, refusal=reason)
    back_s = home_s(kind.id, vertices[-1])
    if math.isinf(back_s) and not math.isinf(home_s(kind.id, worker.vertex)):
        reason = Reason.of("no-way-back", robot=worker.robot_id, place=vertices[-1])
        return Candidate(worker.robot_id, refusal=reason)
    if math.isinf(back_s):
        back_s = 0.0  # no charger it can reach: it is charged some other way, or not at all
    drive_s = (to_first_s + work_drive_s + back_s) * SLACK
    soc_after = worker.soc - energy_share(kind.battery, drive_s, errand.action_s)
    if soc_after < kind.battery.reserve_soc:
        code = "battery-too-low" if worker.soc < kind.battery.target_soc else "battery-too-small"
        reason = Reason.of(
            code,
            robot=worker.robot_id,
            soc=f"{worker.soc:.0%}",
            after=f"{soc_after:.0%}",
            reserve=f"{kind.battery.reserve_soc:.0%}",
        )
        return Candidate(worker.robot_id, refusal=reason)
    pickup_s, work_s = worker.free_in_s + to_first_s, work_drive_s + errand.action_s
    return Candidate(worker.robot_id, pickup_s + work_s, pickup_s, work_s, soc_after)


def is_fit(errand: Errand, kind: RobotKind) -> bool:
    """Whether robots of a kind are made for a job."""
    return errand.needs in kind.capabilities and errand.payload_kg <= kind.payload_kg


def _unfit(errand: Errand, worker: Worker) -> Reason | None:
    kind, robot = worker.kind, worker.robot_id
    if errand.robot_id not in ("", robot):
        return Reason.of("not-this-robot", robot=robot, wanted=errand.robot_id)
    if is_fit(errand, kind):
        return None
    if errand.needs not in kind.capabilities:
        return Reason.of("not-capable", robot=robot, kind=kind.id, needs=errand.needs)
    return Reason.of(
        "payload-too-heavy", robot=robot, payload=errand.payload_kg, most=kind.payload_kg
    )


def energy_share(battery: Battery, drive_s: float, stand_s: float) -> float:
    """Share of a full battery (0..1) that driving and standing for so long take."""
    watt_seconds = drive_s * (battery.idle_w + battery.drive_w) + stand_s * battery.idle_w
    return watt_seconds / 3600.0 / battery.capacity_wh
