# SPDX-License-Identifier: Apache-2.0
"""What is wrong with one robot now, and how that bends what it does and what it reports."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from msgspec import structs

from suwon_fleet.core.robots.command import Act, ActionKind
from suwon_fleet.core.robots.report import (
    ActionStatus,
    ControlMode,
    Navigation,
    Posture,
    RobotReport,
)
from suwon_fleet.sim.people import People
from suwon_fleet.sim.scripts import Machine, Script, Step, body, script_of

RECOVERS_AFTER_S = 30.0
"""A robot that cannot get on tries to help itself, and after so long again calls for help."""


def _chance() -> np.random.Generator:
    return np.random.default_rng(0)


@dataclass(slots=True)
class Ailments:
    """The sum of the faults that a robot has. A sound robot has the defaults."""

    random: np.random.Generator = field(default_factory=_chance)
    """Of the newest fault."""
    is_stuck: bool = False
    stuck_s: float = 0.0
    """For how long it has wanted to move, and could not."""
    is_braked: bool = False
    is_blind: bool = False
    is_barred: bool = False
    """The lift or door ahead takes nobody."""
    health: float = 1.0
    grasp_failure: float = 0.0
    getup_failure: float = 0.0
    misdock: float = 0.0
    nobody_comes: bool = False
    offset_m: complex = 0.0
    """How far from the truth it believes to be, east + north i."""
    drift_mps: complex = 0.0
    noise_m: float = 0.0
    noise: complex = 0.0
    """In this step, as a share of `noise_m`, east + north i."""
    is_pose_frozen: bool = False
    is_gauge_frozen: bool = False
    is_gauge_lost: bool = False
    kept: RobotReport | None = None
    """What it told when something froze."""

    @property
    def holds(self) -> bool:
        """It cannot move."""
        return self.is_stuck or self.is_braked or self.is_blind or self.is_barred

    def navigation(self, *, wants: bool) -> Navigation:
        """How it says it gets on, while it is held."""
        if not wants:
            return Navigation.STANDING
        if not self.is_stuck or self.stuck_s < RECOVERS_AFTER_S:
            return Navigation.BLOCKED
        tries = self.stuck_s < 2 * RECOVERS_AFTER_S
        return Navigation.RECOVERY if tries else Navigation.ASSIST_NEEDED

    def script(
        self, act: Act, robot: Machine, people: People, random: np.random.Generator
    ) -> Script:
        """What it does when asked for `act`; chance of its own is drawn from `random`."""
        if self.nobody_comes or self.grasp_failure:
            people = replace(
                people,
                no_show=1.0 if self.nobody_comes else people.no_show,
                grasp_failure=max(people.grasp_failure, self.grasp_failure),
            )
        script = script_of(act, robot, people, random)
        if act.kind is ActionKind.DOCK and self._happens(self.misdock):
            return Script(script.steps[:1], ActionStatus.FAILED, "misaligned", act)
        if act.kind is ActionKind.GET_READY and self._happens(self.getup_failure):
            return _sinks_back(act, robot)
        return script

    def _happens(self, share: float) -> bool:
        return share > 0.0 and bool(self.random.random() < share)

    def told(self, report: RobotReport) -> RobotReport:
        """The report as the robot makes it, of what is true."""
        if self.offset_m or self.noise_m:
            off_m = self.offset_m + self.noise_m * self.noise
            x_m, y_m = report.pose.x_m + off_m.real, report.pose.y_m + off_m.imag
            report = structs.replace(report, pose=structs.replace(report.pose, x_m=x_m, y_m=y_m))
        if self.is_pose_frozen or self.is_gauge_frozen:
            if self.kept is None or self.kept.session != report.session:
                self.kept = report
            report = self._frozen(report, self.kept)
        return structs.replace(report, battery_soc=None) if self.is_gauge_lost else report

    def _frozen(self, report: RobotReport, kept: RobotReport) -> RobotReport:
        """With an old pose it does not know what it has passed either."""
        if self.is_pose_frozen:
            path_index = min(kept.path_index, report.path_index)
            report = structs.replace(
                report, pose=kept.pose, speed_mps=kept.speed_mps, path_index=path_index
            )
        if self.is_gauge_frozen:
            report = structs.replace(report, battery_soc=kept.battery_soc)
        return report

    def gauge(self, soc: float) -> float | None:
        """The charge that its gauge shows."""
        if self.is_gauge_lost:
            return None
        return self.kept.battery_soc if self.is_gauge_frozen and self.kept else soc

    def live(self, dt_s: float, *, wants: bool) -> None:
        """Some time goes by."""
        self.offset_m += self.drift_mps * dt_s
        if self.noise_m:
            self.noise = complex(*self.random.standard_normal(2))
        self.stuck_s = self.stuck_s + dt_s if self.is_stuck and wants else 0.0


def somewhere(metres: float, random: np.random.Generator) -> complex:
    """A step of so many metres in any direction."""
    heading = random.uniform(0.0, math.tau)
    return complex(metres * math.cos(heading), metres * math.sin(heading))


def _sinks_back(act: Act, robot: Machine) -> Script:
    """It tries to get up, and does not."""
    posture = robot.posture or Posture.UNKNOWN
    steps = [
        Step(2.0, body(ControlMode.DAMPED, posture)),
        Step(5.0, body(ControlMode.GETTING_UP, posture)),
        Step(0.0, body(ControlMode.DAMPED, posture)),
    ]
    return Script(steps, ActionStatus.FAILED, "sank back", act)
