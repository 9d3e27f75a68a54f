# SPDX-License-Identifier: Apache-2.0
"""The program ``suwon-fleet``: finds the verb, runs it, and turns errors into exit codes."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module

from suwon_fleet import __version__
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import BadInput, Rejected, Unreachable

VERBS = (
    "demo", "up", "run", "bench", "map", "job", "robot", "stop", "release", "zone", "alert", "explain",
    "fault", "journal", "keys", "zenoh", "sim", "conform",
)  # fmt: skip
"""Modules of this package, in the order of the help. Each has `add(subparsers)` and `run(args)`."""
LANGUAGES = ("en", "ko")

_EPILOG = """\
--lang may also stand behind the verb. Most verbs that print facts take --json.

exit codes:
  0    good
  1    what was asked for was not done: jobs failed, robots collided, a request was refused
  2    wrong arguments, or a file that cannot be used
  3    no fleet manager answers, or ROS 2 is not installed
  130  interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    try:
        args = parse(sys.argv[1:] if argv is None else argv)
        return int(args.run(args))
    except BadInput as error:
        print(error, file=sys.stderr)
        return Exit.BAD_INPUT
    except Rejected as error:
        from suwon_fleet.core.texts import say

        print(f"refused: {say(error.reason, args.lang)} [{error.reason.code}]", file=sys.stderr)
        return Exit.FAILED
    except Unreachable as error:
        print(error, file=sys.stderr)
        return Exit.UNREACHABLE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.GOOD


def parse(argv: Sequence[str]) -> Namespace:
    """The arguments, with the verb's `run`. Exits with code 2 on wrong ones, as argparse does."""
    anywhere = _language_option()
    chosen, rest = anywhere.parse_known_args(argv)
    args = _parser(anywhere).parse_args(rest)
    args.lang = chosen.lang
    return args


def _language_option() -> ArgumentParser:
    parser = ArgumentParser(prog="suwon-fleet", add_help=False, allow_abbrev=False)
    parser.add_argument(
        "--lang",
        choices=LANGUAGES,
        default=_own_language(),
        help="language of what is said about the fleet (default: %(default)s, from the locale)",
    )
    return parser


def _own_language() -> str:
    """Korean where the locale of the shell says so, else English."""
    told = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, told), "")
    return "ko" if locale.startswith("ko") else "en"


def _parser(options: ArgumentParser) -> ArgumentParser:
    parser = ArgumentParser(
        prog="suwon-fleet",
        description="Robot fleet orchestration on ROS 2 and Zenoh.",
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        parents=[options],
    )
    parser.add_argument("--version", action="version", version=f"suwon-fleet {__version__}")
    subparsers = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in VERBS:
        import_module(f"suwon_fleet.cli.{verb}").add(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
