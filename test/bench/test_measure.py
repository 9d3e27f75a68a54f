# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
import sys

import numpy as np

from suwon_fleet.bench import measure


def test_a_lap_takes_cpu_within_its_wall_time() -> None:
    watch = measure.Stopwatch()
    for _ in range(3):
        with watch.lap():
            sum(range(100_000))
    assert len(watch.cpu_ms) == len(watch.wall_ms) == 3
    assert all(cpu_ms > 0.0 for cpu_ms in watch.cpu_ms)


def test_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(1, 101)]
    assert measure.percentile(values, 0.5) == 51.0
    assert measure.percentile(values, 0.99) == 100.0
    assert measure.percentile([3.0], 0.99) == 3.0
    assert (measure.middle([4.0, 1.0, 2.0]), measure.spread([4.0, 1.0, 2.0])) == (2.0, (1.0, 4.0))


def test_the_memory_of_a_program_is_its_own_and_not_that_of_who_started_it() -> None:
    ballast = np.ones(40 * 2**20)  # 320 MB
    script = "from suwon_fleet.bench import measure; print(measure.peak_mb())"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert 10.0 < float(told.stdout) < ballast.nbytes / 2**20 < measure.peak_mb()


def test_what_the_machine_can_do() -> None:
    assert measure.free_mb() > 10.0
    assert measure.bytes_per_ms() > 0.0
    assert min(measure.loopback_ms()) > 0.0
