# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet release`: a person releases stop requests, so that the robots may go on."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from suwon_fleet.cli import remote
from suwon_fleet.cli.stop import SCOPES, check_scope


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser(
        "release",
        help="release stop requests",
        description="Release one stop request by its id, or all of a scope: robot ID, zone ID, "
        "site or all. A robot held by its own emergency stop stays held until it is reset there.",
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "what", metavar="STOP_ID|SCOPE", help=f"a stop's id, or {', '.join(SCOPES)}"
    )
    parser.add_argument("id", metavar="ID", nargs="?", default="", help="of the robot or zone")
    remote.add_options(parser, changes=True)


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    stop_id, scope = ("", args.what) if args.what in SCOPES else (args.what, "")
    check_scope(scope or "site", args.id)
    with remote.connect(args) as client:
        answer = client.release(stop_id, scope, args.id, args.requester)
    robots = ", ".join(answer.robot_ids) or "no robot"
    return remote.report(args, answer, f"told to go on: {robots}", facts=("robot_ids",))
