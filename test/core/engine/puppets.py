# SPDX-License-Identifier: Apache-2.0
"""Robots on strings: they keep the contract of commands, and do what a test makes them do, at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from core.engine.small import KINDS, fresh_core

from suwon_fleet.adapters.memory_journal import MemoryJournal
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.core import Outcome
from suwon_fleet.core.engine.events import JobsForgotten
from suwon_fleet.core.engine.fleet import SECOND, Fleet, Settings
from suwon_fleet.core.engine.state import AlertRecord, JobRecord, RobotRecord
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus
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
    Waypoint,
)
from suwon_fleet.core.robots.kind import Family, RobotKind
from suwon_fleet.core.robots.report import (
    ActionReport,
    ActionStatus,
    Compartment,
    ControlMode,
    Factsheet,
    Navigation,
    OperatingMode,
    Pose,
    Posture,
    Power,
    RobotReport,
    StopState,
)

_LID_ACTIONS = (ActionKind.LOAD, ActionKind.UNLOAD)


@dataclass
class Puppet:
    """One robot. Its fields are what it reports; change them, and `tell` the fleet."""

    robot_id: str
    kind: RobotKind
    pose: Pose
    session: str = "1"
    sequence: int = 0
    path: list[Waypoint] = field(default_factory=list)
    index: int = 0
    """Path index of `path[0]`, where it stands."""
    soc: float | None = 0.9
    mode: OperatingMode = OperatingMode.AUTOMATIC
    navigation: Navigation = Navigation.STANDING
    compartment: Compartment | None = None
    stop: StopState = StopState.NONE
    stop_id: str = ""
    power: Power = Power.DISCHARGING
    control: ControlMode | None = None
    posture: Posture | None = None
    act: Act | None = None
    action: ActionReport | None = None
    ended: dict[str, ActionReport] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    is_silent: bool = False
    heard: list[RobotCommand] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.kind.compartments:
            self.compartment = Compartment.CLOSED
        if self.kind.family is Family.HUMANOID:
            self.control, self.posture = ControlMode.BALANCED, Posture.STANDING

    def obey(self, command: RobotCommand) -> None:
        """Take a command, as the contract of :mod:`suwon_fleet.core.robots.command` says."""
        if self.is_silent:
            return
        self.heard.append(command)
        match command:
            case Grant():
                self._extend(command)
            case Act() if command.action_id in self.ended:
                self.action = self.ended[command.action_id]
            case Act() if self.act is None or self.act.action_id != command.action_id:
                self._begin(command)
            case CancelAction():
                self.cancelled.add(command.action_id)
            case RequestStop():
                self._stop(command)
            case ReleaseStop() if self.stop is StopState.PROTECTIVE:
                if self.stop_id == command.stop_id:
                    self.stop, self.stop_id = StopState.NONE, ""
            case Pause() if self.stop is StopState.NONE:
                self.stop = StopState.PAUSED
            case Resume() if self.stop in (StopState.PAUSED, StopState.SAFE_HOLD):
                self.stop = StopState.NONE

    def _extend(self, grant: Grant) -> None:
        if not self.path and grant.first_index == 0:
            self.path, self.index = [grant.waypoints[0]], 0
        known = self.index + len(self.path)
        if grant.first_index <= known:
            self.path += grant.waypoints[known - grant.first_index :]

    def _begin(self, act: Act) -> None:
        self.act = act
        self.action = ActionReport(act.action_id, ActionStatus.RUNNING)
        if act.kind in _LID_ACTIONS:
            self.compartment = Compartment.OPEN
        elif self.control and act.kind is not ActionKind.GET_READY:
            self.control = ControlMode.MANIPULATING

    def _stop(self, request: RequestStop) -> None:
        if self.stop in (StopState.NONE, StopState.PAUSED, StopState.PROTECTIVE):
            self.stop, self.stop_id = StopState.PROTECTIVE, request.stop_id
            if request.kind is StopKind.CUT:
                self.stop = StopState.EMERGENCY
            if self.control and request.kind is StopKind.CUT:
                self.control, self.posture = ControlMode.FALLEN, Posture.LYING_PRONE
            elif self.control and request.kind is StopKind.SETTLE:
                self.control = ControlMode.SETTLING

    @property
    def can_drive(self) -> bool:
        return (
            len(self.path) > 1
            and self.stop is StopState.NONE
            and self.compartment in (None, Compartment.CLOSED)
            and self.control in (None, ControlMode.BALANCED, ControlMode.LOCOMOTION)
            and self.mode is OperatingMode.AUTOMATIC
        )

    def drive(self, most: int = 10**6) -> None:
        """Pass up to `most` vertices of the granted path."""
        if self.can_drive:
            passed = min(most, len(self.path) - 1)
            del self.path[:passed]
            self.index += passed
            here = self.path[0]
            self.pose = Pose(here.x_m, here.y_m, 0.0, here.level)

    def end(self, status: ActionStatus = ActionStatus.FINISHED, result: str = "") -> None:
        """End the action at hand, if there is one; what was called off fails."""
        if self.act is None or self.action is None or self.stop is StopState.PAUSED:
            return
        act, self.act = self.act, None
        if act.action_id in self.cancelled and status is ActionStatus.FINISHED:
            status, result = ActionStatus.FAILED, "cancelled"
        self.action = ActionReport(act.action_id, status, result)
        self.ended[act.action_id] = self.action
        if self.compartment:
            self.compartment = Compartment.CLOSED
        if self.control is ControlMode.MANIPULATING:
            self.control = ControlMode.BALANCED
        if status is ActionStatus.FINISHED:
            self._take_effect(act.kind)

    def _take_effect(self, kind: ActionKind) -> None:
        if kind is ActionKind.DOCK:
            self.power = Power.CHARGING
        elif kind is ActionKind.UNDOCK:
            self.power = Power.DISCHARGING
        elif kind is ActionKind.SWAP_BATTERY:
            self.soc = 1.0
        elif kind is ActionKind.GET_READY:
            self.control, self.posture = ControlMode.BALANCED, Posture.STANDING

    def reboot(self) -> None:
        """Its program starts anew, and has forgotten everything but where it is."""
        self.session = str(int(self.session) + 1)
        self.path, self.index, self.sequence = [], 0, 0
        self.act, self.action, self.ended = None, None, {}
        self.stop, self.stop_id = StopState.NONE, ""
        if self.compartment:
            self.compartment = Compartment.CLOSED
        if self.control is ControlMode.MANIPULATING:
            self.control = ControlMode.BALANCED

    def report(self, now_ns: int) -> RobotReport:
        """How it stands now; one that settles has sat down by the next report."""
        self.sequence += 1
        report = RobotReport(
            robot_id=self.robot_id,
            sequence=self.sequence,
            stamp_ns=now_ns,
            session=self.session,
            pose=self.pose,
            speed_mps=0.0,
            path_index=self.index,
            granted_index=self.index + len(self.path) - 1,
            battery_soc=self.soc,
            mode=self.mode,
            navigation=self.navigation,
            compartment=self.compartment,
            stop=self.stop,
            power=self.power,
            control=self.control,
            posture=self.posture,
            action=self.action,
            stop_id=self.stop_id,
        )
        if self.control is ControlMode.SETTLING:
            self.control, self.posture = ControlMode.DAMPED, Posture.SITTING
        return report


class PuppetStage:
    """A fleet of puppets: `spawns` maps robot ids to kind and node.

    `forgotten` counts, by their ends, the jobs that the fleet has forgotten.
    """

    def __init__(
        self, spawns: dict[str, tuple[str, str]], settings: Settings | None = None
    ) -> None:
        self.now_ns = SECOND
        self._settings = settings
        self.core, self.journal = fresh_core(settings=settings), MemoryJournal()
        self.forgotten: Counter[JobStatus] = Counter()
        nodes = self.core.fleet.site.node_by_id
        self.puppets = {
            name: Puppet(name, KINDS[kind], Pose(nodes[at].x_m, nodes[at].y_m))
            for name, (kind, at) in spawns.items()
        }
        self.answers: dict[str, m.Answer] = {}
        self.turn(*(self.announcement(name) for name in self.puppets), reports=False)
        self.turn()

    @property
    def fleet(self) -> Fleet:
        return self.core.fleet

    def announcement(self, name: str) -> m.Announced:
        puppet = self.puppets[name]
        sheet = Factsheet(name, puppet.kind.id, puppet.session)
        return m.Announced(sheet, puppet.report(self.now_ns))

    def robot(self, name: str) -> RobotRecord:
        return self.core.state.robots[name]

    def job(self, job_id: str) -> JobRecord:
        return self.core.state.jobs[job_id]

    def alerts(self, subject: str) -> list[AlertRecord]:
        return [a for a in self.core.state.alerts.values() if a.subject == subject]

    def codes(self, subject: str) -> list[str]:
        return [alert.reason.code for alert in self.alerts(subject)]

    def restart(self) -> None:
        """Kill the fleet's process and start it anew: the whole journal and a snapshot tell the same.

        It goes on from the snapshot, in which also the order of things is the same.
        """
        before = self.core.state_hash()
        replayed = fresh_core(self.journal.read())
        assert replayed.state_hash() == before
        self.core = fresh_core([self.core.snapshot()], self._settings)
        assert self.core.snapshot() == replayed.snapshot()

    def turn(self, *inputs: m.Input, seconds: float = 0.5, reports: bool = True) -> Outcome:
        """Time passes, robots report, requests come in, and the fleet decides."""
        self.now_ns += int(seconds * SECOND)
        told: list[m.Input] = []
        if reports:
            told = [
                m.Reported(puppet.report(self.now_ns))
                for puppet in self.puppets.values()
                if not puppet.is_silent
            ]
        before = dict(self.core.state.jobs)
        outcome = self.core.step(self.now_ns, [*told, *inputs])
        for event in outcome.events:
            if isinstance(event, JobsForgotten):
                gone = [before[name] for name in event.job_ids]
                self.forgotten.update(job.status for job in gone if not job.part_of)
        self.journal.append(outcome.events)
        for effect in outcome.effects:
            if isinstance(effect, m.Answer):
                assert effect.token not in self.answers, "answered twice"
                self.answers[effect.token] = effect
            elif puppet := self.puppets.get(effect.command.robot_id):
                puppet.obey(effect.command)
        return outcome

    def play(
        self, turns: int = 1, *, seconds: float = 0.5, until: Callable[[], bool] | None = None
    ) -> None:
        """Everybody does what is asked of them, in turns of so many seconds."""
        for _ in range(turns):
            if until and until():
                return
            for puppet in self.puppets.values():
                if not puppet.is_silent:
                    puppet.drive()
                    puppet.end()
            self.turn(seconds=seconds)
        assert until is None or until(), "it did not come to be"

    def wait(self, seconds: float) -> None:
        """Time passes, in turns of a second, and nobody does anything."""
        for _ in range(int(seconds)):
            self.turn(seconds=1.0)

    def ask(self, request: m.Input) -> m.Answer:
        self.turn(request)
        return self.answers[request.token]  # type: ignore[union-attr]

    def token(self) -> str:
        return f"token-{len(self.answers) + 1}"

    def submit(self, kind: JobKind, *places: str, **more: object) -> str:
        """Submit a job that is accepted; returns its id."""
        answer = self.try_submit(kind, *places, **more)
        assert answer.reason is None, answer.reason
        return answer.id

    def try_submit(self, kind: JobKind, *places: str, **more: object) -> m.Answer:
        request = JobRequest(kind, places, **more)  # type: ignore[arg-type]
        return self.ask(m.SubmitJob(self.token(), request))

    def cancel(self, job_id: str) -> m.Answer:
        return self.ask(m.CancelJob(self.token(), job_id, "kim"))

    def answer(self, alert: AlertRecord, choice: str) -> m.Answer:
        return self.ask(m.AnswerAlert(self.token(), alert.alert_id, choice, "kim"))

    def finish(self, job_id: str, turns: int = 300) -> JobRecord:
        """Everybody plays until a job is over."""
        self.play(turns, until=lambda: self.job(job_id).status.is_over)
        return self.job(job_id)

    def reach(self, job_id: str, phase: str, turns: int = 200) -> Puppet:
        """Everybody plays until a phase has begun; returns the robot that has the job."""

        def begun() -> bool:
            now = self.job(job_id).phase
            return now is not None and now.name == phase

        self.play(turns, until=begun)
        return self.puppets[self.job(job_id).robot_id]
