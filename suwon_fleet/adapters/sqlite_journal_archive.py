# SPDX-License-Identifier: Apache-2.0
"""Records that no start needs any more, in a SQLite file beside the journal's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.journal_chain import Record

RECORDS = """
CREATE TABLE IF NOT EXISTS records (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, body BLOB NOT NULL,
    before BLOB NOT NULL, hash BLOB NOT NULL
) STRICT
"""
"""The table of records, here as in the journal itself."""


def add_to_archive(path: Path, records: Sequence[Record]) -> None:
    """Add records, durably; after a crash some may be there already. Raises sqlite3.Error."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = full")
        db.execute("BEGIN IMMEDIATE")
        db.execute(RECORDS)
        db.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)", records)
        db.execute("COMMIT")


def read_archive(path: Path, last: int) -> Iterator[Record]:
    """Records up to one, by number; none without a file. Raises BadInput when it cannot be read."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path)) as db:
            yield from map(
                Record._make,
                db.execute("SELECT * FROM records WHERE number <= ? ORDER BY number", (last,)),
            )
    except sqlite3.Error as error:
        what, mend = f"the archive cannot be read: {error}", "put back a copy"
        raise BadInput([Problem("journal-unusable", str(path), what, mend)]) from error
