# SPDX-License-Identifier: Apache-2.0
"""What it would cost to give one job to one robot, or why that cannot be."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

from suwon_fleet.core.dispatch import Candidate, Errand, TravelTime, Worker
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.kind import Battery, RobotKind

HomeTime = Callable[[str, str], float]
"""Seconds for a kind of robot (id) from a vertex to the nearest charger; infinite without a way."""

SLACK = 1.3
"""Traffic and detours: energy is reckoned for so much more than the travel time on an empty map."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What a job takes of any robot of a kind once it is at the first vertex.

    `legs_s` are its drives from there on, `back_s` that to the nearest charger; infinite if there is none.
    """

    legs_s: tuple[float, ...]
    work_s: float
    back_s: float

    @classmethod
    def of(cls, errand: Errand, kind: str, travel_s: TravelTime, home_s: HomeTime) -> Outline:
        """The outline of a job for a kind (id)."""
        legs_s = tuple(travel_s(kind, a, b) for a, b in itertools.pairwise(errand.vertices))
        back_s = home_s(kind, errand.vertices[-1])
        return cls(legs_s, math.fsum(legs_s) + errand.action_s, back_s)


def _soc_after(errand: Errand, worker: Worker, outline: Outline, to_first_s: float) -> float:
    # Without a charger that it could reach it is charged some other way, or not at all.
    back_s = 0.0 if math.isinf(outline.back_s) else outline.back_s
    drive_s = math.fsum((to_first_s, *outline.legs_s)) + back_s
    return worker.soc - energy_share(worker.kind.battery, drive_s * SLACK, errand.action_s)


def weigh(errand: Errand, worker: Worker, travel_s: TravelTime, home_s: HomeTime) -> Candidate:
    """Weigh a robot for a job: it must be able, get there and back to a charger with charge to spare.

    One that has a charger in reach now is not sent to where it would have none any more.

    The cost is the time until the job would be done, in seconds.
    """
    kind = worker.kind
    if refusal := _unfit(errand, worker):
        return Candidate(worker.robot_id, refusal=refusal)
    outline = Outline.of(errand, kind.id, travel_s, home_s)
    to_first_s = travel_s(kind.id, worker.vertex, errand.vertices[0])
    for leg_s, stop in zip((to_first_s, *outline.legs_s), errand.vertices, strict=True):
        if math.isinf(leg_s):
            reason = Reason.of("unreachable", robot=worker.robot_id, place=stop)
            return Candidate(worker.robot_id, refusal=reason)
    if math.isinf(outline.back_s) and not math.isinf(home_s(kind.id, worker.vertex)):
        reason = Reason.of("no-way-back", robot=worker.robot_id, place=errand.vertices[-1])
        return Candidate(worker.robot_id, refusal=reason)
    pickup_s = worker.free_in_s + to_first_s
    soc_after = _soc_after(errand, worker, outline, to_first_s)
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
    cost = pickup_s + outline.work_s
    return Candidate(worker.robot_id, cost, pickup_s, outline.work_s, soc_after)


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
