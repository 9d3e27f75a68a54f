# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet zone`: the zones of a running fleet's site; open and close them, give them away."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit

if TYPE_CHECKING:
    from suwon_fleet.adapters.ros.client import FleetClient

WAIT_S = 320.0
"""An owner keeps a zone whose robots do not come to rest in 300 s."""
LOOK_S = 0.2
ZONE = "its id, as `zone list` tells it"


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser("zone", help="list zones, open and close them, give them away")
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="zone_verb", metavar="VERB", required=True)
    remote.add_options(verbs.add_parser("list", help="all zones"))
    for verb, what in (("open", "let robots in"), ("close", "let no more robots in, only out")):
        change = verbs.add_parser(verb, help=what, description=f"{what[0].upper()}{what[1:]}.")
        change.add_argument("zone_id", metavar="ZONE", help=ZONE)
        change.add_argument("--reason", default="", help="for the record")
        remote.add_options(change, changes=True)
    giving = verbs.add_parser(
        "give",
        help="give a zone to another owner, with the robots in it",
        description="Give a zone to another owner of this map, with the robots in it and their jobs.",
    )
    giving.add_argument("zone_id", metavar="ZONE", help=ZONE)
    giving.add_argument(
        "--to",
        required=True,
        metavar="GROUP",
        help="who is to own it; its owner itself: keep it after all",
    )
    giving.add_argument(
        "--wait",
        type=remote.number(0.0, 3600.0),
        default=WAIT_S,
        metavar="S",
        help="for it to be done: robots in it come to rest first (default: %(default)s s)",
    )
    remote.add_options(giving, changes=True)


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    with remote.connect(args) as client:
        if args.zone_verb == "list":
            _list(args, client.zones().zones)
            return Exit.GOOD
        if args.zone_verb == "give":
            return _give(args, client)
        is_open = args.zone_verb == "open"
        answer = client.set_zone(args.zone_id, is_open, args.requester, args.reason)
    return remote.report(args, answer, f"{args.zone_id}: {'open' if is_open else 'closed'}")


def _give(args: Namespace, client: FleetClient) -> int:
    answer = client.give_zone(args.zone_id, args.to, args.requester)
    outcome = _await(args, client) if answer.accepted else ""
    done = f"{args.zone_id}: {args.to} has it"
    if not answer.accepted or outcome == args.to:
        return remote.report(args, answer, done)
    told = (
        f"not within {args.wait:g} s"
        if outcome
        else "it was kept; `suwon-fleet alert list` says why"
    )
    if args.json:
        console.print_json({"accepted": True, "code": "zone-kept", "reason": told})
    else:
        print(f"{args.zone_id}: {told}", file=sys.stderr)
    return Exit.FAILED


def _await(args: Namespace, client: FleetClient) -> str:
    """The group that has a zone, empty if it was kept, or "?" if nothing of that was told in time."""
    until_s, before = time.monotonic() + args.wait, ""
    while time.monotonic() <= until_s:
        zone = next(one for one in client.zones().zones if one.zone_id == args.zone_id)
        if zone.owner == args.to and not zone.given_to:
            return str(args.to)
        if before and not zone.given_to:
            return str(args.to) if zone.owner != before else ""
        before = zone.owner if zone.given_to else ""
        time.sleep(LOOK_S)
    return "?"


def _list(args: Namespace, zones: list[Any]) -> None:
    if args.json:
        console.print_json([remote.as_data(zone) for zone in zones])
        return
    console.print_table(
        ("zone", "kind", "state", "robots", "capacity", "speed limit", "owner", "inside"),
        (
            (
                zone.zone_id,
                zone.kind,
                "open" if zone.open else "closed",
                str(zone.robots),
                str(zone.capacity or "-"),
                f"{zone.speed_limit:.1f} m/s" if zone.speed_limit else "-",
                zone.owner + (f" -> {zone.given_to}" if zone.given_to else "") or "-",
                ", ".join(zone.robot_ids),
            )
            for zone in zones
        ),
    )
