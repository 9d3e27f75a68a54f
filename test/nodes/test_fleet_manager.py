# SPDX-License-Identifier: Apache-2.0
"""The real nodes in processes of their own, over DDS: every topic, service and action once."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import pytest
from ros_fleet import running
from yard import ROBOTS

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from action_msgs.msg import GoalStatus
from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.srv import DescribeParameters, GetParameters, SetParameters
from rclpy.action import ActionClient
from rclpy.parameter import Parameter
from std_msgs.msg import String
from std_srvs.srv import Trigger
from visualization_msgs.msg import Marker, MarkerArray
from waiting import LONGEST_S, wait_for

from suwon_fleet import msg
from suwon_fleet.action import ExecuteJob
from suwon_fleet.adapters.ros.client import FleetClient, is_over
from suwon_fleet.adapters.ros.connection import LATCHED, LIVE, Connection
from suwon_fleet.adapters.ros.jobs import request_message
from suwon_fleet.adapters.ros.link import REPORTS_QOS
from suwon_fleet.core.jobs import JobKind, JobRequest

pytestmark = pytest.mark.ros
NODE = "/fleet/fleet_manager"
LATER_NS = 2 * 10**15
"""When a job may begin that is not to have ended before we come to it."""


@dataclass(frozen=True)
class Pair:
    """Both nodes at work, and ways to talk to them."""

    client: FleetClient
    connection: Connection

    def ask(self, kind: Any, name: str, **fields: Any) -> Any:
        return self.connection.ask(name, kind, kind.Request(**fields))

    def explains(self, subject: str, id: str) -> Any:
        return self.client.explain(subject, id)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with (
        running(tmp_path_factory.mktemp("yard")),
        FleetClient(timeout_s=60.0) as client,
        closing(Connection(60.0)) as connection,
    ):
        yield Pair(client, connection)


def delivery(request_id: str, **more: Any) -> JobRequest:
    return JobRequest(JobKind.DELIVERY, ("shop", "desk-1"), request_id, **more)


def first(told: SimpleQueue[Any], fits: Callable[[Any], bool], timeout_s: float = LONGEST_S) -> Any:
    """The first message that fits."""
    while not fits(message := told.get(timeout=timeout_s)):
        pass
    return message


@contextmanager
def listening(
    pair: Pair, topic: str, kind: Any, provoke: Callable[[str], object]
) -> Iterator[SimpleQueue[Any]]:
    """All that is told on a topic from now on. DDS takes a moment to bring who listens together with who
    tells: until then `provoke`, given a new id, has something told there."""
    with pair.connection.listening(topic, kind) as told:
        while told.empty():
            provoke(uuid.uuid4().hex)
            with suppress(Empty):
                told.put(told.get(timeout=1.0))
        yield told


def call_off_a_job(pair: Pair) -> Callable[[str], object]:
    """Has something told on `jobs`."""

    def provoke(request_id: str) -> None:
        (response,) = pair.client.submit([delivery(request_id, earliest_start_ns=LATER_NS)])
        pair.client.change_job("cancel", response.job_id, "kim")

    return provoke


def told_of(pair: Pair, request_id: str) -> list[msg.JobState]:
    """All that is told of a job, from its request to its end."""
    with listening(pair, "jobs", msg.JobState, call_off_a_job(pair)) as told:
        (response,) = pair.client.submit([delivery(request_id)])
        assert response.accepted
        mine = [first(told, lambda job: job.job_id == response.job_id)]
        while not is_over(mine[-1]):
            mine.append(first(told, lambda job: job.job_id == response.job_id))
    return mine


def test_state_tells_all_robots(pair: Pair) -> None:
    state = pair.client.state()
    assert (state.site, state.active) == ("yard", True)
    robot = min(state.robots, key=lambda robot: robot.robot_id)
    assert (robot.robot_id, robot.kind, robot.connection) == ("cart-1", "delivery_indoor", "online")
    assert robot.commissioned
    assert 0.5 < robot.battery <= 1.0
    assert robot.posture == robot.control == ""


def test_the_map_is_geojson(pair: Pair) -> None:
    collection = json.loads(pair.connection.newest("map", String).data)
    assert collection["type"] == "FeatureCollection"
    ids = {feature["properties"]["id"] for feature in collection["features"]}
    assert {"north", "loop", "shop"} <= ids


def test_a_job_from_request_to_end(pair: Pair) -> None:
    def be_refused(request_id: str) -> None:
        pair.client.submit([JobRequest(JobKind.GO_TO, ("nowhere",), request_id)])

    with listening(pair, "decisions", msg.Decision, be_refused) as decided:
        mine = told_of(pair, "whole-story")
        job_id = mine[0].job_id
        (again,) = pair.client.submit([delivery("whole-story")])
        assert again.job_id == job_id
        decision = first(decided, lambda made: made.job_id == job_id)
    assert mine[-1].status == "finished"
    assert mine[-1].progress == 1.0
    assert {"to_pickup", "load", "to_dropoff", "unload"} <= {job.phase for job in mine}
    assert [job.progress for job in mine] == sorted(job.progress for job in mine)
    assert (decision.what, decision.robot_id) == ("assigned", mine[-1].robot_id)
    assert decision.candidates[0].robot_id == mine[-1].robot_id
    assert decision.candidates[0].feasible
    assert decision.reason_en
    assert decision.reason_ko

    explained = pair.explains("job", job_id)
    assert explained.found
    assert mine[-1].robot_id in explained.text_en
    assert len(explained.decisions) == 1


def test_jobs_by_topic_alone(pair: Pair) -> None:
    node = pair.connection._node
    requests = node.create_publisher(msg.JobRequest, "job_requests", LIVE)
    wait_for(lambda: requests.get_subscription_count() == 1)

    def ask(_: str) -> None:
        requests.publish(request_message(delivery("by-topic")))

    with listening(pair, "job_responses", msg.JobResponse, ask) as told:
        assert first(told, lambda answer: answer.request_id == "by-topic").accepted
        later = JobRequest(JobKind.GO_TO, ("desk-2",), earliest_start_ns=LATER_NS)
        requests.publish(request_message(later))
        unnamed = first(told, lambda answer: answer.request_id != "by-topic")
        assert unnamed.accepted
        assert len(unnamed.request_id) == 32
        requests.publish(msg.JobRequest(kind="juggle", request_id="bad"))
        bad = first(told, lambda answer: answer.request_id == "bad")
        assert (bad.accepted, bad.code) == (False, "unknown-word")
        requests.publish(msg.JobRequest(verb="cancel", job_id=unnamed.job_id, request_id="end"))
        assert first(told, lambda answer: answer.request_id == "end").job_id == unnamed.job_id


def test_a_job_is_paused_resumed_and_cancelled(pair: Pair) -> None:
    (response,) = pair.client.submit([delivery("changed", earliest_start_ns=LATER_NS)])
    job = response.job_id
    with listening(pair, "jobs", msg.JobState, call_off_a_job(pair)) as told:
        assert pair.client.change_job("pause", job, "kim").accepted
        first(told, lambda state: (state.job_id, state.status) == (job, "paused"))
        assert pair.client.change_job("pause", job, "kim").code == "job-is-paused"
        assert pair.client.change_job("resume", job, "kim").accepted
        assert pair.client.change_job("cancel", job, "kim").accepted
        ended = first(told, lambda state: state.job_id == job and is_over(state))
    assert (ended.status, ended.code) == ("cancelled", "cancelled-by")
    assert pair.client.change_job("cancel", job, "kim").code == "job-is-over"
    assert pair.client.change_job("cancel", "job-999", "kim").code == "no-such-job"


def test_stops_are_requested_confirmed_and_released(pair: Pair) -> None:
    stop = pair.client.stop("robot", "cart-2", "", "kim", "a dog")
    assert stop.accepted
    assert list(stop.robot_ids) == ["cart-2"]
    wait_for(lambda: state_of(pair, "cart-2").stop == "protective")
    assert pair.explains("robot", "cart-2").found
    (held,) = pair.client.stops()
    assert (held.stop_id, held.scope, held.id, held.requester) == (
        stop.stop_id, "robot", "cart-2", "kim",
    )  # fmt: skip
    assert list(held.robot_ids) == ["cart-2"]
    wait_for(lambda: pair.client.stops()[0].after[0] > 0.0)
    released = pair.client.release(stop.stop_id, "", "", "kim")
    assert released.accepted
    assert list(released.robot_ids) == ["cart-2"]
    wait_for(lambda: state_of(pair, "cart-2").stop == "none")
    assert pair.client.stops() == []
    assert pair.client.stop("robot", "cart-99", "", "kim", "").code == "no-such-robot"
    assert pair.client.stop("robot", "cart-2", "gently", "kim", "").code == "unknown-word"
    assert pair.client.stop("robot", "cart-2", "", "kim", "x" * 201).code == "text-too-long"
    assert pair.client.release("stop-99", "", "", "kim").code == "no-such-stop"


def state_of(pair: Pair, robot_id: str) -> Any:
    (found,) = (robot for robot in pair.client.state().robots if robot.robot_id == robot_id)
    return found


def test_robots_are_decommissioned_and_commissioned(pair: Pair) -> None:
    assert pair.client.commission("cart-3", False, "kim").accepted
    wait_for(lambda: not state_of(pair, "cart-3").commissioned)
    assert pair.client.commission("cart-3", True, "kim").accepted
    wait_for(lambda: state_of(pair, "cart-3").commissioned)
    assert pair.client.commission("cart-99", True, "kim").code == "no-such-robot"


def test_zones_are_closed_and_opened(pair: Pair) -> None:
    def north() -> Any:
        (zone,) = pair.client.zones().zones
        return zone

    assert pair.client.set_zone("north", False, "kim", "cleaning").accepted
    wait_for(lambda: not north().open)
    (refused,) = pair.client.submit([delivery("into-closed")])
    assert refused.code == "zone-closed"
    assert pair.client.set_zone("north", True, "kim", "").accepted
    wait_for(lambda: north().open)
    assert pair.client.set_zone("south", True, "kim", "").code == "no-such-zone"


def test_questions_about_what_is_not_there(pair: Pair) -> None:
    for subject in ("job", "robot"):
        unknown = pair.explains(subject, "nobody")
        assert not unknown.found
        assert "nobody" in unknown.text_en
    assert "job, robot" in pair.explains("weather", "today").text_en
    assert pair.client.answer_alert("alert-999", "release", "kim").code == "no-such-alert"
    assert pair.client.jobs(["sleeping"]) == []
    pair.client.submit([delivery("one-there-is")])
    assert len(pair.client.jobs(limit=1)) == 1


def test_rubbish_is_told_and_stops_nothing(pair: Pair) -> None:
    node = pair.connection._node
    reports = node.create_publisher(msg.RobotReports, "robot_reports", REPORTS_QOS)
    wait_for(lambda: reports.get_subscription_count() == 1)

    def report(stranger: str) -> None:
        ufo = msg.RobotReport(robot_id=stranger, kind="saucer", mode="automatic")
        ufo.navigation, ufo.lift, ufo.stop = "standing", "none", "none"
        ufo.power, ufo.battery = "discharging", math.nan
        reports.publish(msg.RobotReports(reports=[ufo]))

    with listening(pair, "alerts", msg.Alert, report) as alerts:
        report("ufo")
        alert = first(alerts, lambda alert: alert.subject == "ufo")
    assert (alert.code, alert.open) == ("robot-kind-unknown", True)
    assert "saucer" in alert.text_en
    assert any(alert.subject == "ufo" for alert in pair.client.alerts())

    def could_not(array: Any) -> bool:
        """Whether rubbish is told of in it; if not, there is more."""
        reports.publish(msg.RobotReports(version=200))
        reports.publish(msg.RobotReports(reports=[msg.RobotReport(robot_id="cart-1", mode="?")]))
        return any("could not" in status.message for status in array.status)

    with pair.connection.listening("/diagnostics", DiagnosticArray) as told:
        statuses = {
            status.name: {value.key: value.value for value in status.values}
            for status in first(told, could_not).status
        }
    assert int(statuses["fleet_manager: robot reports"]["unusable"]) >= 1
    assert "turns" in statuses["fleet_manager: turns"]
    assert int(statuses["fleet_manager: traffic check"]["looks"]) >= 1
    assert statuses["fleet_manager: traffic check"]["found"] == "0"
    (response,) = pair.client.submit([delivery("after-rubbish", earliest_start_ns=LATER_NS)])
    assert response.accepted
    assert pair.client.change_job("cancel", response.job_id, "kim").accepted


def test_markers_are_drawn_for_those_who_look(pair: Pair) -> None:
    with pair.connection.listening("markers", MarkerArray) as told:
        drawn = told.get(timeout=LONGEST_S).markers
    names = [marker.text for marker in drawn if marker.type == Marker.TEXT_VIEW_FACING]
    assert sorted(name.split()[0] for name in names) == [f"cart-{n}" for n in range(1, 5)]
    assert any(marker.ns == "zones" for marker in drawn)
    assert drawn[0].action == Marker.DELETEALL
    assert {marker.header.frame_id for marker in drawn[1:]} == {"map"}


def test_an_action_follows_its_job_to_the_end(pair: Pair) -> None:
    heard: list[Any] = []
    status, result = execute(pair, request_message(delivery("as-action")), heard.append)
    assert status == GoalStatus.STATUS_SUCCEEDED
    assert result.response.accepted
    assert result.final_state.status == "finished"
    wait_for(lambda: {"load", "to_dropoff"} <= {message.feedback.phase for message in heard})
    assert all(0.0 <= message.feedback.progress <= 1.0 for message in heard)


def test_cancelling_a_goal_cancels_its_job(pair: Pair) -> None:
    status, result = execute(
        pair,
        request_message(delivery("cancelled-action", earliest_start_ns=LATER_NS)),
        lambda _: None,
        cancel=True,
    )
    assert status == GoalStatus.STATUS_CANCELED
    assert result.final_state.status == "cancelled"


def test_a_refused_goal_is_aborted_with_the_reason(pair: Pair) -> None:
    status, result = execute(pair, msg.JobRequest(kind="go_to", places=["mars"]), lambda _: None)
    assert status == GoalStatus.STATUS_ABORTED
    assert result.response.code == "no-such-place"


def execute(
    pair: Pair, request: Any, on_feedback: Callable[[Any], None], *, cancel: bool = False
) -> tuple[int, Any]:
    """Send a goal and wait for its end; `cancel` it as soon as it is accepted."""
    qos = {"feedback_sub_qos_profile": LIVE}  # nothing is pushed out before we come to it
    client = ActionClient(pair.connection._node, ExecuteJob, "execute_job", **qos)
    assert client.wait_for_server(timeout_sec=LONGEST_S)
    asked = client.send_goal_async(ExecuteJob.Goal(request=request), on_feedback)
    wait_for(asked.done)
    goal = asked.result()
    assert goal.accepted
    ended = goal.get_result_async()
    if cancel:
        wait_for(goal.cancel_goal_async().done)
    wait_for(ended.done)
    return ended.result().status, ended.result().result


def test_parameters_are_described_and_some_may_be_changed(pair: Pair) -> None:
    names = ["site", "tick_s", "park_after_s"]
    described = pair.ask(DescribeParameters, f"{NODE}/describe_parameters", names=names)
    site, tick, park = described.descriptors
    assert all(descriptor.description for descriptor in described.descriptors)
    assert (site.read_only, tick.read_only, park.read_only) == (True, True, False)
    assert tick.floating_point_range[0].to_value == 5.0

    changes = [
        Parameter("park_after_s", value=33.0),
        Parameter("park_after_s", value=-1.0),
        Parameter("site", value="belt"),
    ]
    answer = pair.ask(
        SetParameters,
        f"{NODE}/set_parameters",
        parameters=[change.to_parameter_msg() for change in changes],
    )
    assert [result.successful for result in answer.results] == [True, False, False]
    (told,) = pair.ask(GetParameters, f"{NODE}/get_parameters", names=["park_after_s"]).values
    assert told.double_value == 33.0


def test_the_simulator_tells_what_its_judge_found(pair: Pair) -> None:
    told_of(pair, "for-the-record")
    summary = pair.client.simulation()
    assert (summary["scenario"], summary["robots"]) == ("yard", ROBOTS)
    assert summary["collisions"] == summary["illegal"] == summary["deadlocks"] == 0
    record = json.loads(pair.ask(Trigger, "/sim/record").message)
    assert {"load", "unload"} <= {kind for _robot, _action, kind in record["done"]}
    assert record["actions_done"] == len(record["done"])


def test_whoever_comes_late_learns_the_newest_state(pair: Pair) -> None:
    with closing(Connection(30.0)) as late:
        assert late.newest("state", msg.FleetState).robots
        assert late.newest("zones", msg.Zones).zones
        assert late.follow("map", String, LATCHED) is not None
