# SPDX-License-Identifier: Apache-2.0
"""Peers that are packages (the extra `bench`): a benchmark measures those that are installed."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

MODULES = {
    "lapx": "lap",
    "networkx": "networkx",
    "ortools": "ortools",
    "pyvrp": "pyvrp",
    "rustworkx": "rustworkx",
}
"""What each is imported as."""
USED_BY = {"dispatch": ("lapx", "ortools", "pyvrp"), "scale": ("networkx", "rustworkx")}
"""The packages of each benchmark that has any."""


def has(package: str) -> bool:
    """Whether a peer is installed."""
    return find_spec(MODULES[package]) is not None


def missing(benchmarks: Iterable[str]) -> list[str]:
    """The packages that some benchmarks would measure beside us, and that are not installed."""
    used = {package for name in benchmarks for package in USED_BY.get(name, ())}
    return sorted(package for package in used if not has(package))
