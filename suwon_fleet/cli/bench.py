# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet bench`: measures ours and others' ways in one run."""

from __future__ import annotations

from argparse import Namespace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import remote
from suwon_fleet.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from suwon_fleet.bench.figure import Figure

NAMES = ("traffic", "dispatch", "scale", "city", "lifelong")
"""Modules of `suwon_fleet.bench`."""
_EPILOG = """\
Figures depend on the machine and on what else it does: compare those of one run.
exit code 0: measured, nothing collided or stuck; 1: something did; 2: wrong arguments or file.
"""


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser(
        "bench",
        help="measure traffic, dispatch and scale beside other ways of doing it",
        description="Runs benchmarks, ours and peers interleaved, and prints each figure.",
        epilog=_EPILOG,
    )
    parser.set_defaults(run=run)
    parser.add_argument("names", nargs="+", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it work?")
    parser.add_argument(
        "--seeds", type=remote.whole(1, 10_000), default=5, metavar="N", help="(default: 5)"
    )
    lifelong = parser.add_argument_group("lifelong")
    lifelong.add_argument(
        "--instance", type=Path, metavar="FILE", help="a League of Robot Runners problem file"
    )
    lifelong.add_argument(
        "--steps",
        type=remote.whole(1, 10**6),
        default=500,
        metavar="N",
        help="steps, in 2026's instances ticks, to play (default: 500)",
    )
    lifelong.add_argument(
        "--step-budget-ms",
        type=remote.number(1.0, 60_000.0),
        default=1000.0,
        metavar="B",
        help="wall time for planning, by step (default: 1000)",
    )


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    from suwon_fleet.bench.figure import Options, write

    options = Options(
        seeds=args.seeds,
        quick=args.quick,
        instance=args.instance,
        steps=args.steps,
        step_budget_ms=args.step_budget_ms,
    )
    for name in args.names:
        figures: Iterable[Figure] = import_module(f"suwon_fleet.bench.{name}").run(options)
        for figure in figures:
            print(write(figure) if args.json else _line(figure), flush=True)
    return Exit.GOOD


def _line(figure: Figure) -> str:
    target = "" if figure.target is None else f" (to reach: {figure.target:g})"
    return f"{figure.case}: {figure.what} by {figure.by}: {figure.value:.4g} {figure.unit}{target}"
