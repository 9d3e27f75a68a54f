# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
from dataclasses import dataclass

from suwon_fleet.adapters.clocks import HeardClock, WallClock


@dataclass
class Ears:
    newest_ns: int = 0


def test_heard_time_is_the_newest_stamp() -> None:
    ears = Ears()
    clock = HeardClock(ears)
    assert clock.now_ns() == 0
    ears.newest_ns = 500
    assert clock.now_ns() == 500


def test_wall_time_is_the_machines() -> None:
    before = time.time_ns()
    assert before <= WallClock().now_ns() <= time.time_ns()
