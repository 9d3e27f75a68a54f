# SPDX-License-Identifier: Apache-2.0
"""Clocks a fleet may live by."""

from __future__ import annotations

import time
from typing import Protocol


class WallClock:
    """Real time: nanoseconds since 1970 (UTC)."""

    def now_ns(self) -> int:
        return time.time_ns()


class _Hearing(Protocol):
    @property
    def newest_ns(self) -> int: ...


class HeardClock:
    """Simulated time: the newest stamp that robots have sent.

    It moves exactly with what the fleet knows, however fast the simulation runs: no report is ever from
    the future, and none looks old because a clock message came before it.
    """

    def __init__(self, link: _Hearing) -> None:
        self._link = link

    def now_ns(self) -> int:
        return self._link.newest_ns
