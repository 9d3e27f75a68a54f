# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet conform`: whether a robot or a rig keeps the contract, clause by clause; see docs/hil.md."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import BadInput, Problem, Unreachable

if TYPE_CHECKING:
    from suwon_fleet.conform.book import Finding
    from suwon_fleet.conform.exam import Plan


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser(
        "conform", help="examine whether a robot keeps the contract; it will move"
    )
    parser.set_defaults(run=run)
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument(
        "--zenoh",
        metavar="ENDPOINT",
        help="that the robot connects to, as tcp/HOST:PORT: a router's, or where nobody listens ours",
    )
    way.add_argument(
        "--ros", metavar="NAMESPACE", help="of the fleet whose topics the robot uses, as /fleet"
    )
    parser.add_argument(
        "--robot", required=True, metavar="ROBOT", help="its id, or SITE/ZONE/ROBOT"
    )
    _add_plan(parser)
    for name, what in (
        ("--ca", "the authority's certificate"),
        ("--certificate", "a manager's, for its zone"),
        ("--key", "its private key"),
    ):
        parser.add_argument(name, default="", metavar="FILE", help=f"with tls: {what}")
    parser.add_argument("--report", metavar="FILE", help="write the findings as Markdown, too")
    parser.add_argument(
        "--strict", action="store_true", help="a clause that was not seen counts as failed"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def _add_plan(parser: ArgumentParser) -> None:
    for name, bounds, default, what in (
        (
            "--room",
            (0.0, 100.0),
            1.0,
            "m free straight ahead, that it may drive; 0: it is not driven",
        ),
        ("--speed", (0.05, 10.0), 1.0, "m/s, the limit of the ground it is granted"),
        ("--patience", (0.5, 600.0), 5.0, "s that it has to do what it is told"),
        ("--action-time", (1.0, 3600.0), 60.0, "s that it has for an action"),
        ("--wait", (0.5, 3600.0), 30.0, "s that it has to come"),
    ):
        text = f"{what} (default: %(default)s)"
        number = remote.number(*bounds)
        parser.add_argument(name, type=number, default=default, metavar="N", help=text)


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code. Raises BadInput, and Unreachable without Zenoh or ROS."""
    from suwon_fleet.conform.book import Verdict, of_verdict
    from suwon_fleet.conform.exam import Plan
    from suwon_fleet.conform.report import as_data, as_markdown, summary

    plan = Plan(args.room, args.patience, args.action_time, args.speed)
    robot_id = args.robot.rpartition("/")[2]
    by = _by_ros if args.ros else _by_zenoh
    way, findings = by(args, robot_id, plan)
    if args.report:
        now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
        console.write_text(Path(args.report), as_markdown(robot_id, way, now, findings))
    if args.json:
        console.print_json(as_data(robot_id, way, findings))
    else:
        console.print_table(
            ("", "clause", "what is promised", "what was seen"),
            ((f.verdict, f.clause.id, f.clause.sentence(args.lang), f.seen) for f in findings),
        )
        print(f"{robot_id}: {summary(findings)}")
    bad = of_verdict(findings, Verdict.FAIL)
    if args.strict:
        bad += of_verdict(findings, Verdict.NOT_SEEN)
    return Exit.FAILED if bad else Exit.GOOD


def _by_zenoh(args: Namespace, robot_id: str, plan: Plan) -> tuple[str, list[Finding]]:
    try:
        from suwon_fleet.conform import zenoh
    except ModuleNotFoundError as error:
        mend = "pip install 'suwon-fleet[zenoh]'"
        raise Unreachable(f"this needs Zenoh ({error.name} is not installed): {mend}") from error
    from suwon_fleet.adapters.zenoh.session import SessionSettings
    from suwon_fleet.wire.zenoh.keys import Address

    named = args.robot.split("/")
    if len(named) not in (1, 3):
        mend = "give ROBOT, or SITE/ZONE/ROBOT"
        raise BadInput([Problem("bad-robot", "--robot", f"{args.robot!r} is none", mend)])
    address = Address(*["site", "zone", *named][-3:])  # which checks the names
    settings = SessionSettings(
        connect=(args.zenoh,),
        tls_ca=args.ca,
        tls_certificate=args.certificate,
        tls_private_key=args.key,
    )
    findings = zenoh.examine(
        settings,
        robot_id,
        home=address if len(named) == 3 else None,
        plan=plan,
        first_s=args.wait,
        note=console.notes(quiet=args.json),
    )
    return f"Zenoh, {args.zenoh}", findings


def _by_ros(args: Namespace, robot_id: str, plan: Plan) -> tuple[str, list[Finding]]:
    remote.client_class()  # says what is missing, if ROS is
    from suwon_fleet.conform import ros

    note = console.notes(quiet=args.json)
    findings = ros.examine(args.ros, robot_id, plan=plan, first_s=args.wait, note=note)
    return f"ROS 2, {args.ros}", findings
