# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of the tests' own, in a folder that goes with them. Skips where there is none."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from suwon_fleet.adapters.postgres_journal import PostgresJournal

_NAMES = count(1)


def url() -> str:
    """Of a journal that nobody has written yet."""
    return f"{server()}#t{os.getpid()}_{next(_NAMES)}"


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


@cache
def server() -> str:
    """The URL of the server, which is started for this process and ends with it."""
    tools = _tools()
    if tools is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="suwon_pg_", dir="/tmp"))
    user = _other_user() if os.geteuid() == 0 else None
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"

    def call(tool: str, *arguments: str) -> None:
        subprocess.run(
            [tools / tool, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )

    def stop() -> None:
        call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)

    call("initdb", "-D", str(data), "-U", "fleet", "-A", "trust", "--no-sync", "-E", "UTF8")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
    call(
        "pg_ctl",
        "-D",
        str(data),
        "-l",
        str(folder / "log"),
        "-o",
        options,
        "-w",
        "-t",
        "60",
        "start",
    )
    atexit.register(stop)
    return f"postgresql://fleet@/postgres?host={quote(str(folder), safe='')}"


def _tools() -> Path | None:
    """The folder of initdb and pg_ctl: on the path, or where Debian has them."""
    found = [Path(on_path).resolve().parent] if (on_path := shutil.which("initdb")) else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in found if (folder / "pg_ctl").exists()), None)


def _other_user() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is no other user")
