# SPDX-License-Identifier: Apache-2.0
"""Whatever people ask and robots do, in whatever order: nothing accepted is lost or done twice.

Hypothesis plays people and robots, kills the fleet's process whenever it likes, and looks for a story
after which an invariant does not hold, or after which a job never ends although all is well again.
"""

from __future__ import annotations

import pytest
from core.engine import invariants
from core.engine.puppets import Puppet, PuppetStage
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from suwon_fleet.core.engine import explain, weighing
from suwon_fleet.core.engine import messages as m
from suwon_fleet.core.engine.fleet import Settings
from suwon_fleet.core.errors import Reason
from suwon_fleet.core.jobs import JobKind, JobRequest, JobStatus, Priority, Role
from suwon_fleet.core.robots.command import StopKind
from suwon_fleet.core.robots.kind import Family
from suwon_fleet.core.robots.report import (
    ActionStatus,
    Compartment,
    ControlMode,
    Navigation,
    OperatingMode,
    Posture,
    StopState,
)
from suwon_fleet.core.texts import LANGUAGES, say

ROBOTS = {"r1": ("courier", "a"), "r2": ("courier", "c"), "h1": ("helper", "b2")}
PLACES = st.sampled_from(["b", "d", "yard", "table", "shelf", "c2", "island"])
NAMES = st.sampled_from(sorted(ROBOTS))
FORGETFUL = Settings(remember_ended_s=60.0, remember_jobs=2)
"""Jobs are forgotten within a story, and not only after an hour."""
SPAN = 900
"""Turns of two seconds in which everything must end once all is well."""


class Life(RuleBasedStateMachine):
    """A day in the life of a fleet."""

    @initialize()
    def begin(self) -> None:
        self.stage = PuppetStage(ROBOTS, FORGETFUL)

    # Time and robots

    @rule(turns=st.integers(1, 12))
    def all_goes_well(self, turns: int) -> None:
        self.stage.play(turns)

    @rule(seconds=st.sampled_from([0.1, 1.0, 4.0, 15.0, 320.0]))
    def time_passes(self, seconds: float) -> None:
        self.stage.turn(seconds=seconds)

    @rule(name=NAMES, vertices=st.integers(1, 8))
    def drive(self, name: str, vertices: int) -> None:
        self.stage.puppets[name].drive(vertices)
        self.stage.turn()

    @rule(name=NAMES, well=st.booleans())
    def end_action(self, name: str, well: bool) -> None:
        status = ActionStatus.FINISHED if well else ActionStatus.FAILED
        self.stage.puppets[name].end(status, "" if well else "jammed")
        self.stage.turn()

    @rule(name=NAMES, silent=st.booleans())
    def speak_or_not(self, name: str, silent: bool) -> None:
        self.stage.puppets[name].is_silent = silent
        self.stage.turn()

    @rule(name=NAMES)
    def reboot(self, name: str) -> None:
        self.stage.puppets[name].reboot()
        self.stage.turn()

    @rule(name=NAMES, state=st.sampled_from(["emergency", "safe_hold", "fatal", "alarm", "none"]))
    def safety_stop(self, name: str, state: str) -> None:
        self.stage.puppets[name].stop = StopState(state)
        self.stage.puppets[name].stop_id = ""
        self.stage.turn()

    @rule(name=NAMES, mode=st.sampled_from(["automatic", "intervened", "service", "manual"]))
    def take_in_hand(self, name: str, mode: str) -> None:
        self.stage.puppets[name].mode = OperatingMode(mode)
        self.stage.turn()

    @rule(name=NAMES, soc=st.sampled_from([None, 0.03, 0.18, 0.25, 0.9]))
    def charge_is(self, name: str, soc: float | None) -> None:
        self.stage.puppets[name].soc = soc
        self.stage.turn()

    @rule(name=NAMES, state=st.sampled_from(["assist_needed", "blocked", "standing"]))
    def get_stuck(self, name: str, state: str) -> None:
        self.stage.puppets[name].navigation = Navigation(state)
        self.stage.turn()

    @rule(name=st.sampled_from(["r1", "r2"]), lid=st.sampled_from(["forced", "open", "closed"]))
    def lid_is(self, name: str, lid: str) -> None:
        self.stage.puppets[name].compartment = Compartment(lid)
        self.stage.turn()

    @rule(mode=st.sampled_from(["fallen", "damped", "major_fault", "balanced", "external_ctrl"]))
    def helper_is(self, mode: str) -> None:
        helper = self.stage.puppets["h1"]
        helper.control = ControlMode(mode)
        helper.posture = Posture.STANDING if mode == "balanced" else Posture.SITTING
        self.stage.turn()

    @rule(name=NAMES)
    def announce(self, name: str) -> None:
        self.stage.turn(self.stage.announcement(name), reports=False)

    # People

    def ask(self, request: m.Input) -> None:
        answer = self.stage.ask(request)
        if answer.reason:
            assert_told(answer.reason)

    @rule(
        kind=st.sampled_from(JobKind),
        places=st.lists(PLACES, min_size=1, max_size=3),
        request_id=st.sampled_from(["", "", "same"]),
        robot_id=st.sampled_from(["", "", "", "r1", "h1"]),
        priority=st.sampled_from(Priority),
        starts_in_s=st.sampled_from([0, 0, 30]),
        due_in_s=st.sampled_from([None, None, 60, -5]),
        payload_kg=st.sampled_from([0.0, 2.0, 8.0, 99.0]),
        data=st.data(),
    )
    def submit(
        self,
        kind: JobKind,
        places: list[str],
        request_id: str,
        robot_id: str,
        priority: Priority,
        starts_in_s: int,
        due_in_s: int | None,
        payload_kg: float,
        data: st.DataObject,
    ) -> None:
        now_ns = self.stage.now_ns
        request = JobRequest(
            kind,
            tuple(places),
            request_id=request_id,
            robot_id=robot_id,
            priority=priority,
            payload_kg=payload_kg,
            earliest_start_ns=now_ns + starts_in_s * 10**9 if starts_in_s else 0,
            deadline_ns=0 if due_in_s is None else max(1, now_ns + due_in_s * 10**9),
            after=(self.a_job(data),) if data.draw(st.booleans()) else (),
        )
        self.ask(m.SubmitJob(self.stage.token(), request))

    @rule(start=PLACES, end=PLACES, kind=st.sampled_from([JobKind.DELIVERY, JobKind.MANIPULATION]))
    def submit_carrying(self, start: str, end: str, kind: JobKind) -> None:
        request = JobRequest(kind, (start, end))
        self.ask(m.SubmitJob(self.stage.token(), request))

    @rule(
        places=st.lists(PLACES, min_size=4, max_size=4),
        helps=st.booleans(),
        meets_late=st.booleans(),
        priority=st.sampled_from(Priority),
    )
    def submit_joint(
        self, places: list[str], helps: bool, meets_late: bool, priority: Priority
    ) -> None:
        one, two, three, four = places
        roles = (
            Role(JobKind.MANIPULATION, (one, two), meet_at=(two if meets_late else one,)),
            Role(JobKind.DELIVERY, (three, four)),
            *([Role(JobKind.GO_TO, (four,))] if helps else []),
        )
        request = JobRequest(JobKind.JOINT, (), roles=roles, priority=priority)
        self.ask(m.SubmitJob(self.stage.token(), request))

    def a_job(self, data: st.DataObject) -> str:
        jobs = [job.job_id for job in self.stage.core.state.jobs.values()]
        return data.draw(st.sampled_from(["job-999", *jobs[-4:]]))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        self.ask(m.CancelJob(self.stage.token(), self.a_job(data), "kim"))

    @rule(data=st.data(), paused=st.booleans())
    def pause(self, data: st.DataObject, paused: bool) -> None:
        self.ask(m.PauseJob(self.stage.token(), self.a_job(data), paused, "kim"))

    @rule(
        scope=st.sampled_from(
            [("robot", "r1"), ("robot", "h1"), ("zone", "yard_zone"), ("all", "")]
        ),
        kind=st.sampled_from(StopKind),
    )
    def stop(self, scope: tuple[str, str], kind: StopKind) -> None:
        self.ask(m.StopRobots(self.stage.token(), *scope, kind, "kim", "drill"))

    @rule(
        scope=st.sampled_from(
            [("robot", "r1"), ("robot", "h1"), ("zone", "yard_zone"), ("all", "")]
        )
    )
    def release(self, scope: tuple[str, str]) -> None:
        self.ask(m.ReleaseRobots(self.stage.token(), "kim", "", *scope))

    @rule(is_open=st.booleans())
    def set_zone(self, is_open: bool) -> None:
        self.ask(m.SetZone(self.stage.token(), "yard_zone", is_open, "kim"))

    @rule(name=NAMES, commissioned=st.booleans())
    def commission(self, name: str, commissioned: bool) -> None:
        self.ask(m.CommissionRobot(self.stage.token(), name, commissioned, "kim"))

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        self.ask(m.RemoveRobot(self.stage.token(), name, "kim"))

    @precondition(lambda self: self.stage.core.state.alerts)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        alert = data.draw(st.sampled_from(list(self.stage.core.state.alerts.values())))
        choice = data.draw(st.sampled_from(alert.answers))
        self.ask(m.AnswerAlert(self.stage.token(), alert.alert_id, choice, "kim"))

    # The machine room

    @rule()
    def kill_and_replay(self) -> None:
        self.stage.restart()

    @invariant()
    def all_is_in_order(self) -> None:
        invariants.check(self.stage.fleet, self.stage.forgotten)
        for alert in self.stage.core.state.alerts.values():
            assert_told(alert.reason)

    @rule()
    def everything_can_be_explained(self) -> None:
        fleet = self.stage.fleet
        told = [explain.explain_robot(fleet, robot_id) for robot_id in fleet.state.robots]
        told += [explain.explain_job(fleet, job_id) for job_id in fleet.state.jobs]
        for explanation in told:
            assert explanation is not None
            for reason in explanation.reasons:
                assert_told(reason)

    def teardown(self) -> None:
        if hasattr(self, "stage"):
            self.make_all_well()
            self.every_job_ends()

    def make_all_well(self) -> None:
        stage = self.stage
        for stop in list(stage.core.state.stops.values()):
            self.ask(m.ReleaseRobots(stage.token(), "kim", stop.stop_id))
        for puppet in stage.puppets.values():
            make_well(puppet)
        stage.turn(*(stage.announcement(name) for name in stage.puppets), reports=False)
        self.ask(m.SetZone(stage.token(), "yard_zone", True, "kim"))
        for name in list(stage.core.state.robots):
            self.ask(m.CommissionRobot(stage.token(), name, True, "kim"))
        for job in list(stage.core.state.jobs.values()):
            if job.status is JobStatus.PAUSED:
                self.ask(m.PauseJob(stage.token(), job.job_id, False, "kim"))

    def every_job_ends(self) -> None:
        stage = self.stage
        for _ in range(SPAN):
            stage.play(seconds=2.0)
            invariants.check(stage.fleet, stage.forgotten)
            if all(job.status.is_over for job in stage.core.state.jobs.values()):
                break
            for alert in list(stage.core.state.alerts.values()):
                if "release" in alert.answers:
                    self.ask(m.AnswerAlert(stage.token(), alert.alert_id, "release", "kim"))
        for job in stage.core.state.jobs.values():
            if not job.status.is_over:
                assert not job.robot_id, (job, explain.explain_job(stage.fleet, job.job_id))
                whole = stage.job(job.part_of or job.job_id)
                assert whole.awaits or weighing.why_never(
                    stage.fleet, whole.request, whole.phases
                ), job


def make_well(puppet: Puppet) -> None:
    """It was helped: nothing is wrong with it any more."""
    puppet.is_silent = False
    puppet.stop, puppet.stop_id = StopState.NONE, ""
    puppet.mode, puppet.navigation = OperatingMode.AUTOMATIC, Navigation.STANDING
    puppet.soc = 0.9
    if puppet.compartment:
        puppet.compartment = Compartment.CLOSED
    if puppet.kind.family is Family.HUMANOID:
        puppet.control, puppet.posture = ControlMode.BALANCED, Posture.STANDING


def assert_told(reason: Reason) -> None:
    """Both languages have words for it, and all that the words need."""
    for language in LANGUAGES:
        assert not say(reason, language).startswith(reason.code), reason


class TestLife(Life.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(
        derandomize=True,  # what is drawn anew each time is for `make test-longest`
        max_examples=60,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


@pytest.mark.long
@pytest.mark.timeout(1800)
class TestLongLife(Life.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(TestLife.settings, max_examples=600, stateful_step_count=60)


@pytest.mark.longest
@pytest.mark.timeout(3600)
class TestLongestLife(Life.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(TestLongLife.settings, derandomize=False, max_examples=1500)
