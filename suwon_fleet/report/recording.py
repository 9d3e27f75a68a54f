# SPDX-License-Identifier: Apache-2.0
"""What is kept of a run to show it later: samples of all robots, and what happened when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from suwon_fleet.core.engine.state import FleetState
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.sitemap import SiteMap
from suwon_fleet.sim.scenario.expect import Happened, Happening, Verdict
from suwon_fleet.sim.world import World

MOST_SAMPLES = 3600
"""Of a longer run every other sample is dropped, as often as it takes."""
SILENT = "silent"
STOPPED = "stopped"
UNKNOWN = "not joined"


@dataclass(frozen=True, slots=True)
class Sample:
    """All robots at one time: rows are x, y, yaw, charge and speed; and level and state of each."""

    at_s: float
    values: NDArray[np.float32]
    levels: tuple[str, ...]
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """An alert: its time, whom it is about, and why."""

    at_s: float
    level: int
    subject: str
    reason: Reason


@dataclass(slots=True)
class Recording:
    """Follows a run: `look` at it after every turn, and `note` what happens."""

    site: SiteMap
    kinds: Mapping[str, RobotKind]
    """Of the robots, by their ids."""
    samples: list[Sample] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)
    alerts: dict[str, Note] = field(default_factory=dict)
    every_s: float = 1.0

    @property
    def robots(self) -> list[str]:
        return list(self.kinds)

    def note(self, happened: Happened) -> None:
        """Keep what happened to jobs, alerts and faults; of robots the samples tell."""
        if happened.sort not in (Happening.ROBOT, Happening.ACTION):
            self.happened.append(happened)

    def look(self, world: World, state: FleetState) -> None:
        """Keep how all stand now, if it is time again."""
        for alert in state.alerts.values():
            if alert.alert_id not in self.alerts:
                note = Note(alert.at_ns / 1e9, alert.level, alert.subject, alert.reason)
                self.alerts[alert.alert_id] = note
        at_s = world.now_ns / 1e9
        if self.samples and at_s < self.samples[-1].at_s + self.every_s - 1e-6:
            return
        bodies = world.bodies
        rows = [bodies.x, bodies.y, bodies.yaw, world.lives.soc, bodies.speed]
        values = np.array(rows, dtype=np.float32)
        levels = tuple(robot.way.level for robot in world.robots.values())
        states = tuple(_state_of(state, name) for name in world.robots)
        self.samples.append(Sample(at_s, values, levels, states))
        if len(self.samples) > MOST_SAMPLES:
            del self.samples[1::2]
            self.every_s *= 2

    def times_s(self) -> NDArray[np.float64]:
        return np.array([sample.at_s for sample in self.samples])

    def row(self, index: int) -> NDArray[np.float32]:
        """One row of all samples' values, by time and robot."""
        return np.array([sample.values[index] for sample in self.samples])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the run, in the words of its command: figures by name, and verdicts."""

    title: Mapping[str, str]
    scenario: str
    facts: Mapping[str, str]
    metrics: Mapping[str, float]
    verdicts: tuple[Verdict, ...]


def _state_of(state: FleetState, name: str) -> str:
    """What a robot is doing, in one word."""
    robot = state.robots.get(name)
    if robot is None:
        return UNKNOWN
    if robot.states.connection != "online":
        return SILENT
    return STOPPED if robot.states.stop != "none" else robot.states.mission.value
