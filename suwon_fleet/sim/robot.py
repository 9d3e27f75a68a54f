# SPDX-License-Identifier: Apache-2.0
"""A simulated robot's program: how it obeys commands and carries out actions.

What states it is in is in `condition.py`, what it does where it stands in `scripts.py`, the path it was
granted in `way.py`, its body in `kinematics.py`. What only counts down while time passes is in `life.py`,
which also says when a robot has to `attend` to something.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
from suwon_fleet.core.robots.report import (
    ActionReport,
    ActionStatus,
    Compartment,
    ControlMode,
    OperatingMode,
    Posture,
    StopState,
)
from suwon_fleet.core.robots.states import UP
from suwon_fleet.sim.condition import Condition
from suwon_fleet.sim.life import BLOCKED, SCRIPT
from suwon_fleet.sim.scripts import CANCELLED, Script, settle

_ENDED_BY_PERSON = (
    StopState.EMERGENCY,
    StopState.SAFE_HOLD,
    StopState.FATAL,
    StopState.ALARM,
)
MOST_KNOWN = 100
"""Actions a robot remembers: one it is asked for again after so many others it would do again."""


@dataclass(slots=True)
class SimRobot(Condition):
    """The robot's program: what it was told, and its action. Not thread-safe."""

    session: str = "1"
    sequence: int = 0
    stop_id: str = ""
    is_silent: bool = False
    """Its link is down: it hears and tells nothing."""
    faults: tuple[str, ...] = ()
    actions: dict[str, ActionReport] = field(default_factory=dict)
    action: ActionReport | None = None
    done: list[tuple[str, ActionKind]] = field(default_factory=list)
    """Actions carried out to a good end, in order: the world's own record."""

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
        self.action = self._note(act.action_id, status, result)

    def _note(self, action_id: str, status: ActionStatus, result: str) -> ActionReport:
        """Remember what became of an action, and forget the oldest of too many."""
        known = self.actions[action_id] = ActionReport(action_id, status, result)
        if len(self.actions) > MOST_KNOWN:
            del self.actions[next(iter(self.actions))]
        return known

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
            self._note(action_id, ActionStatus.FAILED, CANCELLED)

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
    def stopped_for(self) -> str:
        """The stop request it has carried out: it stands, or sits if that was asked."""
        if not self.stop_id:
            return ""
        settles = self.script is not None and self.script.act is None
        stands = self.bodies.speed[self.row] == 0.0
        return self.stop_id if stands and not settles else ""
