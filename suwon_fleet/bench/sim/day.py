# SPDX-License-Identifier: Apache-2.0
"""Eight hours of a hundred robots in a city: the whole fleet on the simulated world, journal on disk."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.bench.measure import resident_mb
from suwon_fleet.bench.scale.city_map import city
from suwon_fleet.core.engine.messages import SubmitJob
from suwon_fleet.core.jobs import JobKind
from suwon_fleet.core.sitemap import PlaceKind, SiteMap
from suwon_fleet.resources import resource_path
from suwon_fleet.service.assemble import assemble
from suwon_fleet.service.pipeline import Pipeline
from suwon_fleet.service.warm_up import settle
from suwon_fleet.sim.link import WorldLink
from suwon_fleet.sim.scenario import Demand, FleetPlan, Scenario
from suwon_fleet.sim.scenario.selection import Selection
from suwon_fleet.traffic import Checker
from suwon_fleet.wire.kinds import load_kinds

KIND = "delivery_outdoor"
ROBOTS, BLOCKS = 100, 12
"""Crossings each way of the city they are in."""
STOPS, CHARGERS, BAYS = 100, 60, 60
"""Places of its streets: to load and unload at, to charge at, to wait at."""
JOBS_PER_HOUR = 4.0
"""By robot."""
WITHIN_M = 500.0
"""How far a job goes at most."""
TURN_STEPS = 10
"""The fleet decides once a simulated second."""
TIMED_EVERY = 10
"""Of so many turns the CPU of the world is taken in one: to ask for it may take 0.2 ms."""
SECOND = 1_000_000_000
LOOK_S = 600.0
"""How often the memory is looked at."""
SETTLED = 0.25
"""Of the day, so much has passed when memory counts."""


@dataclass(frozen=True, slots=True)
class Day:
    """What came of a day."""

    robots: int
    asked: int
    finished: int
    collisions: int
    cpu_s: float
    wall_s: float
    world_cpu_s: float
    """Of it for the simulated world."""
    mb_per_hour: float
    """How fast memory grew once the day had settled, by simulated hour."""
    resident_mb: float


def scenario(seed: int, hours: float, robots: int = ROBOTS) -> Scenario:
    """Deliveries all over a city, as they come."""
    kinds = load_kinds(resource_path("config/robots"))
    parcels = Demand(
        "parcels",
        JobKind.DELIVERY,
        count=round(JOBS_PER_HOUR * robots * hours),
        window_s=(10.0, hours * 3600.0),
        origin=Selection(kinds=frozenset({PlaceKind.PICKUP})),
        destination=Selection(kinds=frozenset({PlaceKind.DROPOFF})),
        most_trip_m=WITHIN_M,
    )
    fleet = FleetPlan("cart", KIND, robots)
    return Scenario(
        "city_day", _city(seed), kinds, seed, hours * 3600.0, (fleet,), demands=(parcels,)
    )


def _city(seed: int) -> SiteMap:
    """Streets with places of all sorts, in the order they were drawn in."""
    site = city(BLOCKS, STOPS + CHARGERS + BAYS, seed=seed)
    others = [PlaceKind.CHARGER] * CHARGERS + [PlaceKind.PARKING] * BAYS
    shuffled = np.random.default_rng(seed).permutation(len(site.places)).tolist()
    kinds = dict(zip(shuffled, others, strict=False))
    places = tuple(
        replace(place, kinds=frozenset({kinds[number]})) if number in kinds else place
        for number, place in enumerate(site.places)
    )
    return replace(site, places=places)


def run_day(plan: Scenario, folder: Path, tell: Callable[[str], None]) -> Day:
    """Play it; kernels are compiled already."""
    world = plan.world()
    journal = SqliteJournal(folder / "journal", sync="normal")
    core = assemble(plan.site, plan.kinds)
    pipeline = Pipeline(core, journal, WorldLink(world))
    checker = Checker(plan.site, {name: robot.kind for name, robot in world.robots.items()})
    jobs = iter(plan.jobs())
    job, asked, turns = next(jobs, None), 0, 0
    looks: list[tuple[float, float]] = []
    settle()  # as a fleet does before it begins
    cpu_s, wall_s, world_s = time.process_time(), time.perf_counter(), 0.0
    while (at_s := world.now_ns / SECOND) < plan.duration_s:
        requests = []
        while job and job.at_ns <= world.now_ns:
            requests.append(SubmitJob(job.request.request_id, job.request))
            job, asked = next(jobs, None), asked + 1
        pipeline.turn(world.now_ns, requests)
        is_timed = turns % TIMED_EVERY == 0
        began_s = time.process_time() if is_timed else 0.0
        for _ in range(TURN_STEPS):
            world.step()
        if is_timed:
            world_s += TIMED_EVERY * (time.process_time() - began_s)
        turns += 1
        points = world.bodies.x + 1j * world.bodies.y
        checker.see_points(at_s, points, lambda name: world.robots[name].way.level)
        if at_s % LOOK_S == 0.0:
            looks.append((at_s / 3600.0, resident_mb()))
            tell(f"{at_s / 3600.0:.1f} h of {plan.duration_s / 3600.0:g}")
    journal.close()
    return Day(
        robots=len(world.robots),
        asked=asked,
        finished=core.state.tally.finished,
        collisions=checker.collisions,
        cpu_s=time.process_time() - cpu_s,
        wall_s=time.perf_counter() - wall_s,
        world_cpu_s=world_s,
        mb_per_hour=_slope(looks),
        resident_mb=resident_mb(),
    )


def _slope(looks: list[tuple[float, float]]) -> float:
    """How fast the second of each pair grows with the first, in the later part."""
    late = looks[round(SETTLED * len(looks)) :]
    if len(late) < 2:
        return math.nan
    hours, megabytes = (np.array(column) for column in zip(*late, strict=True))
    return float(np.polyfit(hours, megabytes, 1)[0])
