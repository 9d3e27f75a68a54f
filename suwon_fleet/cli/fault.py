# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet fault`: have something go wrong in a running simulator, and end it."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit

_EPILOG = """\
for example: suwon-fleet fault inject '{target: "lab-*", for_s: 60, comms: {loss: 0.5}}'
docs/scenarios.md has all sorts of fault.
"""


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser(
        "fault", help="put faults into a running simulator, end them", epilog=_EPILOG
    )
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="fault_verb", metavar="VERB", required=True)
    inject = verbs.add_parser("inject", help="have something go wrong", epilog=_EPILOG)
    inject.add_argument(
        "fault", metavar="FAULT", help="as under `faults` of a scenario, in YAML or JSON"
    )
    clear = verbs.add_parser("clear", help="end a fault, or all")
    clear.add_argument("fault_id", metavar="ID", nargs="?", default="", help="(default: all)")
    for verb in (inject, clear):
        remote.add_options(verb)


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    with remote.connect(args) as client:
        if args.fault_verb == "inject":
            answer = client.inject_fault(args.fault)
            done, problem = f"{answer.fault_id}: it goes wrong", answer.message
        else:
            answer = client.clear_fault(args.fault_id)
            done = f"{console.counted(answer.cleared, 'fault')} ended"
            problem = f"there is no fault '{args.fault_id}'"
    if args.json:
        console.print_json(remote.as_data(answer))
    elif answer.accepted:
        print(done)
    else:
        print(problem, file=sys.stderr)
    return Exit.GOOD if answer.accepted else Exit.FAILED
