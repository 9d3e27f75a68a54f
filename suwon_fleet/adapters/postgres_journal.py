# SPDX-License-Identifier: Apache-2.0
"""The journal in a PostgreSQL database, where another fleet manager can stand by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from suwon_fleet.adapters import postgres_lease
from suwon_fleet.adapters.chained_journal import IN_USE, ChainedJournal
from suwon_fleet.adapters.postgres_lease import LEASE_S, Lease, now_s
from suwon_fleet.core.errors import BadInput, Problem
from suwon_fleet.wire.journal import SCHEMA
from suwon_fleet.wire.journal_chain import Head, Record

Db = psycopg.Connection[tuple[object, ...]]

_SETTINGS = {
    "connect_timeout": "3",
    "tcp_user_timeout": "3000",
    "application_name": "suwon_fleet",
    "options": "-c statement_timeout=5s -c idle_in_transaction_session_timeout=5s",
}
"""A database that does not answer is given up soon; what the URL says goes before these."""
_COLUMNS = """
    number bigint {key}, name text NOT NULL, body bytea NOT NULL,
    before bytea NOT NULL, hash bytea NOT NULL
"""
_TABLES = (
    f"CREATE TABLE records ({_COLUMNS.format(key='PRIMARY KEY')})",
    f"CREATE TABLE cut ({_COLUMNS.format(key='NOT NULL')}, at timestamptz NOT NULL DEFAULT now())",
    postgres_lease.TABLE,
    postgres_lease.FIRST,
    f"CREATE TABLE archive ({_COLUMNS.format(key='PRIMARY KEY')})",
    "CREATE TABLE archived (number bigint NOT NULL, hash bytea NOT NULL)",
    f"INSERT INTO archived VALUES (0, '\\x{Head().hash.hex()}')",
    "CREATE TABLE about (schema integer NOT NULL)",
    f"INSERT INTO about VALUES ({SCHEMA})",
)
_PAGE = """
SELECT number, name, body, before, hash FROM {table} WHERE number >= %s ORDER BY number LIMIT 5000
"""
_ARCHIVE = """
WITH gone AS (
    DELETE FROM records WHERE number < %s AND number < (SELECT min(number) FROM records) + %s
    RETURNING number, name, body, before, hash
) INSERT INTO archive SELECT * FROM gone
"""
_NOTE_HEAD = """
UPDATE archived SET (number, hash) = (SELECT number, hash FROM archive ORDER BY number DESC LIMIT 1)
"""
_INSERT = "INSERT INTO records (number, name, body, before, hash) VALUES (%s, %s, %s, %s, %s)"
_CUT = """
WITH gone AS (DELETE FROM records WHERE number >= %s RETURNING number, name, body, before, hash)
INSERT INTO cut SELECT * FROM gone
"""
_NAME = re.compile(r"[a-z0-9_]{0,40}")


class PostgresStore:
    """Records in a schema of a database: `postgresql://HOST/DATABASE#NAME` is in `suwon_fleet_NAME`.

    Who writes holds the lease, which each write checks and renews in its own transaction: once another
    has taken it, nothing more can be written. Without `writes` it takes none, and only reads.
    """

    def __init__(self, url: str, *, writes: bool = True, lease_s: float = LEASE_S) -> None:
        """Connect; for a writer make what is missing. Raises BadInput, also when another writes."""
        self._url, _, name = url.partition("#")
        self.name = _shown(self._url, name)
        self.surprises: list[Problem] = []
        if not _NAME.fullmatch(name):
            mend = "name it with up to 40 of a-z, 0-9 and _ after the #"
            raise BadInput([Problem("bad-journal-name", self.name, f"no name: '{name}'", mend)])
        self._schema = f"suwon_fleet_{name}" if name else "suwon_fleet"
        self._lease: Lease | None = None
        try:
            self._db = self._connect()
        except psycopg.Error as error:
            raise BadInput([self._problem(error)]) from error
        try:
            self._open(writes, lease_s)
        except psycopg.Error as error:
            self._db.close()
            raise BadInput([self._problem(error)]) from error
        except BadInput:
            self._db.close()
            raise

    def _connect(self) -> Db:
        given = conninfo_to_dict(self._url)
        ours = {name: value for name, value in _SETTINGS.items() if name not in given}
        db = psycopg.connect(make_conninfo(self._url, **ours), autocommit=True)
        db.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(self._schema)))
        if db.execute("SHOW synchronous_commit").fetchone() == ("off",):
            db.execute("SET synchronous_commit TO on")
        return db

    def _open(self, writes: bool, lease_s: float) -> None:
        if writes:
            self._make()
        (there,) = self._one("SELECT to_regclass('about') IS NOT NULL")
        if not there:
            mend = "check the URL; a fleet manager that is given it makes the journal"
            raise BadInput([Problem("no-journal", self.name, "there is no journal here", mend)])
        (schema,) = self._one("SELECT schema FROM about")
        if schema != SCHEMA:
            what = f"its schema is {schema}, this version reads {SCHEMA}"
            mend = "run the version that wrote it, or give another name after the # to start anew"
            raise BadInput([Problem("journal-of-another-version", self.name, what, mend)])
        if writes:
            taken_s = now_s()
            token = postgres_lease.take(self._db, lease_s)
            if token is None:
                raise BadInput([self._in_use()])
            self._lease = Lease(self._connect, token, lease_s, taken_s)

    def _make(self) -> None:
        """Make the schema and its tables, unless they are there. Two may try at once."""
        with self._db.transaction():
            self._db.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (self._schema,))
            (there,) = self._one("SELECT to_regclass('about') IS NOT NULL")
            if there:
                return
            name = sql.Identifier(self._schema)
            self._db.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
            for statement in _TABLES:
                self._db.execute(statement.encode())

    def _one(self, query: str) -> tuple[object, ...]:
        row = self._db.execute(query.encode()).fetchone()
        assert row is not None
        return row

    def _in_use(self) -> Problem:
        (holder,) = self._one("SELECT holder FROM lease")
        return Problem(
            IN_USE,
            self.name,
            f"another process writes the journal ({holder})",
            "stop that process, or give this one another journal",
        )

    def _problem(self, error: psycopg.Error) -> Problem:
        return Problem(
            "journal-not-accessible",
            self.name,
            f"the journal's database cannot be used: {' '.join(str(error).split())}",
            "check the URL, and that the server runs and lets this user make a schema in it",
        )

    @contextmanager
    def _ours(self) -> Iterator[None]:
        """A transaction that holds only while the journal is ours. Raises OSError when it is another's."""
        assert self._lease is not None
        with self._db.transaction():
            self._lease.renew_in(self._db)
            yield

    def write(self, records: Sequence[Record]) -> None:
        """Write records in one transaction. Raises OSError, and writes none, when that fails."""
        try:
            with self._ours():
                self._db.cursor().executemany(_INSERT, records)
        except psycopg.Error as error:
            raise OSError(f"{self.name}: cannot write the journal: {error}") from error

    def check(self) -> None:
        """Raises OSError when another may write the journal now."""
        if self._lease:
            self._lease.check()

    def rows(self, first: int = 0) -> Iterator[Record]:
        """Records from one on, by number. Raises BadInput when the database cannot be read."""
        return self._rows_of("records", first)

    def archived(self) -> Iterator[Record]:
        """Records in the table `archive`, by number."""
        return self._rows_of("archive", 0)

    def archive_head(self) -> Head:
        """Where the chain in the archive ends."""
        number, hash = self._one("SELECT number, hash FROM archived")
        return Head(int(str(number)), bytes(cast(bytes, hash)))

    def archive(self, before: int, most: int) -> bool:
        """Move the first records into the table `archive`; whether any was left to move."""
        try:
            with self._ours():
                moved = self._db.execute(_ARCHIVE, (before, most)).rowcount
                if moved:
                    self._db.execute(_NOTE_HEAD)
        except psycopg.Error as error:
            raise OSError(f"{self.name}: {error}") from error
        return moved > 0

    def _rows_of(self, table: str, first: int) -> Iterator[Record]:
        query = _PAGE.format(table=table).encode()
        try:
            while page := self._db.execute(query, (first,)).fetchall():
                records: list[Record] = [Record._make(row) for row in page]
                yield from records
                first = records[-1].number + 1
        except psycopg.Error as error:
            raise BadInput([self._problem(error)]) from error

    def cut(self, records: Sequence[Record]) -> str:
        """Move the last records into the table `cut`; its name."""
        try:
            with self._ours():
                self._db.execute(_CUT, (records[0].number,))
        except psycopg.Error as error:
            raise BadInput([self._problem(error)]) from error
        return f"table {self._schema}.cut"

    def close(self) -> None:
        """Give back the lease, and leave the database."""
        if self._lease:
            self._lease.close()
        self._db.close()


def _shown(url: str, name: str) -> str:
    """A URL without the password in it."""
    plain = re.sub(r"(//[^/@:]*):[^@/]*@", r"\1@", url)
    return f"{plain}#{name}" if name else plain


class PostgresJournal(ChainedJournal):
    """A journal in PostgreSQL; see :class:`PostgresStore`."""

    def __init__(self, url: str, *, lease_s: float = LEASE_S) -> None:
        """Open or create. Raises BadInput when it cannot be used, is damaged, or another writes it."""
        super().__init__(PostgresStore(url, lease_s=lease_s))
