# SPDX-License-Identifier: Apache-2.0
"""A simulated robot: what it does with commands, and what it reports. Its body is in `kinematics.py`.

Behaviours are scripts: tuples of timed steps, each of which sets some of the robot's states when it
begins. Time comes in through `tick`; chance comes from the robot's own stream of random numbers.
"""

from __future__ import annotations

from collections.abc import Callable
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
    LiftSession,
    Navigation,
    OperatingMode,
    Posture,
    Power,
    StopState,
)
from suwon_fleet.core.sitemap import LaneKind
from suwon_fleet.sim.kinematics import MOST_AHEAD, Bodies
from suwon_fleet.sim.people import People


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a script: how long it takes (s), and what it sets when it begins."""

    seconds: float
    enter: Callable[[], None] = lambda: None


@dataclass(slots=True)
class Script:
    """An action being carried out; `result` is what it ends with."""

    steps: list[Step]
    status: ActionStatus = ActionStatus.FINISHED
    result: str = ""
    at: int = -1
    left_s: float = 0.0


@dataclass(slots=True)
class SimRobot:
    """The robot's program: its states, its action, its battery. Not thread-safe."""

    robot_id: str
    kind: RobotKind
    row: int
    bodies: Bodies
    lanes: dict[str, LaneKind]
    cabins: frozenset[tuple[float, float, str]]
    """Where lift cabins are: x, y (m) and level."""
    people: People
    random: np.random.Generator
    soc: float
    session: str = "1"
    sequence: int = 0
    level: str = ""
    levels: list[str] = field(default_factory=list)
    lane_ahead: list[str] = field(default_factory=list)
    in_cabin: list[bool] = field(default_factory=list)
    mode: OperatingMode = OperatingMode.AUTOMATIC
    compartment: Compartment | None = None
    stop: StopState = StopState.NONE
    stop_id: str = ""
    power: Power = Power.DISCHARGING
    control: ControlMode | None = None
    posture: Posture | None = None
    blocked_s: float = 0.0
    is_silent: bool = False
    """Its link is down: it hears and tells nothing."""
    is_dead: bool = False
    """It neither moves nor acts any more."""
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

    # Commands

    def obey(self, command: RobotCommand) -> None:
        """Take a command; one that was taken before changes nothing."""
        if self.is_silent or self.is_dead:
            return
        match command:
            case Grant():
                self._extend(command)
            case Act():
                self._begin(command)
            case CancelAction():
                self._cancel(command.action_id)
            case RequestStop():
                self._stop(command)
            case ReleaseStop():
                if self.stop is StopState.PROTECTIVE and self.stop_id == command.stop_id:
                    self.stop, self.stop_id = StopState.NONE, ""
            case Pause():
                if self.stop is StopState.NONE:
                    self.stop = StopState.PAUSED
            case Resume():
                if self.stop is StopState.PAUSED:
                    self.stop = StopState.NONE

    def _extend(self, grant: Grant) -> None:
        """Append the waypoints it does not know yet, if they follow on those it knows."""
        body, row = self.bodies, self.row
        if body.count[row] == 0 and grant.first_index == 0:
            self._take_first(grant)
        known = int(body.index[row] + body.count[row] - 1)
        start = known + 1 - grant.first_index
        if start < 0:
            return  # an earlier grant was lost; it will come again
        for waypoint in grant.waypoints[start:]:
            at = int(body.count[row])
            if at == MOST_AHEAD:
                return
            limit = min(waypoint.speed_limit_mps, self.kind.max_speed_mps)
            body.way[row, at] = (waypoint.x_m, waypoint.y_m, limit, waypoint.hold_s)
            body.count[row] += 1
            self.levels.append(waypoint.level)
            self.lane_ahead.append(waypoint.lane)
            self.in_cabin.append((waypoint.x_m, waypoint.y_m, waypoint.level) in self.cabins)

    def _take_first(self, grant: Grant) -> None:
        """The vertex it stands on, or near: it drives there first if it is off it."""
        body, row = self.bodies, self.row
        first = grant.waypoints[0]
        body.way[row, 0] = (first.x_m, first.y_m, self.kind.max_speed_mps, 0.0)
        body.count[row], body.index[row] = 1, 0
        self.levels, self.lane_ahead = [first.level], [""]
        self.in_cabin = [(first.x_m, first.y_m, first.level) in self.cabins]

    def _stop(self, request: RequestStop) -> None:
        if self.stop in (StopState.NONE, StopState.PAUSED, StopState.PROTECTIVE):
            self.stop, self.stop_id = StopState.PROTECTIVE, request.stop_id
            if request.kind is StopKind.CUT:
                self.stop = StopState.EMERGENCY
                self.bodies.speed[self.row] = 0.0
                if self.control:
                    self.control, self.posture = ControlMode.FALLEN, Posture.LYING_PRONE
            elif request.kind is StopKind.SETTLE and self.control:
                self.control, self.posture = ControlMode.DAMPED, Posture.SITTING

    # Actions

    def _begin(self, act: Act) -> None:
        if act.action_id in self.actions:
            self.action = self.actions[act.action_id]
            return
        if self.script is not None:
            self._end(ActionStatus.FAILED, "superseded")
        self._report(act.action_id, ActionStatus.RUNNING)
        self.script = self._script(act.kind)
        self.script.steps.append(Step(0.0, lambda: self._note(act)))

    def _note(self, act: Act) -> None:
        if self.script and self.script.status is ActionStatus.FINISHED:
            self.done.append((act.action_id, act.kind))

    def _report(self, action_id: str, status: ActionStatus, result: str = "") -> None:
        self.action = ActionReport(action_id, status, result)
        self.actions[action_id] = self.action

    def _end(self, status: ActionStatus, result: str = "") -> None:
        assert self.action is not None
        self.script = None
        self._report(self.action.action_id, status, result)

    def _cancel(self, action_id: str) -> None:
        """End an action early: an open lid closes first."""
        if self.action is None or self.action.action_id != action_id or self.script is None:
            if action_id not in self.actions:
                self.actions[action_id] = ActionReport(action_id, ActionStatus.FAILED, "cancelled")
            return
        steps = []
        if self.compartment in (Compartment.OPEN, Compartment.OPENING):
            steps = [Step(2.0, self._set_lid(Compartment.CLOSING))]
            steps.append(Step(0.0, self._set_lid(Compartment.CLOSED)))
        self.script = Script(steps or [Step(0.0)], ActionStatus.FAILED, "cancelled")

    def _set_lid(self, lid: Compartment) -> Callable[[], None]:
        def enter() -> None:
            self.compartment = lid

        return enter

    def _set_power(self, power: Power) -> Callable[[], None]:
        def enter() -> None:
            self.power = power

        return enter

    def _set_body(self, control: ControlMode, posture: Posture) -> Callable[[], None]:
        def enter() -> None:
            if self.control:
                self.control, self.posture = control, posture

        return enter

    def _script(self, kind: ActionKind) -> Script:
        balanced = self._set_body(ControlMode.BALANCED, Posture.STANDING)
        busy = self._set_body(ControlMode.MANIPULATING, Posture.STANDING)
        match kind:
            case ActionKind.LOAD | ActionKind.UNLOAD:
                return Script(
                    [
                        Step(2.0, self._set_lid(Compartment.OPENING)),
                        Step(self.people.handover_s(self.random), self._set_lid(Compartment.OPEN)),
                        Step(2.0, self._set_lid(Compartment.CLOSING)),
                        Step(0.0, self._set_lid(Compartment.CLOSED)),
                    ]
                )
            case ActionKind.DOCK:
                return Script([Step(8.0), Step(0.0, self._set_power(Power.CHARGING))])
            case ActionKind.UNDOCK:
                return Script([Step(5.0), Step(0.0, self._set_power(Power.DISCHARGING))])
            case ActionKind.SWAP_BATTERY:
                return self._swap()
            case ActionKind.GET_READY:
                return self._get_ready()
            case ActionKind.INSPECT:
                return Script([Step(15.0)])
            case _:
                script = Script([Step(self._hands_s(kind), busy), Step(0.0, balanced)])
                if kind is ActionKind.VERIFY and self.people.grasp_fails(self.random):
                    script.status, script.result = ActionStatus.FAILED, "not held"
                return script

    def _hands_s(self, kind: ActionKind) -> float:
        return float(self.random.uniform(3.0, 8.0)) if kind is not ActionKind.VERIFY else 2.0

    def _swap(self) -> Script:
        def fresh() -> None:
            self.soc, self.power = 1.0, Power.DISCHARGING
            if self.control:
                self.control = ControlMode.BALANCED

        return Script(
            [
                Step(5.0, self._set_body(ControlMode.SWAP_POSE, Posture.STANDING)),
                Step(self.kind.battery.swap_s or 180.0, self._set_power(Power.SWAPPING)),
                Step(0.0, fresh),
            ]
        )

    def _get_ready(self) -> Script:
        """From wherever it is to balanced standing; see the humanoid's table."""
        mode, steps = ControlMode, []
        posture = self.posture or Posture.SITTING
        if self.control is mode.OFF:
            steps.append(Step(5.0, self._set_body(mode.ZERO_TORQUE, posture)))
        if self.control in (mode.OFF, mode.ZERO_TORQUE, mode.FALLEN):
            steps.append(Step(2.0, self._set_body(mode.DAMPED, posture)))
        if self.control is not mode.STAND_LOCKED:
            steps.append(Step(5.0, self._set_body(mode.GETTING_UP, posture)))
        steps.append(Step(2.0, self._set_body(mode.STAND_LOCKED, Posture.STANDING)))
        steps.append(Step(1.0, self._set_body(mode.BALANCED, Posture.STANDING)))
        return Script(steps)

    # Time

    def tick(self, dt_s: float) -> None:
        """Live through `dt_s` seconds, before the body moves."""
        if self.is_dead:
            self.bodies.may_go[self.row] = False
            return
        self._run_script(dt_s)
        self._use_energy(dt_s)
        self._meet_people(dt_s)
        self.bodies.may_go[self.row] = self.can_go
        self._walk()

    @property
    def can_go(self) -> bool:
        """Nothing keeps it from driving on."""
        return (
            self.stop is StopState.NONE
            and self.mode is OperatingMode.AUTOMATIC
            and self.script is None
            and self.blocked_s <= 0.0
            and self.compartment in (None, Compartment.CLOSED)
            and self.power is Power.DISCHARGING
            and self.control in (None, ControlMode.BALANCED, ControlMode.LOCOMOTION)
            and self.soc > 0.0
        )

    def _run_script(self, dt_s: float) -> None:
        script = self.script
        if script is None or self.stop is StopState.PAUSED:
            return
        script.left_s -= dt_s
        while script.left_s <= 0.0:
            script.at += 1
            if script.at == len(script.steps):
                self._end(script.status, script.result)
                return
            script.left_s += script.steps[script.at].seconds
            script.steps[script.at].enter()

    def _use_energy(self, dt_s: float) -> None:
        battery = self.kind.battery
        watts = battery.idle_w
        if self.power is Power.CHARGING:
            watts = -battery.charge_w
        elif self.bodies.speed[self.row] > 0.0:
            share = self.bodies.speed[self.row] / self.kind.max_speed_mps
            watts += battery.drive_w * float(share)
        self.soc = min(1.0, max(0.0, self.soc - watts * dt_s / 3600.0 / battery.capacity_wh))

    def _meet_people(self, dt_s: float) -> None:
        """Now and then somebody stands in the way for a while."""
        if self.blocked_s > 0.0:
            self.blocked_s -= dt_s
        elif self.bodies.speed[self.row] > 0.0:
            self.blocked_s = self.people.block_s(self.random, dt_s)

    def _walk(self) -> None:
        """A humanoid's controller and posture follow its motion."""
        if self.control in (ControlMode.BALANCED, ControlMode.LOCOMOTION) and self.script is None:
            walks = self.bodies.speed[self.row] > 0.0
            self.control = ControlMode.LOCOMOTION if walks else ControlMode.BALANCED
            self.posture = Posture.WALKING if walks else Posture.STANDING

    # Reports

    def passed(self) -> None:
        """Drop what it remembers of waypoints its body has passed."""
        keep = int(self.bodies.count[self.row])
        if len(self.levels) > keep:
            del self.levels[:-keep], self.lane_ahead[:-keep], self.in_cabin[:-keep]
        if self.levels:
            self.level = self.levels[0]

    @property
    def navigation(self) -> Navigation:
        if self.blocked_s > 0.0:
            return Navigation.BLOCKED
        row, body = self.row, self.bodies
        wants = body.count[row] >= 2 and self.can_go
        return Navigation.MOVING if body.speed[row] > 0.0 or wants else Navigation.STANDING

    @property
    def lift(self) -> LiftSession:
        """Where it is in a ride, by the cabins on its way."""
        here, ahead = self.in_cabin[:1] == [True], self.in_cabin[1:2] == [True]
        if here and ahead:
            return LiftSession.RIDING
        if here:
            rode = self.lanes.get(self.lane_ahead[0]) is LaneKind.LIFT
            return LiftSession.LEAVING if rode else LiftSession.ENTERING
        if ahead:
            moves = self.bodies.speed[self.row] > 0.0
            return LiftSession.ENTERING if moves else LiftSession.WAITING
        return LiftSession.NONE
