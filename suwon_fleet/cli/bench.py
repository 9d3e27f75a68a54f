# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet bench`: measures ours and others' ways in one run."""

from __future__ import annotations

import math
import sys
import time
from argparse import Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import BadInput, Problem

if TYPE_CHECKING:
    from suwon_fleet.bench.figure import Figure, Options

NAMES = {
    "traffic": "robots of mixed speed, late and failing, beside simpler ways to keep them apart",
    "dispatch": "who does which job, beside other ways to decide it and the best there is",
    "scale": "CPU, latency and memory on cities of up to 50,000 vertices and 10,000 robots",
    "city": "a day on the belt, whole and with parts replaced by simpler ones",
    "bridge": "Zenoh: states into the core, robots gone, events across outages, the bridge to ROS",
    "sim": "the simulator alone, and a day of robots with their fleet",
    "lifelong": "instances of the League of Robot Runners",
    "reliability": "crashes, takeovers, lost robots, stops under load, bad input, a long time of work",
}
"""Modules of `suwon_fleet.bench`, and what each measures."""
LINE_EVERY_S = 2.0
"""Where no bar can be drawn, progress is a line at most this often."""
_EPILOG = """\
Figures depend on the machine and on what else it does: compare those of one run.

exit codes:
  0  measured
  1  something went wrong in a run of ours that never may: robots collided, or were stuck
  2  wrong arguments, or a file that cannot be used
"""


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    names = "\n".join(f"  {name:12}{what}" for name, what in NAMES.items())
    parser = subparsers.add_parser(
        "bench",
        help="measure traffic, dispatch and scale beside other ways of doing it",
        description="Runs benchmarks, ours and peers interleaved, and prints what was measured, with "
        "the least and most\nof the seeds, what we want to reach, and what nobody could beat.\n\n"
        f"benchmarks:\n{names}",
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "names", nargs="+", choices=NAMES, metavar="NAME", help="one or more of the above"
    )
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
    from suwon_fleet.bench.figure import Options
    from suwon_fleet.bench.packages import missing

    is_good = True
    names = list(dict.fromkeys(args.names))
    if left_out := missing(names):
        _tell_missing(left_out)
    for name in names:
        benchmark = _module(name)
        with _progress(name) as tell:
            options = Options(
                seeds=args.seeds,
                quick=args.quick,
                tell=tell,
                instance=args.instance,
                steps=args.steps,
                step_budget_ms=args.step_budget_ms,
            )
            is_good &= _measure(benchmark.run, options, as_json=args.json)
    return Exit.GOOD if is_good else Exit.FAILED


def _module(name: str) -> Any:
    """A benchmark. Raises BadInput when what it measures is not installed."""
    try:
        return import_module(f"suwon_fleet.bench.{name}")
    except ModuleNotFoundError as error:
        what, mend = f"{error.name} is not installed", f"pip install {error.name}"
        if error.name == "zenoh":
            mend = "pip install 'suwon-fleet[zenoh]'"
        raise BadInput([Problem("package-missing", name, what, mend)]) from error


def _tell_missing(packages: list[str]) -> None:
    print(
        f"peers left out, for they are not installed: {', '.join(packages)}\n"
        f"  to have them: make bench, or: pip install {' '.join(packages)}",
        file=sys.stderr,
    )


def _measure(
    benchmark: Callable[[Options], Iterable[Figure]], options: Options, *, as_json: bool
) -> bool:
    """Print figures as they come, or in a table once there are no more; whether all went well."""
    from suwon_fleet.bench.figure import write

    figures: list[Figure] = []
    try:
        for figure in benchmark(options):
            figures.append(figure)
            if as_json:
                print(write(figure), flush=True)
    finally:  # what was measured before an interruption is worth having, too
        if figures and not as_json:
            _print(figures)
    return not any(figure.fault for figure in figures)


@contextmanager
def _progress(name: str) -> Iterator[Callable[[str], None]]:
    """Says on stderr what is being measured: beside a clock on a terminal, else a line now and then."""
    spoke_s = -LINE_EVERY_S
    with console.progress(name) as advance:

        def tell(words: str) -> None:
            nonlocal spoke_s
            advance(0.0, words)
            if not sys.stderr.isatty() and time.monotonic() - spoke_s >= LINE_EVERY_S:
                spoke_s = time.monotonic()
                print(f"{name}: {words}", file=sys.stderr, flush=True)

        yield tell


_COLUMNS = (
    "case",
    "what",
    "by",
    "value",
    "unit",
    "least",
    "most",
    "to reach",
    "at best",
    "CPU ms",
    "wall ms",
    "note",
)


def _print(figures: Iterable[Figure]) -> None:
    """The figures as a table; what is the same as in the row above is left out, and what none has."""
    rows: list[tuple[str, ...]] = []
    before = ("", "")
    for figure in figures:
        same_case, same_what = figure.case == before[0], (figure.case, figure.what) == before
        before = (figure.case, figure.what)
        least, most = figure.spread or (None, None)
        rows.append(
            (
                "" if same_case else figure.case,
                "" if same_what else figure.what,
                figure.by,
                _number(figure.value),
                figure.unit,
                _number(least),
                _number(most),
                _number(figure.target),
                _number(figure.bound),
                _number(figure.cpu_ms),
                _number(figure.wall_ms),
                "; ".join(filter(None, ("went wrong" if figure.fault else "", figure.note))),
            )
        )
    used = [index for index in range(len(_COLUMNS)) if any(row[index] for row in rows)]
    console.print_table(
        [_COLUMNS[index] for index in used], [[row[index] for index in used] for row in rows]
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if 1000 <= abs(value) < math.inf else f"{value:.4g}"
