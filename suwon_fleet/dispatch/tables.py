# SPDX-License-Identifier: Apache-2.0
"""Turns jobs and robots as the engine tells of them into the arrays of a problem."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np

from suwon_fleet.core.dispatch import Errand, Travel, Worker
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.dispatch.cost import SLACK, is_fit
from suwon_fleet.dispatch.problem import (
    EMPTY_WEIGHT,
    JOB,
    KIND,
    NO,
    ROBOT,
    WORK,
    Floats,
    Problem,
    Records,
    Table,
)

PRIORITY_FACTOR = 3.0
"""A step of priority makes a job count so many times as much."""
AGE_S = 600.0
"""A job that has waited so long counts twice as much, and so on: no other is preferred for ever."""


def problem_of(
    errands: Sequence[Errand], workers: Sequence[Worker], travel: Travel, chargers: Sequence[str]
) -> Problem:
    """The arrays for all pairs of robots and jobs; robots of a kind share what they can."""
    kinds = list({worker.kind.id: worker.kind for worker in workers}.values())
    numbers = {kind.id: number for number, kind in enumerate(kinds)}
    origins, origin = _numbered(errand.vertices[0] for errand in errands)
    lasts, last = _numbered(errand.vertices[-1] for errand in errands)
    here, at = _numbered(worker.vertex for worker in workers)
    robots = np.zeros(len(workers), dtype=ROBOT)
    robots["kind"] = [numbers[worker.kind.id] for worker in workers]
    robots["free_s"] = [worker.free_in_s for worker in workers]
    robots["soc"] = [worker.soc for worker in workers]
    work = np.zeros((len(kinds), len(errands)), dtype=WORK)
    first_s = np.empty((len(workers), len(errands)), dtype=np.float32)
    for number, kind in enumerate(kinds):
        own = robots["kind"] == number
        work[number]["drive_s"] = [_drive_s(errand, kind, travel) for errand in errands]
        back_s = _home_s(travel, kind.id, lasts, chargers)[last]
        home_s = _home_s(travel, kind.id, here, chargers)[at[own]]
        work[number]["back_s"], robots["home_s"][own] = _finite(back_s), _finite(home_s)
        ways_s = travel.travel_table(kind.id, here, origins)[np.ix_(at[own], origin)]
        comes_back = np.isfinite(back_s)[None, :] | np.isinf(home_s)[:, None]
        can = np.isfinite(work[number]["drive_s"])[None, :] & comes_back
        first_s[own] = np.where(can, ways_s, np.float32(np.inf))
    _keep_for_one(first_s, errands, workers)
    hop_s = np.stack([travel.travel_table(kind.id, lasts, origins) for kind in kinds])
    jobs = _jobs(errands, origin, last, workers)
    return Problem(robots, jobs, _kinds(kinds), work, first_s, hop_s, EMPTY_WEIGHT)


def _numbered(names: Iterable[str]) -> tuple[list[str], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Names, each once, and the number of each as they come."""
    number: dict[str, int] = {}
    order = [number.setdefault(name, len(number)) for name in names]
    return list(number), np.array(order, dtype=np.int64)


def _drive_s(errand: Errand, kind: RobotKind, travel: Travel) -> float:
    """A job's drives from its first vertex on; infinite where the kind cannot do it."""
    if not is_fit(errand, kind):
        return math.inf
    legs = itertools.pairwise(errand.vertices)
    return math.fsum(travel.travel_s(kind.id, start, end) for start, end in legs)


def _home_s(travel: Travel, kind: str, vertices: Sequence[str], chargers: Sequence[str]) -> Floats:
    """From each vertex to the nearest charger; infinite without a way, 0 on a map that has none."""
    if not chargers:
        return np.zeros(len(vertices))
    ways_s: Floats = travel.travel_table(kind, vertices, chargers).min(axis=1).astype(float)
    return ways_s


def _finite(ways_s: Floats) -> Floats:
    """Without a charger that it could reach a robot is charged some other way, or not at all."""
    return np.where(np.isfinite(ways_s), ways_s, 0.0)


def _keep_for_one(first_s: Table, errands: Sequence[Errand], workers: Sequence[Worker]) -> None:
    """Some jobs are for one robot and no other."""
    for job, errand in enumerate(errands):
        if errand.robot_id:
            others = [worker.robot_id != errand.robot_id for worker in workers]
            first_s[others, job] = np.inf


def _jobs(
    errands: Sequence[Errand],
    origin: np.ndarray[tuple[int], np.dtype[np.int64]],
    last: np.ndarray[tuple[int], np.dtype[np.int64]],
    workers: Sequence[Worker],
) -> Records:
    jobs = np.zeros(len(errands), dtype=JOB)
    number = {worker.robot_id: robot for robot, worker in enumerate(workers)}
    jobs["origin"], jobs["last"] = origin, last
    jobs["action_s"] = [errand.action_s for errand in errands]
    jobs["weight"] = [weight_of(errand) for errand in errands]
    jobs["slack_s"] = [errand.slack_s for errand in errands]
    jobs["holder"] = [number.get(errand.held_by, NO) for errand in errands]
    return jobs


def weight_of(errand: Errand) -> float:
    """What a second until a job's end counts: 1 for one of normal priority that is new."""
    return float(PRIORITY_FACTOR ** (errand.priority - 1)) * (1.0 + errand.waited_s / AGE_S)


def _kinds(kinds: Sequence[RobotKind]) -> Records:
    rows = np.zeros(len(kinds), dtype=KIND)
    for row, kind in zip(rows, kinds, strict=True):
        battery = kind.battery
        full_ws = battery.capacity_wh * 3600.0
        row["moving"] = (battery.idle_w + battery.drive_w) / full_ws * SLACK
        row["standing"] = battery.idle_w / full_ws
        row["reserve"], row["full"] = battery.reserve_soc, battery.target_soc
        if battery.swap_s is None:
            row["refill_s"] = full_ws / battery.charge_w
        else:
            row["swap_s"] = battery.swap_s
    return rows
