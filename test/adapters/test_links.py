# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterable

import pytest

from suwon_fleet.adapters.links import Links
from suwon_fleet.core.engine.messages import Announced, Heard, Noticed, Reported, Vanished
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.command import Pause, RobotCommand
from suwon_fleet.core.robots.report import Factsheet, Pose, RobotReport


class Wire:
    """A link that gives what a test puts in, and keeps what it is told."""

    def __init__(self) -> None:
        self.inbox: list[Heard] = []
        self.told: list[RobotCommand] = []
        self.is_open = True

    def drain(self) -> list[Heard]:
        heard, self.inbox = self.inbox, []
        return heard

    def send(self, commands: Iterable[RobotCommand]) -> None:
        self.told += commands

    def close(self) -> None:
        self.is_open = False


def report(robot_id: str) -> Reported:
    return Reported(RobotReport(robot_id, 1, 1, "one", Pose(0.0, 0.0), 0.0, -1, -1))


@pytest.fixture
def wires() -> tuple[Wire, Wire]:
    return Wire(), Wire()


def test_a_robot_is_told_where_it_was_last_heard(wires: tuple[Wire, Wire]) -> None:
    one, other = wires
    links = Links(wires)
    one.inbox = [Announced(Factsheet("a", "courier"), report("a").report), report("b")]
    other.inbox = [report("c")]
    assert len(links.drain()) == 3
    links.send([Pause("a"), Pause("c"), Pause("b")])
    assert (one.told, other.told) == ([Pause("a"), Pause("b")], [Pause("c")])
    other.inbox = [report("a")]
    links.drain()
    links.send([Pause("a")])
    assert other.told == [Pause("c"), Pause("a")]


def test_a_robot_not_heard_yet_is_told_by_all(wires: tuple[Wire, Wire]) -> None:
    Links(wires).send([Pause("a")])
    assert [wire.told for wire in wires] == [[Pause("a")], [Pause("a")]]


def test_a_robot_that_came_by_another_link_has_not_vanished(wires: tuple[Wire, Wire]) -> None:
    one, other = wires
    links, noticed = Links(wires), Noticed(1, Reason.of("robot-alarm"), "a")
    one.inbox, other.inbox = [report("a"), report("b")], [report("a"), noticed]
    links.drain()
    one.inbox = [Vanished("a"), Vanished("b"), Vanished("stranger")]
    assert links.drain() == [Vanished("b"), Vanished("stranger")]


def test_a_robot_on_two_links_at_once_is_told_people_and_one_that_moves_is_not(
    wires: tuple[Wire, Wire],
) -> None:
    one, other = wires
    links = Links(wires)

    def noticed(*ways: Wire) -> list[Heard]:
        told: list[Heard] = []
        for wire in ways:
            wire.inbox = [report("a")]
            told += links.drain()
        return [each for each in told if isinstance(each, Noticed)]

    assert noticed(one, one, other, other) == []
    one.inbox = [Vanished("a")]
    assert noticed(other) == []
    assert links.drain() == []
    one.inbox = [Vanished("a")]
    assert links.drain() == []
    assert noticed(one) == []  # it has left in between
    (told,) = noticed(other, one, other, one)
    assert told == Noticed(1, Reason.of("robot-on-two-links", robot="a"), "a")


def test_all_are_closed(wires: tuple[Wire, Wire]) -> None:
    Links(wires).close()
    assert not any(wire.is_open for wire in wires)
