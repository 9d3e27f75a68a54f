# SPDX-License-Identifier: Apache-2.0
"""`suwon-fleet journal`: whether a journal is whole, and what stands in it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from suwon_fleet.cli import console, remote
from suwon_fleet.cli.exits import Exit
from suwon_fleet.core.errors import BadInput, Problem

if TYPE_CHECKING:
    from suwon_fleet.adapters.chained_journal import RecordStore
    from suwon_fleet.wire.journal_chain import Record

_EPILOG = """\
JOURNAL is a file, which no fleet manager may have open, or a URL such as
postgresql://HOST/DATABASE#NAME. Exit code 0: good; 1: the journal is damaged;
2: there is no such journal, or it cannot be read.
"""
_LAST, _HIGHEST = 20, 10**18


def add(subparsers: Any) -> None:
    """Add the verb to the program."""
    parser = subparsers.add_parser(
        "journal", help="check, show and export what a fleet has decided", epilog=_EPILOG
    )
    parser.set_defaults(run=run)
    verbs = parser.add_subparsers(dest="journal_verb", metavar="VERB", required=True)
    verify = _verb(verbs, "verify", "check every record against the chain of hashes")
    verify.add_argument("--json", action="store_true", help="print one JSON document")
    show = _verb(verbs, "show", "print records")
    number = remote.whole(0, _HIGHEST)
    show.add_argument("--first", type=number, default=0, metavar="N", help="from record N on")
    show.add_argument("--last", type=number, default=_HIGHEST, metavar="N", help="up to record N")
    show.add_argument("--event", metavar="NAME", help="only events of this kind")
    show.add_argument("--about", metavar="ID", help="only where a robot, job or other id stands")
    show.add_argument(
        "--count",
        type=remote.whole(1, _HIGHEST),
        default=_LAST,
        metavar="N",
        help="at most so many, the newest (default: %(default)s)",
    )
    show.add_argument("--json", action="store_true", help="print one JSON document per line")
    export = _verb(verbs, "export", "write all records as JSON, one per line")
    export.add_argument(
        "-o", "--output", default=console.STDOUT, metavar="FILE", help="(default: standard output)"
    )
    cut = _verb(verbs, "cut", "give up all records after one, and keep them aside")
    cut.add_argument("--after", type=number, required=True, metavar="N", help="the last to keep")


def _verb(verbs: Any, name: str, what: str) -> ArgumentParser:
    parser: ArgumentParser = verbs.add_parser(name, help=what, epilog=_EPILOG)
    parser.add_argument("journal", metavar="JOURNAL")
    return parser


def run(args: Namespace) -> int:
    """Carry out the verb; the exit code."""
    from suwon_fleet.adapters.journals import open_store

    with closing(open_store(args.journal, writes=args.journal_verb == "cut")) as store:
        console.print_problems(store.surprises)
        return {"verify": _verify, "show": _show, "export": _export, "cut": _cut}[
            args.journal_verb
        ](store, args)


def _verify(store: RecordStore, args: Namespace) -> int:
    from suwon_fleet.adapters.chained_journal import examine

    start = store.archive_head()
    old = examine(store.archived())
    found = examine(store.rows(), start)
    problem = found.problem(store.name) if found.bad else None
    if old.bad:
        problem = old.problem(f"{store.name}: archive")
    has_archive = old.head.number > 0
    if has_archive and old.head != start and problem is None:
        what = (
            f"it ends at record {old.head.number}, and not as the journal says: at {start.number}"
        )
        mend = "put back a copy of the archive"
        problem = Problem("archive-does-not-fit", f"{store.name}: archive", what, mend)
    if args.json:
        console.print_json(
            {
                "journal": store.name,
                "is_whole": problem is None,
                "records": found.head.number,
                "archived": start.number,
                "has_archive": has_archive,
                "head": found.head.hash.hex(),
                "problem": str(problem) if problem else None,
            }
        )
    else:
        console.print_table(
            ("", ""),
            [
                ("journal", store.name),
                ("good records", str(found.head.number)),
                (
                    "archived",
                    f"{start.number}{'' if has_archive else ', not here' if start.number else ''}",
                ),
                ("head", found.head.hash.hex()),
            ],
        )
    if problem is None:
        return Exit.GOOD
    print(problem, file=sys.stderr)
    return Exit.FAILED


def _show(store: RecordStore, args: Namespace) -> int:
    from suwon_fleet.wire.journal_lines import as_data

    wanted: deque[dict[str, Any]] = deque(maxlen=args.count)
    for record in _all(store):
        if args.first <= record.number <= args.last and args.event in (None, record.name):
            data = as_data(record, _where(store, record))
            if args.about is None or _mentions(data, args.about):
                wanted.append(data)
    if args.json:
        _write(sys.stdout, (json.dumps(data, ensure_ascii=False) for data in wanted))
    else:
        console.print_table(("record", "time s", "event", ""), map(_row, wanted))
    return Exit.GOOD


def _mentions(data: object, id: str) -> bool:
    """Whether an id stands anywhere in the fields of an event."""
    if isinstance(data, dict):
        return any(_mentions(part, id) for pair in data.items() for part in pair)
    if isinstance(data, list):
        return any(_mentions(part, id) for part in data)
    return data == id


def _row(data: dict[str, Any]) -> tuple[str, ...]:
    hidden = ("record", "event", "at_ns", "before", "hash")
    facts = {name: value for name, value in data.items() if name not in hidden}
    told = json.dumps(facts, ensure_ascii=False)
    return str(data["record"]), f"{data['at_ns'] / 1e9:.3f}", data["event"], told


def _export(store: RecordStore, args: Namespace) -> int:
    from suwon_fleet.wire.journal_lines import as_line

    lines = (as_line(record, _where(store, record)) for record in _all(store))
    if args.output == console.STDOUT:
        _write(sys.stdout, lines)
        return Exit.GOOD
    path, mend = Path(args.output), "name a new file in a folder that may be written"
    with console.writing(path, mend), path.open("x", encoding="utf-8") as file:
        _write(file, lines)
    return Exit.GOOD


def _write(file: Any, lines: Iterable[str]) -> None:
    for line in lines:
        file.write(f"{line}\n")


def _cut(store: RecordStore, args: Namespace) -> int:
    last = [record for record in store.rows() if record.number > args.after]
    if not last:
        what, mend = f"there is no record after {args.after}", "give the number of the last to keep"
        raise BadInput([Problem("nothing-to-cut", store.name, what, mend)])
    where = store.cut(last)
    print(f"{console.counted(len(last), 'record')} cut off, and kept in {where}", file=sys.stderr)
    return Exit.GOOD


def _all(store: RecordStore) -> Iterator[Record]:
    return chain(store.archived(), store.rows())


def _where(store: RecordStore, record: Record) -> str:
    return f"{store.name}: record {record.number}"
