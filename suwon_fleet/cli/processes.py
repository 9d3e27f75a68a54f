# SPDX-License-Identifier: Apache-2.0
"""Child processes that live together: started, listened to, and ended as one."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from types import FrameType, TracebackType
from typing import Self

ENDINGS = ((signal.SIGINT, 10.0), (signal.SIGTERM, 5.0))
"""How children are asked to end, and how long (s) each is given before the next; SIGKILL is last."""
LAST_WORDS = 20
"""Lines of a child that are kept for whoever asks why it ended."""
_PR_SET_PDEATHSIG = 1


def node_command(
    module: str, parameters: Mapping[str, object], remaps: Mapping[str, str] | None = None
) -> list[str]:
    """The command that runs one of our ROS nodes with parameters, and with other names."""
    command = [sys.executable, "-m", f"suwon_fleet.nodes.{module}", "--ros-args"]
    for name, value in parameters.items():
        command += ["-p", f"{name}:={_yaml(value)}"]
    for name, other in (remaps or {}).items():
        command += ["-r", f"{name}:={other}"]
    return command


def _yaml(value: object) -> str:
    """A value as ROS reads it on a command line: texts quoted, so that none is taken for a number."""
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


class ChildEnded(Exception):
    """A child ended of itself: its name, its exit code (a signal's number, negative), its last words."""

    def __init__(self, name: str, code: int, last_words: str) -> None:
        how = f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
        super().__init__(f"{name} ended {how}; its last words:\n{last_words}")
        self.name, self.code = name, code


class Processes:
    """A group of children, each in a session of its own, so that the terminal's Ctrl-C is ours alone.

    `on_line` gets every line they print, with the child's name, on a thread per child. On Linux they
    are ended also when this process is killed; start them on the main thread.
    """

    def __init__(self, on_line: Callable[[str, str], None]) -> None:
        self._on_line = on_line
        self._children: dict[str, subprocess.Popen[str]] = {}
        self._said: dict[str, deque[str]] = {}
        self._readers: list[Thread] = []
        self._one_ended = Event()

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a child beside the others."""
        child = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_ready_to_end(),
        )
        self._children[name], self._said[name] = child, deque(maxlen=LAST_WORDS)
        reader = Thread(target=self._read, args=(name, child), name=f"read-{name}", daemon=True)
        reader.start()
        self._readers.append(reader)

    def _read(self, name: str, child: subprocess.Popen[str]) -> None:
        assert child.stdout is not None
        with child.stdout as lines:
            for line in lines:
                self._said[name].append(line.rstrip("\n"))
                self._on_line(name, line.rstrip("\n"))
        child.wait()
        self._one_ended.set()

    def watch(self, timeout_s: float | None = None) -> None:
        """Wait so long, or for ever. Raises ChildEnded as soon as a child has ended."""
        self._one_ended.wait(timeout_s)
        for name, child in self._children.items():
            if (code := child.poll()) is not None:
                raise ChildEnded(name, code, "\n".join(self._said[name]))

    def kill(self, name: str) -> None:
        """End a child as a crash would; another may be started by its name."""
        child = self._children.pop(name)
        child.kill()
        for reader in [one for one in self._readers if one.name == f"read-{name}"]:
            reader.join()
            self._readers.remove(reader)
        self._one_ended.clear()

    def pause(self, name: str, *, is_paused: bool) -> None:
        """Have a child do nothing for a while, or go on."""
        self._children[name].send_signal(signal.SIGSTOP if is_paused else signal.SIGCONT)

    def close(self) -> None:
        """End them all: ask, ask again, then kill. An interrupt while it waits kills at once."""
        try:
            for number, patience_s in ENDINGS:
                running = [child for child in self._children.values() if child.poll() is None]
                for child in running:
                    child.send_signal(number)
                if _all_end(running, patience_s):
                    break
        finally:
            for child in self._children.values():
                child.kill()
                child.wait()
            for reader in self._readers:
                reader.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _all_end(children: Sequence[subprocess.Popen[str]], timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
    return True


def _ready_to_end() -> Callable[[], None]:
    """What a child does before it begins: have the kernel end it when its parent dies, and heed SIGINT,
    which a shell lets what it starts in the background ignore."""
    # after the fork there is no time for it
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if libc:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    return prepare


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it, SIGTERM and SIGHUP are as Ctrl-C: children are ended before this process is."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {n: signal.signal(n, interrupt) for n in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
