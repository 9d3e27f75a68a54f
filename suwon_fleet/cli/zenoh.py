# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet zenoh doctor`: what is wrong with a link to a fleet over Zenoh; see docs/security.md."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import BadInput, Problem, Unreachable

if TYPE_CHECKING:
    from suwon_fleet.wire.zenoh.keys import Address


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser("zenoh", help="try links over Zenoh")
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="zenoh_verb", metavar="VERB", required=True)
    doctor = verbs.add_parser("doctor", help="say what is wrong with a link, and how to mend it")
    doctor.add_argument("endpoints", nargs="+", metavar="ENDPOINT", help="as tls/HOST:PORT")
    who = doctor.add_mutually_exclusive_group()
    who.add_argument("--robot", metavar="SITE/ZONE/ROBOT", help="try what this robot may do")
    who.add_argument("--zone", metavar="SITE/ZONE", help="try to reach its manager")
    doctor.add_argument("--ca", default="", metavar="FILE", help="the authority's certificate")
    doctor.add_argument("--certificate", default="", metavar="FILE", help="one's own")
    doctor.add_argument("--key", default="", metavar="FILE", help="its private key")
    doctor.add_argument(
        "--lease",
        type=remote.number(0.1, 3600.0),
        default=1.0,
        metavar="S",
        help="as the robot's (default: %(default)s s)",
    )
    doctor.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code. Raises BadInput, and Unreachable without Zenoh."""
    try:
        from suwon_fleet.adapters.zenoh import examine
    except ModuleNotFoundError as error:
        mend = "pip install 'suwon-fleet[zenoh]'"
        raise Unreachable(f"this needs Zenoh ({error.name} is not installed): {mend}") from error

    from suwon_fleet.wire.zenoh.secured import Files

    robot, owner = _who(args)
    files = Files(args.ca, args.certificate, args.key)
    rows: list[tuple[str, examine.Finding]] = []
    for endpoint in args.endpoints:
        link = examine.Link(endpoint, owner, robot, files, args.lease)
        for finding in examine.examine(link):
            rows.append((endpoint, finding))
            if sys.stderr.isatty():
                print(f"{endpoint}: {finding.check}: {finding.verdict}", file=sys.stderr)
    if args.json:
        console.print_json([_as_data(endpoint, finding) for endpoint, finding in rows])
    else:
        console.print_table(
            ("link", "check", "", "found", "to mend it"),
            ((e, f.check, f.verdict.value, f.what, f.mend or "-") for e, f in rows),
        )
    is_bad = any(finding.verdict is examine.Verdict.BAD for _, finding in rows)
    return Exit.FAILED if is_bad else Exit.GOOD


def _who(args: Namespace) -> tuple[Address | None, Address | None]:
    """The robot to speak as, and the owner to ask."""
    from suwon_fleet.wire.zenoh.keys import Address, owner_of

    if args.robot:
        chunks = args.robot.split("/")
        if len(chunks) != 3:
            raise _bad("robot", args.robot, "SITE/ZONE/ROBOT")
        robot = Address(*chunks)
        return robot, owner_of(robot.site, robot.zone)
    if args.zone:
        chunks = args.zone.split("/")
        if len(chunks) != 2:
            raise _bad("zone", args.zone, "SITE/ZONE")
        return None, owner_of(*chunks)
    return None, None


def _bad(name: str, value: str, form: str) -> BadInput:
    return BadInput([Problem(f"bad-{name}", f"--{name}", f"{value!r} is none", f"give {form}")])


def _as_data(endpoint: str, finding: Any) -> dict[str, str]:
    return {
        "link": endpoint,
        "check": finding.check,
        "verdict": finding.verdict.value,
        "what": finding.what,
        "mend": finding.mend,
    }
