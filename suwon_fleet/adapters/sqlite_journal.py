# SPDX-License-Identifier: Apache-2.0
"""The journal in one SQLite file, write-ahead logged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from suwon_fleet.core.engine.events import Event
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.journal import SCHEMA, decode, encode

APPLICATION = 0x53554A4E
"""In the header of every journal ("SUJN"), so that no other database is taken for one."""

_TABLE = """
CREATE TABLE events (number INTEGER PRIMARY KEY, name TEXT NOT NULL, body BLOB NOT NULL) STRICT
"""


class SqliteJournal:
    """Appends are durable when `append` returns: against a crash of the process, and of the machine.

    With `sync="normal"` a power cut may lose the newest appends, never the file. One writer at a time:
    the file is locked while it is open. Not thread-safe; any one thread at a time may use it.
    """

    def __init__(self, path: Path | str, *, sync: str = "full") -> None:
        """Open or create. `sync` is full or normal.

        Raises BadInput when the file is no journal or cannot be used, or another process has it.
        """
        if sync not in ("full", "normal"):
            raise ValueError(f"sync is full or normal, not {sync!r}")
        self._path = Path(path)
        try:
            self._db = sqlite3.connect(
                self._path, isolation_level=None, timeout=2.0, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise BadInput([self._problem(error)]) from error
        try:
            self._open(sync)
        except sqlite3.Error as error:
            self._db.close()
            raise BadInput([self._problem(error)]) from error
        except BadInput:
            self._db.close()
            raise

    def _open(self, sync: str) -> None:
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute(f"PRAGMA synchronous = {sync}")
        self._db.execute("BEGIN IMMEDIATE")
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables == 0:
            self._db.execute(f"PRAGMA application_id = {APPLICATION}")
            self._db.execute(f"PRAGMA user_version = {SCHEMA}")
            self._db.execute(_TABLE)
        self._check()
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA journal_mode = WAL")

    def _check(self) -> None:
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (schema,) = self._db.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION:
            raise BadInput([self._unusable("it is a database of something else")])
        if schema != SCHEMA:
            raise BadInput(
                [
                    Problem(
                        "journal-of-another-version",
                        str(self._path),
                        f"its schema is {schema}, this version reads {SCHEMA}",
                        "run the version that wrote it, or move the file away to start anew",
                    )
                ]
            )

    def _problem(self, error: sqlite3.Error) -> Problem:
        """What is wrong with the file, in words."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        match code & 0xFF:  # without what SQLite adds to its primary codes
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return Problem(
                    "journal-in-use",
                    str(self._path),
                    "another process has the journal open",
                    "stop that process, or give this one another journal",
                )
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                return self._unusable(f"it is damaged, or no journal: {error}")
            case _:
                return Problem(
                    "journal-not-accessible",
                    str(self._path),
                    f"the journal cannot be opened for writing: {error}",
                    "give the path of a file in a folder that exists and may be written, "
                    "on a disk that has room",
                )

    def _unusable(self, what: str) -> Problem:
        return Problem(
            "journal-unusable",
            str(self._path),
            what,
            "check the path; put back a copy, or move the file away to start a new journal",
        )

    def append(self, events: Sequence[Event]) -> None:
        """Write events in one transaction. Raises OSError, and writes none, when that fails."""
        records = [encode(event) for event in events]
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT INTO events (name, body) VALUES (?, ?)", records)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:  # after most errors SQLite has ended it itself
                self._db.execute("ROLLBACK")
            raise OSError(f"{self._path}: cannot write the journal: {error}") from error

    def read(self) -> Iterator[Event]:
        """All events, oldest first. Raises BadInput at a record that cannot be read."""
        try:
            rows = self._db.execute("SELECT number, name, body FROM events ORDER BY number")
            for number, name, body in rows:
                yield decode(name, body, f"{self._path}: record {number}")
        except sqlite3.Error as error:
            raise BadInput([self._problem(error)]) from error

    def close(self) -> None:
        """Close the file and give up its lock."""
        self._db.close()
