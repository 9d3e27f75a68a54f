# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet keys`: certificates of robots, managers and routers, and what Zenoh lets them do."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import BadInput, Problem, Reason, Rejected, Unreachable

if TYPE_CHECKING:
    from suwon_fleet.adapters.keys.folder import KeyFolder
    from suwon_fleet.adapters.keys.register import Certificate

FOLDER = "keys"
_ROLES = ("robot", "manager", "bridge", "operator", "router")
_DAYS, _AUTHORITY_DAYS = 365, 3650
_ENDPOINT = "tls/"


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser("keys", help="make certificates and Zenoh's access control")
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="keys_verb", metavar="VERB", required=True)
    init = _verb(verbs, "init", "make the fleet's certificate authority")
    init.add_argument("--fleet", default="suwon_fleet", metavar="NAME", help="for people")
    _days(init, _AUTHORITY_DAYS)
    issue = _verb(verbs, "issue", "make certificates")
    issue.add_argument("role", choices=_ROLES)
    issue.add_argument("names", nargs="+", metavar="NAME", help="a robot's is SITE/ZONE/ROBOT")
    for option, metavar, what in (
        ("zone", "SITE/ZONE", "a manager or bridge owns; either may be '*'"),
        ("takes", "SITE/ZONE", "whose robots a manager or bridge may be handed"),
        ("host", "HOST", "name or address that others connect to it by"),
        ("namespace", "NS", "ROS namespace of a robot or bridge on zenoh-bridge-ros2dds"),
    ):
        issue.add_argument(
            f"--{option}", action="append", default=[], metavar=metavar, help=f"{what} (repeat)"
        )
    _days(issue, _DAYS)
    rotate = _verb(verbs, "rotate", "make another certificate with the same rights")
    rotate.add_argument("name", metavar="NAME")
    rotate.add_argument("--at-once", action="store_true", help="and revoke the last one")
    _days(rotate, _DAYS)
    revoke = _verb(verbs, "revoke", "end somebody's certificates")
    revoke.add_argument("name", metavar="NAME")
    revoke.add_argument("--replaced", action="store_true", help="only those that were rotated")
    _verb(verbs, "list", "all certificates")
    config = _verb(verbs, "config", "write somebody's Zenoh configuration, with access control")
    config.add_argument("name", metavar="NAME")
    config.add_argument("-o", "--output", required=True, metavar="FILE", help="(-: stdout)")
    for option in ("listen", "connect"):
        config.add_argument(
            f"--{option}",
            action="append",
            default=[],
            type=_endpoint,
            metavar="tls/HOST:PORT",
            help="(repeat)",
        )
    star = config.add_mutually_exclusive_group()
    star.add_argument("--region", default="", metavar="NAME", help="of a star: this site's name")
    star.add_argument(
        "--regions",
        nargs="+",
        default=[],
        metavar="NAME",
        help="of the hub of a star: the names of all its sites",
    )
    config.add_argument(
        "--files",
        metavar="DIR",
        help="where its files lie on its machine (default: as they are here)",
    )


def _verb(verbs: Any, name: str, what: str) -> ArgumentParser:
    parser: ArgumentParser = verbs.add_parser(name, help=what)
    parser.add_argument(
        "--dir", default=FOLDER, metavar="DIR", help="the folder of keys (default: %(default)s)"
    )
    if name != "config":
        parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _days(parser: ArgumentParser, days: int) -> None:
    parser.add_argument(
        "--days",
        type=remote.whole(1, 36500),
        default=days,
        help="how long it is good (default: %(default)s)",
    )


def _endpoint(text: str) -> str:
    from argparse import ArgumentTypeError

    host, _, port = text.removeprefix(_ENDPOINT).partition("?")[0].partition("#")[0].rpartition(":")
    if not (text.startswith(_ENDPOINT) and host and port.isdecimal()):
        raise ArgumentTypeError(f"{text!r} is no endpoint such as tls/router.example:7447")
    return text


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code. Raises BadInput, Rejected and Unreachable."""
    try:
        from suwon_fleet.adapters.keys.folder import KeyFolder
    except ImportError as error:
        mend = "pip install 'suwon-fleet[zenoh]'"
        raise Unreachable(f"this needs the package cryptography ({error}): {mend}") from error

    now = datetime.now(UTC).replace(microsecond=0)
    path = Path(args.dir).expanduser()
    if args.keys_verb == "init":
        _init(args, KeyFolder.create(path, args.fleet, now, args.days))
        return Exit.GOOD
    folder = KeyFolder(path)
    match args.keys_verb:
        case "issue":
            _print(args, folder, folder.issue(_terms(args), now, args.days), now)
        case "rotate":
            made = folder.rotate(args.name, now, args.days, at_once=args.at_once)
            _print(args, folder, [made], now)
        case "revoke":
            ended = folder.revoke(args.name, now, only_replaced=args.replaced)
            _print(args, folder, ended, now)
            _remind("those who listen let them in until they have a new `keys config` and restart")
        case "list":
            _print(args, folder, folder.register().certificates, now)
        case "config":
            _config(args, folder, now)
    return Exit.GOOD


def _init(args: Namespace, folder: KeyFolder) -> None:
    from suwon_fleet.adapters.keys.folder import AUTHORITY

    certificate = folder.path / AUTHORITY
    if args.json:
        console.print_json({"folder": str(folder.path), "certificate": str(certificate)})
    else:
        print(f"{certificate}: goes to everybody")
        _remind(f"{folder.path}/ca.key stays here: keep a copy where nobody else can read it")


def _terms(args: Namespace) -> list[Any]:
    from suwon_fleet.adapters.keys.terms import Terms
    from suwon_fleet.wire.zenoh.access import Role

    rights = (args.host, args.zone, args.takes, args.namespace)
    names = dict.fromkeys(args.names)
    return [Terms(Role(args.role), name, *map(tuple, rights)) for name in names]


def _print(
    args: Namespace, folder: KeyFolder, certificates: Sequence[Certificate], now: datetime
) -> None:
    """Certificates and where they lie; never what is in them."""
    if args.json:
        console.print_json([_as_data(folder, certificate, now) for certificate in certificates])
        return
    console.print_table(
        ("role", "name", "state", "until", "may", "certificate"),
        (
            (
                certificate.role.value,
                certificate.name,
                _state(certificate, now),
                f"{certificate.expires:%Y-%m-%d}",
                _rights(certificate) or "-",
                str(folder.files(certificate)[0]),
            )
            for certificate in certificates
        ),
    )


def _rights(certificate: Certificate) -> str:
    told = (
        ("own", certificate.zones),
        ("take", certificate.takes),
        ("ROS", certificate.namespaces),
        ("at", certificate.hosts),
    )
    return "; ".join(f"{what} {', '.join(values)}" for what, values in told if values)


def _state(certificate: Certificate, now: datetime) -> str:
    from suwon_fleet.adapters.keys.register import State

    is_over = certificate.state is not State.REVOKED and not certificate.is_good(now)
    return "expired" if is_over else certificate.state.value


def _as_data(folder: KeyFolder, certificate: Certificate, now: datetime) -> dict[str, Any]:
    public, private = folder.files(certificate)
    return {
        "role": certificate.role.value,
        "name": certificate.name,
        "state": _state(certificate, now),
        "common_name": certificate.common_name,
        "serial": certificate.serial,
        "issued": certificate.issued.isoformat(),
        "expires": certificate.expires.isoformat(),
        "revoked": certificate.revoked.isoformat() if certificate.revoked else None,
        "zones": certificate.zones,
        "takes": certificate.takes,
        "hosts": certificate.hosts,
        "namespaces": certificate.namespaces,
        "certificate": str(public),
        "key": str(private),
    }


def _config(args: Namespace, folder: KeyFolder, now: datetime) -> None:
    from suwon_fleet.adapters.keys.folder import AUTHORITY
    from suwon_fleet.wire.zenoh.access import Role
    from suwon_fleet.wire.zenoh.secured import Files, configuration

    certificate = folder.newest(args.name)
    if not certificate.is_good(now):
        raise Rejected(Reason.of("certificates-revoked", name=args.name))
    if args.listen and not certificate.hosts:
        raise Rejected(Reason.of("certificate-without-host", name=args.name))
    if not (args.listen or args.connect):
        mend = "say where with --connect, or --listen for one that others connect to"
        raise BadInput([Problem("missing", "connect", f"{args.name} would be alone", mend)])
    if (args.region or args.regions) and not (certificate.role == Role.ROUTER and args.listen):
        mend = "give it to a router that listens"
        where = "region" if args.region else "regions"
        raise BadInput([Problem("bad-region", where, f"{args.name} is in no star so", mend)])
    here = folder.path.absolute()
    there = [here / AUTHORITY, *(file.absolute() for file in folder.files(certificate))]
    if args.files:
        there = [Path(args.files) / file.name for file in there]
    document = configuration(
        certificate.role,
        Files(*map(str, there)),
        folder.register().members(now),
        listen=args.listen,
        connect=args.connect,
        region=args.region,
        regions=args.regions,
    )
    text = json.dumps(document, ensure_ascii=False, indent=1)
    made = (
        f"// Made by `suwon-fleet keys config {args.name}`, {now:%Y-%m-%d %H:%M} UTC; make it anew"
    )
    made += " when certificates change.\n"
    console.write_out(made + text + "\n", args.output)


def _remind(text: str) -> None:
    print(f"keys: {text}", file=sys.stderr)
