# SPDX-License-Identifier: Apache-2.0
"""How fast the simulator goes: alone with all robots driving, and with a fleet at work for a day.

Seconds are CPU time of the process. Beside each figure stands what reading the robots' states from memory
once a step would take, which nobody could beat.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from suwon_fleet.bench.figure import Figure, Options
from suwon_fleet.bench.measure import Stopwatch, bytes_per_ms, middle, spread
from suwon_fleet.bench.sim import day
from suwon_fleet.bench.sim.laps import AHEAD_S, Laps
from suwon_fleet.cli.simulate import warm_up

SIZES = ((100, 50, 150.0), (1_000, 50, 30.0), (5_000, 50, 6.0), (1_000, 10, 100.0))
"""Robots, steps in a simulated second, and the simulated seconds by CPU second we want to reach."""
ROBOT_STEPS, QUICK_ROBOT_STEPS = 1_000_000, 20_000
"""Of each measurement."""
LEAST_S = 1.0
"""Simulated, of each."""
STATE_BYTES = 192
"""Three lines of cache for each robot: where it is, the way before it, and what its states are."""
TOPIC_ROBOTS, TOPIC_TARGET = 100, 5.0
TOPIC_S, QUICK_TOPIC_S = 30.0, 2.0
"""Simulated, of each measurement."""
HOURS, QUICK_HOURS, DAY_TARGET_S = 8.0, 0.05, 300.0
FLAT_MB_PER_HOUR = 1.0
OTHERS = {(1_000, 10): "PyBulletFleet 0.4 publishes 3.3", (100, 50): "Gazebo: 0.2, at 200 Hz"}
"""Measured elsewhere, on other machines."""


def run(options: Options) -> Iterator[Figure]:
    """Measure all of it."""
    warm_up(options.tell)
    yield from _alone(options)
    yield from _topics(options)
    yield from _day(options)


def _alone(options: Options) -> Iterator[Figure]:
    memory = bytes_per_ms()
    found: dict[tuple[int, int], list[float]] = {size[:2]: [] for size in SIZES}
    driving: dict[tuple[int, int], float] = {}
    for seed in range(1, options.seeds + 1):
        for robots, hz in found:
            options.tell(f"{robots} robots at {hz} Hz, {seed} of {options.seeds}")
            speed, driving[robots, hz] = _speed(robots, hz, seed, quick=options.quick)
            found[robots, hz].append(speed)
    for robots, hz, target in SIZES:
        speeds = found[robots, hz]
        yield Figure(
            bench="sim",
            case=f"{robots} robots at {hz} Hz",
            what="simulated seconds by CPU second",
            by="suwon_fleet",
            value=middle(speeds),
            unit="",
            spread=spread(speeds),
            seeds=len(speeds),
            target=target,
            bound=1000.0 * memory / (robots * STATE_BYTES * hz),
            note="; ".join(
                filter(None, (f"{driving[robots, hz]:.0%} drive", OTHERS.get((robots, hz))))
            ),
        )


def _speed(robots: int, hz: int, seed: int, *, quick: bool) -> tuple[float, float]:
    """Simulated seconds by CPU second, and the share of robots that drive at the end."""
    laps = Laps(robots, step_ns=1_000_000_000 // hz, seed=seed)
    steps = QUICK_ROBOT_STEPS if quick else ROBOT_STEPS
    left_s = seconds = max(LEAST_S, steps / robots / hz)
    watch = Stopwatch()
    while left_s > 0.0:
        more = laps.more()
        with watch.lap():
            laps.run(min(left_s, AHEAD_S), more)
        left_s -= AHEAD_S
    return seconds / (sum(watch.cpu_ms) / 1000.0), laps.driving


def _topics(options: Options) -> Iterator[Figure]:
    if find_spec("rclpy") is None:
        options.tell("ROS 2 is not installed: topics are left out")
        return
    from suwon_fleet.bench.sim import topics

    options.tell(f"{TOPIC_ROBOTS} robots with topics")
    lap_s = QUICK_TOPIC_S if options.quick else TOPIC_S
    laps = topics.drive(TOPIC_ROBOTS, options.seeds, lap_s)
    lost = 1.0 - sum(lap.heard for lap in laps) / sum(lap.sent for lap in laps)
    by = {
        "simulated seconds by second": [lap.sim_s / lap.wall_s for lap in laps],
        "simulated seconds by CPU second": [lap.sim_s / lap.cpu_s for lap in laps],
    }
    for what, speeds in by.items():
        yield Figure(
            bench="sim",
            case=f"{TOPIC_ROBOTS} robots, odometry on topics at {topics.ODOMETRY_HZ} Hz",
            what=what,
            by="suwon_fleet",
            value=middle(speeds),
            unit="",
            spread=spread(speeds),
            seeds=len(speeds),
            target=TOPIC_TARGET,
            bound=1.0 / (laps[0].message_s * TOPIC_ROBOTS * topics.ODOMETRY_HZ),
            note=f"driven over cmd_vel by another process; {lost:.1%} of messages lost",
        )


def _day(options: Options) -> Iterator[Figure]:
    hours = QUICK_HOURS if options.quick else HOURS
    plan = day.scenario(1, hours)
    with tempfile.TemporaryDirectory() as folder:
        done = day.run_day(plan, Path(folder), options.tell)
    case = f"{hours:g} h of {done.robots} robots with their fleet"
    facts = (
        ("CPU of all", done.cpu_s, "s", DAY_TARGET_S * hours / HOURS),
        ("CPU of the simulated world", done.world_cpu_s, "s", None),
        ("growth of memory, by simulated hour", done.mb_per_hour, "MB", FLAT_MB_PER_HOUR),
    )
    for what, value, unit, target in facts:
        if math.isnan(value):
            continue  # of a quick day memory says nothing yet
        yield Figure(
            bench="sim",
            case=case,
            what=what,
            by="suwon_fleet",
            value=value,
            unit=unit,
            target=target,
            fault=done.collisions > 0,
            wall_ms=1000.0 * done.wall_s,
            note=f"{done.finished} of {done.asked} jobs, {done.collisions} collisions, "
            f"{done.resident_mb:.0f} MB at the end",
        )
