# SPDX-License-Identifier: Apache-2.0
"""Several links as one: robots that speak ROS and robots that speak Zenoh in the same fleet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from suwon_fleet.core.engine.alerts import WARNING
from suwon_fleet.core.engine.messages import Announced, Heard, Noticed, Reported, Vanished
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.ports import RobotLink, UrgentLink

L = TypeVar("L", bound=RobotLink)


class Links(Generic[L]):
    """Hears all; a robot is told by the link that it was last heard on, and one not heard yet by all."""

    def __init__(self, links: Sequence[L]) -> None:
        self._links = links
        self._last: dict[str, L] = {}
        self._left: dict[str, L] = {}
        """The link that a robot was heard on before; it may have moved."""
        self._twice: set[str] = set()
        """Robots that people were told of."""

    def drain(self) -> list[Heard]:
        """What has arrived on all; that a robot left a link does not count if it came by another since."""
        heard: list[Heard] = []
        for link in self._links:
            for one in link.drain():
                if isinstance(one, Announced | Reported):
                    heard += self._heard_by(link, one.report.robot_id)
                elif isinstance(one, Vanished):
                    if self._left.get(one.robot_id) is link:
                        del self._left[one.robot_id]
                    if self._last.get(one.robot_id, link) is not link:
                        continue
                heard.append(one)
        return heard

    def _heard_by(self, link: L, robot_id: str) -> list[Noticed]:
        """One that is back on a link it had left speaks on both: two robots of one name, most likely."""
        last = self._last.get(robot_id, link)
        self._last[robot_id] = link
        if last is link:
            return []
        is_back, self._left[robot_id] = self._left.get(robot_id) is link, last
        if not is_back or robot_id in self._twice:
            return []
        self._twice.add(robot_id)
        return [Noticed(WARNING, Reason.of("robot-on-two-links", robot=robot_id), robot_id)]

    def send(self, commands: Iterable[RobotCommand]) -> None:
        """Hand each command to the link of its robot."""
        for link, batch in self._by_link(commands):
            link.send(batch)

    def _by_link(self, commands: Iterable[RobotCommand]) -> list[tuple[L, list[RobotCommand]]]:
        by_link: defaultdict[int, list[RobotCommand]] = defaultdict(list)
        for command in commands:
            last = self._last.get(command.robot_id)
            for number, link in enumerate(self._links):
                if last is None or link is last:
                    by_link[number].append(command)
        return [(self._links[number], batch) for number, batch in by_link.items()]

    def close(self) -> None:
        """Close all."""
        for link in self._links:
            link.close()


class UrgentLinks(Links[UrgentLink]):
    """Several links that take what is urgent, as one that does."""

    def send_now(self, commands: Iterable[RobotCommand]) -> None:
        """As `send`, at once. Any thread."""
        for link, batch in self._by_link(commands):
            link.send_now(batch)
