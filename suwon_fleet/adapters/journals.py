# SPDX-License-Identifier: Apache-2.0
"""Journals by where they are: a file, or the URL of a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path

from suwon_fleet.adapters.chained_journal import IN_USE, ChainedJournal, RecordStore
from suwon_fleet.adapters.sqlite_journal import PATIENCE_S, SqliteJournal, SqliteStore
from suwon_fleet.core.errors import BadInput, Problem

_SCHEMES = ("postgresql://", "postgres://")


def is_url(where: str) -> bool:
    """Whether it names a database, and no file."""
    return where.startswith(_SCHEMES)


def is_in_use(error: BadInput) -> bool:
    """Whether a journal cannot be had because another process writes it."""
    return any(problem.code == IN_USE for problem in error.problems)


def open_journal(where: str, *, patience_s: float = PATIENCE_S) -> ChainedJournal:
    """A journal to write, made if it is not there yet; a file that is in use is waited for a little.

    Raises BadInput when there is none to be had; see `is_in_use`.
    """
    if not is_url(where):
        path = Path(where).expanduser()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            mend = "name a file in a folder that exists or can be made"
            raise BadInput([Problem("journal-not-accessible", where, str(error), mend)]) from error
        return SqliteJournal(path, patience_s=patience_s)
    _need_psycopg(where)
    from suwon_fleet.adapters.postgres_journal import PostgresJournal

    return PostgresJournal(where)


def open_store(where: str, *, writes: bool = False) -> RecordStore:
    """The records of a journal that is there, as they are. Raises BadInput when there is none to be had."""
    if not is_url(where):
        return SqliteStore(Path(where).expanduser(), is_new=False)
    _need_psycopg(where)
    from suwon_fleet.adapters.postgres_journal import PostgresStore

    return PostgresStore(where, writes=writes)


def _need_psycopg(where: str) -> None:
    try:
        import psycopg  # noqa: F401
    except ModuleNotFoundError as error:
        scheme = where.partition(":")[0]
        what, mend = "psycopg is not installed", "pip install 'suwon-fleet[postgres]'"
        raise BadInput([Problem("no-postgres", f"journal {scheme}://…", what, mend)]) from error
