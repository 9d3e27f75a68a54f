# SPDX-License-Identifier: Apache-2.0
"""The cases of the benchmark, each seed by all ways in turn, and what is reported of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from time import thread_time

from suwon_fleet.bench import packages
from suwon_fleet.bench.dispatch import burst, solvers
from suwon_fleet.bench.dispatch.instance import Instance, Outcome, judge
from suwon_fleet.bench.dispatch.peers import (
    Plan,
    cheapest_insertion,
    first_come,
    hungarian_rounds,
)
from suwon_fleet.bench.figure import Figure, Options
from suwon_fleet.bench.measure import Stopwatch, spread
from suwon_fleet.dispatch.horizon import moves_for
from suwon_fleet.dispatch.plan import WHOLE, make_plan
from suwon_fleet.dispatch.search import Spent, moves

BENCH = "dispatch"
SIZES = ((10, 10), (10, 30), (50, 200), (200, 600), (1000, 3000))
QUICK = ((10, 10), (50, 200))
LARGE = (2000, 4000)
LARGE_S = 3.0
PEER_S = 1.0
"""What OR-tools and PyVRP are given."""
EXACT_S = 30.0
FIRST_CPU_MS = 25.0
"""What a plan for 50 robots and 200 jobs is to take at most."""

Way = Callable[[Instance], Plan]


def run(options: Options) -> Iterator[Figure]:
    """Measure all cases; the figures of one as soon as its last seed is done."""
    _within(0.01)(Instance.random(2, 3, 0))  # loads the kernels
    for robots, jobs in QUICK if options.quick else SIZES:
        options.tell(f"{robots} robots, {jobs} jobs")
        yield from _case(robots, jobs, options)
    if not options.quick:
        options.tell("cells")
        yield from _cells(options)
    options.tell("a burst of jobs")
    yield from burst.run(options)


@dataclass(slots=True)
class _Series:
    """What one way came to, seed by seed."""

    outcomes: list[Outcome] = field(default_factory=list)
    watch: Stopwatch = field(default_factory=Stopwatch)

    def take(self, way: Way, instance: Instance) -> None:
        """Measure one seed."""
        with self.watch.lap():
            plan = way(instance)
        self.outcomes.append(judge(instance, plan))

    @property
    def means_s(self) -> list[float]:
        return [outcome.mean_s for outcome in self.outcomes]


def _within(seconds: float, whole: int = WHOLE) -> Way:
    """Ours, in so much CPU time, rounds and all; these alone may take longer."""

    def plan(instance: Instance) -> Plan:
        begun = thread_time()
        return _ours(instance, lambda _: (thread_time() - begun) / seconds, whole)

    return plan


def _ours(instance: Instance, spent: Spent, whole: int = WHOLE) -> Plan:
    return make_plan(instance.problem, spent=spent, whole=whole).lists()


def _as_in_the_fleet(instance: Instance) -> Plan:
    """Ours with the budget that a fleet at work gives it."""
    return _ours(instance, moves(moves_for(instance.robots, instance.jobs)))


def _ways(robots: int, jobs: int) -> dict[str, Way]:
    """Who takes part in a case: all whose way suits its size."""
    ways: dict[str, Way] = {
        "first come, first served": first_come,
        "hungarian rounds (scipy)": hungarian_rounds,
        "cheapest insertion": cheapest_insertion,
        "suwon_fleet": _as_in_the_fleet,
        "suwon_fleet, 50 ms": _within(0.05),
        "suwon_fleet, 1 s": _within(1.0),
    }
    if packages.has("lapx") and jobs <= 600:
        ways["hungarian rounds (lapx)"] = partial(hungarian_rounds, match=solvers.lapx_match)
    if packages.has("ortools") and jobs <= 600:
        ways["or-tools routing, 1 s"] = partial(solvers.routing, limit_s=PEER_S)
    if packages.has("pyvrp") and jobs <= 200:
        ways["pyvrp, 1 s (for travel)"] = partial(solvers.vehicle_routing, limit_s=PEER_S)
    return ways


def _case(robots: int, jobs: int, options: Options) -> Iterator[Figure]:
    case = f"{robots}x{jobs}"
    ways = _ways(robots, jobs)
    series = {name: _Series() for name in ways}
    bounds_s, optima_s = [], []
    for seed in range(options.seeds):
        instance = Instance.random(robots, jobs, seed)
        _ = instance.problem  # tables are given to all, ours as arrays of its own
        for name, way in ways.items():
            series[name].take(way, instance)
        bounds_s.append(instance.bound_s())
        if jobs <= 10 and packages.has("ortools"):
            best_s, is_proven = solvers.exact(instance, EXACT_S)
            optima_s += [best_s] if is_proven else []
    is_exact = len(optima_s) == options.seeds
    bound_s = statistics.mean(optima_s if is_exact else bounds_s)
    for name, one in series.items():
        yield from _figures(case, name, one, bound_s)
    if is_exact:
        yield _to_optimum(case, series["suwon_fleet, 50 ms"], optima_s)
    yield from _to_rounds(case, series)


def _figures(case: str, name: str, series: _Series, bound_s: float) -> Iterator[Figure]:
    """What a way came to: completion, its tail, driving without a load."""
    is_first = (case, name) == ("50x200", "suwon_fleet")
    values = {
        "mean completion": [outcome.mean_s for outcome in series.outcomes],
        "p95 completion": [outcome.p95_s for outcome in series.outcomes],
        "empty travel": [outcome.empty_s for outcome in series.outcomes],
    }
    for what, seconds in values.items():
        yield Figure(
            bench=BENCH,
            case=case,
            what=what,
            by=name,
            value=statistics.mean(seconds),
            unit="s",
            spread=spread(seconds),
            seeds=len(seconds),
            bound=bound_s if what == "mean completion" else None,
            cpu_ms=statistics.median(series.watch.cpu_ms),
            wall_ms=statistics.median(series.watch.wall_ms),
        )
    if is_first:
        yield Figure(
            bench=BENCH,
            case=case,
            what="CPU of a plan",
            by=name,
            value=statistics.median(series.watch.cpu_ms),
            unit="ms",
            spread=spread(series.watch.cpu_ms),
            seeds=len(series.watch.cpu_ms),
            target=FIRST_CPU_MS,
        )


def _to_optimum(case: str, ours: _Series, optima_s: list[float]) -> Figure:
    ratios = [mean_s / best_s for mean_s, best_s in zip(ours.means_s, optima_s, strict=True)]
    return Figure(
        bench=BENCH,
        case=case,
        what="mean completion / CP-SAT's optimum",
        by="suwon_fleet, 50 ms",
        value=statistics.mean(ratios),
        unit="",
        spread=spread(ratios),
        seeds=len(ratios),
        target=1.01,
        bound=1.0,
    )


def _to_rounds(case: str, series: dict[str, _Series]) -> Iterator[Figure]:
    """Ours beside Hungarian rounds, seed by seed."""
    rounds_s = series["hungarian rounds (scipy)"].means_s
    targets = {"suwon_fleet, 50 ms": 1275 / 1275, "suwon_fleet, 1 s": 1265 / 1275}
    for name, target in targets.items():
        pairs = zip(series[name].means_s, rounds_s, strict=True)
        ratios = [ours_s / theirs_s for ours_s, theirs_s in pairs]
        yield Figure(
            bench=BENCH,
            case=case,
            what="mean completion / hungarian rounds",
            by=name,
            value=statistics.mean(ratios),
            unit="",
            spread=spread(ratios),
            seeds=len(ratios),
            target=target if case == "200x600" else None,
        )


def _cells(options: Options) -> Iterator[Figure]:
    """Many robots: matched cell by cell, and all at once; the search has what is left of the time."""
    robots, jobs = LARGE
    ways = {
        "suwon_fleet, cell by cell": WHOLE,
        "suwon_fleet, all at once": robots,
    }
    series = {name: _Series() for name in ways}
    bounds_s = []
    for seed in range(options.seeds):
        instance = Instance.random(robots, jobs, seed)
        _ = instance.problem
        for name, whole in ways.items():
            series[name].take(_within(LARGE_S, whole), instance)
        bounds_s.append(instance.bound_s())
    for name, one in series.items():
        yield from _figures(f"{robots}x{jobs}", name, one, statistics.mean(bounds_s))
