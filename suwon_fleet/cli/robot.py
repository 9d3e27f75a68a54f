# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet robot`: the robots of a running fleet, and which of them may be given jobs."""

from __future__ import annotations

import math
import sys
from argparse import Namespace
from typing import Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser("robot", help="list and show robots, commission them")
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="robot_verb", metavar="VERB", required=True)
    remote.add_options(verbs.add_parser("list", help="all robots"))
    show = verbs.add_parser("show", help="all that is known of one robot")
    show.add_argument("robot_id", metavar="ID")
    remote.add_options(show)
    commission = verbs.add_parser("commission", help="let a robot take jobs, or no more of them")
    commission.add_argument("robot_id", metavar="ID")
    commission.add_argument(
        "--no", action="store_true", help="no new jobs; the one it has is finished"
    )
    remote.add_options(commission, changes=True)


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    with remote.connect(args) as client:
        if args.robot_verb == "commission":
            answer = client.commission(args.robot_id, not args.no, args.requester)
            news = "takes no more jobs" if args.no else "may be given jobs"
            return remote.report(args, answer, f"{args.robot_id}: {news}")
        robots = {robot.robot_id: robot for robot in client.state().robots}
    if args.robot_verb == "list":
        _list(args, list(robots.values()))
        return Exit.GOOD
    if args.robot_id not in robots:
        known = ", ".join(robots) or "none"
        print(f"no such robot: {args.robot_id} (known: {known})", file=sys.stderr)
        return Exit.FAILED
    _show(args, robots[args.robot_id])
    return Exit.GOOD


def _list(args: Namespace, robots: list[Any]) -> None:
    if args.json:
        console.print_json([remote.as_data(robot) for robot in robots])
        return
    console.print_table(
        ("robot", "kind", "zone", "battery", "link", "mission", "moves", "stop", "job", "waits"),
        (
            (
                robot.robot_id + ("" if robot.commissioned else " (no jobs)"),
                robot.kind,
                robot.zone or "-",
                "-" if math.isnan(robot.battery) else f"{robot.battery:.0%}",
                robot.connection,
                robot.mission,
                robot.navigation,
                robot.stop,
                robot.job_id or "-",
                robot.waits,
            )
            for robot in robots
        ),
    )


def _show(args: Namespace, robot: Any) -> None:
    data = remote.as_data(robot)
    if args.json:
        console.print_json(data)
        return
    data["pose"] = "x {x:.2f} m, y {y:.2f} m, yaw {yaw:.2f} rad, {level}".format(**data["pose"])
    console.print_table(
        ("", ""), ((name, "-" if v in ("", None) else str(v)) for name, v in data.items())
    )
