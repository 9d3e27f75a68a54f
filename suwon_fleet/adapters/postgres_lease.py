# SPDX-License-Identifier: Apache-2.0
"""Who may write a journal in PostgreSQL: one at a time, told apart by a token that only grows."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from threading import Event, Lock, Thread

import psycopg

LEASE_S = 1.0
"""A holder that is not heard of for so long may be followed by another."""
_BEATS = 4
"""It renews the lease so often in that time."""
_STUCK_LEASES = 5
"""A transaction that has been at the lease for so many of its terms is that of a process which hangs."""
_PATIENCE_MS = 200
"""Who wants the lease waits so long for its row before it looks for such a one."""

TABLE = """
CREATE TABLE lease (
    the_one boolean PRIMARY KEY DEFAULT true CHECK (the_one),
    token bigint NOT NULL, holder text NOT NULL, until timestamptz NOT NULL
)
"""
FIRST = "INSERT INTO lease (token, holder, until) VALUES (0, '', '-infinity')"
_TAKE = """
UPDATE lease SET token = token + 1, holder = %s, until = clock_timestamp() + make_interval(secs => %s)
WHERE until < clock_timestamp() RETURNING token
"""
_RENEW = """
UPDATE lease SET until = clock_timestamp() + make_interval(secs => %s) WHERE token = %s
"""
_END_STUCK = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE relation = 'lease'::regclass AND mode = 'RowExclusiveLock' AND granted
    AND datname = current_database() AND usename = session_user AND pid <> pg_backend_pid()
    AND xact_start < clock_timestamp() - make_interval(secs => %s)
"""
_GIVE_BACK = "UPDATE lease SET until = '-infinity' WHERE token = %s"


class LostError(OSError):
    """Another has the journal now. Nothing may be written to it, or done, any more."""


def take(db: psycopg.Connection[tuple[object, ...]], lease_s: float) -> int | None:
    """The token of a new lease, or None when somebody holds one.

    A holder that was stopped amid a write has the row locked for as long as its connection lives, and
    the server's own limits do not end that in the middle of a pipeline. So it is ended here; what it was
    writing is undone, and should it wake up it finds its connection gone.
    """
    me = f"{socket.gethostname()}, process {os.getpid()}"
    try:
        with db.transaction():
            db.execute(f"SET LOCAL lock_timeout = {_PATIENCE_MS}")
            row = db.execute(_TAKE, (me, lease_s)).fetchone()
    except psycopg.errors.LockNotAvailable:
        db.execute(_END_STUCK, (_STUCK_LEASES * lease_s,))
        return None
    return None if row is None else int(str(row[0]))


class Lease:
    """A lease that was taken; a thread keeps it, on a connection of its own.

    The time of the database decides when it ends. Here it is sure to last until `lease_s` after the
    moment at which it was asked to be renewed: a process that was stopped meanwhile sees that it has to
    ask before it does anything.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[tuple[object, ...]]],
        token: int,
        lease_s: float,
        taken_s: float,
    ) -> None:
        """Keep the lease that was taken, at `taken_s` of `now_s`."""
        self._token, self._lease_s = token, lease_s
        self._sure_until_s = taken_s + lease_s
        self._is_lost = False
        self._db = connect()
        self._lock = Lock()  # of the connection
        self._over = Event()
        self._thread = Thread(target=self._beat, name="journal lease", daemon=True)
        self._thread.start()

    def renew_in(self, db: psycopg.Connection[tuple[object, ...]]) -> None:
        """Renew it as a part of the transaction under way. Raises LostError when it is another's."""
        asked_s = now_s()
        if db.execute(_RENEW, (self._lease_s, self._token)).rowcount != 1:
            self._is_lost = True
        self._check_known()
        self._sure_until_s = max(self._sure_until_s, asked_s + self._lease_s)

    def check(self) -> None:
        """Raises LostError when another may have it, and OSError when the database cannot tell."""
        self._check_known()
        if now_s() >= self._sure_until_s:
            self._renew()

    def _check_known(self) -> None:
        """Raises LostError when it is known to be another's."""
        if self._is_lost:
            raise LostError("the journal is another fleet manager's now")

    def close(self) -> None:
        """Give it back."""
        self._over.set()
        self._thread.join()
        try:
            self._db.execute(_GIVE_BACK, (self._token,))
        except psycopg.Error:
            pass  # it ends by itself
        finally:
            self._db.close()

    def _beat(self) -> None:
        while not self._over.wait(self._lease_s / _BEATS):
            try:
                self._renew()
            except LostError:
                return
            except OSError:
                continue  # `check` asks again before anything is done

    def _renew(self) -> None:
        with self._lock:
            try:
                self.renew_in(self._db)
            except psycopg.Error as error:
                raise OSError(f"the journal's database does not answer: {error}") from error


def now_s() -> float:
    """Time that goes on while a process, or its machine, sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
