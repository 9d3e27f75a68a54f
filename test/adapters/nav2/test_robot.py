# SPDX-License-Identifier: Apache-2.0
"""A robot with Nav2, as the fleet sees it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from adapters.nav2.server import LE, Server

from suwon_fleet.adapters.nav2.asking import SECOND, Ask, Tell
from suwon_fleet.adapters.nav2.driver import SPEED_LIMIT
from suwon_fleet.adapters.nav2.robot import BATTERY, ODOM, TF, Nav2Machine
from suwon_fleet.core.engine.messages import Announced
from suwon_fleet.core.errors import BadInput
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
from suwon_fleet.core.robots.report import (
    ActionStatus,
    Compartment,
    Navigation,
    OperatingMode,
    Power,
    RobotReport,
    StopState,
)
from suwon_fleet.wire.bridge.nav2_robot import ByService, ByTime, Nav2Robot, PoseSource
from suwon_fleet.wire.cdr.actions import GoalStatus
from suwon_fleet.wire.cdr.stream import Writer
from suwon_fleet.wire.cdr.topics import FULL, Battery, Odometry, write_battery, write_odometry

STEP_NS = SECOND // 5


@dataclass
class Stage:
    """The machine, its robot's action server, and the time."""

    machine: Nav2Machine
    server: Server = field(default_factory=Server)
    now_ns: int = 10 * SECOND
    at: tuple[float, float] = (0.0, 0.0)
    speed_mps: float = 0.0
    told: list[Tell] = field(default_factory=list)
    asked: list[Ask] = field(default_factory=list)
    heard: RobotReport | None = None
    announced: int = 0

    def go_on(self, seconds: float = 1.0, *, sees: bool = True) -> RobotReport | None:
        """Live on; the newest report of that time."""
        self.heard = None
        for _ in range(round(seconds * SECOND / STEP_NS)):
            self.now_ns += STEP_NS
            if sees:
                odometry = Odometry(0, "map", "base", *self.at, 0.0, self.speed_mps)
                self.machine.hear(ODOM, write_odometry(odometry), self.now_ns)
            for wanted in self.machine.step(self.now_ns):
                if isinstance(wanted, Tell):
                    self.told.append(wanted)
                elif "navigate" not in wanted.service:
                    self.asked.append(wanted)
                elif (reply := self.server.take(wanted)) is not None:
                    self.machine.answer(wanted.token, reply, self.now_ns)
            for ask, reply in self.server.results():
                self.machine.answer(ask.token, reply, self.now_ns)
            if heard := self.machine.report(self.now_ns):
                self.heard = heard.report
                self.announced += isinstance(heard, Announced)
        return self.heard

    def obey(self, command: RobotCommand) -> None:
        self.machine.obey(command, self.now_ns)

    def report(self) -> RobotReport:
        report = self.go_on()
        assert report is not None
        return report


@pytest.fixture
def stage() -> Stage:
    actions = {
        ActionKind.LOAD: ByTime(2.0),
        ActionKind.UNLOAD: ByService("hatch/unload"),
    }
    robot = Nav2Robot("r", "courier", "r", pose=PoseSource.ODOM, actions=actions)
    return Stage(Nav2Machine(robot, "s"))


@pytest.fixture
def driving(stage: Stage) -> Stage:
    """On its way from (0, 0) to (4, 0)."""
    stage.report()
    stage.obey(grant(0, (0, 0), (2, 0), (4, 0)))
    stage.go_on(0.4)
    stage.server.end_all(GoalStatus.SUCCEEDED)
    report = stage.report()
    assert (report.path_index, report.granted_index) == (0, 2)
    assert report.navigation is Navigation.MOVING
    return stage


def grant(first: int, *points: tuple[float, float]) -> Grant:
    return Grant("r", first, tuple(Waypoint(x, y, "ground", 1.5) for x, y in points))


def test_it_is_ready_once_its_action_server_holds_no_old_goal(stage: Stage) -> None:
    stage.server.goals[b"an earlier goal."] = GoalStatus.EXECUTING
    machine = stage.machine
    machine.hear(ODOM, write_odometry(Odometry(0, "map", "b", 0, 0, 0, 0)), stage.now_ns)
    first = machine.report(stage.now_ns)
    assert isinstance(first, Announced)
    assert first.report.mode is OperatingMode.STARTUP
    assert stage.report().mode is OperatingMode.AUTOMATIC
    assert stage.server.goals[b"an earlier goal."] is GoalStatus.CANCELED


def test_it_is_not_ready_while_its_goals_are_not_cancelled_or_it_still_moves(stage: Stage) -> None:
    stage.server.cancels = False
    assert stage.report().mode is OperatingMode.STARTUP
    stage.server.cancels, stage.speed_mps = True, 0.5
    report = stage.go_on(3.0)
    assert report is not None
    assert report.mode is OperatingMode.STARTUP
    stage.speed_mps = 0.0
    assert stage.report().mode is OperatingMode.AUTOMATIC


def test_it_drives_a_stretch_and_tells_what_it_has_passed(driving: Stage) -> None:
    assert [tell.topic for tell in driving.told[:1]] == [SPEED_LIMIT]
    driving.at, driving.speed_mps = (2.5, 0.0), 1.0
    report = driving.report()
    assert (report.path_index, report.speed_mps) == (1, 1.0)
    driving.at, driving.speed_mps = (4.0, 0.0), 0.0
    driving.server.end_all(GoalStatus.SUCCEEDED)
    report = driving.report()
    assert (report.path_index, report.navigation) == (2, Navigation.STANDING)


def test_more_ground_ahead_becomes_a_goal_further_on_when_the_old_one_comes_near(
    driving: Stage,
) -> None:
    before = len(driving.server.goals)
    driving.obey(grant(3, (8, 0), (12, 0)))
    driving.go_on()
    assert len(driving.server.goals) == before
    driving.at = (2.5, 0.0)
    driving.go_on()
    assert len(driving.server.goals) == before + 1
    driving.at = (12.0, 0.0)
    driving.server.end_all(GoalStatus.SUCCEEDED)
    assert driving.report().path_index == 4


@pytest.fixture
def refused(driving: Stage) -> Stage:
    """On its way to (4, 0) still, for the goal further on was rejected."""
    driving.server.accepts = False
    driving.obey(grant(3, (8, 0), (12, 0)))
    driving.at, driving.speed_mps = (2.5, 0.0), 1.0
    driving.go_on(0.2)
    return driving


def test_the_goal_before_goes_on_where_the_one_further_on_is_rejected(refused: Stage) -> None:
    report = refused.report()
    assert (report.navigation, report.faults) == (Navigation.MOVING, ("rejected",))
    refused.at = (4.0, 0.0)
    refused.server.end_all(GoalStatus.SUCCEEDED)
    assert refused.report().path_index == 2
    refused.server.accepts = True
    refused.go_on(3.0)
    assert refused.server.goals, "and once more is accepted it drives on"
    refused.at = (12.0, 0.0)
    refused.server.end_all(GoalStatus.SUCCEEDED)
    assert refused.report().path_index == 4


@pytest.mark.parametrize("passed_m", [2.5, 9.0])
def test_a_stop_ends_a_goal_that_was_not_replaced(refused: Stage, passed_m: float) -> None:
    refused.at = (passed_m, 0.0)
    refused.obey(RequestStop("r", "stop-1", StopKind.PROTECTIVE))
    refused.go_on()
    assert all(status.is_over for status in refused.server.goals.values())
    refused.speed_mps = 0.0
    assert refused.report().stop_id == "stop-1"


def test_a_stop_before_the_goal_further_on_was_sent(driving: Stage) -> None:
    driving.obey(grant(3, (8, 0)))
    driving.at = (2.5, 0.0)
    driving.machine.hear(
        ODOM, write_odometry(Odometry(0, "map", "base", 2.5, 0.0, 0.0, 1.0)), driving.now_ns
    )
    lost = [ask for ask in driving.machine.step(driving.now_ns) if isinstance(ask, Ask)]
    driving.obey(RequestStop("r", "stop-1", StopKind.PROTECTIVE))
    for ask in lost:
        driving.machine.answer(ask.token, None, driving.now_ns)
    driving.go_on(6.0)
    assert all(status.is_over for status in driving.server.goals.values())
    assert driving.report().stop_id == "stop-1"


def test_a_stop_is_not_told_while_nobody_knows_how_fast_it_is() -> None:
    """Its pose by transforms comes, its odometry does not."""
    machine = Nav2Machine(Nav2Robot("r", "courier", "r"), "s")
    machine.hear(TF, transform("odom", "base_link", 1.0, 0.0), SECOND)
    machine.hear(TF, transform("map", "odom", 5.0, 1.0), SECOND)
    machine.obey(RequestStop("r", "stop-1", StopKind.PROTECTIVE), SECOND)
    told = machine.report(SECOND)
    assert told is not None
    assert (told.report.stop, told.report.stop_id) == (StopState.PROTECTIVE, "")
    odometry = write_odometry(Odometry(0, "odom", "base", 0.0, 0.0, 0.0, 0.0))
    machine.hear(ODOM, odometry, 2 * SECOND)
    for name, heard_ns in (("stop-1", 2 * SECOND), ("", 4 * SECOND)):
        machine.hear(TF, transform("odom", "base_link", 1.0, 0.0), heard_ns)
        machine.hear(TF, transform("map", "odom", 5.0, 1.0), heard_ns)
        told = machine.report(heard_ns)
        assert told is not None
        assert told.report.stop_id == name


def test_a_stop_is_told_once_it_stands_and_no_goal_is_left(driving: Stage) -> None:
    driving.speed_mps = 1.0
    driving.obey(RequestStop("r", "stop-1", StopKind.PROTECTIVE))
    report = driving.report()
    assert (report.stop, report.stop_id) == (StopState.PROTECTIVE, "")
    assert all(status.is_over for status in driving.server.goals.values())
    driving.speed_mps = 0.0
    assert driving.report().stop_id == "stop-1"
    goals = len(driving.server.goals)
    driving.obey(ReleaseStop("r", "another"))
    assert driving.report().stop is StopState.PROTECTIVE
    driving.obey(ReleaseStop("r", "stop-1"))
    report = driving.report()
    assert (report.stop, report.navigation) == (StopState.NONE, Navigation.MOVING)
    assert len(driving.server.goals) == goals + 1, "a new goal: the old one is over"


def test_a_pause_keeps_the_path(driving: Stage) -> None:
    driving.obey(Pause("r"))
    report = driving.report()
    assert (report.stop, report.navigation) == (StopState.PAUSED, Navigation.STANDING)
    driving.obey(Resume("r"))
    assert driving.report().navigation is Navigation.MOVING


def test_goals_that_fail_are_tried_again_and_then_a_person_is_asked(driving: Stage) -> None:
    for _ in range(2):
        driving.server.end_all(GoalStatus.ABORTED)
        driving.go_on(0.4)
        report = driving.go_on(3.0)
        assert report is not None
        assert report.navigation is Navigation.MOVING
        assert report.faults == ("aborted",)
    driving.server.end_all(GoalStatus.ABORTED)
    assert driving.report().navigation is Navigation.ASSIST_NEEDED
    driving.go_on(20.0)
    driving.at = (4.0, 0.0)
    assert driving.report().navigation is Navigation.MOVING, "somebody has cleared the way"
    driving.server.end_all(GoalStatus.SUCCEEDED)
    report = driving.report()
    assert (report.path_index, report.navigation, report.faults) == (2, Navigation.STANDING, ())


def test_a_goal_that_another_cancels_is_not_sent_again_and_again(driving: Stage) -> None:
    goals = len(driving.server.goals)
    driving.server.end_all(GoalStatus.CANCELED)
    assert driving.report().faults == ("canceled",)
    assert len(driving.server.goals) == goals
    for _ in range(10):
        driving.server.end_all(GoalStatus.CANCELED)
        driving.go_on(2.0)
    assert len(driving.server.goals) <= goals + 4
    assert driving.report().navigation is Navigation.ASSIST_NEEDED


def test_a_success_elsewhere_is_none(driving: Stage) -> None:
    driving.server.end_all(GoalStatus.SUCCEEDED)
    report = driving.report()
    assert report.path_index == 0
    assert report.faults == ("succeeded",)


def test_who_does_not_move_is_blocked(driving: Stage) -> None:
    report = driving.go_on(6.0)
    assert report is not None
    assert report.navigation is Navigation.BLOCKED


def test_a_robot_without_a_pose_is_silent(driving: Stage) -> None:
    driving.go_on(1.2, sees=False)
    assert driving.go_on(1.0, sees=False) is None
    assert driving.report().navigation is Navigation.MOVING


def test_it_waits_for_an_action_and_does_none_twice(stage: Stage) -> None:
    stage.report()
    stage.obey(grant(0, (0, 0), (2, 0)))
    load = Act("r", "a-1", ActionKind.LOAD)
    stage.obey(load)
    report = stage.report()
    assert report.action is not None
    assert report.action.status is ActionStatus.RUNNING
    assert stage.server.goals == {}
    stage.obey(load)
    report = stage.go_on(2.0)
    assert report is not None
    assert report.action is not None
    assert report.action.status is ActionStatus.FINISHED
    assert len(stage.server.goals) == 1
    stage.obey(load)
    report = stage.report()
    assert report.action is not None
    assert report.action.status is ActionStatus.FINISHED


def test_a_service_is_called_until_it_answers(stage: Stage) -> None:
    stage.report()
    stage.obey(Act("r", "a-1", ActionKind.UNLOAD))
    stage.go_on(0.4)
    (call,) = stage.asked
    assert (call.service, call.payload) == ("hatch/unload", LE + b"\0")
    stage.machine.answer(call.token, None, stage.now_ns)
    stage.go_on()
    _, again = stage.asked
    stage.machine.answer(again.token, LE + b"\0\0\0\0\x04\0\0\0jam\0", stage.now_ns)
    report = stage.report()
    assert report.action is not None
    assert (report.action.status, report.action.result) == (ActionStatus.FAILED, "jam")


def test_a_service_that_is_cancelled_keeps_the_robot_until_it_answers(stage: Stage) -> None:
    stage.report()
    stage.obey(grant(0, (0, 0), (2, 0)))
    stage.obey(Act("r", "a-1", ActionKind.UNLOAD))
    stage.go_on(0.4)
    stage.obey(CancelAction("r", "a-1"))
    report = stage.report()
    assert report.action is not None
    assert report.action.status is ActionStatus.RUNNING
    assert not stage.server.goals
    (call,) = stage.asked
    stage.machine.answer(call.token, LE + b"\x01\0\0\0\x01\0\0\0\0", stage.now_ns)
    report = stage.report()
    assert report.action is not None
    assert (report.action.status, report.action.result) == (ActionStatus.FAILED, "cancelled")
    assert stage.server.goals


def test_a_service_that_is_cancelled_and_lost_is_not_called_again(stage: Stage) -> None:
    stage.report()
    stage.obey(Act("r", "a-1", ActionKind.UNLOAD))
    stage.go_on(0.4)
    stage.obey(CancelAction("r", "a-1"))
    (call,) = stage.asked
    stage.machine.answer(call.token, None, stage.now_ns)
    report = stage.go_on(10.0)
    assert report is not None
    assert report.action is not None
    assert report.action.status is ActionStatus.FAILED
    assert len(stage.asked) == 1


def test_a_service_that_is_not_there_fails_the_action(stage: Stage) -> None:
    stage.report()
    stage.obey(Act("r", "a-1", ActionKind.UNLOAD))
    for _ in range(60):
        stage.go_on()
        stage.machine.answer(stage.asked[-1].token, None, stage.now_ns)
    report = stage.report()
    assert report.action is not None
    assert report.action.status is ActionStatus.FAILED
    assert report.action.result == "hatch/unload does not answer"


def test_what_it_cannot_do_and_what_is_called_off_has_failed(stage: Stage) -> None:
    stage.report()
    stage.obey(Act("r", "a-1", ActionKind.GRASP))
    report = stage.report()
    assert report.action is not None
    assert (report.action.action_id, report.action.status) == ("a-1", ActionStatus.FAILED)
    stage.obey(Act("r", "a-2", ActionKind.LOAD))
    stage.obey(CancelAction("r", "a-2"))
    report = stage.report()
    assert report.action is not None
    assert (report.action.action_id, report.action.result) == ("a-2", "cancelled")


def test_the_battery_and_the_lid(stage: Stage) -> None:
    report = stage.report()
    assert (report.battery_soc, report.compartment) == (None, Compartment.CLOSED)
    stage.machine.hear(BATTERY, write_battery(Battery(0.5, FULL), 0), stage.now_ns)
    report = stage.report()
    assert (report.battery_soc, report.power) == (0.5, Power.CHARGING)


def test_a_pose_in_a_frame_that_drifts_is_refused(stage: Stage) -> None:
    drifting = write_odometry(Odometry(0, "odom", "base", 0, 0, 0, 0))
    with pytest.raises(BadInput, match="pose: tf"):
        stage.machine.hear(ODOM, drifting, stage.now_ns)


def test_transforms_tell_the_pose() -> None:
    machine = Nav2Machine(Nav2Robot("r", "courier", "r"), "s")
    machine.hear(TF, transform("odom", "base_link", 1.0, 0.0), SECOND)
    assert machine.report(SECOND) is None
    machine.hear(TF, transform("map", "odom", 5.0, 1.0), SECOND)  # turned by 180 degrees
    told = machine.report(SECOND)
    assert told is not None
    assert (told.report.pose.x_m, round(told.report.pose.y_m, 9)) == (4.0, 1.0)
    for seconds in (2, 3):  # it is lost on the map, and its wheels still turn
        machine.hear(TF, transform("odom", "base_link", seconds, 0.0), seconds * SECOND)
    assert machine.report(3 * SECOND) is None


def transform(parent: str, child: str, x: float, y: float) -> bytes:
    write = Writer()
    write.put("I", 4, 1)
    write.put("iI", 4, 1, 2)
    write.text(parent)
    write.text(child)
    z, w = (1.0, 0.0) if parent == "map" else (0.0, 1.0)
    write.put("7d", 8, x, y, 0.0, 0.0, 0.0, z, w)
    return write.payload()
