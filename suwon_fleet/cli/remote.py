# SPDX-License-Identifier: Apache-2.0
"""What the verbs share that speak to a running fleet manager: reaching it, and printing its answers."""

from __future__ import annotations

import getpass
import math
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import console
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import BadInput, Problem, Unreachable

if TYPE_CHECKING:
    from suwon_fleet.adapters.ros.client import FleetClient

TIMEOUT_S = 10.0
_YEAR_S = 365 * 86400
"""A fleet's clock that shows more is wall time; a simulated one begins at zero."""


def add_options(parser: ArgumentParser, *, changes: bool = False) -> None:
    """The options of every verb that speaks to the fleet manager; `changes`: it asks for a change."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--timeout",
        type=number(0.1, 3600.0),
        default=TIMEOUT_S,
        metavar="S",
        help="give up when no fleet manager answers for so long (default: %(default)s s)",
    )
    parser.add_argument(
        "--fleet",
        default="/fleet",
        metavar="NAMESPACE",
        help="of the fleet manager, where there are several (default: %(default)s)",
    )
    if changes:
        parser.add_argument(
            "--requester",
            default=login_name(),
            metavar="WHO",
            help="who asks (default: %(default)s)",
        )


def number(least: float, most: float) -> Callable[[str], float]:
    """The argument type of numbers in a range."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise ArgumentTypeError(f"{text!r} is no number from {least:g} to {most:g}")
        return value

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """The argument type of whole numbers in a range."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
        return int(text)

    return read


def login_name() -> str:
    """Who runs this program."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id that no account has, as in containers
        return "operator"


def connect(args: Namespace) -> FleetClient:
    """A connection to the fleet manager of this ROS domain.

    Raises Unreachable when this Python has no ROS 2, or not our interfaces, and BadInput for an argument
    that no message can carry.
    """
    for name, value in vars(args).items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and not _is_text(text):
                mend = "write it in UTF-8"
                raise BadInput([Problem("not-text", name, f"{text!a} is no text", mend)])
    return client_class()(timeout_s=args.timeout, namespace=args.fleet)


def _is_text(value: str) -> bool:
    """Whether it is Unicode; what a shell hands over in another encoding is not."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def client_class() -> type[FleetClient]:
    """FleetClient, imported when a verb needs it. Raises Unreachable as `connect` does."""
    try:
        from suwon_fleet.adapters.ros.client import FleetClient
    except ImportError as error:
        raise Unreachable(
            f"this needs ROS 2 ({error}): source a ROS 2 Jazzy workspace that has suwon_fleet, or "
            "pip install 'suwon-fleet[ros]'; without ROS, `suwon-fleet run` simulates a fleet"
        ) from error
    return FleetClient


def report(args: Namespace, answer: Any, done: str, *, facts: Sequence[str] = ()) -> int:
    """Print what the fleet manager answered to a request, and the exit code that says so.

    `done` is the sentence for a request that was accepted, `facts` are fields of the answer that the
    JSON document has beside `accepted`, `code` and `reason`.
    """
    reason = said(args, answer)
    if args.json:
        told = {name: getattr(answer, name) for name in facts}
        console.print_json(
            {"accepted": answer.accepted, "code": answer.code, "reason": reason, **told}
        )
    elif answer.accepted:
        print(done)
    else:
        refused(answer.code, reason)
    return Exit.GOOD if answer.accepted else Exit.FAILED


def refused(code: str, reason: str) -> None:
    """Say why the fleet manager refused."""
    print(f"refused: {reason} [{code}]", file=sys.stderr)


def said(args: Namespace, message: Any) -> str:
    """The reason in a message, in the language asked for."""
    return str(message.reason_ko if args.lang == "ko" else message.reason_en)


def as_data(message: Any) -> dict[str, Any]:
    """A ROS message as JSON has it: times in seconds, what is not known as null."""
    return {name: _plain(getattr(message, name)) for name in message.get_fields_and_field_types()}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | int | bool):
        return value
    if hasattr(value, "nanosec"):
        return seconds(value)
    if hasattr(value, "get_fields_and_field_types"):
        return as_data(value)
    return [_plain(item) for item in value]


def seconds(stamp: Any) -> float | None:
    """A ROS time in seconds of the fleet's clock; None where zero says that it is not known."""
    return stamp.sec + stamp.nanosec / 1e9 if stamp.sec or stamp.nanosec else None


def clock(stamp: Any) -> str:
    """A time of the fleet's clock for people: wall clock, or hours of simulated time."""
    at_s = seconds(stamp)
    if at_s is None:
        return "-"
    if at_s > _YEAR_S:
        return datetime.fromtimestamp(at_s).strftime("%m-%d %H:%M:%S")
    return str(timedelta(seconds=int(at_s)))
