# SPDX-License-Identifier: Apache-2.0
"""What it would cost to give one job to one robot, or why that cannot be."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

from suwon_fleet.core.dispatch import Candidate, Errand, TravelTime, Worker
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.kind import Battery

HomeTime = Callable[[str, str], float]
"""Seconds for a kind of robot (id) from a vertex to the nearest charger; infinite without a way."""

SLACK = 1.3
"""Traffic and detours: energy is reckoned for so much more than the travel time on an empty map."""


def weigh(errand: Errand, worker: Worker, travel_s: TravelTime, home_s: HomeTime) -> Candidate:
    """Weigh a robot for a job: it must be able, get there and back to a charger with charge to spare.

    The cost is the time until the job would be done, in seconds.
    """
    kind = worker.kind
    if refusal := _unfit(errand, worker):
        return Candidate(worker.robot_id, refusal=refusal)
    stops = (worker.vertex, *errand.vertices)
    legs_s = [travel_s(kind.id, a, b) for a, b in itertools.pairwise(stops)]
    for leg_s, stop in zip(legs_s, errand.vertices, strict=True):
        if math.isinf(leg_s):
            reason = Reason.of("unreachable", robot=worker.robot_id, place=stop)
            return Candidate(worker.robot_id, refusal=reason)
    back_s = home_s(kind.id, stops[-1])
    if math.isinf(back_s):
        back_s = 0.0  # no charger it can reach: it is charged some other way, or not at all
    drive_s, work_s = math.fsum(legs_s), math.fsum(legs_s[1:]) + errand.action_s
    pickup_s = worker.free_in_s + legs_s[0]
    used = energy_share(kind.battery, (drive_s + back_s) * SLACK, errand.action_s)
    soc_after = worker.soc - used
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
    return Candidate(worker.robot_id, pickup_s + work_s, pickup_s, work_s, soc_after)


def _unfit(errand: Errand, worker: Worker) -> Reason | None:
    kind, robot = worker.kind, worker.robot_id
    if errand.robot_id and errand.robot_id != robot:
        return Reason.of("not-this-robot", robot=robot, wanted=errand.robot_id)
    if errand.needs not in kind.capabilities:
        return Reason.of("not-capable", robot=robot, kind=kind.id, needs=errand.needs)
    if errand.payload_kg > kind.payload_kg:
        return Reason.of(
            "payload-too-heavy", robot=robot, payload=errand.payload_kg, most=kind.payload_kg
        )
    return None


def energy_share(battery: Battery, drive_s: float, stand_s: float) -> float:
    """Share of a full battery (0..1) that driving and standing for so long take."""
    watt_seconds = drive_s * (battery.idle_w + battery.drive_w) + stand_s * battery.idle_w
    return watt_seconds / 3600.0 / battery.capacity_wh
