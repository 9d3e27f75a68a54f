# SPDX-License-Identifier: Apache-2.0
"""What is run: cases with their targets, ours beside the peers, and the figures that come of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean

from suwon_fleet.bench.figure import Figure, Options
from suwon_fleet.bench.traffic import clash
from suwon_fleet.bench.traffic.case import RADIUS_M, Case, make_case
from suwon_fleet.bench.traffic.maps import city_lanes, random_grid
from suwon_fleet.bench.traffic.ours import Ours
from suwon_fleet.bench.traffic.peers import PEERS
from suwon_fleet.bench.traffic.runs import Outcome, Way, make_run
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.wire.maps.read import load_site

DATA = Path(__file__).parents[4] / "shared" / "data"
RANDOM_32 = DATA / "lorr" / "mr23_random.domain" / "maps" / "random-32-32-20.map"
WORKERS = 2
FEW_SEEDS = 5
"""Peers, and cases without a target, are run with no more seeds."""
QUICK_TICKS = 1500

WAYS: tuple[Callable[[Case], Way], ...] = (Ours, *PEERS)


@dataclass(frozen=True, slots=True)
class Setup:
    """A kind of case; a seed makes one of it."""

    map: str
    """`city`, `grid` or a map file."""
    robots: int
    delays: bool = True
    faulty: bool = False
    radii: tuple[float, ...] = (RADIUS_M,)
    target: float | None = None
    """Efficiency to be reached."""
    ticks: int = 6000

    @property
    def name(self) -> str:
        if self.map == "city":
            place = "one-way city lanes 12 x 12"
        elif self.map == "grid":
            place = "two-way random grid 32 x 32, 20 % closed"
        else:
            place = Path(self.map).stem
        more = ["delays" if self.delays else "no delays"]
        if self.faulty:
            more.append("robots die, lanes close, messages late")
        if len(self.radii) > 1:
            more.append(f"radii {' and '.join(f'{radius:g}' for radius in self.radii)} m")
        return f"{place}, {self.robots} robots, {', '.join(more)}"

    def site(self, seed: int) -> SiteMap:
        if self.map == "city":
            # big robots need room to pass each other on lanes side by side
            apart_m = 1.0 if max(self.radii) <= RADIUS_M else 1.5
            return city_lanes(12, seed, apart_m=apart_m, zones=2 if self.faulty else 0)
        if self.map == "grid":
            return random_grid(32, 0.2, seed)
        return load_site(self.map)

    def case(self, seed: int) -> Case:
        return make_case(
            self.name,
            self.site(seed),
            self.robots,
            delays=self.delays,
            seed=seed,
            ticks=self.ticks,
            radii=self.radii,
            faulty=self.faulty,
        )


def setups(quick: bool) -> list[Setup]:
    """All that is run; the cases with targets first."""
    if quick:
        return [
            Setup("city", 50, ticks=QUICK_TICKS),
            Setup("grid", 50, ticks=QUICK_TICKS),
        ]
    grids = ["grid", str(RANDOM_32)]
    if not RANDOM_32.exists():
        print(f"traffic: without {RANDOM_32.name}: no such file", file=sys.stderr)
        grids.pop()
    return [
        Setup("city", 150, target=0.65),
        *(Setup(grid, 150, target=0.45) for grid in reversed(grids)),
        Setup("city", 150, delays=False),
        Setup("city", 50),
        Setup("city", 400),
        *(Setup(grid, robots) for grid in reversed(grids) for robots in (50, 400)),
        Setup("city", 150, faulty=True),
        Setup("city", 150, radii=(RADIUS_M, 0.48)),
    ]


def run(options: Options) -> Iterator[Figure]:
    """Time conflicts, and run all cases, ours and the peers in turn."""
    yield from clash.run(options)
    with ProcessPoolExecutor(WORKERS, get_context("spawn"), warm_up) as pool:
        for setup in setups(options.quick):
            few = min(options.seeds, FEW_SEEDS)
            many = options.seeds if setup.target else few
            ways = [len(WAYS)] * few + [1] * (many - few)
            runs = list(pool.map(_outcomes, [setup] * many, range(many), ways))
            for way in range(len(WAYS)):
                yield from _figures(setup, [run[way] for run in runs if way < len(run)])


def warm_up() -> None:
    """Have all kernels compiled or loaded, so that no run pays for it."""
    case = Setup("grid", 6, ticks=200).case(0)
    for way in WAYS:
        make_run(case, way(case))


def _outcomes(setup: Setup, seed: int, ways: int) -> list[Outcome]:
    """What the first few ways to direct make of one case, one after another."""
    case = setup.case(seed)
    return [make_run(case, way(case)) for way in WAYS[:ways]]


def _figures(setup: Setup, outcomes: Sequence[Outcome]) -> Iterator[Figure]:
    """What came of one way to direct, over all its seeds."""
    is_ours = outcomes[0].by == Ours.name
    reached = [outcome.efficiency for outcome in outcomes]
    yield Figure(
        bench="traffic",
        case=setup.name,
        what="tasks / free-flow tasks",
        by=outcomes[0].by,
        value=fmean(reached),
        unit="",
        spread=(min(reached), max(reached)),
        seeds=len(outcomes),
        target=setup.target if is_ours else None,
        bound=fmean(outcome.bound for outcome in outcomes),
        cpu_ms=fmean(outcome.cpu_ms for outcome in outcomes),
        wall_ms=max(outcome.worst_ms for outcome in outcomes),
        note="bound: each robot alone; CPU: mean of a tick; wall: of the slowest tick",
    )
    counts: list[tuple[str, str, list[float], float | None]] = [
        ("stuck robots in a run", "", [outcome.stuck for outcome in outcomes], 0.0),
        ("deadlocks in a run", "", [outcome.deadlocks for outcome in outcomes], 0.0),
        ("overlaps in a run", "", [outcome.overlaps for outcome in outcomes], 0.0),
        ("lateness of tasks, p99", "s", [outcome.late_s for outcome in outcomes], None),
        ("longest stand", "s", [outcome.longest_s for outcome in outcomes], None),
    ]
    for what, unit, each, target in counts:
        yield Figure(
            bench="traffic",
            case=setup.name,
            what=what,
            by=outcomes[0].by,
            value=fmean(each),
            unit=unit,
            spread=(min(each), max(each)),
            seeds=len(outcomes),
            target=target if is_ours else None,
            fault=is_ours and target is not None and max(each) > target,
        )
