# SPDX-License-Identifier: Apache-2.0
"""What links have lost is told once, also of a link that was made anew."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from suwon_fleet.adapters.zenoh.counts import Counts
from suwon_fleet.core.errors import BadInput
from suwon_fleet.nodes.statuses import OF_OWNERS, OF_ROBOTS, OK, WARN, LinkStatus, Since

pytestmark = pytest.mark.ros


def values_of(told: Any) -> dict[str, str]:
    return {value.key: value.value for value in told.values}


def test_what_was_lost_since_the_last_is_warned_of_once() -> None:
    one, other, told = Counts(), Counts(nowhere=2), LinkStatus("robots")
    assert told.of([one, other]).level == OK
    one.fault("a/key", BadInput([]))
    other.overruns = 2
    status = told.of([one, other], robots=7)
    assert (status.level, status.message[:1]) == (WARN, "3")
    values = values_of(status)
    assert values.keys() >= {*OF_ROBOTS, "unusable", "senders", "last"}
    assert (values["robots"], values["overruns"], values["nowhere"]) == ("7", "2", "2")
    assert values["senders"] == "a/key: 1"
    assert told.of([one, other]).level == OK


def test_a_link_made_anew_hides_no_losses() -> None:
    told = LinkStatus("owners", OF_OWNERS)
    told.of([Counts(overruns=5)])
    status = told.of([Counts(overruns=3)])
    assert (status.level, status.message[:1]) == (WARN, "3")


def test_counts_begin_anew_with_their_source() -> None:
    since, first, second = Since(), object(), object()
    assert [since.of(first, 5), since.of(first, 7), since.of(second, 9)] == [5, 2, 9]
