# SPDX-License-Identifier: Apache-2.0
"""What is kept for those who come late, and what is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("zenoh", reason="Zenoh is not installed")

import zenoh
from waiting import wait_for
from zenoh_net import answers, free_endpoint, plain, sessions

from suwon_fleet.adapters.zenoh.last_values import LastValues
from suwon_fleet.adapters.zenoh.queues import Inbox
from suwon_fleet.core.errors import BadInput

KEY = "suwon/v1/s/z/{}/state"


class Heard:
    """What is kept of all that another says by any key."""

    def __init__(self, session: zenoh.Session, last: LastValues) -> None:
        self.last, self._inbox = last, Inbox()
        self._inbox.of(session.declare_subscriber("suwon/**", self._inbox.handler))

    def count(self) -> int:
        """How many there are by now."""
        for sample in self._inbox.drain():
            self.last.keep({str(sample.key_expr): sample})
        return len(self.last)

    def close(self) -> None:
        self._inbox.close()
        self.last.close()


def told(session: zenoh.Session, last: LastValues) -> dict[str, str]:
    """What one is told who asks for all."""
    return answers(session, KEY.format("*"), last.turn)


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
    heard = Heard(pair[0], last)

    def said(*robots: int) -> bool:
        for robot in robots:
            pair[1].put(KEY.format(robot), str(robot))
        return heard.count() == 3

    wait_for(lambda: said(0, 1, 2))
    wait_for(lambda: said(0, 3, 4) and KEY.format(4) in told(pair[1], last))
    assert told(pair[1], last) == {KEY.format(robot): str(robot) for robot in (0, 3, 4)}
    heard.close()


def test_what_is_deleted_is_kept_no_more(pair: tuple[zenoh.Session, zenoh.Session]) -> None:
    heard = Heard(pair[0], LastValues(pair[0], "s"))

    def is_kept() -> bool:
        pair[1].put(KEY.format(1), "1")
        return heard.count() == 1

    wait_for(is_kept)
    pair[1].delete(KEY.format(1))
    wait_for(lambda: heard.count() == 0)
    assert told(pair[1], heard.last) == {}
    heard.close()


def test_a_site_that_cannot_be_is_named(pair: tuple[zenoh.Session, zenoh.Session]) -> None:
    with pytest.raises(BadInput, match="'S' cannot be part of a key"):
        LastValues(pair[0], "S")
