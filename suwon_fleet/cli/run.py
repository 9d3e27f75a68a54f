# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet run`: a scenario, or any map, with a whole fleet in this process, without ROS."""

from __future__ import annotations

import math
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import console, remote, run_report
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.resources import SCENARIOS, named_file

if TYPE_CHECKING:
    from suwon_fleet.cli.simulate import Result, Simulation
    from suwon_fleet.core.texts import Language
    from suwon_fleet.kernel import Tell
    from suwon_fleet.report.recording import Recording
    from suwon_fleet.sim.scenario import Scenario

_EPILOG = """\
exit code 0: every expectation of the scenario is met; 1: one is missed; 2: the scenario or the map cannot
be used. Expected of every run, unless its scenario says something else of the same figure: no collision, no
deadlock, no illegal grant, each job finished or refused for a reason, and a fleet made from the journal
alone is in the same state.
"""
_MET = {True: "met", False: "MISSED"}
MOST_NAMED = 10
"""Jobs that did not finish are named up to so many."""


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser(
        "run",
        help="simulate a scenario, or jobs on any map, without ROS",
        description="Simulates a whole fleet as fast as it goes, and judges the run.",
        epilog=_EPILOG,
    )
    parser.set_defaults(run=run)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "scenario",
        nargs="?",
        metavar="SCENARIO",
        help="a scenario file, or the name of a shipped one",
    )
    what.add_argument("--map", metavar="FILE", help="a map of any format: deliveries all over it")
    _add_map_options(parser)
    parser.add_argument(
        "--seed",
        type=remote.whole(0, 2**32 - 1),
        metavar="S",
        help="(default: the scenario's, or 1)",
    )
    parser.add_argument(
        "--json",
        nargs="?",
        const=console.STDOUT,
        metavar="FILE",
        help="write the result as one JSON document (without FILE, or with -: to standard output)",
    )
    parser.add_argument(
        "--report",
        metavar="DIR",
        help="write a page with plots (report.html) and a recording for Foxglove (run.mcap) there",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar and no summary")


def _add_map_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("with --map")
    group.add_argument(
        "--robots", type=remote.whole(1, 10_000), metavar="N", help="how many (default: 8)"
    )
    group.add_argument(
        "--jobs", type=remote.whole(0, 10**6), metavar="M", help="how many (default: 40)"
    )
    group.add_argument("--kind", help="kind of robot (default: the one most of the map suits)")
    group.add_argument(
        "--duration",
        type=remote.number(1.0, 604_800.0),
        metavar="S",
        help="simulated seconds at most (default: 7200)",
    )


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    scenario = _scenario(args)
    if not args.quiet:
        _print_surprises(scenario)
    folder = None if args.report is None else Path(args.report)
    if folder:
        console.make_folder(folder)
    with console.progress(scenario.id, quiet=args.quiet) as advance:
        tell = console.notes(quiet=args.quiet)
        result, written = _simulate(scenario, folder, advance, tell)
    if args.json is not None:
        console.write_json(document(result, args.lang), args.json)
    if not args.quiet and args.json != console.STDOUT:
        _print(result, args.lang)
        for line in written:
            print(f"report: {line}")
    return Exit.GOOD if result.is_good else Exit.FAILED


def _simulate(
    scenario: Scenario, folder: Path | None, advance: console.Advance, tell: Tell
) -> tuple[Result, list[str]]:
    """What came of it, and what was written of it into `folder`."""
    from suwon_fleet.cli.simulate import simulate

    kept: list[tuple[Simulation, Recording]] = []

    def prepare(simulation: Simulation) -> None:
        if folder:
            kept.append((simulation, run_report.follow(simulation)))

    def watch(simulation: Simulation) -> None:
        advance(*_progress(simulation))
        for _, recording in kept:
            recording.look(simulation.world, simulation.core.state)

    result = simulate(scenario, watch, tell, prepare)
    if folder is None:
        return result, []
    ((simulation, recording),) = kept
    return result, run_report.write(recording, simulation, result, folder)


def _scenario(args: Namespace) -> Scenario:
    if args.scenario is None:
        from suwon_fleet.cli.map_scenario import scenario_of

        return scenario_of(
            args.map,
            robots=8 if args.robots is None else args.robots,
            jobs=40 if args.jobs is None else args.jobs,
            seed=1 if args.seed is None else args.seed,
            kind_id=args.kind,
            duration_s=7200.0 if args.duration is None else args.duration,
        )
    for option in ("robots", "jobs", "kind", "duration"):
        if getattr(args, option) is not None:
            what, mend = "only goes with --map", "change the scenario file instead"
            raise BadInput([Problem("not-with-a-scenario", f"--{option}", what, mend)])
    from suwon_fleet.sim.scenario import load_scenario

    file = named_file(args.scenario, "scenario", "scenario", SCENARIOS)
    return load_scenario(file, seed=args.seed)


def _print_surprises(scenario: Scenario) -> None:
    """What of the map may surprise those who run these robots on it."""
    from suwon_fleet.core.maplint import lint
    from suwon_fleet.core.mapnetwork import MapNetwork

    used = {fleet.kind for fleet in scenario.fleets}
    kinds = [scenario.kinds[kind] for kind in scenario.kinds if kind in used]
    console.print_problems(lint(MapNetwork(scenario.site), kinds))


def _progress(simulation: Simulation) -> tuple[float, str]:
    done, all_of_them = simulation.over_count, simulation.job_count
    at_s = simulation.world.now_ns / 1e9
    return done / max(all_of_them, 1), f"{done}/{all_of_them} jobs, {at_s:.0f} s simulated"


def document(result: Result, language: Language) -> dict[str, Any]:
    """The result as JSON has it; reasons in `language`."""
    from suwon_fleet.core.texts import say

    return {
        **result.facts(),
        "not_finished": [
            {
                "request_id": job.request_id,
                "status": job.status,
                "code": job.reason.code if job.reason else None,
                "reason": say(job.reason, language) if job.reason else None,
            }
            for job in result.not_finished
        ],
        "violations": [
            {"what": v.what, "at_s": v.at_s, "robots": list(v.robots), "detail": v.detail}
            for v in result.violations
        ],
        "metrics": {
            name.value: None if math.isnan(value) else value
            for name, value in result.metrics.items()
        },
        "expectations": [
            {"expected": one.expected, "seen": one.seen, "met": one.is_met}
            for one in result.verdicts
        ],
    }


def _print(result: Result, language: Language) -> None:
    from suwon_fleet.core.texts import say

    console.print_table(("", ""), [*result.rows(), ("state hash", result.state_hash)])
    print()
    expected = [(_MET[one.is_met], one.expected, one.seen) for one in result.verdicts]
    console.print_table(("", "expected", "seen"), expected)
    for job in result.not_finished[:MOST_NAMED]:
        why = say(job.reason, language) if job.reason else ""
        print(": ".join(filter(None, (f"{job.request_id} {job.status}", why))), file=sys.stderr)
    if (more := len(result.not_finished) - MOST_NAMED) > 0:
        print(f"{console.counted(more, 'more job')} did not finish", file=sys.stderr)
    for fault in result.violations[:MOST_NAMED]:
        robots = ", ".join(fault.robots)
        print(f"{fault.what} at {fault.at_s:.1f} s: {robots}: {fault.detail}", file=sys.stderr)
    if result.state_hash != result.replay_state_hash:
        print("the journal, replayed, gives another state", file=sys.stderr)
