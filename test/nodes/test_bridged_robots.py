# SPDX-License-Identifier: Apache-2.0
"""What a bridge knows of robots, as its link tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from nodes.in_process import Stage, stage

from suwon_fleet.core.engine.messages import Heard, Reported, Vanished
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.core.robots.report import Pose, RobotReport
from suwon_fleet.nodes.bridge.robots import BridgedRobots

pytestmark = pytest.mark.ros


class TurnsLink:
    """A RobotLink that tells in each turn what it was given for it."""

    def __init__(self, turns: Sequence[Sequence[Heard]]) -> None:
        self._turns = iter(turns)

    def drain(self) -> Sequence[Heard]:
        return next(self._turns)

    def send(self, commands: Iterable[RobotCommand]) -> None:
        """Nobody hears it."""

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def here() -> Iterator[Stage]:
    with stage() as made:
        yield made


def test_last_words_that_come_with_the_news_that_it_has_left_do_not_bring_a_robot_back(
    here: Stage,
) -> None:
    said = Reported(RobotReport("z-1", 1, 1, "one", Pose(0.0, 0.0), 0.0, -1, -1))
    turns = [[said], [said, Vanished("z-1")], [Vanished("z-1"), said]]
    robots = BridgedRobots(here.observer(), TurnsLink(turns))
    seen = []
    for _ in turns:
        robots.look()
        seen.append(list(robots.known))
    assert seen == [["z-1"], [], ["z-1"]], "there, gone, and back at once"
