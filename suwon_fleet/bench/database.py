# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of our own, where PostgreSQL is installed; its folder goes with this process."""

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
from urllib.parse import quote

from suwon_fleet.core.errors import Unreachable

_NAMES = count(1)


def url() -> str:
    """Of a journal that nobody has written yet. Raises Unreachable where there can be no server."""
    return f"{server()}#t{os.getpid()}_{next(_NAMES)}"


@cache
def server() -> str:
    """The URL of the server, which is started for this process and ends with it. Raises Unreachable."""
    tools = _tools()
    if tools is None:
        raise Unreachable("PostgreSQL is not installed (Debian: apt install postgresql)")
    user = _other_user() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="suwon_pg_", dir="/tmp"))
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
    log, patience_s = str(folder / "log"), "300"
    call("pg_ctl", "-D", str(data), "-l", log, "-o", options, "-w", "-t", patience_s, "start")
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
    raise Unreachable("PostgreSQL does not run as root, and there is no other user")
