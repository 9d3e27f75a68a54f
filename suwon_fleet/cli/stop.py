# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet stop`: request robots to stop and hold; each robot performs and confirms it itself."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from suwon_fleet.cli import remote
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.robots.command import StopKind

SCOPES = ("robot", "zone", "site", "all")


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser("stop", help="request a robot, a zone or all robots to stop")
    parser.set_defaults(run=run)
    parser.add_argument("scope", choices=SCOPES)
    parser.add_argument("id", metavar="ID", nargs="?", default="", help="of the robot or zone")
    parser.add_argument(
        "--kind",
        choices=[*StopKind],
        default=StopKind.PROTECTIVE,
        help="protective: a controlled stop, then hold (default); settle: sit or kneel first; "
        "cut: remove drive power at once (a humanoid falls)",
    )
    parser.add_argument("--reason", default="", help="for the record")
    remote.add_options(parser, changes=True)


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    check_scope(args.scope, args.id)
    with remote.connect(args) as client:
        answer = client.stop(args.scope, args.id, args.kind, args.requester, args.reason)
    robots = ", ".join(answer.robot_ids) or "no robots"
    done = (
        f"{answer.stop_id}: asked {robots}; release it with `suwon-fleet release {answer.stop_id}`"
    )
    return remote.report(args, answer, done, facts=("stop_id", "robot_ids"))


def check_scope(scope: str, id: str) -> None:
    """Raises BadInput when a robot or zone is not named, or a name has nothing to name."""
    if (scope in ("robot", "zone")) == bool(id):
        return
    what = f"which {scope} is not said" if not id else f"{scope!r} takes no ID, {id!r} was given"
    mend = f"write: {scope} ID" if not id else f"write {scope} alone, or: robot {id}, zone {id}"
    raise BadInput([Problem("wrong-scope", "arguments", what, mend)])
