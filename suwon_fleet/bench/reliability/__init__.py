# SPDX-License-Identifier: Apache-2.0
"""What is promised when things go wrong, measured: nothing lost or done twice, and how soon it goes on.

One line for each test, with what it counted under keys of their own. A test that loses something, does it
twice, or lets an error out is a fault.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from suwon_fleet.bench import database
from suwon_fleet.bench.bridge import cuts
from suwon_fleet.bench.figure import Figure, Options
from suwon_fleet.bench.measure import percentile, spread
from suwon_fleet.bench.reliability import (
    crashes,
    doors,
    fuzz,
    lost,
    soak,
    stops,
    takeovers,
)
from suwon_fleet.bench.reliability.mortal import End, Sync
from suwon_fleet.bench.reliability.stops import Load
from suwon_fleet.bench.reliability.yard import PLACES, Yard
from suwon_fleet.bench.sim import day
from suwon_fleet.cli.simulate import warm_up
from suwon_fleet.core.errors import Unreachable
from suwon_fleet.service.warm_up import settle
from suwon_fleet.sim.scenario import Scenario, load_scenario

OURS = "suwon_fleet"
CRASHES, FEW_CRASHES = 40, 5
"""Of each seed."""
JOBS, FEW_JOBS = 20, 3
KILLS, FEW_KILLS = 50, 2
CUTS, FEW_CUTS = 25, 1
"""Each for a job that is called off and for one that is done."""
BAD_LINE = cuts.Line(delay_s=0.05, lost=0.2)
LOST, FEW_LOST = 40, 4
STOPS, FEW_STOPS = Load(200, 400, 200), Load(4, 8, 8)
CASES, FEW_CASES = 100_000, 200
TEXT_CASES, FEW_TEXT_CASES = 2_000, 20
SOAK_H, SHORT_SOAK_H = 24.0, 0.5
SOAK_ROBOTS, FEW_SOAK_ROBOTS = 200, 10


def run(options: Options) -> Iterator[Figure]:
    """Measure one after the other, the shortest first."""
    warm_up(options.tell)
    with tempfile.TemporaryDirectory(prefix="suwon_bench_") as name:
        folder = Path(name)
        yard = load_scenario(Yard.write(folder).scenario)
        yield _crashes(options, yard)
        yield _takeovers(options, folder, has_standby=True)
        yield _takeovers(options, folder, has_standby=False)
        try:
            journal = database.url()
        except Unreachable as error:
            options.tell(f"a journal in PostgreSQL is left out: {error}")
        else:
            yield _takeovers(options, folder, has_standby=True, journal=journal)
        yield _networks(options, folder)
        yield _lost(options, yard)
        yield _stops(options)
        yield _fuzz(options, folder)
        yield _soak(options, folder)


def _crashes(options: Options, yard: Scenario) -> Figure:
    times, jobs = (FEW_CRASHES, FEW_JOBS) if options.quick else (CRASHES, JOBS)
    outcomes = []
    for seed in range(options.seeds):
        options.tell(f"a manager that dies, seed {seed + 1} of {options.seeds}")
        sync = list(Sync)[seed % 2]
        outcomes.append(
            crashes.crash(
                yard, PLACES, jobs=jobs, crashes=times, sync=sync, ends=list(End), seed=seed
            )
        )
    wrong = sum(len(one.violations) for one in outcomes)
    amiss = sum(one.lost + one.doubled for one in outcomes)
    return Figure(
        bench="reliability",
        case=f"{options.seeds * jobs} jobs, 4 robots; killed, power cut, disk full",
        what="lost or done twice over crashes in process",
        by=OURS,
        value=amiss,
        unit="jobs",
        seeds=options.seeds,
        target=0.0,
        fault=bool(amiss or wrong),
        counts={
            "count": sum(one.crashes for one in outcomes),
            "lost": sum(one.lost for one in outcomes),
            "doubled": sum(one.doubled for one in outcomes),
            "violations": wrong,
        },
    )


def _takeovers(options: Options, folder: Path, *, has_standby: bool, journal: str = "") -> Figure:
    times = FEW_KILLS if options.quick else KILLS
    who = "one stands by" if has_standby else "its keeper starts another"
    who += ", journal in PostgreSQL" if journal else ""
    options.tell(f"kill -9, {who}")
    taken = takeovers.measure(folder, times, has_standby=has_standby, seed=1, journal=journal)
    key = "takeover_p99_ms" if has_standby else "recover_p99_ms"
    ms = percentile(taken.ms, 0.99)
    return Figure(
        bench="reliability",
        case=f"kill -9 of a fleet_manager, {who}; 4 robots, {taken.jobs} jobs",
        what="death -> next message to robots, p99",
        by=OURS,
        value=ms,
        unit="ms",
        spread=spread(taken.ms),
        target=2000.0,
        fault=bool(taken.lost or taken.doubled or taken.illegal),
        counts={
            "count": times,
            "lost": taken.lost,
            "doubled": taken.doubled,
            "violations": taken.illegal,
            key: ms,
        },
    )


def _networks(options: Options, folder: Path) -> Figure:
    """Over a line that is good while it is not cut, and over one that is slow and loses packets."""
    times = FEW_CUTS if options.quick else CUTS
    options.tell("a robot's line is cut")
    good = cuts.measure(folder, cuts.Line(), times, seed=1)
    options.tell("a robot's line is cut, and bad otherwise")
    bad = cuts.measure(folder, BAD_LINE, times, seed=1)
    lost_jobs, doubled = good.lost + bad.lost, good.doubled + bad.doubled
    ms = percentile(good.cancel_ms, 0.99)
    return Figure(
        bench="reliability",
        case=f"{good.jobs + bad.jobs} jobs, the robot's line is cut for up to {cuts.LONGEST_CUT_S:g} s",
        what="line whole again -> what was called off meanwhile has ended, p99",
        by=OURS,
        value=ms,
        unit="ms",
        spread=spread(good.cancel_ms),
        target=1000.0,
        fault=bool(lost_jobs or doubled),
        counts={
            "count": 4 * times,
            "lost": lost_jobs,
            "doubled": doubled,
            "cancel_p99_ms": ms,
            "cancel_bad_line_p99_ms": percentile(bad.cancel_ms, 0.99),
        },
        note="messages come twice and out of order; the bad line: 50 ms, a fifth of all packets lost",
    )


def _lost(options: Options, yard: Scenario) -> Figure:
    options.tell("robots that fall silent")
    taken = lost.lose(yard, FEW_LOST if options.quick else LOST, seed=1)
    shown_s, reassigned_s = (percentile(one, 0.99) for one in (taken.shown_s, taken.reassigned_s))
    return Figure(
        bench="reliability",
        case="4 robots, one falls silent on its way to a pick-up",
        what="last sign of life -> shown as lost, p99",
        by=OURS,
        value=shown_s,
        unit="s",
        spread=spread(taken.shown_s),
        target=3.0,
        fault=bool(taken.never),
        counts={
            "count": len(taken.shown_s),
            "lost": taken.never,
            "lost_robot_shown_p99_s": shown_s,
            "reassign_p99_s": reassigned_s,
        },
        note="simulated time; its job is another's after reassign_p99_s, to be at most 5",
    )


def _stops(options: Options) -> Figure:
    load = FEW_STOPS if options.quick else STOPS
    options.tell(f"stop requests, {load.robots} robots")
    taken = stops.measure(load)
    ms, bare_ms = percentile(taken.ms, 0.99), percentile(taken.bare_ms, 0.99)
    return Figure(
        bench="reliability",
        case=f"{load.robots} robots, {load.jobs} jobs, as fast as the fleet keeps up",
        what="request to stop -> command on the wire, p99",
        by=OURS,
        value=ms,
        unit="ms",
        spread=spread(taken.ms),
        target=50.0,
        bound=bare_ms,
        fault=bool(taken.lost),
        counts={
            "count": load.requests,
            "lost": taken.lost,
            "stop_p50_ms": percentile(taken.ms, 0.5),
            "stop_p99_ms": ms,
        },
        note="at best: a node that does nothing else, in turn with ours",
    )


def _fuzz(options: Options, folder: Path) -> Figure:
    cases, texts = (FEW_CASES, FEW_TEXT_CASES) if options.quick else (CASES, TEXT_CASES)
    tried = []
    settle()  # as a fleet does before it begins
    for door in doors.doors(folder):
        options.tell(f"bad input: {door.name}")
        tried.append(fuzz.fuzz(door, texts if door.is_text else cases, seed=1))
    crashed = [crash for one in tried for crash in one.crashes]
    return Figure(
        bench="reliability",
        case=f"{len(tried)} decoders of messages, records and files",
        what="errors of bad input that are not the ones told of",
        by=OURS,
        value=len(crashed),
        unit="",
        target=0.0,
        fault=bool(crashed),
        counts={
            "fuzz_cases": sum(one.cases for one in tried),
            "refused": sum(one.refused for one in tried),
            "crashes": len(crashed),
            "slowest_ms": max(one.slowest_ms for one in tried),
            "grown_mb": sum(one.grown_mb for one in tried),
        },
        note="; ".join(crashed[:3]),
    )


def _soak(options: Options, folder: Path) -> Figure:
    hours, robots = (SHORT_SOAK_H, FEW_SOAK_ROBOTS) if options.quick else (SOAK_H, SOAK_ROBOTS)
    scenario = day.scenario(1, hours, robots)

    def tell(words: str) -> None:
        options.tell(f"a long time of work: {words}")

    soaked = soak.soak(scenario, folder, tell)
    return Figure(
        bench="reliability",
        case=f"{hours:g} simulated h, {robots} robots in a city, {soaked.jobs} jobs",
        what="memory by the hour, once warm",
        by=OURS,
        value=soaked.slope_mb_h,
        unit="MB/h",
        target=1.0,
        fault=bool(soaked.stuck),
        counts={"count": soaked.jobs, "lost": soaked.stuck, "rss_slope_mb_h": soaked.slope_mb_h},
        note=f"{soaked.finished} jobs finished; {soaked.memory[-1][1]:.0f} MB at the end",
    )
