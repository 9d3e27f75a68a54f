# SPDX-License-Identifier: Apache-2.0
"""The fleet_manager's lifecycle, and how its process ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from yard import Yard

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from nodes.in_process import Stage, stage
from report_messages import batch_of

from suwon_fleet import msg, srv
from suwon_fleet.adapters.allowance import Allowance
from suwon_fleet.adapters.ros.jobs import request_message
from suwon_fleet.adapters.ros.link import COMMANDS_QOS
from suwon_fleet.adapters.sqlite_journal import SqliteJournal
from suwon_fleet.core.jobs import JobKind, JobRequest
from suwon_fleet.core.robots.report import Compartment, Pose, RobotReport
from suwon_fleet.nodes import fleet_manager
from suwon_fleet.nodes.fleet_manager import FleetManager
from suwon_fleet.nodes.fleet_topics import LATEST_QOS
from suwon_fleet.nodes.told_lifecycle import FAILURE, SUCCESS

pytestmark = pytest.mark.ros


class Robot:
    """One robot of the yard, played by the test: it stands on charger-1."""

    def __init__(self, play: Stage) -> None:
        self.node = play.observer()
        self._play = play
        self._out = self.node.create_publisher(msg.RobotReports, "/fleet/robot_reports", 10)
        self.heard: list[Any] = []
        self.states: list[Any] = []
        self.node.create_subscription(
            msg.RobotCommands, "/fleet/robot_commands", self.heard.append, COMMANDS_QOS
        )
        self.node.create_subscription(
            msg.FleetState, "/fleet/state", self.states.append, LATEST_QOS
        )
        self.sequence = 0

    def report(self) -> None:
        self.sequence += 1
        report = RobotReport(
            "cart-1",
            self.sequence,
            self.sequence * 500_000_000,
            "1",
            Pose(-3.0, 0.0),
            0.0,
            0,
            0,
            battery_soc=0.9,
            compartment=Compartment.CLOSED,
        )
        self._out.publish(batch_of([(report, "delivery_indoor")]))

    def submit(self) -> Any:
        request = request_message(JobRequest(JobKind.DELIVERY, ("shop", "desk-1"), "request-1"))
        asked = srv.SubmitJob.Request(request=request)
        return self._play.answer(self.node, srv.SubmitJob, "/fleet/submit_job", asked).response


@pytest.fixture
def play() -> Iterator[Stage]:
    with stage() as play:
        yield play


def test_a_life_from_unconfigured_to_gone(play: Stage, tmp_path: Path) -> None:
    yard = Yard.write(tmp_path)
    manager = play.add(FleetManager, {**yard.manager, "autostart": False})
    robot = Robot(play)

    assert change(play, robot, Transition.TRANSITION_CONFIGURE)
    response = robot.submit()
    assert (response.accepted, response.code) == (False, "fleet-inactive")
    play.until(lambda: robot.states)
    assert not robot.states[-1].active

    assert change(play, robot, Transition.TRANSITION_ACTIVATE)
    play.until(lambda: robot.states[-1].robots, step=robot.report)
    assert robot.states[-1].active
    assert robot.submit().job_id == "job-1"
    play.until(lambda: grants(robot), step=robot.report)

    assert change(play, robot, Transition.TRANSITION_DEACTIVATE)
    play.until(lambda: not robot.states[-1].active)
    assert robot.submit().code == "fleet-inactive"
    robot.heard.clear()
    for _ in range(20):
        robot.report()
    assert play.answer(robot.node, srv.ListJobs, "/fleet/list_jobs", srv.ListJobs.Request()).jobs
    assert not robot.heard, "an inactive manager tells robots nothing"

    assert change(play, robot, Transition.TRANSITION_ACTIVATE)
    play.until(lambda: grants(robot), step=robot.report)

    assert change(play, robot, Transition.TRANSITION_DEACTIVATE)
    assert change(play, robot, Transition.TRANSITION_CLEANUP)
    journal = SqliteJournal(yard.journal)  # it is free again
    assert any(type(event).__name__ == "JobAccepted" for event in journal.read())
    journal.close()

    assert manager.trigger_configure() == SUCCESS
    assert list(manager.fleet.state.jobs) == ["job-1"]
    assert change(play, robot, Transition.TRANSITION_ACTIVATE)
    assert robot.submit().job_id == "job-1", "the request of before, by its id"
    play.until(lambda: len(robot.states[-1].robots) == 1, step=robot.report)
    assert change(play, robot, Transition.TRANSITION_ACTIVE_SHUTDOWN)
    state = play.answer(robot.node, GetState, "/fleet/fleet_manager/get_state", GetState.Request())
    assert state.current_state.label == "finalized"


def change(play: Stage, robot: Robot, transition: int) -> bool:
    request = ChangeState.Request(transition=Transition(id=transition))
    answer = play.answer(robot.node, ChangeState, "/fleet/fleet_manager/change_state", request)
    return bool(answer.success)


def grants(robot: Robot) -> list[Any]:
    return [c for batch in robot.heard for c in batch.commands if c.verb == c.GRANT]


def test_a_transition_that_cannot_be_made_leaves_the_node_as_it_was(
    play: Stage, tmp_path: Path
) -> None:
    yard = Yard.write(tmp_path)
    manager = play.add(FleetManager, {**yard.manager, "autostart": False})
    other = SqliteJournal(yard.journal)
    assert manager.trigger_configure() == FAILURE
    other.close()
    assert manager.trigger_configure() == SUCCESS
    manager.close()


def test_a_transition_that_is_not_there_now_is_answered_with_no(
    play: Stage, tmp_path: Path
) -> None:
    manager = play.add(FleetManager, {**Yard.write(tmp_path).manager, "autostart": False})
    robot = Robot(play)
    for transition in (Transition.TRANSITION_ACTIVATE, Transition.TRANSITION_CLEANUP, 99):
        assert not change(play, robot, transition)
    assert change(play, robot, Transition.TRANSITION_CONFIGURE)
    assert not change(play, robot, Transition.TRANSITION_CONFIGURE)
    assert change(play, robot, Transition.TRANSITION_ACTIVATE)
    assert not change(play, robot, Transition.TRANSITION_ACTIVATE)
    play.until(lambda: robot.states and robot.states[-1].robots, step=robot.report)
    manager.close()


def test_a_full_disk_ends_the_process_and_nobody_is_told_yes(
    play: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = play.add(FleetManager, {**Yard.write(tmp_path).manager, "autostart": False})
    robot = Robot(play)
    assert (manager.trigger_configure(), manager.trigger_activate()) == (SUCCESS, SUCCESS)
    play.until(lambda: robot.states and robot.states[-1].robots, step=robot.report)

    def fail(_journal: SqliteJournal, _events: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(SqliteJournal, "keep", fail)
    with pytest.raises(OSError, match="disk full"):
        robot.submit()
    manager.close()


def test_a_node_that_is_destroyed_leaves_nothing_in_the_graph(play: Stage, tmp_path: Path) -> None:
    manager = play.add(FleetManager, {**Yard.write(tmp_path).manager, "autostart": False})
    node = play.observer()
    play.until(lambda: node.count_publishers("/fleet/fleet_manager/transition_event"))
    play.remove(manager)  # a reference that is still held does not keep it
    play.until(lambda: not node.count_publishers("/fleet/fleet_manager/transition_event"))
    manager.destroy_node()  # once more harms nobody


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-p", "site:=atlantis"], "there is no site 'atlantis'"),
        (["-p", "tick_s:=9.5"], "give a number from 0.01 to 5"),
        (["-p", "tick_s:=1"], "with a decimal point"),
        (
            ["-p", "journal:=/dev/null/j.sqlite"],
            "name a file in a folder that exists or can be made",
        ),
        (["-p", "journal_sync:=maybe"], "use always, group"),
        (["-p", "colour:=red"], "parameter colour: error: this node has no such parameter"),
        (["-p", "tick_s"], "command line: error: failed to initialize rcl: Couldn't parse"),
        (["--nonsense"], "command line"),
        (["--", "up"], "'up' means nothing here"),
    ],
)
def test_bad_parameters_are_told_in_lines_and_end_the_process(
    arguments: list[str], told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with stage():
        assert fleet_manager.main(["--ros-args", *arguments]) == 2
    errors = capfd.readouterr().err
    assert told in errors
    assert "Traceback" not in errors


def test_a_bad_map_ends_the_process(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("format: suwon_fleet/site@1\nid: x\nlanes: 3\n")
    with stage():
        assert fleet_manager.main(["--ros-args", "-p", f"site:={site}"]) == 2
    errors = capfd.readouterr().err
    assert f"cannot configure: {site}:3" in errors
    assert "Traceback" not in errors


def test_who_asks_for_too_much_is_refused_and_can_still_have_robots_stop(
    play: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = Allowance(per_s=1e-9, burst=1)
    monkeypatch.setattr(fleet_manager, "Allowance", lambda _per_s, _burst: once)
    yard = Yard.write(tmp_path)
    manager = play.add(FleetManager, {**yard.manager, "autostart": False})
    robot = Robot(play)
    told: list[Any] = []
    robot.node.create_subscription(
        DiagnosticArray, "/diagnostics", lambda array: told.extend(array.status), 10
    )
    assert change(play, robot, Transition.TRANSITION_CONFIGURE)
    assert change(play, robot, Transition.TRANSITION_ACTIVATE)
    play.until(lambda: robot.states and robot.states[-1].robots, step=robot.report)

    assert robot.submit().accepted
    refused = robot.submit()
    assert (refused.accepted, refused.code) == (False, "too-many-requests")

    stop = srv.RequestStop.Request(scope="all", requester="kim", reason="drill")
    assert play.answer(robot.node, srv.RequestStop, "/fleet/request_stop", stop).accepted
    play.until(
        lambda: any(one.name.endswith("requests") and "1 were more" in one.message for one in told),
        step=robot.report,
    )
    manager.close()
