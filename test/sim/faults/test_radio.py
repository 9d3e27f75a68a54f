# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.core.robots.command import Pause, RobotCommand
from suwon_fleet.core.robots.report import Pose, RobotReport
from suwon_fleet.sim.faults.effects import Comms, Direction
from suwon_fleet.sim.faults.radio import Radio

SECOND = 1_000_000_000


def report(number: int, name: str = "r") -> RobotReport:
    return RobotReport(name, number, 0, "1", Pose(0, 0), 0.0, 0, 0)


def bad(*comms: Comms, name: str = "r", seed: int = 1) -> Radio:
    radio = Radio()
    radio.bad[name] = [(one, np.random.default_rng(seed)) for one in comms]
    return radio


def heard(radio: Radio, numbers: Iterable[int], *, then_s: int = 100) -> list[int]:
    """Sequence numbers of reports as they arrive: one is sent each second, and none at last."""
    told = []
    for second, number in enumerate(numbers):
        told += radio.reports(second * SECOND, [report(number)])
    for second in range(then_s):
        told += radio.reports((1000 + second) * SECOND, [])
    return [one.sequence for one in told]


def test_a_good_link_hands_over_what_it_is_given() -> None:
    messages = [report(1), report(2, "s")]
    assert Radio().reports(0, messages) is messages


def test_loss() -> None:
    radio = bad(Comms(loss=0.3))
    arrived = heard(radio, range(1000))
    assert len(arrived) == pytest.approx(700, abs=50)
    assert radio.lost == 1000 - len(arrived)
    assert arrived == sorted(arrived)


def test_a_partition_lets_nothing_through() -> None:
    assert heard(bad(Comms(partition=True)), range(50)) == []


def test_others_are_not_concerned() -> None:
    radio = bad(Comms(partition=True))
    assert radio.reports(0, [report(1), report(7, "s")]) == [report(7, "s")]


def test_latency_keeps_the_order() -> None:
    radio = bad(Comms(latency_s=(2.0, 5.0)))
    assert radio.reports(0, [report(0)]) == []
    assert radio.reports(SECOND, []) == []
    assert [one.sequence for one in radio.reports(5 * SECOND, [])] == [0]
    assert heard(bad(Comms(latency_s=(0.0, 5.0))), range(200)) == list(range(200))


def test_doubled() -> None:
    arrived = heard(bad(Comms(duplicate=1.0)), range(5))
    assert arrived == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_out_of_order() -> None:
    radio = bad(Comms(reorder=0.5))
    told: list[RobotReport] = []
    for tenth in range(200):
        told += radio.reports(tenth * SECOND // 10, [report(tenth)])
    told += radio.reports(100 * SECOND, [])
    numbers = [one.sequence for one in told]
    assert numbers != sorted(numbers)
    assert sorted(numbers) == list(range(200))


def test_one_way_only() -> None:
    radio = bad(Comms(loss=1.0, direction=Direction.UP))
    commands: list[RobotCommand] = [Pause("r")]
    assert radio.reports(0, [report(1)]) == []
    assert radio.commands(0, commands) == commands
    radio = bad(Comms(loss=1.0, direction=Direction.DOWN))
    assert radio.reports(0, [report(1)]) == [report(1)]
    assert radio.commands(0, commands) == []


def test_what_is_under_way_arrives_when_the_link_is_good_again() -> None:
    radio = bad(Comms(latency_s=(3.0, 3.0)))
    assert radio.reports(0, [report(1)]) == []
    radio.bad.clear()
    assert radio.reports(SECOND, [report(2)]) == [], "it waits its turn"
    assert [one.sequence for one in radio.reports(3 * SECOND, [report(3)])] == [1, 2, 3]
    fresh = [report(4)]
    assert radio.reports(4 * SECOND, fresh) is fresh


@given(
    loss=st.floats(0, 1),
    duplicate=st.floats(0, 1),
    reorder=st.floats(0, 1),
    late=st.floats(0, 10),
    seed=st.integers(0, 2**32 - 1),
)
def test_nothing_is_invented_and_a_seed_decides_all(
    loss: float, duplicate: float, reorder: float, late: float, seed: int
) -> None:
    comms = Comms(loss=loss, duplicate=duplicate, reorder=reorder, latency_s=(0.0, late))
    once, again = (bad(comms, seed=seed) for _ in range(2))
    arrived = heard(once, range(20))
    assert arrived == heard(again, range(20))
    assert len(set(arrived)) + once.lost == 20
    assert max(map(arrived.count, arrived), default=0) <= 2
