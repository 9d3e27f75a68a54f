# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy that fails as networks do: it is slow, loses packets, resets connections, or swallows what is
sent as a hole does."""

from __future__ import annotations

import queue
import random
import socket
import threading
import time
from contextlib import suppress

_CHUNK = 65536
_RETRANSMIT_S = 0.2
"""What TCP needs at least to send a lost packet again, beside the way there and back."""


class FaultyProxy:
    """Passes connections on to an endpoint until it is told otherwise; use as a context."""

    def __init__(
        self,
        target: str,
        *,
        host: str = "127.0.0.1",
        delay_s: float = 0.0,
        lost: float = 0.0,
        seed: int = 0,
    ) -> None:
        """Listen at `host` for a Zenoh endpoint `target` such as ``tcp/127.0.0.1:7447``.

        What is sent comes `delay_s` later. Of all packets the share `lost` (0..1) has to be sent again,
        and what was sent after them waits: that is what a loss is above TCP.
        """
        self._scheme, _, address = target.partition("/")
        there, _, port = address.rpartition(":")
        self._target = (there, int(port))
        self._host, self._delay_s, self._lost = host, delay_s, lost
        self._random = random.Random(seed)
        self._listener = socket.create_server((host, 0))
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
        return f"{self._scheme}/{self._host}:{self._listener.getsockname()[1]}"

    @property
    def connections(self) -> int:
        """How many pass now."""
        with self._lock:
            return len(self._sockets) // 2

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
        if self._delay_s or self._lost:
            self._pass_on_late(source, sink)
        else:
            with suppress(OSError):
                while chunk := source.recv(_CHUNK):
                    self._passes.wait()
                    sink.sendall(chunk)
        self._passes.wait()
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _pass_on_late(self, source: socket.socket, sink: socket.socket) -> None:
        """The same through a line on which everything takes its time."""
        line: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

        def deliver() -> None:
            with suppress(OSError):
                while True:
                    due_s, chunk = line.get()
                    if not chunk:
                        return
                    time.sleep(max(0.0, due_s - time.monotonic()))
                    self._passes.wait()
                    sink.sendall(chunk)

        delivering = threading.Thread(target=deliver, daemon=True)
        delivering.start()
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                late_s = self._delay_s
                while self._random.random() < self._lost:
                    late_s += _RETRANSMIT_S + 2 * self._delay_s
                line.put((time.monotonic() + late_s, chunk))
        line.put((0.0, b""))
        delivering.join()
