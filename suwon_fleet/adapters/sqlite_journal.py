# SPDX-License-Identifier: Apache-2.0
"""The journal in one SQLite file, write-ahead logged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from suwon_fleet.adapters.chained_journal import IN_USE, ChainedJournal
from suwon_fleet.adapters.journal_aside import keep_bytes, keep_records
from suwon_fleet.adapters.sqlite_journal_archive import RECORDS, add_to_archive, read_archive
from suwon_fleet.adapters.sqlite_journal_log import torn_end
from suwon_fleet.core.errors import BadInput, Problem, Severity
from suwon_fleet.wire.journal import SCHEMA
from suwon_fleet.wire.journal_chain import Head, Record, head_of, link

APPLICATION = 0x53554A4E
"""In the header of every journal ("SUJN"), so that no other database is taken for one."""

PATIENCE_S = 2.0
"""A file that another process has open is waited for so long."""

_HEAD = "CREATE TABLE archived (number INTEGER NOT NULL, hash BLOB NOT NULL) STRICT"
_FROM = "SELECT number, name, body, before, hash FROM records WHERE number >= ? ORDER BY number"
_PAGE = 5000
_INSERT = "INSERT INTO records (number, name, body, before, hash) VALUES (?, ?, ?, ?, ?)"


class SqliteStore:
    """Records in one file. One process at a time: the file is locked while it is open.

    A write is durable when it returns: against a crash of the process, and of the machine. With
    `sync="normal"` a power cut may lose the newest, never the file.
    """

    def __init__(
        self,
        path: Path | str,
        sync: str = "full",
        *,
        is_new: bool = True,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Open, or create if it may be a new one. Raises BadInput when that cannot be."""
        if sync not in ("full", "normal"):
            raise ValueError(f"sync is full or normal, not {sync!r}")
        self._path = Path(path)
        self.name = str(self._path)
        self._archive = self._path.with_name(f"{self._path.name}.archive")
        self.surprises: list[Problem] = []
        try:
            self._db = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode={'rwc' if is_new else 'rw'}",
                uri=True,
                isolation_level=None,
                timeout=patience_s,
                check_same_thread=False,
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
            self._make()
        self._check()
        self._db.execute("COMMIT")
        self._look_at_log()
        self._db.execute("PRAGMA journal_mode = WAL")

    def _check(self) -> None:
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (schema,) = self._db.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION:
            raise BadInput([self._unusable("it is a database of something else")])
        if schema == 1:
            self._upgrade()
        elif schema != SCHEMA:
            raise BadInput(
                [
                    Problem(
                        "journal-of-another-version",
                        self.name,
                        f"its schema is {schema}, this version reads 1 to {SCHEMA}",
                        "run the version that wrote it, or move the file away to start anew",
                    )
                ]
            )

    def _upgrade(self) -> None:
        """Chain the records of a file that was written before there were chains."""
        self._make()
        rows = self._db.execute("SELECT name, body FROM events ORDER BY number")
        self._db.executemany(_INSERT, link(Head(), rows))
        self._db.execute("DROP TABLE events")
        self._db.execute(f"PRAGMA user_version = {SCHEMA}")

    def _make(self) -> None:
        self._db.execute(RECORDS)
        self._db.execute(_HEAD)
        self._db.execute("INSERT INTO archived VALUES (?, ?)", Head())

    def _look_at_log(self) -> None:
        """Tell of what the write-ahead log has after its last whole append; SQLite drops it in silence."""
        _, frames, _ = self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        end = torn_end(Path(f"{self.name}-wal"), frames)
        if not end:
            return
        where = keep_bytes(self._path, end)
        self.surprises.append(
            Problem(
                "journal-torn",
                self.name,
                f"{len(end)} bytes of an append that was cut short; kept in {where}",
                "nothing need be done if the process or the machine died: nobody was told of"
                " that append; otherwise look at the disk",
                Severity.WARNING,
            )
        )

    def _problem(self, error: sqlite3.Error) -> Problem:
        """What is wrong with the file, in words."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        match code & 0xFF:  # without what SQLite adds to its primary codes
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return Problem(
                    IN_USE,
                    self.name,
                    "another process has the journal open",
                    "stop that process, or give this one another journal",
                )
            case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
                return self._unusable(f"it is damaged, or no journal: {error}")
            case _:
                return Problem(
                    "journal-not-accessible",
                    self.name,
                    f"the journal cannot be opened for writing: {error}",
                    "give the path of a file in a folder that exists and may be written, "
                    "on a disk that has room",
                )

    def _unusable(self, what: str) -> Problem:
        return Problem(
            "journal-unusable",
            self.name,
            what,
            "check the path; put back a copy, or move the file away to start a new journal",
        )

    def write(self, records: Sequence[Record]) -> None:
        """Write records in one transaction. Raises OSError, and writes none, when that fails."""
        try:
            self._in_transaction(lambda: self._db.executemany(_INSERT, records))
        except sqlite3.Error as error:
            raise OSError(f"{self._path}: cannot write the journal: {error}") from error

    def _in_transaction(self, do: Callable[[], object]) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            do()
            self._db.execute("COMMIT")
        except sqlite3.Error:
            if self._db.in_transaction:  # after most errors SQLite has ended it itself
                self._db.execute("ROLLBACK")
            raise

    def check(self) -> None:
        """The file is locked: nobody else writes it."""

    def rows(self, first: int = 0) -> Iterator[Record]:
        """Records from one on, by number. Raises BadInput where the file cannot be read."""
        try:  # page by page: a reading left half way would hold the file open
            while page := self._db.execute(f"{_FROM} LIMIT ?", (first, _PAGE)).fetchall():
                yield from map(Record._make, page)
                first = page[-1][0] + 1
        except sqlite3.Error as error:
            raise BadInput([self._problem(error)]) from error

    def archive_head(self) -> Head:
        """Where the chain in the archive ends."""
        return Head._make(self._db.execute("SELECT number, hash FROM archived").fetchone())

    def archived(self) -> Iterator[Record]:
        """Records in the archive, by number; none when its file is not here any more."""
        return read_archive(self._archive, self.archive_head().number)

    def archive(self, before: int, most: int) -> bool:
        """Move the first records into the file `JOURNAL.archive`; whether any was left to move.

        They are there, and synced, before they are not here any more.
        """
        try:
            rows = self._db.execute(f"{_FROM} LIMIT ?", (0, most)).fetchall()
            records = [record for record in map(Record._make, rows) if record.number < before]
            if not records:
                return False
            add_to_archive(self._archive, records)
            head = head_of(records[-1])
            self._in_transaction(lambda: self._drop(head))
        except sqlite3.Error as error:
            raise OSError(f"{self._path}: {error}") from error
        return True

    def _drop(self, head: Head) -> None:
        """Forget what is in the archive, up to its head."""
        self._db.execute("DELETE FROM records WHERE number <= ?", (head.number,))
        self._db.execute("UPDATE archived SET number = ?, hash = ?", head)

    def cut(self, records: Sequence[Record]) -> str:
        """Move the last records into a file beside this one; its name."""
        where = keep_records(self._path, records)
        first = records[0].number
        try:
            self._in_transaction(
                lambda: self._db.execute("DELETE FROM records WHERE number >= ?", (first,))
            )
        except sqlite3.Error as error:
            raise BadInput([self._problem(error)]) from error
        return where

    def close(self) -> None:
        """Close the file and give up its lock."""
        self._db.close()


class SqliteJournal(ChainedJournal):
    """A journal in one file; see :class:`SqliteStore` for what of it survives."""

    def __init__(
        self, path: Path | str, *, sync: str = "full", patience_s: float = PATIENCE_S
    ) -> None:
        """Open or create. `sync` is full or normal.

        Raises BadInput when the file is no journal, is damaged or cannot be used, or another process
        has it.
        """
        super().__init__(SqliteStore(path, sync, patience_s=patience_s))
