# SPDX-License-Identifier: Apache-2.0
"""Messages of one robot arrive in order, all of them, on time or late."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.bench.traffic.mail import Mail


@given(st.integers(0, 2**32), st.booleans(), st.lists(st.integers(0, 3), max_size=60))
def test_all_arrives_in_order(seed: int, is_late: bool, robots: list[int]) -> None:
    mail: Mail[int] = Mail(seed, is_late=is_late)
    for tick, robot in enumerate(robots):
        mail.send(tick, robot, tick)
    received = [(tick, *entry) for tick in range(2000) for entry in mail.receive(tick)]
    assert sorted(content for _, _, content in received) == list(range(len(robots)))
    for robot in range(4):
        mine = [(tick, content) for tick, who, content in received if who == robot]
        assert mine == sorted(mine, key=lambda entry: entry[1])
    assert all(tick >= content for tick, _, content in received)
    if not is_late:
        assert all(tick == content for tick, _, content in received)


def test_late_means_late() -> None:
    mail: Mail[int] = Mail(0, is_late=True)
    for tick in range(300):
        mail.send(tick, tick, tick)
    late = [tick - content for tick in range(400) for _, content in mail.receive(tick)]
    assert {0, 1, 2} < set(late)
    assert max(late) >= 10
