# SPDX-License-Identifier: Apache-2.0
"""One measurement in a process of its own, so that memory and compiled code are its own as well.

`python -m suwon_fleet.bench.scale traffic 4 12 100 --ticks 300` prints one JSON object. For whoever works
on what is measured, `--profile FILE` writes a profile for pstats.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import numba

from suwon_fleet.bench.measure import Stopwatch, peak_mb, percentile
from suwon_fleet.bench.scale import rows
from suwon_fleet.bench.scale.city_map import city
from suwon_fleet.bench.scale.engine_load import TICK_MS, EngineLoad
from suwon_fleet.bench.scale.traffic_load import TrafficLoad
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.resources import resource_path
from suwon_fleet.service.warm_up import warm_up
from suwon_fleet.traffic.conflicts import find_conflicts
from suwon_fleet.traffic.roadmap import compile_roadmap
from suwon_fleet.wire.kinds import load_kinds

KIND = "delivery_outdoor"
ROWS = 5
Facts = dict[str, float]


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m suwon_fleet.bench.scale")
    parser.add_argument("what", choices=_MEASURES)
    parser.add_argument("blocks", type=int)
    parser.add_argument("stations", type=int)
    parser.add_argument("robots", type=int)
    parser.add_argument("--ticks", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", metavar="FILE")
    args = parser.parse_args()
    kind = load_kinds(resource_path("config/robots"))[KIND]
    site = city(args.blocks, args.stations, seed=args.seed)
    profile = cProfile.Profile() if args.profile else None
    facts = _MEASURES[args.what](site, kind, args, profile)
    if profile:
        profile.dump_stats(args.profile)
    print(json.dumps({**facts, "peak_mb": peak_mb()}))


def _map(
    site: SiteMap, kind: RobotKind, args: argparse.Namespace, profile: cProfile.Profile | None
) -> Facts:
    compiling, finding = Stopwatch(), Stopwatch()
    with compiling.lap():
        roadmap = compile_roadmap(site, [kind])
    with finding.lap():
        conflicts = find_conflicts(roadmap)
    goals = [roadmap.vertex_of[place.node] for place in site.places[:ROWS]]
    found = {f"row {name}": fmean(watch.cpu_ms) for name, watch in rows.measure(roadmap, goals)}
    return {
        "vertices": roadmap.vertex_count,
        "conflicts": len(conflicts.elements),
        "roadmap_ms": compiling.cpu_ms[0],
        "conflicts_ms": finding.cpu_ms[0],
        "touched_bytes": rows.touched_bytes(roadmap),
        **found,
    }


def _traffic(
    site: SiteMap, kind: RobotKind, args: argparse.Namespace, profile: cProfile.Profile | None
) -> Facts:
    if not numba.config.DISABLE_JIT:
        warm_up(kind, _silent)
    TrafficLoad(city(2, 3, seed=0), kind, 2, seed=0).run(1)
    load = TrafficLoad(site, kind, args.robots, seed=args.seed)
    load.begin()
    _profiled(lambda: load.run(args.ticks), profile)
    return {
        "first_ms": load.first.cpu_ms[0],
        "visits": load.visits,
        "moving": load.moving,
        **_laps("tick", load.ticks),
    }


def _engine(
    site: SiteMap, kind: RobotKind, args: argparse.Namespace, profile: cProfile.Profile | None
) -> Facts:
    warm_up(kind, _silent)
    with tempfile.TemporaryDirectory() as folder:
        load = EngineLoad(site, kind, args.robots, seed=args.seed, journal=Path(folder) / "journal")
        load.join()
        _profiled(lambda: load.run(args.ticks), profile)
        load.close()
    return {
        "joined": load.joined,
        "jobs": load.asked,
        **_laps("turn", load.turns),
        **_shares("assigned", load.to_assigned_ms),
        **_shares("granted", load.to_granted_ms),
    }


def _profiled(run: Callable[[], None], profile: cProfile.Profile | None) -> None:
    if profile:
        profile.runcall(run)
    else:
        run()


def _silent(_: str) -> None:
    """Whoever started this process said already that kernels compile."""


def _laps(name: str, watch: Stopwatch) -> Facts:
    late = sum(wall_ms > TICK_MS for wall_ms in watch.wall_ms) / len(watch.wall_ms)
    return {
        f"{name}_mean_ms": fmean(watch.cpu_ms),
        f"{name}_wall_ms": fmean(watch.wall_ms),
        f"{name}_p99_ms": percentile(watch.cpu_ms, 0.99),
        f"{name}_max_ms": max(watch.cpu_ms),
        f"{name}s_late": late,
    }


def _shares(name: str, values_ms: list[float]) -> Facts:
    if not values_ms:
        return {}
    shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return {f"{name}_{word}_ms": percentile(values_ms, share) for word, share in shares.items()}


_MEASURES = {"map": _map, "traffic": _traffic, "engine": _engine}

if __name__ == "__main__":
    main()
