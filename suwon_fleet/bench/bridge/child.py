# SPDX-License-Identifier: Apache-2.0
"""A process that plays a part, from its start to what it says at its end."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from threading import Timer
from types import TracebackType
from typing import Any, Self

from suwon_fleet.core.errors import Unreachable

_PORTS = (10_000, 15_000)
"""Below those that Linux gives to whoever asks for any."""
LONGEST_S = 300.0
"""No answer takes so long."""
_TAIL = 2000
"""Characters of what a process that failed has complained of."""


def free_endpoint() -> str:
    """A TCP endpoint of this machine that nobody listens at, and that nobody is given by chance."""
    while True:
        port = random.randrange(*_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return f"tcp/127.0.0.1:{port}"


class Child:
    """A process that is told lines and answers so; killed when its context is left."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115  # see __exit__
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True
        )

    @classmethod
    def of_robots(cls, endpoint: str, what: str, told: dict[str, Any]) -> Self:
        """Robots that play `what`."""
        child = cls([sys.executable, "-m", "suwon_fleet.bench.bridge", endpoint, what])
        child.say(json.dumps(told))
        return child

    def say(self, line: str) -> None:
        """Tell it something."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended, as the next line that is awaited will tell
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()

    def hear(self, within_s: float = LONGEST_S) -> str:
        """Its next line. Raises Unreachable when it has ended, or is killed for not having said any."""
        assert self.process.stdout is not None
        deadline = Timer(within_s, self.process.kill)
        deadline.start()
        try:
            line = self.process.stdout.readline()
            if not line:
                self.process.wait()
        finally:
            deadline.cancel()
        if not line:
            self.check()
        return line.strip()

    def check(self) -> None:
        """Raises Unreachable when it has ended."""
        if (code := self.process.poll()) is not None:
            self._errors.seek(0)
            words = self._errors.read()[-_TAIL:].strip()
            raise Unreachable(f"{' '.join(self._command)}: ended with exit code {code}: {words}")

    def end(self) -> dict[str, float]:
        """What it says it has done."""
        done: dict[str, float] = json.loads(self.hear())
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.communicate()
        self._errors.close()
