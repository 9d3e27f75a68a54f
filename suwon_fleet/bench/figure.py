# SPDX-License-Identifier: Apache-2.0
"""One measured figure, with what it is to be compared with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

DIGITS = 6
"""Significant digits of what is printed."""


def _nothing(_: str) -> None:
    """For those who do not want to be told how far it is."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What every benchmark is asked."""

    seeds: int = 5
    quick: bool = False
    """Small sizes only: to see that it works, not to compare."""
    tell: Callable[[str], None] = _nothing
    """Takes a few words, now and then, on what is being measured."""
    instance: Path | None = None
    """`lifelong`: the problem file."""
    steps: int = 500
    """`lifelong`: how long to play."""
    step_budget_ms: float = 1000.0
    """`lifelong`: wall time for planning, by step."""


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One measurement. A peer was measured in the same run, on the same input, interleaved."""

    bench: str
    case: str
    """The input: sizes, map, seeds."""
    what: str
    """What was measured."""
    by: str
    """Who did it: `suwon_fleet`, or a peer."""
    value: float
    unit: str
    spread: tuple[float, float] | None = None
    """Least and most of the seeds."""
    seeds: int = 1
    target: float | None = None
    bound: float | None = None
    """What nobody could beat."""
    cpu_ms: float | None = None
    wall_ms: float | None = None
    fault: bool = False
    """It shows that something of ours went wrong that never may: a collision, a robot stuck."""
    note: str = ""
    counts: dict[str, float] = {}
    """What else was counted or measured in the same test, each under a key of its own."""


def write(figure: Figure) -> str:
    """One line of JSON, its measurements with as many digits as anybody could mean."""
    told = msgspec.to_builtins(figure)
    told |= told.pop("counts", {})
    facts = {name: _rounded(value) for name, value in told.items()}
    return msgspec.json.encode(facts).decode()


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    return [_rounded(part) for part in value] if isinstance(value, (list, tuple)) else value
