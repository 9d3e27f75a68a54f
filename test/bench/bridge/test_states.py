# SPDX-License-Identifier: Apache-2.0
"""States into the core: robots join once, and each measurement is of its own time."""

from __future__ import annotations

import pytest

from suwon_fleet.bench.bridge import states
from suwon_fleet.bench.bridge.states import TICK_S, Load
from suwon_fleet.core.errors import Unreachable

FEW = Load(robots=20, blocks=4, stations=12, seconds=0.5)


@pytest.mark.longest
@pytest.mark.parametrize("tick_s", [TICK_S, 0.0])
def test_robots_that_joined_once_are_measured_as_often_as_asked(tick_s: float) -> None:
    alone = states.zenoh_alone(FEW, 2, tick_s)
    ours = states.into_the_core(FEW, 2, tick_s)
    assert [len(alone), len(ours)] == [2, 2]
    for taken in ours:
        assert taken.overruns == 0
        assert taken.latency_ms
    first, second = ours
    assert first.latency_ms is not second.latency_ms
    if tick_s:
        assert all(taken.taken > 0 for taken in (*alone, *ours))
    else:
        assert all(taken.latency_ms for taken in alone)


@pytest.mark.longest
def test_a_crowd_that_ends_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(states.Child):
        def hear(self, within_s: float = 0.0) -> str:
            self.process.kill()
            self.process.wait()
            return ""

    monkeypatch.setattr(states, "Child", Ended)
    with pytest.raises(Unreachable, match="ended with exit code"):
        states.into_the_core(FEW, 1, TICK_S)
