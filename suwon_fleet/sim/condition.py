# SPDX-License-Identifier: Apache-2.0
"""What states a simulated robot is in, and what these make of its row in the arrays of all robots."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from suwon_fleet.core.robots.kind import Family, RobotKind
from suwon_fleet.core.robots.report import (
    Compartment,
    ControlMode,
    Navigation,
    OperatingMode,
    Posture,
    Power,
    StopState,
)
from suwon_fleet.sim.faults.ailments import Ailments
from suwon_fleet.sim.kinematics import Bodies
from suwon_fleet.sim.life import Lives
from suwon_fleet.sim.odometry import Odometry
from suwon_fleet.sim.people import People
from suwon_fleet.sim.scripts import Script
from suwon_fleet.sim.way import Way
from suwon_fleet.wire.sdf.drives import DiffDrive, VelocityControl

_WALKS = (ControlMode.BALANCED, ControlMode.LOCOMOTION)
_HEEDED = frozenset(
    ("mode", "compartment", "stop", "power", "control", "is_dead", "ails", "script", "is_made")
)
"""What decides whether a robot may drive: whenever one of these is set, its row is told."""


@dataclass(slots=True)
class Condition:
    """A robot's states, battery and ailments, whoever sets them. Chance comes from its own stream."""

    is_made: bool = field(default=False, init=False)
    robot_id: str
    kind: RobotKind
    drive: DiffDrive | VelocityControl
    """How velocity commands move it."""
    row: int
    bodies: Bodies
    lives: Lives
    odometry: Odometry
    way: Way
    people: People
    random: np.random.Generator
    is_foreign: bool = False
    """It is of none of the world's kinds but a model of its own: only velocity commands move it."""
    mode: OperatingMode = OperatingMode.AUTOMATIC
    compartment: Compartment | None = None
    stop: StopState = StopState.NONE
    power: Power = Power.DISCHARGING
    control: ControlMode | None = None
    posture: Posture | None = None
    is_dead: bool = False
    """It neither moves nor acts any more."""
    ails: Ailments = field(default_factory=Ailments)
    """What is wrong with it."""
    script: Script | None = None
    """What it is doing."""

    def __post_init__(self) -> None:
        if self.kind.compartments:
            self.compartment = Compartment.CLOSED
        if self.kind.family is Family.HUMANOID:
            self.control, self.posture = ControlMode.DAMPED, Posture.SITTING
        body, row = self.bodies, self.row
        body.top_speed[row] = self.kind.max_speed_mps
        body.acceleration[row] = self.kind.acceleration_mps2
        body.deceleration[row] = self.kind.deceleration_mps2
        body.turn_rate[row] = self.kind.turn_rate_radps
        life, battery = self.lives, self.kind.battery
        life.idle_w[row], life.charge_w[row] = battery.idle_w, battery.charge_w
        life.drive_ws_per_m[row] = battery.drive_w / self.kind.max_speed_mps
        life.clear_s[row] = self.people.clear_s(self.random)
        self.is_made = True

    def __setattr__(self, name: str, value: object) -> None:
        """Set a field. What decides whether it may drive may be set by anybody: faults do so, too."""
        object.__setattr__(self, name, value)
        if name in _HEEDED and self.is_made:
            if name == "script" and isinstance(value, Script):
                self.lives.script_left_s[self.row] = value.left_s
            self.heed()

    def heed(self) -> None:
        """Tell its row of the arrays what its states and ailments now make of it."""
        life, row, script = self.lives, self.row, self.script
        self.bodies.may_go[row] = self.can_go
        life.is_dead[row] = self.is_dead
        life.capacity_wh[row] = self.kind.battery.capacity_wh * self.ails.health
        life.is_charging[row] = self.power is Power.CHARGING
        life.script_runs[row] = script is not None and (
            script.act is None or self.stop is StopState.NONE
        )
        life.can_walk[row] = script is None and self.control in _WALKS
        life.walks[row] = self.control is ControlMode.LOCOMOTION

    @property
    def soc(self) -> float:
        """State of charge, 0..1."""
        return float(self.lives.soc[self.row])

    @soc.setter
    def soc(self, soc: float) -> None:
        self.lives.soc[self.row] = soc
        self.heed()

    @property
    def blocked_s(self) -> float:
        """For how long somebody still stands in its way."""
        return float(self.lives.blocked_s[self.row])

    @blocked_s.setter
    def blocked_s(self, seconds: float) -> None:
        self.lives.blocked_s[self.row] = seconds
        self.heed()

    @property
    def can_go(self) -> bool:
        """Nothing keeps it from driving on."""
        return self._may_go and not self.ails.holds

    @property
    def wants_on(self) -> bool:
        """It has way ahead and would drive on it, were it sound."""
        return bool(self.bodies.known[self.row] >= 2) and self._may_go

    @property
    def _may_go(self) -> bool:
        return (
            not self.is_dead
            and self.stop is StopState.NONE
            and self.mode is OperatingMode.AUTOMATIC
            and self.script is None
            and self.blocked_s <= 0.0
            and (self.compartment is None or self.compartment is Compartment.CLOSED)
            and self.power is Power.DISCHARGING
            and (self.control is None or self.control in _WALKS)
            and self.soc > 0.0
        )

    @property
    def navigation(self) -> Navigation:
        row = self.row
        gives_way = bool(self.lives.gives_way[row]) and self.wants_on
        is_blocked = self.blocked_s > 0.0 or bool(self.bodies.is_blocked[row]) or gives_way
        moves, has_way = self.bodies.speed[row] > 0.0, self.bodies.known[row] >= 2
        return self.gets_on(is_blocked=is_blocked, moves=bool(moves), has_way=bool(has_way))

    def gets_on(self, *, is_blocked: bool, moves: bool, has_way: bool) -> Navigation:
        """How it says it gets on, for those who have looked at its row already."""
        if is_blocked:
            return Navigation.BLOCKED
        if moves:
            return Navigation.MOVING
        wants_on = has_way and self._may_go
        if self.ails.holds:
            return self.ails.navigation(wants=wants_on)
        return Navigation.MOVING if wants_on else Navigation.STANDING
