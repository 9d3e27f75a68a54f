# SPDX-License-Identifier: Apache-2.0
"""Lifelong traffic on instances of the League of Robot Runners."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from suwon_fleet.bench.figure import Figure, Options
from suwon_fleet.bench.lifelong.bound import most_tasks
from suwon_fleet.bench.lifelong.grid import Grid
from suwon_fleet.bench.lifelong.instance import Instance, read_instance
from suwon_fleet.bench.lifelong.play import PlainPibt, Played, Windowed, needed_mb, play
from suwon_fleet.bench.lifelong.play_ticks import TickGame
from suwon_fleet.bench.lifelong.thinking import Budget
from suwon_fleet.bench.measure import free_mb
from suwon_fleet.core.errors import BadInput, Problem

OURS = "suwon_fleet"
QUICK_STEPS = 20


def run(options: Options) -> Iterator[Figure]:
    """Play an instance with plain PIBT and with our planner."""
    if options.instance is None:
        what = "lifelong needs an instance"
        mend = "give --instance FILE, a problem file of the League of Robot Runners"
        raise BadInput([Problem("no-instance", "--instance", what, mend)])
    instance = read_instance(options.instance)
    steps = min(options.steps, QUICK_STEPS) if options.quick else options.steps
    grid = Grid.of(instance.is_open, math.ceil(instance.size))
    _check_starts(options.instance, instance, grid)
    _check_memory(options.instance, instance, grid)
    bound = most_tasks(instance, grid, steps // max(1, instance.ticks))
    unit = "ticks" if instance.ticks else "steps"
    case = f"{instance.name}: {len(instance.starts)} robots, {steps} {unit}"
    budget = Budget(options.step_budget_ms / 1e3)
    if instance.ticks:
        yield from _figures(case, OURS, TickGame(instance, grid, budget).play(steps), bound)
        return
    plain = play(instance, grid, steps, PlainPibt(instance, grid))
    yield from _figures(case, "plain PIBT with turns (clean-room)", plain, bound)
    yield from _figures(
        case, OURS, play(instance, grid, steps, Windowed(instance, grid, budget)), bound
    )


def _check_starts(path: Path, instance: Instance, grid: Grid) -> None:
    for cell in instance.starts:
        if grid.place_of.ravel()[cell] < 0:
            what = f"a robot {instance.size:g} cells wide does not fit at its start, cell {cell}"
            mend = "make agentSize smaller, or start it elsewhere"
            raise BadInput([Problem("instance-starts", str(path), what, mend)])


def _check_memory(path: Path, instance: Instance, grid: Grid) -> None:
    """Refuse what would only fill the memory: each goal of a robot needs a row as long as the map."""
    needed, free = needed_mb(instance, grid), free_mb()
    if needed > free:
        robots, cells = len(instance.starts), grid.place_count
        what = (
            f"{robots:,} robots on {cells:,} cells need about {needed / 1024:,.1f} GiB of memory,"
            f" and {free / 1024:,.1f} GiB are free"
        )
        mend = "play fewer robots (teamSize) or a smaller map, or use a machine with more memory"
        raise BadInput([Problem("instance-too-large", str(path), what, mend)])


def _figures(case: str, by: str, played: Played, bound: int) -> Iterator[Figure]:
    def figure(
        what: str, value: float, unit: str, bound: float | None = None, note: str = ""
    ) -> Figure:
        return Figure(
            bench="lifelong",
            case=case,
            what=what,
            by=by,
            value=value,
            unit=unit,
            bound=bound,
            note=note,
            fault=what == "violations" and value > 0,
        )

    yield figure("tasks", played.tasks, "tasks", bound)
    yield figure("errands", played.errands, "errands")
    yield figure("violations", len(played.faults), "", 0, "; ".join(played.faults[:3]))
    for share in (50, 99):
        for what, times_ms in (("wall", played.wall_ms), ("CPU", played.cpu_ms)):
            value = float(np.percentile(times_ms, share))
            yield figure(f"{what} per step, p{share}", round(value, 3), "ms")
