# SPDX-License-Identifier: Apache-2.0
"""A stretch of a day on the belt (benchmark B5): the whole fleet, and with parts replaced by simpler ones.

What is lost to dispatch and what to traffic is told apart by our own assignment, repeated with robots
that pass through each other: what is quicker then was lost to traffic. The rest, beside jobs that find a
robot where they begin and meet no other, was lost to waiting for a robot, and for it to come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from suwon_fleet.bench.city.day import QUARTER_S, RUSHES, day
from suwon_fleet.bench.city.outcome import Outcome, Way, run_day
from suwon_fleet.bench.figure import Figure, Options
from suwon_fleet.bench.measure import middle, spread
from suwon_fleet.cli.simulate import warm_up

AT_ONCE = 2
"""Seeds run side by side; the ways of one seed run one after the other."""
_MEAN = "mean time to completion"
_OF_TRAFFIC = ("robots in deadlock", "collisions")
Fact = Callable[[Outcome], float]
_FACTS: tuple[tuple[str, str, Fact], ...] = (
    ("served", "share", lambda o: o.served),
    ("on time", "share", lambda o: o.on_time),
    ("mean lateness", "s", lambda o: o.late_s),
    (_MEAN, "s", lambda o: o.mean_s),
    ("p95 time to completion", "s", lambda o: o.p95_s),
    ("driven empty", "km", lambda o: o.empty_km),
    ("driven", "km", lambda o: o.driven_km),
    ("energy", "kWh", lambda o: o.energy_kwh),
    ("robots in deadlock", "", lambda o: float(o.deadlocks)),
    ("collisions", "", lambda o: float(o.collisions)),
    ("simulated time / wall time", "", lambda o: o.simulated_s / o.wall_s),
)


@dataclass(frozen=True, slots=True)
class Day:
    """One seed's day in every way; `again` is ours a second time."""

    outcomes: dict[Way, Outcome]
    again: Outcome


def run(options: Options) -> Iterator[Figure]:
    """Run every seed's day in every way."""
    warm_up(options.tell)
    quarters = 1 if options.quick else len(RUSHES)
    seeds = range(1, options.seeds + 1)
    days: list[Day] = []
    options.tell(f"0 of {len(seeds)} days, {len(Way) + 1} runs each")
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as pool:
        for done in pool.map(run_seed, seeds, [quarters] * len(seeds)):
            days.append(done)
            options.tell(f"{len(days)} of {len(seeds)} days")
    jobs = middle([one.again.jobs for one in days])
    case = f"belt, {quarters * QUARTER_S / 3600:g} h, {jobs:g} jobs"
    yield from _compared(case, days)
    yield from _losses(case, days)
    yield _repeated(case, days)


def run_seed(seed: int, quarters: int) -> Day:
    """One day in every way."""
    scenario = day(seed, quarters)
    ours, turns = run_day(scenario, Way.FULL)
    outcomes = {Way.FULL: ours}
    for way in Way:
        if way is not Way.FULL:
            outcomes[way], _ = run_day(scenario, way, turns)
    return Day(outcomes, run_day(scenario, Way.FULL)[0])


def _compared(case: str, days: Sequence[Day]) -> Iterator[Figure]:
    """Every fact of every way; collisions and deadlocks mean nothing where robots pass through."""
    alone_s = middle([one.again.alone_s for one in days])
    for what, unit, fact in _FACTS:
        for way in Way:
            if what in _OF_TRAFFIC and way is Way.WITHOUT_CONFLICT:
                continue
            values = [fact(one.outcomes[way]) for one in days]
            yield _figure(
                case,
                what,
                way,
                values,
                unit,
                bound=alone_s if what == _MEAN else None,
                fault=way is Way.FULL and what in _OF_TRAFFIC and max(values) > 0.0,
            )


def _losses(case: str, days: Sequence[Day]) -> Iterator[Figure]:
    """What of the mean time to completion is lost to traffic, and what to dispatch."""
    ways = [one.outcomes for one in days]
    traffic = [way[Way.FULL].mean_s - way[Way.WITHOUT_CONFLICT].mean_s for way in ways]
    dispatch = [way[Way.WITHOUT_CONFLICT].mean_s - way[Way.FULL].alone_s for way in ways]
    yield _figure(case, f"{_MEAN}: lost to traffic", Way.FULL, traffic, "s")
    yield _figure(case, f"{_MEAN}: lost to dispatch", Way.FULL, dispatch, "s")


def _repeated(case: str, days: Sequence[Day]) -> Figure:
    """Whether the same day a second time, and the journal alone, led to the same state."""
    same = [
        one.again.state_hash == one.outcomes[Way.FULL].state_hash and one.again.replays
        for one in days
    ]
    what = "same state when run again and replayed"
    return _figure(case, what, Way.FULL, list(map(float, same)), "", fault=not all(same))


def _figure(
    case: str,
    what: str,
    way: Way,
    values: Sequence[float],
    unit: str,
    *,
    bound: float | None = None,
    fault: bool = False,
) -> Figure:
    return Figure(
        bench="city",
        case=case,
        what=what,
        by=way,
        value=middle(values),
        unit=unit,
        spread=spread(values),
        seeds=len(values),
        bound=bound,
        fault=fault,
    )
