# SPDX-License-Identifier: Apache-2.0
"""What all verbs share in printing: results on stdout, all else on stderr. rich is met only when used."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from suwon_fleet.core.errors import BadInput, Problem

STDOUT = "-"
"""The name of a file that means standard output."""

Advance = Callable[[float, str], None]
"""Takes the share done (0..1) and a few words on how things stand."""


def print_json(document: object) -> None:
    """Print one JSON document."""
    print(_json(document))


def write_json(document: object, path: str) -> None:
    """Write one JSON document to a file, or to standard output for ``-``. Raises BadInput."""
    write_out(_json(document) + "\n", path)


def write_out(text: str, path: str) -> None:
    """Write a text to a file, or to standard output for ``-``. Raises BadInput."""
    if path == STDOUT:
        sys.stdout.write(text)
    else:
        write_text(Path(path), text)


def write_text(path: Path, text: str) -> None:
    """Write a file. Raises BadInput when that cannot be."""
    with writing(path):
        path.write_text(text, encoding="utf-8")


def make_folder(path: Path) -> None:
    """Make a folder, if it is not there. Raises BadInput when that cannot be."""
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)


@contextmanager
def writing(path: Path, mend: str = "choose another place for it") -> Iterator[None]:
    """Whoever writes there within cannot when that raises an OSError: a BadInput comes of it."""
    try:
        yield
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise BadInput([Problem("unwritable", str(path), what, mend)]) from error


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)


def print_table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table; texts are shown as they are, whatever brackets are in them."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    headings = [*columns]
    table = Table(
        *headings, box=None, pad_edge=False, header_style="bold", show_header=any(headings)
    )
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console()
    if not console.is_terminal:  # whoever reads a pipe wants whole lines
        console = Console(width=10_000)
    with console.capture() as text:  # printed by ourselves: rich would exit with 1 on a closed pipe
        console.print(table)
    sys.stdout.write(text.get())


def counted(count: int, thing: str) -> str:
    """So many of a thing whose plural takes an s: "1 job", "2 jobs"."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def print_problems(problems: Iterable[Problem]) -> None:
    """Say what is wrong in an input, one line for each."""
    for problem in problems:
        print(problem, file=sys.stderr)


def notes(*, quiet: bool = False) -> Callable[[str], None]:
    """Takes lines about what goes on, for people, on stderr; none when `quiet`."""
    return (lambda _line: None) if quiet else lambda line: print(line, file=sys.stderr, flush=True)


@contextmanager
def progress(what: str, *, quiet: bool = False) -> Iterator[Advance]:
    """A progress bar on stderr while the block runs; none when `quiet` or when nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield lambda _share, _words: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[words]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0, words="")
        yield lambda share, words: bar.update(task, completed=share, words=words)
