# SPDX-License-Identifier: Apache-2.0
"""Measuring: CPU and wall time of pieces of work, memory, and what the machine itself could do at best."""

from __future__ import annotations

import resource
import socket
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

_TOUCHED_BYTES = 64 * 2**20
_ROUND_TRIPS = 2000


@dataclass(slots=True)
class Stopwatch:
    """CPU of this thread and wall time of each block it was around, milliseconds."""

    cpu_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)

    @contextmanager
    def lap(self) -> Iterator[None]:
        """Take the time of a block."""
        cpu_ns, wall_ns = time.thread_time_ns(), time.perf_counter_ns()
        yield
        self.wall_ms.append((time.perf_counter_ns() - wall_ns) / 1e6)
        self.cpu_ms.append((time.thread_time_ns() - cpu_ns) / 1e6)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share (0..1) of all does not exceed."""
    return float(np.quantile(values, share, method="higher"))


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Least and most."""
    return min(values), max(values)


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def peak_mb() -> float:
    """The most memory this program has had resident, megabytes.

    What `getrusage` tells is at least what the process had that started it.
    """
    facts = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(facts["VmHWM"].split()[0]) / 1024


def resident_mb() -> float:
    """The memory this process has resident now, megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def free_mb() -> float:
    """The memory that is to be had now, in this container if it has a limit of its own, megabytes."""
    facts = Path("/proc/meminfo").read_text().splitlines()
    free = [1024 * int(line.split()[1]) for line in facts if line.startswith("MemAvailable:")]
    most, used = (_cgroup(f"memory.{what}") for what in ("max", "current"))
    if most is not None and used is not None:
        free.append(most - used)
    return min(free) / 2**20


def _cgroup(name: str) -> int | None:
    """A figure of this container, None where there is none."""
    try:
        return int(Path("/sys/fs/cgroup", name).read_text())
    except (OSError, ValueError):  # no such group, or "max": no limit
        return None


def bytes_per_ms() -> float:
    """How fast one thread reads memory that no cache holds: the best of a few times."""
    ground = np.ones(_TOUCHED_BYTES // 8)
    watch = Stopwatch()
    for _ in range(5):
        with watch.lap():
            ground.sum()
    return _TOUCHED_BYTES / min(watch.wall_ms)


def loopback_ms() -> list[float]:
    """Round trips of a small datagram to a socket of this machine and back."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far,
    ):
        for end in (near, far):
            end.bind(("127.0.0.1", 0))
        near.connect(far.getsockname())
        far.connect(near.getsockname())
        watch = Stopwatch()
        for _ in range(_ROUND_TRIPS):
            with watch.lap():
                near.send(b"report")
                far.send(far.recv(16))
                near.recv(16)
        return watch.wall_ms
