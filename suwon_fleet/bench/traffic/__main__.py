# SPDX-License-Identifier: Apache-2.0
"""One case at a time, for whoever works on traffic: `python -m suwon_fleet.bench.traffic --help`."""

from __future__ import annotations

import argparse
import cProfile

import numpy as np

from suwon_fleet.bench.traffic import clash
from suwon_fleet.bench.traffic.case import RADIUS_M
from suwon_fleet.bench.traffic.runs import Outcome, make_run
from suwon_fleet.bench.traffic.suite import WAYS, Setup, warm_up


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m suwon_fleet.bench.traffic",
        description="Runs cases of robots with 5, 10 or 20 ticks per edge, and prints what came of them.",
    )
    parser.add_argument("--map", default="city", help="city, grid, or a map file (default: city)")
    parser.add_argument("--robots", type=int, default=150)
    parser.add_argument("--ticks", type=int, default=6000)
    parser.add_argument("--seed", type=int, action="append", help="may be given again (default: 0)")
    parser.add_argument("--by", choices=("ours", "peers", "all"), default="ours")
    parser.add_argument("--no-delay", action="store_true", help="no stops on the way")
    parser.add_argument("--faulty", action="store_true", help="deaths, closures, late messages")
    parser.add_argument("--radius", type=float, action="append", help="may be given again")
    parser.add_argument("--clash", action="store_true", help="time conflicts of 20 robots instead")
    parser.add_argument("--profile", metavar="FILE", help="write a profile for pstats")
    args = parser.parse_args()
    ways = {"ours": WAYS[:1], "peers": WAYS[1:], "all": WAYS}[args.by]
    warm_up()
    setup = Setup(
        map=args.map,
        robots=args.robots,
        delays=not args.no_delay,
        faulty=args.faulty,
        radii=tuple(args.radius or [RADIUS_M]),
        ticks=args.ticks,
    )
    profile = cProfile.Profile()
    for seed in args.seed or [0]:
        if args.profile:
            profile.enable()
        if args.clash:
            _print_clashes(seed, args.ticks)
        else:
            case = setup.case(seed)
            for way in ways:
                print(_line(make_run(case, way(case))), flush=True)
        profile.disable()
    if args.profile:
        profile.dump_stats(args.profile)


def _print_clashes(seed: int, ticks: int) -> None:
    times = clash.clashes(seed, ticks)
    p50, p99, most = np.percentile(times.wall_ms, [50, 99, 100])
    print(
        f"seed {seed}: {len(times.wall_ms)} conflicts: p50 {p50:.2f} ms, p99 {p99:.2f} ms, slowest "
        f"{most:.2f} ms (CPU p99 {np.percentile(times.cpu_ms, 99):.2f} ms), overlaps {times.overlaps}",
        flush=True,
    )


def _line(outcome: Outcome) -> str:
    return (
        f"{outcome.case}, seed {outcome.seed}: {outcome.by}: eff {outcome.efficiency:.3f} "
        f"(bound {outcome.bound:.3f}, {outcome.tasks} tasks), stuck {outcome.stuck}, "
        f"deadlocks {outcome.deadlocks}, overlaps {outcome.overlaps}, "
        f"p99 late {outcome.late_s:.0f} s, longest stand {outcome.longest_s:.0f} s, "
        f"{outcome.cpu_ms:.3f} ms CPU a tick, slowest {outcome.worst_ms:.1f} ms, "
        f"world {outcome.world_ms:.3f} ms"
    )


if __name__ == "__main__":
    main()
