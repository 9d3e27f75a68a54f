# SPDX-License-Identifier: Apache-2.0
"""A TCP connection that can be cut, as a cable is, and mended."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

_CHUNK = 65536


class Relay:
    """Passes on what comes to its own port to another; use as a context."""

    def __init__(self, target: str) -> None:
        """`target` is a Zenoh endpoint."""
        self._scheme, _, address = target.partition("/")
        host, _, port = address.rpartition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._is_cut = False
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def endpoint(self) -> str:
        """Where to connect instead of to the target."""
        return f"{self._scheme}/127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def connections(self) -> int:
        """How many pass now."""
        with self._lock:
            return len(self._open) // 2

    def cut(self) -> None:
        """End all connections, and let no more through."""
        with self._lock:
            self._is_cut = True
            self._end_all()

    def mend(self) -> None:
        """Let connections through again."""
        with self._lock:
            self._is_cut = False

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_error: object) -> None:
        self.cut()
        _end(self._listener)
        for thread in self._threads:
            thread.join()

    def _end_all(self) -> None:
        for end in self._open:
            _end(end)
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                try:
                    far = None if self._is_cut else socket.create_connection(self._target)
                except OSError:
                    far = None
                if far is None:
                    near.close()
                    continue
                self._open += [near, far]
                for ends in ((near, far), (far, near)):
                    self._threads.append(threading.Thread(target=self._pass_on, args=ends))
                    self._threads[-1].start()

    def _pass_on(self, come: socket.socket, go: socket.socket) -> None:
        with suppress(OSError):
            while chunk := come.recv(_CHUNK):
                go.sendall(chunk)
        with self._lock:
            for end in (come, go):
                _end(end)
                if end in self._open:
                    self._open.remove(end)


def _end(end: socket.socket) -> None:
    """Wake whoever waits on it, and close it."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
