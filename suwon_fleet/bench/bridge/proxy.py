# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy that fails as networks do: resets connections, or swallows what is sent as a hole does."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

_CHUNK = 65536


class FaultyProxy:
    """Passes connections on to an endpoint until it is told otherwise; use as a context."""

    def __init__(self, target: str) -> None:
        """`target` is a Zenoh endpoint such as ``tcp/127.0.0.1:7447``."""
        host, _, port = target.partition("/")[2].rpartition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._passes = threading.Event()
        self._passes.set()
        self._refuses = False
        self._is_over = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def endpoint(self) -> str:
        """Where to connect instead of to the target."""
        return f"tcp/127.0.0.1:{self._listener.getsockname()[1]}"

    def reset(self) -> None:
        """End all connections and refuse new ones, until `mend`."""
        with self._lock:
            self._refuses = True
            self._end_all()

    def hole(self) -> None:
        """Let nothing through, in either direction, and tell nobody, until `mend`."""
        self._passes.clear()

    def mend(self) -> None:
        """Pass everything on again; what waited in a hole still comes."""
        with self._lock:
            self._refuses = False
        self._passes.set()

    def __enter__(self) -> FaultyProxy:
        return self

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._is_over = True
            self._end_all()
        self._passes.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _end_all(self) -> None:
        for end in self._sockets:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._sockets.clear()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._passes.wait()
            with self._lock:
                if self._refuses or self._is_over:
                    near.close()
                    continue
                try:
                    far = socket.create_connection(self._target)
                except OSError:  # nobody is there
                    near.close()
                    continue
                self._sockets += [near, far]
                thread = threading.Thread(target=self._serve, args=(near, far), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, near: socket.socket, far: socket.socket) -> None:
        """Pass on both ways until both are over."""
        with near, far:
            back = threading.Thread(target=self._pass_on, args=(far, near), daemon=True)
            back.start()
            self._pass_on(near, far)
            back.join()
            with self._lock:
                self._sockets = [end for end in self._sockets if end not in (near, far)]

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                self._passes.wait()
                sink.sendall(chunk)
        self._passes.wait()
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
