# SPDX-License-Identifier: Apache-2.0
"""What is kept for those who come late, and what is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

zenoh = pytest.importorskip("zenoh", reason="Zenoh is not installed")

from waiting import wait_for  # noqa: E402
from zenoh_net import free_endpoint, plain, sessions  # noqa: E402

from suwon_fleet.adapters.zenoh.last_values import LastValues  # noqa: E402
from suwon_fleet.core.errors import BadInput  # noqa: E402

KEY = "suwon/v1/s/z/{}/state"


@pytest.fixture
def pair() -> Iterator[tuple[zenoh.Session, zenoh.Session]]:
    """Two that are connected."""
    endpoint = free_endpoint()
    with sessions() as opened:
        yield opened(plain("peer", listen=(endpoint,))), opened(plain("peer", connect=(endpoint,)))


def test_only_so_many_are_kept_and_the_newest_of_them(
    pair: tuple[zenoh.Session, zenoh.Session],
) -> None:
    last = LastValues(pair[0], "s", "z", most=3)

    def said(*robots: int) -> bool:
        for robot in robots:
            pair[1].put(KEY.format(robot), str(robot))
        last.turn()
        return len(last) == 3

    wait_for(lambda: said(0, 1, 2))
    wait_for(lambda: said(0, 3, 4) and "4" in answers(pair[1], last))
    assert answers(pair[1], last) == {"0", "3", "4"}
    last.close()


def test_what_is_deleted_is_kept_no_more(pair: tuple[zenoh.Session, zenoh.Session]) -> None:
    last = LastValues(pair[0], "s")

    def is_kept() -> bool:
        pair[1].put(KEY.format(1), "1")
        last.turn()
        return len(last) == 1

    wait_for(is_kept)
    pair[1].delete(KEY.format(1))
    wait_for(lambda: last.turn() or len(last) == 0)
    assert answers(pair[1], last) == set()
    last.close()


def test_a_site_that_cannot_be_is_named(pair: tuple[zenoh.Session, zenoh.Session]) -> None:
    with pytest.raises(BadInput, match="'S' cannot be part of a key"):
        LastValues(pair[0], "S")


def answers(session: zenoh.Session, last: LastValues) -> set[str]:
    """What one is told who asks for all."""
    replies = session.get(KEY.format("*"), zenoh.handlers.FifoChannel(100), timeout=5)
    told: set[str] = set()

    def is_over() -> bool:
        last.turn()
        try:
            while reply := replies.try_recv():
                told.add(reply.ok.payload.to_string())
        except zenoh.ZError:  # all have answered
            return True
        return False

    wait_for(is_over)
    return told
