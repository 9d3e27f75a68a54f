# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet zone`: the zones of a running fleet's site; open and close them."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser("zone", help="list zones, open and close them")
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="zone_verb", metavar="VERB", required=True)
    remote.add_options(verbs.add_parser("list", help="all zones"))
    for verb, what in (("open", "let robots in"), ("close", "let no more robots in, only out")):
        change = verbs.add_parser(verb, help=what)
        change.add_argument("zone_id", metavar="ID")
        change.add_argument("--reason", default="", help="for the record")
        remote.add_options(change, changes=True)


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    with remote.connect(args) as client:
        if args.zone_verb == "list":
            _list(args, client.zones().zones)
            return Exit.GOOD
        is_open = args.zone_verb == "open"
        answer = client.set_zone(args.zone_id, is_open, args.requester, args.reason)
    return remote.report(args, answer, f"{args.zone_id}: {'open' if is_open else 'closed'}")


def _list(args: Namespace, zones: list[Any]) -> None:
    if args.json:
        console.print_json([remote.as_data(zone) for zone in zones])
        return
    console.print_table(
        ("zone", "kind", "state", "robots", "capacity", "speed limit", "inside"),
        (
            (
                zone.zone_id,
                zone.kind,
                "open" if zone.open else "closed",
                str(zone.robots),
                str(zone.capacity or "-"),
                f"{zone.speed_limit:.1f} m/s" if zone.speed_limit else "-",
                ", ".join(zone.robot_ids),
            )
            for zone in zones
        ),
    )
