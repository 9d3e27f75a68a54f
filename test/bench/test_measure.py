# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

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


def test_what_the_machine_can_do() -> None:
    assert measure.peak_mb() > 10.0
    assert measure.free_mb() > 10.0
    assert measure.bytes_per_ms() > 0.0
    assert min(measure.loopback_ms()) > 0.0
