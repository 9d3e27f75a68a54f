# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet stop`: request robots to stop and hold; each robot performs and confirms it itself.

`stop list` tells who has, and how long that took.
"""

from __future__ import annotations

import math
from argparse import Namespace
from typing import Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.core.robots.command import StopKind

SCOPES = ("robot", "zone", "site", "all")
LIST = "list"


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser(
        "stop",
        help="request a robot, a zone or all robots to stop",
        description="Request robots to stop and hold until a person releases them. `stop list` shows the "
        "requests that hold robots, and how long each robot took to stand.",
    )
    parser.set_defaults(run=run)
    parser.add_argument("scope", choices=[*SCOPES, LIST])
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
    if args.scope == LIST:
        with remote.connect(args) as client:
            _list(args, client.stops())
        return Exit.GOOD
    with remote.connect(args) as client:
        answer = client.stop(args.scope, args.id, args.kind, args.requester, args.reason)
    robots = ", ".join(answer.robot_ids) or "no robots"
    done = (
        f"{answer.stop_id}: asked {robots}; release it with `suwon-fleet release {answer.stop_id}`"
    )
    return remote.report(args, answer, done, facts=("stop_id", "robot_ids"))


def _list(args: Namespace, stops: list[Any]) -> None:
    if args.json:
        console.print_json([remote.as_data(stop) for stop in stops])
        return
    console.print_table(
        ("stop", "since", "of", "kind", "requester", "reason", "robots"),
        (
            (
                stop.stop_id,
                remote.clock(stop.stamp),
                f"{stop.scope} {stop.id}".strip(),
                stop.kind,
                stop.requester or "-",
                stop.reason or "-",
                ", ".join(map(_stands, stop.robot_ids, stop.after)) or "-",
            )
            for stop in stops
        ),
    )


def _stands(robot_id: str, after_s: float) -> str:
    """Whether a robot has carried it out."""
    return f"{robot_id} not yet" if math.isnan(after_s) else f"{robot_id} {after_s:.1f} s"


def check_scope(scope: str, id: str) -> None:
    """Raises BadInput when a robot or zone is not named, or a name has nothing to name."""
    if (scope in ("robot", "zone")) == bool(id):
        return
    what = f"which {scope} is not said" if not id else f"{scope!r} takes no ID, {id!r} was given"
    mend = f"write: {scope} ID" if not id else f"write {scope} alone, or: robot {id}, zone {id}"
    raise BadInput([Problem("wrong-scope", "arguments", what, mend)])
