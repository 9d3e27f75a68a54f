# SPDX-License-Identifier: Apache-2.0
"""What a simulated robot does where it stands: scripts of timed steps that set its states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from suwon_fleet.core.robots.command import Act, ActionKind
from suwon_fleet.core.robots.kind import RobotKind
from suwon_fleet.core.robots.report import ActionStatus, Compartment, ControlMode, Posture, Power
from suwon_fleet.sim.people import People

LID_S = 2.0
"""How long a lid takes to open, and to close."""
SETTLE_S = 3.0
"""How long a humanoid takes to sit down."""
CANCELLED = "cancelled"


class Machine(Protocol):
    """What scripts look at and set of a robot."""

    kind: RobotKind
    soc: float
    compartment: Compartment | None
    power: Power
    control: ControlMode | None
    posture: Posture | None


Enter = Callable[[Machine], None]


def _nothing(robot: Machine) -> None:
    """A step that only takes its time."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a script: how long it takes (s), and what it sets when it begins."""

    seconds: float
    enter: Enter = _nothing


@dataclass(slots=True)
class Script:
    """Something being carried out; `status` and `result` are what it ends with."""

    steps: list[Step]
    status: ActionStatus = ActionStatus.FINISHED
    result: str = ""
    act: Act | None = None
    """The action it carries out; None for what the robot does of itself, which no stop holds."""
    at: int = -1
    left_s: float = 0.0
    """Of the step it is at; while time passes, the robot's row of `Lives` counts it down."""

    def advance(self, robot: Machine) -> bool:
        """Begin the steps that are due once `left_s` is over; whether the script is at its end."""
        while self.left_s <= 0.0:
            self.at += 1
            if self.at == len(self.steps):
                return True
            self.left_s += self.steps[self.at].seconds
            self.steps[self.at].enter(robot)
        return False

    def take_up(self, robot: Machine) -> None:
        """Go on after a stop that let the hands sink."""
        if self.at >= 0:
            self.steps[self.at].enter(robot)

    def cancel(self, robot: Machine) -> None:
        """End as soon as that is safe: an open lid closes first, a pack goes in, who rises stands."""
        self.status, self.result = ActionStatus.FAILED, CANCELLED
        if robot.compartment in (Compartment.OPENING, Compartment.OPEN):
            rest = _close_lid()
        elif robot.control in (ControlMode.MANIPULATING, ControlMode.SWAP_POSE) and (
            robot.power is not Power.SWAPPING
        ):
            rest = [Step(0.0, body(ControlMode.BALANCED, Posture.STANDING))]
        elif robot.compartment is Compartment.CLOSING or _must_end(robot):
            return
        else:
            rest = []
        self.steps, self.at, self.left_s = rest, -1, 0.0


def _must_end(robot: Machine) -> bool:
    """Whether there is no safe way but on."""
    rises = robot.control in (ControlMode.GETTING_UP, ControlMode.STAND_LOCKED)
    return rises or robot.power is Power.SWAPPING


def script_of(act: Act, robot: Machine, people: People, random: np.random.Generator) -> Script:
    """What `robot` does when asked for `act`; chance is drawn from `random`."""
    match act.kind:
        case ActionKind.LOAD | ActionKind.UNLOAD:
            opened_s = people.handover_s(random)
            steps = [
                Step(LID_S, _lid(Compartment.OPENING)),
                Step(opened_s, _lid(Compartment.OPEN)),
                *_close_lid(),
            ]
        case ActionKind.DOCK:
            steps = [Step(8.0), Step(0.0, _power(Power.CHARGING))]
        case ActionKind.UNDOCK:
            steps = [Step(5.0), Step(0.0, _power(Power.DISCHARGING))]
        case ActionKind.SWAP_BATTERY:
            steps = _swap(robot)
        case ActionKind.GET_READY:
            steps = _get_ready(robot)
        case ActionKind.INSPECT:
            steps = [Step(15.0)]
        case ActionKind.VERIFY:
            steps = _use_hands(2.0)
            if people.grasp_fails(random):
                return Script(steps, ActionStatus.FAILED, "not held", act)
        case _:
            steps = _use_hands(float(random.uniform(3.0, 8.0)))
    return Script(steps, act=act)


def settle() -> Script:
    """A humanoid sits down to hold without torque."""
    return Script(
        [
            Step(SETTLE_S, body(ControlMode.SETTLING, Posture.STANDING)),
            Step(0.0, body(ControlMode.DAMPED, Posture.SITTING)),
        ]
    )


def _close_lid() -> list[Step]:
    return [Step(LID_S, _lid(Compartment.CLOSING)), Step(0.0, _lid(Compartment.CLOSED))]


def _swap(robot: Machine) -> list[Step]:
    return [
        Step(5.0, body(ControlMode.SWAP_POSE, Posture.STANDING)),
        Step(robot.kind.battery.swap_s or 180.0, _power(Power.SWAPPING)),
        Step(0.0, _fresh_pack),
    ]


def _get_ready(robot: Machine) -> list[Step]:
    """From wherever it is to balanced standing; see the humanoid's table."""
    mode, steps = ControlMode, []
    posture = robot.posture or Posture.SITTING
    if robot.control is mode.OFF:
        steps.append(Step(5.0, body(mode.ZERO_TORQUE, posture)))
    if robot.control in (mode.OFF, mode.ZERO_TORQUE, mode.FALLEN):
        steps.append(Step(2.0, body(mode.DAMPED, posture)))
    if robot.control is not mode.STAND_LOCKED:
        steps.append(Step(5.0, body(mode.GETTING_UP, posture)))
    steps.append(Step(2.0, body(mode.STAND_LOCKED, Posture.STANDING)))
    steps.append(Step(1.0, body(mode.BALANCED, Posture.STANDING)))
    return steps


def _use_hands(seconds: float) -> list[Step]:
    return [
        Step(seconds, body(ControlMode.MANIPULATING, Posture.STANDING)),
        Step(0.0, body(ControlMode.BALANCED, Posture.STANDING)),
    ]


def _lid(lid: Compartment) -> Enter:
    return partial(_set_lid, lid=lid)


def _set_lid(robot: Machine, lid: Compartment) -> None:
    robot.compartment = lid


def _power(power: Power) -> Enter:
    return partial(_set_power, power=power)


def _set_power(robot: Machine, power: Power) -> None:
    robot.power = power


def body(control: ControlMode, posture: Posture) -> Enter:
    """A step that puts a humanoid into a mode and a posture."""
    return partial(_set_body, control=control, posture=posture)


def _set_body(robot: Machine, control: ControlMode, posture: Posture) -> None:
    if robot.control:
        robot.control, robot.posture = control, posture


def _fresh_pack(robot: Machine) -> None:
    robot.soc, robot.power = 1.0, Power.DISCHARGING
    if robot.control:
        robot.control = ControlMode.BALANCED
