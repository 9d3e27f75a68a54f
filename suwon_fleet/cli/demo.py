# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet demo`: a scenario through the real nodes, jobs submitted over ROS, judged at the end."""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.domain import isolated
from suwon_fleet.cli.exits import Exit
from suwon_fleet.cli.explain import print_explanation
from suwon_fleet.cli.processes import ChildEnded, interruptible
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.resources import resource_path

if TYPE_CHECKING:
    from suwon_fleet.cli.rehearsal import Play, Progress, Report

SCENARIO = "sim/scenarios/belt_morning.yaml"
LINE_EVERY_S = 5.0
"""Where no bar can be drawn, progress is a line this often."""
SPEED_AFTER_S = 1.0
"""Before so much wall time nothing can be said of the speed."""


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser(
        "demo",
        help="a morning on the belt: fleet_manager and simulator over ROS, with a summary",
        description="Starts fleet_manager and simulator in a ROS domain of their own, submits a "
        "scenario's jobs through ROS, and judges what became of them.",
        epilog="exit code 0: every job finished or was refused, nothing collided; 1: not so",
    )
    parser.set_defaults(run=run)
    parser.add_argument("--scenario", metavar="FILE", help=f"(default: {SCENARIO})")
    parser.add_argument(
        "--jobs", type=remote.whole(1, 10**6), metavar="N", help="only the first so many"
    )
    parser.add_argument("--seed", type=remote.whole(0, 2**32 - 1), help="(default: the scenario's)")
    parser.add_argument(
        "--rate",
        type=remote.number(0.0, 1000.0),
        default=0.0,
        help="simulated seconds per second (0, the default: as fast as the fleet manager keeps up)",
    )
    parser.add_argument(
        "--keep-journal", metavar="FILE", help="where the journal goes (default: a temporary file)"
    )
    parser.add_argument(
        "--json",
        nargs="?",
        const=console.STDOUT,
        metavar="FILE",
        help="write the result as one JSON document (without FILE, or with -: to standard output)",
    )


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    remote.client_class()
    from suwon_fleet.cli.rehearsal import rehearse

    play = _play(args)
    quiet = args.json == console.STDOUT
    try:
        with interruptible(), isolated() as domain, _progress(play, domain) as watch:
            report, explanation = rehearse(play, watch)
    except ChildEnded as error:
        print(error, file=sys.stderr)
        return Exit.FAILED
    if args.json is not None:
        console.write_json(report.facts(), args.json)
    if not quiet:
        _print(report, explanation, args.lang)
    return Exit.GOOD if report.is_clean else Exit.FAILED


def _play(args: Namespace) -> Play:
    from suwon_fleet.cli.rehearsal import Play
    from suwon_fleet.sim.scenario import load_scenario

    file = Path(args.scenario) if args.scenario else resource_path(SCENARIO)
    scenario = load_scenario(file, seed=args.seed)
    if args.keep_journal is None:
        journal = Path(tempfile.mkdtemp(prefix="suwon_fleet_demo_"), "journal.sqlite")
    else:
        journal = Path(args.keep_journal).absolute()
        if journal.exists():
            mend = "name a new file: a demo begins with an empty journal"
            raise BadInput([Problem("journal-exists", args.keep_journal, "is there already", mend)])
        if not journal.parent.is_dir():
            what, mend = f"there is no folder {journal.parent}", "make it, or name another"
            raise BadInput([Problem("no-folder", args.keep_journal, what, mend)])
    return Play(scenario, file.absolute(), scenario.jobs()[: args.jobs], args.rate, journal)


@contextmanager
def _progress(play: Play, domain: int) -> Iterator[Callable[[Progress], None]]:
    """Says on stderr how it goes: a bar on a terminal, else a line now and then."""
    scenario = play.scenario
    robots = console.counted(len(scenario.spawns()), "robot")
    jobs = console.counted(len(play.jobs), "job")
    print(
        f"{scenario.id}: {robots}, {jobs}; fleet_manager and simulator start in ROS domain {domain} ...",
        file=sys.stderr,
    )
    spoke_s = -LINE_EVERY_S
    with console.progress(scenario.id) as advance:

        def watch(now: Progress) -> None:
            nonlocal spoke_s
            advance(now.done / max(now.jobs, 1), _words(now))
            if not sys.stderr.isatty() and now.wall_s - spoke_s >= LINE_EVERY_S:
                spoke_s = now.wall_s
                print(f"{now.wall_s:4.0f} s: {_words(now)}", file=sys.stderr)

        yield watch


def _words(now: Progress) -> str:
    speed = f", {now.sim_s / now.wall_s:.0f} times as fast" if now.wall_s >= SPEED_AFTER_S else ""
    return (
        f"{now.done}/{now.jobs} jobs done, {now.busy}/{now.robots} robots at work, "
        f"{now.sim_s:.0f} s simulated{speed}"
    )


def _print(report: Report, explanation: Any | None, language: str) -> None:
    journal = ("journal", report.journal)
    state = ("state hash", f"{report.state_hash} (from the journal alone)")
    console.print_table(("", ""), [*report.rows(), journal, state])
    for job in report.not_finished:
        why = job.reason_ko if language == "ko" else job.reason_en
        print(": ".join(filter(None, (job.status, job.job_id or job.request_id, why))))
    for violation in report.violations:
        print(f"violation: {violation}")
    if explanation is not None:
        print()
        print_explanation(language, explanation)
