# SPDX-License-Identifier: Apache-2.0
"""Robots of a simulated world in the same process, as a RobotLink."""

from __future__ import annotations

from collections.abc import Iterable

from suwon_fleet.core.engine.messages import Announced, Reported
from suwon_fleet.core.robots.command import RobotCommand
from suwon_fleet.sim.world import World


class WorldLink:
    """Hands commands over at once; robots announce themselves first, then report."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._announced: set[tuple[str, str]] = set()

    def drain(self) -> list[Announced | Reported]:
        """How every robot stands now."""
        told: list[Announced | Reported] = []
        sheets = {sheet.robot_id: sheet for sheet in self._world.factsheets()}
        for report in self._world.reports():
            key = (report.robot_id, report.session)
            if key in self._announced:
                told.append(Reported(report))
            else:
                self._announced.add(key)
                told.append(Announced(sheets[report.robot_id], report))
        return told

    def send(self, commands: Iterable[RobotCommand]) -> None:
        """Robots take commands at the world's next step."""
        self._world.command(commands)

    def close(self) -> None:
        """Nothing to close."""
