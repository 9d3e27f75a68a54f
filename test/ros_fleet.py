# SPDX-License-Identifier: Apache-2.0
"""The real nodes in processes of their own, at work in a small yard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from yard import ROBOTS, Yard

from suwon_fleet.adapters.ros.client import FleetClient
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.processes import Processes, node_command


@contextmanager
def running(folder: Path, **simulator: object) -> Iterator[Yard]:
    """Both nodes at work in a ROS domain of their own, which is this process's meanwhile."""
    yard = Yard.write(folder)
    with isolated(), Processes(echo) as processes:
        processes.start("fleet_manager", node_command("fleet_manager", yard.manager))
        processes.start("simulator", node_command("simulator", yard.simulator | simulator))
        with FleetClient(timeout_s=120.0) as client:
            wait_for(lambda: len(client.state().robots) == ROBOTS, processes)
        yield yard


def echo(name: str, line: str) -> None:
    """Show what a node prints, should its test fail."""
    print(f"[{name}] {line}")


def wait_for(what: Callable[[], bool], processes: Processes, timeout_s: float = 120.0) -> None:
    """Wait until something is so. Fails when it is not in time, or when one of `processes` ends."""
    deadline = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < deadline, f"not so after {timeout_s} s"
        processes.watch(0.01)
