# SPDX-License-Identifier: Apache-2.0
"""A simulated robot: how it obeys commands, what becomes of its states, and what it reports of them.

What it does where it stands is in `scripts.py`, the path it was granted in `way.py`, its body in
`kinematics.py`. What only counts down while time passes is in `life.py`, which also says when a robot has
to `attend` to something. Chance comes from the robot's own stream of random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from suwon_fleet.core.robots.command import (
    Act,
    ActionKind,
    CancelAction,
    Grant,
    Pause,
    ReleaseStop,
    RequestStop,
    Resume,
    RobotCommand,
    StopKind,
)
from suwon_fleet.core.robots.kind import Family, RobotKind
from suwon_fleet.core.robots.report import (
    ActionReport,
    ActionStatus,
    Compartment,
    ControlMode,
    Navigation,
    OperatingMode,
    Posture,
    Power,
    StopState,
)
from suwon_fleet.core.robots.states import UP
from suwon_fleet.sim.faults.ailments import Ailments
from suwon_fleet.sim.kinematics import Bodies
from suwon_fleet.sim.life import BLOCKED, SCRIPT, Lives
from suwon_fleet.sim.people import People
from suwon_fleet.sim.scripts import CANCELLED, Script, settle
from suwon_fleet.sim.way import Way

_ENDED_BY_PERSON = (
    StopState.EMERGENCY,
    StopState.SAFE_HOLD,
    StopState.FATAL,
    StopState.ALARM,
)
MOST_KNOWN = 100
"""Actions a robot remembers: one it is asked for again after so many others it would do again."""
_WALKS = (ControlMode.BALANCED, ControlMode.LOCOMOTION)
_HEEDED = frozenset(
    ("mode", "compartment", "stop", "power", "control", "is_dead", "ails", "script", "is_made")
)
"""What decides whether a robot may drive: whenever one of these is set, its row is told."""


@dataclass(slots=True)
class SimRobot:
    """The robot's program: its states, its action, its battery. Not thread-safe."""

    is_made: bool = field(default=False, init=False)
    robot_id: str
    kind: RobotKind
    row: int
    bodies: Bodies
    lives: Lives
    way: Way
    people: People
    random: np.random.Generator
    session: str = "1"
    sequence: int = 0
    mode: OperatingMode = OperatingMode.AUTOMATIC
    compartment: Compartment | None = None
    stop: StopState = StopState.NONE
    stop_id: str = ""
    power: Power = Power.DISCHARGING
    control: ControlMode | None = None
    posture: Posture | None = None
    is_silent: bool = False
    """Its link is down: it hears and tells nothing."""
    is_dead: bool = False
    """It neither moves nor acts any more."""
    ails: Ailments = field(default_factory=Ailments)
    """What is wrong with it."""
    faults: tuple[str, ...] = ()
    actions: dict[str, ActionReport] = field(default_factory=dict)
    action: ActionReport | None = None
    script: Script | None = None
    done: list[tuple[str, ActionKind]] = field(default_factory=list)
    """Actions carried out to a good end, in order: the world's own record."""

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

    # Commands

    def obey(self, command: RobotCommand) -> None:
        """Take a command; one that was taken before changes nothing."""
        if self.is_silent or self.is_dead:
            return
        match command:
            case Grant():
                if self.mode is OperatingMode.AUTOMATIC:
                    self.way.extend(command)
            case Act():
                self._begin(command)
            case CancelAction():
                self._cancel(command.action_id)
            case RequestStop():
                self._stop(command)
            case ReleaseStop():
                if self.stop is StopState.PROTECTIVE and self.stop_id == command.stop_id:
                    self._go_on()
            case Pause():
                if self.stop is StopState.NONE:
                    self.stop = StopState.PAUSED
            case Resume():
                if self.stop is StopState.PAUSED:
                    self._go_on()

    def _stop(self, request: RequestStop) -> None:
        if request.stop_id == self.stop_id:
            return
        self.stop_id = request.stop_id
        if self.stop not in (StopState.NONE, StopState.PAUSED, StopState.PROTECTIVE):
            return
        self.stop = StopState.PROTECTIVE
        if request.kind is StopKind.CUT:
            self._cut_power()
        elif request.kind is StopKind.SETTLE and self.control in UP:
            self.fail("settled")
            self.script = settle()
        elif self.control is ControlMode.MANIPULATING:
            self.control = ControlMode.BALANCED

    def _cut_power(self) -> None:
        """Nothing moves any more; a humanoid that stands falls."""
        self.stop = StopState.EMERGENCY
        self.bodies.speed[self.row] = 0.0
        self.fail("power cut")
        if self.control in UP:
            self.control, self.posture = ControlMode.FALLEN, Posture.LYING_PRONE
        elif self.control:
            self.control = ControlMode.ZERO_TORQUE

    def emergency_stop(self) -> None:
        """Its own emergency stop: it brakes and holds; a humanoid sits down."""
        self.stop = StopState.EMERGENCY
        if self.control in UP:
            self.fail("emergency stop")
            self.script = settle()

    def fall(self) -> None:
        """A humanoid that stands falls, and drops what it does."""
        if self.control in UP:
            self.fail("fell")
            self.bodies.speed[self.row] = 0.0
            self.control, self.posture = ControlMode.FALLEN, Posture.LYING_PRONE

    def _go_on(self) -> None:
        self.stop, self.stop_id = StopState.NONE, ""
        if self.script:
            self.script.take_up(self)

    def acknowledge(self) -> None:
        """A person at the robot ends what only a person may end, and closes a lid that was forced open."""
        if self.stop in _ENDED_BY_PERSON:
            self._go_on()
        if self.compartment is Compartment.FORCED:
            self.compartment = Compartment.CLOSED

    def restart(self) -> None:
        """Its program starts anew: it forgets its path and its actions, and ends safely what it did."""
        name, _, number = self.session.partition(".")
        self.session = f"{name}.{int(number or 0) + 1}"
        self.way.forget()
        self.actions.clear()
        self.action = None
        if self.script and self.script.act:
            self._break_off(self.script)
            self.script.act = None
            self.heed()

    # Actions

    def _begin(self, act: Act) -> None:
        """Do one thing at a time: what is asked meanwhile ends it, and is to be asked again."""
        if act.action_id in self.actions:
            self.action = self.actions[act.action_id]
        elif self.script is None:
            self.script = self.ails.script(act, self, self.people, self.random)
            self._tell(act, ActionStatus.RUNNING)
        elif self.script.act:
            self._break_off(self.script)

    def _break_off(self, script: Script) -> None:
        """End what it does as soon as that is safe."""
        script.left_s = float(self.lives.script_left_s[self.row])
        script.cancel(self)
        self.lives.script_left_s[self.row] = script.left_s

    def _tell(self, act: Act, status: ActionStatus, result: str = "") -> None:
        self.action = self.actions[act.action_id] = ActionReport(act.action_id, status, result)
        if len(self.actions) > MOST_KNOWN:
            del self.actions[next(iter(self.actions))]

    def fail(self, result: str) -> None:
        """What it does comes to nothing."""
        if self.script and self.script.act:
            self._tell(self.script.act, ActionStatus.FAILED, result)
        self.script = None

    def _cancel(self, action_id: str) -> None:
        """End an action early, or never begin it."""
        if self.script and self.script.act and self.script.act.action_id == action_id:
            self._break_off(self.script)
        elif action_id not in self.actions:
            self.actions[action_id] = ActionReport(action_id, ActionStatus.FAILED, CANCELLED)

    # Time

    def attend(self, due: int) -> None:
        """Do what `live` found due in this step, before the body moves."""
        if due & SCRIPT and self.script is not None:
            self._run_script(self.script)
        if due & BLOCKED:  # now and then somebody stands in the way for a while
            self.lives.blocked_s[self.row] = self.people.block_s(self.random)
            self.lives.clear_s[self.row] = self.people.clear_s(self.random)
        self.heed()
        if self.lives.can_walk[self.row]:
            self._walk()

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

    def _run_script(self, script: Script) -> None:
        life, row = self.lives, self.row
        script.left_s = float(life.script_left_s[row])
        is_over = script.advance(self)
        life.script_left_s[row] = script.left_s
        if is_over:
            self.script = None
            if script.act:
                self._tell(script.act, script.status, script.result)
                if script.status is ActionStatus.FINISHED:
                    self.done.append((script.act.action_id, script.act.kind))

    def _walk(self) -> None:
        """A humanoid's controller and posture follow its motion."""
        walks = self.bodies.speed[self.row] > 0.0
        self.control = ControlMode.LOCOMOTION if walks else ControlMode.BALANCED
        self.posture = Posture.WALKING if walks else Posture.STANDING

    # Reports

    @property
    def navigation(self) -> Navigation:
        if self.blocked_s > 0.0 or self.bodies.is_blocked[self.row]:
            return Navigation.BLOCKED
        if self.bodies.speed[self.row] > 0.0:
            return Navigation.MOVING
        if self.ails.holds:
            return self.ails.navigation(wants=self.wants_on)
        return Navigation.MOVING if self.wants_on else Navigation.STANDING

    @property
    def stopped_for(self) -> str:
        """The stop request it has carried out: it stands, or sits if that was asked."""
        settles = self.script is not None and self.script.act is None
        stands = self.bodies.speed[self.row] == 0.0
        return self.stop_id if stands and not settles else ""
