# SPDX-License-Identifier: Apache-2.0
"""Journals in a PostgreSQL server of the tests' own. Skips where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from suwon_fleet.bench import database
from suwon_fleet.core.errors import Unreachable

if TYPE_CHECKING:
    from suwon_fleet.adapters.postgres_journal import PostgresJournal


def url() -> str:
    """Of a journal that nobody has written yet."""
    try:
        return database.url()
    except Unreachable as error:
        pytest.skip(str(error))


def journal(where: str | None = None, **options: Any) -> PostgresJournal:
    """A journal in the server: a new one, or the one at a URL."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    from suwon_fleet.adapters.postgres_journal import PostgresJournal

    return PostgresJournal(where or url(), **options)


def run(statement: str, where: str) -> None:
    """Change something in a journal behind its back."""
    import psycopg

    base, _, name = where.partition("#")
    with psycopg.connect(base, autocommit=True) as db:
        db.execute(f"SET search_path TO suwon_fleet_{name}".encode())
        db.execute(statement.encode())
