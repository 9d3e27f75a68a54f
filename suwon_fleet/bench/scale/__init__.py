# SPDX-License-Identifier: Apache-2.0
"""Scale and latency (benchmark B4): generated cities of up to 50,000 vertices and 10,000 robots.

Every measurement is a process of its own (`__main__.py`), ours and a peer's in turn. The peer of traffic
is the same program in pure Python; of finding times to a station, what others have published.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from suwon_fleet.bench.figure import Figure, Options
from suwon_fleet.bench.measure import bytes_per_ms, loopback_ms, middle, percentile, spread
from suwon_fleet.bench.scale.sizes import ALL, QUICK, Size
from suwon_fleet.core.errors import Broken

TICKS, QUICK_TICKS = 300, 50
"""A tick is 0.1 s."""
PEER_TICKS = 30
"""Of pure Python, at most: each takes a second."""
MOST_FOR_PEER = (100, ("0.5k", "5k"))
"""Robots and vertices that pure Python is tried on; it takes too long for more."""
STOPPED_AFTER_S = 900.0
"""A measurement that takes longer is given up."""
TARGET_MS = {("50k", 10_000): 5.0}
"""CPU of traffic for one tick."""
ROBOT_BYTES = 64
"""One line of cache for each robot: to look once at where it is, and how far it may go."""
OURS, PYTHON = "suwon_fleet", "suwon_fleet in pure Python"
Facts = dict[str, float]


def run(options: Options) -> Iterator[Figure]:
    """Measure all sizes, the small ones first."""
    memory, loopback = bytes_per_ms(), percentile(loopback_ms(), 0.5)
    for size in QUICK if options.quick else ALL:
        yield from _map(size, options, memory)
        for robots in size.robots:
            yield from _traffic(size, robots, options, memory)
            yield from _engine(size, robots, options, loopback)


def _map(size: Size, options: Options, memory: float) -> Iterator[Figure]:
    found = [_child(options, "map", size, 0, seed) for seed in _seeds(options)]
    runs = [facts for facts in found if facts]
    figure = partial(_figure, _case(size), runs)
    yield from figure("roadmap compiled, CPU", {OURS: "roadmap_ms"})
    yield from figure("conflicts found, CPU", {OURS: "conflicts_ms"})
    ways = {name.removeprefix("row "): name for name in runs[0] if name.startswith("row ")}
    bound = middle([facts["touched_bytes"] for facts in runs]) / memory
    yield from figure("times from everywhere to one station, CPU", ways, bound=bound)


def _traffic(size: Size, robots: int, options: Options, memory: float) -> Iterator[Figure]:
    ours, peer = [], []
    has_peer = robots <= MOST_FOR_PEER[0] and size.vertices in MOST_FOR_PEER[1]
    ticks = QUICK_TICKS if options.quick else TICKS
    peer_ticks = min(ticks, PEER_TICKS)
    for seed in _seeds(options):
        ours.append(_child(options, "traffic", size, robots, seed, ticks))
        if has_peer:
            peer.append(_child(options, "traffic", size, robots, seed, peer_ticks, jit=False))
    case = _case(size, robots)
    figure = partial(_figure, case, [facts for facts in ours if facts])
    target, bound = TARGET_MS.get((size.vertices, robots)), robots * ROBOT_BYTES / memory
    what = "traffic, CPU of one tick, mean"
    yield from figure(what, {OURS: "tick_mean_ms"}, target=target, bound=bound)
    done = [facts for facts in peer if facts]
    yield from _figure(case, done, what, {PYTHON: "tick_mean_ms"}, bound=bound)
    yield from figure("traffic, CPU of one tick, p99", {OURS: "tick_p99_ms"}, bound=bound)
    yield from figure("traffic, CPU of one tick, most", {OURS: "tick_max_ms"}, bound=bound)
    yield from figure("traffic, first plan, CPU", {OURS: "first_ms"})
    yield from figure("traffic, share of time that robots drive", {OURS: "moving"}, unit="")
    yield from figure("traffic, memory at most", {OURS: "peak_mb"}, unit="MB")
    if stopped := len(ours) - len([facts for facts in ours if facts]):
        yield _given_up(case, what, stopped)


def _engine(size: Size, robots: int, options: Options, loopback: float) -> Iterator[Figure]:
    ticks = QUICK_TICKS if options.quick else TICKS
    found = [_child(options, "engine", size, robots, seed, ticks) for seed in _seeds(options)]
    case = _case(size, robots)
    figure = partial(_figure, case, [facts for facts in found if facts])
    yield from figure("fleet, CPU of one turn, mean", {OURS: "turn_mean_ms"})
    yield from figure("fleet, turns longer than a tick", {OURS: "turns_late"}, unit="share")
    for share in ("p50", "p99", "max"):
        yield from figure(
            f"submit -> assigned, wall, {share}", {OURS: f"assigned_{share}_ms"}, bound=loopback
        )
    for share in ("p50", "p99", "max"):
        yield from figure(
            f"position -> grant, wall, {share}", {OURS: f"granted_{share}_ms"}, bound=loopback
        )
    yield from figure("fleet, memory at most", {OURS: "peak_mb"}, unit="MB")
    if stopped := found.count(None):
        yield _given_up(case, "fleet, CPU of one turn, mean", stopped)


def _figure(
    case: str,
    runs: list[Facts],
    what: str,
    names: dict[str, str],
    *,
    unit: str = "ms",
    target: float | None = None,
    bound: float | None = None,
) -> Iterator[Figure]:
    """The median of the runs that have a fact, for each who did it and the name of theirs."""
    for by, name in names.items():
        if values := [facts[name] for facts in runs if name in facts]:
            yield Figure(
                bench="scale",
                case=case,
                what=what,
                by=by,
                value=middle(values),
                unit=unit,
                spread=spread(values),
                seeds=len(values),
                target=target if by == OURS else None,
                bound=bound,
            )


def _given_up(case: str, what: str, stopped: int) -> Figure:
    note = f"{stopped} of the runs took longer than {STOPPED_AFTER_S:.0f} s and were stopped"
    return Figure(
        bench="scale", case=case, what=what, by=OURS, value=float("inf"), unit="ms", note=note
    )


def _case(size: Size, robots: int = 0) -> str:
    return f"{size.vertices} vertices, {robots} robots" if robots else f"{size.vertices} vertices"


def _seeds(options: Options) -> range:
    return range(1, options.seeds + 1)


def _child(
    options: Options,
    what: str,
    size: Size,
    robots: int,
    seed: int,
    ticks: int = 0,
    *,
    jit: bool = True,
) -> Facts | None:
    """One measurement in a process of its own; None when it takes too long. Raises Broken."""
    by = "" if jit else ", in pure Python"
    options.tell(f"{what}, {_case(size, robots)}, seed {seed} of {options.seeds}{by}")
    numbers = map(str, (size.blocks, size.stations, robots))
    command = [sys.executable, "-W", "ignore", "-m", __name__, what, *numbers]
    command += ["--ticks", str(ticks), "--seed", str(seed)]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "0" if jit else "1"}
    try:
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=STOPPED_AFTER_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        raise Broken(f"{what} on {_case(size, robots)}, seed {seed}:\n{done.stderr}")
    facts: Facts = json.loads(done.stdout)
    return facts
