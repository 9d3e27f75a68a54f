# SPDX-License-Identifier: Apache-2.0
"""Several links as one: robots that speak ROS and robots that speak Zenoh in the same fleet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from suwon_fleet.core.engine.messages import Announced, Heard, Reported, Vanished
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.ports import RobotLink


class Links:
    """Hears all; a robot is told by the link that it was last heard on, and one not heard yet by all."""

    def __init__(self, links: Sequence[RobotLink]) -> None:
        self._links = links
        self._last: dict[str, RobotLink] = {}

    def drain(self) -> list[Heard]:
        """What has arrived on all; that a robot left a link does not count if it came by another since."""
        heard: list[Heard] = []
        for link in self._links:
            for one in link.drain():
                if isinstance(one, Announced | Reported):
                    self._last[one.report.robot_id] = link
                elif isinstance(one, Vanished) and self._last.get(one.robot_id, link) is not link:
                    continue
                heard.append(one)
        return heard

    def send(self, commands: Iterable[RobotCommand]) -> None:
        """Hand each command to the link of its robot."""
        by_link: defaultdict[int, list[RobotCommand]] = defaultdict(list)
        for command in commands:
            last = self._last.get(command.robot_id)
            for number, link in enumerate(self._links):
                if last is None or link is last:
                    by_link[number].append(command)
        for number, batch in by_link.items():
            self._links[number].send(batch)

    def close(self) -> None:
        """Close all."""
        for link in self._links:
            link.close()
