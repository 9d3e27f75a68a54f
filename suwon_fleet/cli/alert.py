# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet alert`: what people should know or decide, and their answers."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit

_LEVELS = ("info", "warning", "error")


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser("alert", help="list open alerts, answer them")
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="alert_verb", metavar="VERB", required=True)
    remote.add_options(verbs.add_parser("list", help="alerts that are open, oldest first"))
    answer = verbs.add_parser("answer", help="choose one of an alert's answers")
    answer.add_argument("alert_id", metavar="ID")
    answer.add_argument("answer", metavar="ANSWER", help="one of those `alert list` shows")
    remote.add_options(answer, changes=True)


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    with remote.connect(args) as client:
        if args.alert_verb == "list":
            _list(args, client.alerts())
            return Exit.GOOD
        answer = client.answer_alert(args.alert_id, args.answer, args.requester)
    return remote.report(args, answer, f"{args.alert_id}: answered {args.answer}")


def _list(args: Namespace, alerts: list[Any]) -> None:
    if args.json:
        console.print_json([remote.as_data(alert) for alert in alerts])
        return
    console.print_table(
        ("alert", "since", "level", "about", "text", "answers"),
        (
            (
                alert.alert_id,
                remote.clock(alert.stamp),
                _LEVELS[min(alert.level, len(_LEVELS) - 1)],
                alert.subject,
                alert.text_ko if args.lang == "ko" else alert.text_en,
                ", ".join(alert.answers) or "-",
            )
            for alert in alerts
        ),
    )
