# SPDX-License-Identifier: Apache-2.0
"""The journal in one SQLite file, write-ahead logged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.journal import SCHEMA, decode, encode

_TABLES = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
"""


class SqliteJournal:
    """Appends are durable when `append` returns: against a crash of the process, and of the machine.

    With `sync="normal"` a power cut may lose the newest appends, never the file. One writer at a time:
    the file is locked while it is open. Not thread-safe.
    """

    def __init__(self, path: Path | str, *, sync: str = "full") -> None:
        """Open or create. Raises BadInput when the file is no journal, or another process has it."""
        self._path = Path(path)
        try:
            self._db = sqlite3.connect(self._path, isolation_level=None, timeout=2.0)
            self._open(sync)
        except sqlite3.Error as error:
            raise BadInput([self._problem(error)]) from error

    def _open(self, sync: str) -> None:
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(f"PRAGMA synchronous = {'FULL' if sync == 'full' else 'NORMAL'}")
        self._db.executescript(_TABLES)
        self._db.execute("INSERT OR IGNORE INTO about VALUES ('schema', ?)", (str(SCHEMA),))
        (schema,) = self._db.execute("SELECT value FROM about WHERE key = 'schema'").fetchone()
        if schema != str(SCHEMA):
            raise sqlite3.DatabaseError(f"schema {schema}, this version reads {SCHEMA}")

    def _problem(self, error: sqlite3.Error) -> Problem:
        if "locked" in str(error):
            return Problem(
                "journal-in-use",
                str(self._path),
                "another process has the journal open",
                "stop that process, or give this one another journal",
            )
        return Problem(
            "journal-unusable",
            str(self._path),
            f"not a journal of this version: {error}",
            "check the path; move the file away to start a new journal",
        )

    def append(self, events: Sequence[Event]) -> None:
        """Write events in one transaction. Raises OSError, and writes none, when that fails."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                "INSERT INTO events (name, body) VALUES (?, ?)", map(encode, events)
            )
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise OSError(f"{self._path}: cannot write the journal: {error}") from error

    def read(self) -> Iterator[Event]:
        """All events, oldest first. Raises BadInput at a record that cannot be read."""
        rows = self._db.execute("SELECT number, name, body FROM events ORDER BY number")
        for number, name, body in rows:
            yield decode(name, body, f"{self._path}: record {number}")

    def close(self) -> None:
        """Close the file and give up its lock."""
        self._db.close()
