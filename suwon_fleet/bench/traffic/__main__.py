# SPDX-License-Identifier: Apache-2.0
"""One case at a time, for whoever works on traffic: `python -m suwon_fleet.bench.traffic --help`."""

from __future__ import annotations

import argparse
import cProfile
from collections.abc import Callable
from pathlib import Path

from suwon_fleet.bench.traffic.case import Case, make_case
from suwon_fleet.bench.traffic.maps import city_lanes, random_grid
from suwon_fleet.bench.traffic.ours import Ours
from suwon_fleet.bench.traffic.peers import PEERS
from suwon_fleet.bench.traffic.runs import Way, make_run
from suwon_fleet.wire.maps.read import load_site


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
    parser.add_argument("--profile", metavar="FILE", help="write a profile for pstats")
    args = parser.parse_args()
    warm_up()
    profile = cProfile.Profile()
    ways: dict[str, tuple[Callable[[Case], Way], ...]]
    ways = {"ours": (Ours,), "peers": PEERS, "all": (Ours, *PEERS)}
    for seed in args.seed or [0]:
        case = _case(args, seed)
        for way in ways[args.by]:
            if args.profile:
                profile.enable()
            outcome = make_run(case, way(case))
            profile.disable()
            print(
                f"{outcome.case} seed {outcome.seed}: {outcome.by} eff {outcome.efficiency:.3f} "
                f"({outcome.tasks} tasks) stuck {outcome.stuck} overlaps {outcome.overlaps}, "
                f"{outcome.cpu_ms:.3f} ms CPU a tick, worst {outcome.worst_ms:.1f} ms, "
                f"world {outcome.world_ms:.3f} ms",
                flush=True,
            )
    if args.profile:
        profile.dump_stats(args.profile)


def warm_up() -> None:
    """Have all kernels compiled, so that no run pays for it."""
    case = make_case("warm-up", random_grid(6, 0.2, 0), 6, delays=True, seed=0, ticks=200)
    make_run(case, Ours(case))
    for peer in PEERS:
        make_run(case, peer(case))


def _case(args: argparse.Namespace, seed: int) -> Case:
    if args.map == "city":
        site = city_lanes(12, seed)
    elif args.map == "grid":
        site = random_grid(32, 0.2, seed)
    else:
        site = load_site(Path(args.map))
    name = f"{site.id}, {args.robots} robots, {'no delay' if args.no_delay else 'delay'}"
    return make_case(name, site, args.robots, delays=not args.no_delay, seed=seed, ticks=args.ticks)


if __name__ == "__main__":
    main()
