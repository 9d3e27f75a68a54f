# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet explain`: why a robot got a job and what others would have cost; why a robot waits."""

from __future__ import annotations

import math
import sys
from argparse import Namespace
from typing import Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser("explain", help="why a job or a robot is as it is")
    parser.set_defaults(run=run)
    parser.add_argument("subject", choices=("job", "robot"))
    parser.add_argument("id", metavar="ID")
    remote.add_options(parser)


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    with remote.connect(args) as client:
        answer = client.explain(args.subject, args.id)
    if args.json:
        console.print_json(remote.as_data(answer))
    elif answer.found:
        print_explanation(args.lang, answer)
    else:
        print(f"no such {args.subject}: {args.id}", file=sys.stderr)
    return Exit.GOOD if answer.found else Exit.FAILED


def print_explanation(language: str, answer: Any) -> None:
    """Print an Explain response: its paragraphs, then the robots weighed for the last decision."""
    print(answer.text_ko if language == "ko" else answer.text_en)
    if answer.decisions and answer.decisions[-1].candidates:
        print()
        console.print_table(
            ("robot", "cost s", "to pick-up s", "work s", "battery after", "why"),
            (_row(language, candidate) for candidate in answer.decisions[-1].candidates),
        )


def _row(language: str, candidate: Any) -> tuple[str, ...]:
    why = candidate.reason_ko if language == "ko" else candidate.reason_en
    if not candidate.feasible:
        return (candidate.robot_id, "-", "-", "-", "-", why)
    left = candidate.battery_after
    return (
        candidate.robot_id,
        f"{candidate.cost:.0f}",
        f"{candidate.pickup_s:.0f}",
        f"{candidate.work_s:.0f}",
        "-" if math.isnan(left) else f"{left:.0%}",
        why,
    )
