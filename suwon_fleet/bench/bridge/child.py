# SPDX-License-Identifier: Apache-2.0
"""A process that plays robots, from its start to what it says at its end."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from types import TracebackType
from typing import Any, Self


def free_endpoint() -> str:
    """A TCP endpoint of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp/127.0.0.1:{probe.getsockname()[1]}"


class Child:
    """Robots that play `what`; killed when its context is left."""

    def __init__(self, endpoint: str, what: str, told: dict[str, Any]) -> None:
        command = [sys.executable, "-m", "suwon_fleet.bench.bridge", endpoint, what]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.say(json.dumps(told))

    def say(self, line: str) -> None:
        """Tell it something."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        """Its next line. Raises EOFError when it has ended."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise EOFError(f"the robots ended with exit code {self.process.wait()}")
        return line.strip()

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
