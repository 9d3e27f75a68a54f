# SPDX-License-Identifier: Apache-2.0
"""A rig in lockstep: it lives through the ticks a simulator tells, each once, and answers each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from suwon_fleet.robot.contract import Unreadable, pack, unpack
from suwon_fleet.robot.member import Body

SECOND = 1_000_000_000


class Ticks:
    """What a rig knows of the ticks of a simulator. No clock, no network."""

    def __init__(self, name: str, live: Callable[[float, int], object]) -> None:
        """`live` is called with the seconds of a tick, and the simulated nanoseconds at its end."""
        self.missed = 0
        """Ticks that the world made without waiting."""
        self.now_ns = 0
        """Simulated time, by which commands expire, too: the end of the newest tick."""
        self._name, self._live = name, live
        self._run, self._tick = "", -1

    def ready(self, now_ns: int) -> bytes:
        """That it is there, and waits."""
        return pack("ticked", 0, now_ns, [self._name])

    def hear(self, payload: bytes, body: Body) -> bytes | None:
        """Live through a tick, unless that was done; gives the answer, None to what is no tick."""
        try:
            kind, _, said = unpack(payload)
            run, tick, now_ns, step_ns = said[:4]
        except (Unreadable, ValueError):
            return None
        if kind != "tick" or not _are_counts(tick, now_ns, step_ns) or not isinstance(run, str):
            return None
        if run == self._run and tick < self._tick:
            return None
        if (run, tick) != (self._run, self._tick):
            self.missed += tick - self._tick - 1 if run == self._run else 0
            self.now_ns = now_ns + step_ns
            self._live(step_ns / SECOND, self.now_ns)
            self._run, self._tick = run, tick
        place = [body.x_m, body.y_m, body.yaw_rad, body.level, body.speed_mps]
        return pack("ticked", tick, now_ns + step_ns, [self._name, run, tick, place])


def _are_counts(*values: Any) -> bool:
    return all(type(value) is int and value >= 0 for value in values)
