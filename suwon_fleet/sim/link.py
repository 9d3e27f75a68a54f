# SPDX-License-Identifier: Apache-2.0
"""Robots of a simulated world in the same process, as a RobotLink."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

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
        reports = self._world.reports()
        new = {(told.robot_id, told.session) for told in reports} - self._announced
        if not new:
            return [Reported(report) for report in reports]
        sheets = {sheet.robot_id: sheet for sheet in self._world.factsheets()}
        new = {(name, session) for name, session in new if name in sheets}
        self._announced |= new
        return [
            Announced(replace(sheets[report.robot_id], session=report.session), report)
            if (report.robot_id, report.session) in new
            else Reported(report)
            for report in reports
        ]

    def send(self, commands: Iterable[RobotCommand]) -> None:
        """Robots take commands at the world's next step."""
        self._world.command(commands)

    def close(self) -> None:
        """Nothing to close."""
