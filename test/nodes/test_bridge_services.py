# SPDX-License-Identifier: Apache-2.0
"""Services and actions that cross between two ROS domains by bridges."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="ROS 2 is not installed")
pytest.importorskip("zenoh", reason="Zenoh is not installed")

from action_msgs.msg import GoalStatus
from diagnostic_msgs.msg import DiagnosticArray
from nodes.bridged_sites import Sites, joined
from rclpy.action import ActionClient, ActionServer, CancelResponse
from rclpy.serialization import serialize_message
from std_srvs.srv import SetBool, Trigger
from waiting import LONGEST_S
from zenoh_net import session_at

from suwon_fleet.action import DriveRobot
from suwon_fleet.nodes.bridge.ros_types import service_named, type_named

pytestmark = pytest.mark.ros
OUT = """\
services_to_zenoh:
  allow: [/r1/.*]
  deny: [/r1/secret]
  rules:
    - {match: '/r1/mute', to: yard/r1/mute, timeout_s: 0.5}
    - {match: '/r1/(.*)', to: 'yard/r1/\\1', timeout_s: 60}
"""
IN = """\
services_from_zenoh:
  allow: [yard/.*]
  rules:
    - {match: 'yard/r1/mute', to: /yard/r1/mute, timeout_s: 0.5}
    - {match: 'yard/(.*)', to: '/yard/\\1', timeout_s: 60}
"""
ACTION = "'/r1/drive/_action/.*'"
KEYS = "'r1/drive/_action/.*'"


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Sites]:
    with joined(tmp_path) as sites:
        yield sites


class Asker:
    """Asks a service there."""

    def __init__(self, sites: Sites, kind: Any, name: str) -> None:
        self.sites, self.kind = sites, kind
        self.client = sites.there.observer().create_client(kind, name)

    def ready(self) -> Asker:
        self.sites.until(self.client.service_is_ready)
        return self

    def answer(self, **what: Any) -> Any:
        future = self.client.call_async(self.kind.Request(**what))
        self.sites.until(future.done)
        return future.result()


def switch(sites: Sites, name: str = "/r1/light") -> Any:
    """A server here."""

    def answer(request: Any, response: Any) -> Any:
        response.success, response.message = request.data, f"light {request.data}"
        return response

    node = sites.here.observer()
    node.create_service(SetBool, name, answer)
    return node


@pytest.mark.parametrize("order", ["server first", "bridges first"])
def test_a_service_is_asked_from_elsewhere(sites: Sites, order: str) -> None:
    if order == "server first":
        switch(sites)
    near = sites.bridge(sites.here, OUT, listens=True)
    far = sites.bridge(sites.there, IN)
    if order != "server first":
        switch(sites)
    asker = Asker(sites, SetBool, "/yard/r1/light").ready()
    for data in (True, False):
        answer = asker.answer(data=data)
        assert (answer.success, answer.message) == (data, f"light {data}")
    sites.until(lambda: near.offered.here["/r1/light"].counts.messages == 2)
    assert far.offered.elsewhere["yard/r1/light"].counts.messages == 2


def test_what_is_not_allowed_is_not_offered_and_what_has_ended_is_offered_no_more(
    sites: Sites,
) -> None:
    near = sites.bridge(sites.here, OUT, listens=True)
    far = sites.bridge(sites.there, IN)
    server = switch(sites)
    switch(sites, "/r1/secret")
    switch(sites, "/r2/light")
    asker = Asker(sites, SetBool, "/yard/r1/light").ready()
    assert near.offered.here.keys() == {"/r1/light"}
    assert far.offered.elsewhere.keys() == {"yard/r1/light"}
    told: list[Any] = []
    sites.there.observer().create_subscription(DiagnosticArray, "/diagnostics", told.append, 10)
    sites.until(lambda: told)
    names = [status.name for status in told[-1].status]
    assert "zenoh_bridge: service /yard/r1/light -> yard/r1/light" in names
    sites.here.remove(server)
    sites.until(lambda: not asker.client.service_is_ready())
    assert not near.offered.here
    assert not far.offered.elsewhere


def test_a_server_that_does_not_answer_holds_nobody_up(sites: Sites) -> None:
    near = sites.bridge(sites.here, OUT, listens=True)
    far = sites.bridge(sites.there, IN)
    node = sites.here.observer()
    silent = node.create_service(Trigger, "/r1/mute", lambda _, response: response)
    silent.send_response = lambda *_: None
    switch(sites)
    asker = Asker(sites, Trigger, "/yard/r1/mute").ready()
    asker.client.call_async(Trigger.Request())
    other = Asker(sites, SetBool, "/yard/r1/light").ready()
    assert other.answer(data=True).success
    sites.until(
        lambda: (
            near.offered.here["/r1/mute"].counts.missed
            and far.offered.elsewhere["yard/r1/mute"].counts.missed
        )
    )


def test_rubbish_is_answered_so_and_counted(sites: Sites) -> None:
    near = sites.bridge(sites.here, OUT, listens=True)
    switch(sites)
    sites.until(lambda: near.offered.here)
    with (
        session_at(connect=[sites.endpoint]) as robot,
        robot.declare_querier("yard/r1/light", timeout=LONGEST_S) as querier,
    ):
        sites.until(lambda: querier.matching_status.matching)

        def ask(payload: bytes | None) -> Any:
            replies = querier.get(zenoh_fifo(), payload=payload)
            return sites.until(replies.try_recv)

        for payload in (None, b"no CDR", b"\x00\x01\x00\x00"):
            assert "no request" in ask(payload).err.payload.to_string()
        assert near.offered.here["/r1/light"].counts.faults == 3
        good = ask(serialize_message(SetBool.Request(data=True))).ok
        assert good.payload.to_bytes() == serialize_message(
            SetBool.Response(success=True, message="light True")
        )


def zenoh_fifo() -> Any:
    from zenoh.handlers import FifoChannel

    return FifoChannel(10)


def test_an_answer_that_is_rubbish_is_none(sites: Sites) -> None:
    far = sites.bridge(sites.there, IN, listens=True)
    with session_at(connect=[sites.endpoint]) as robot:
        zid = robot.info.zid()
        token = robot.liveliness().declare_token(
            f"@/{zid}/@ros2_lv/SS/yard§r1§light/std_srvs§srv§SetBool"
        )
        asked = robot.declare_queryable(
            "yard/r1/light", lambda query: query.reply("yard/r1/light", b"no CDR")
        )
        asker = Asker(sites, SetBool, "/yard/r1/light").ready()
        asker.client.call_async(SetBool.Request())
        sites.until(lambda: far.offered.elsewhere["yard/r1/light"].counts.missed)
        asked.undeclare()
        token.undeclare()
        sites.until(lambda: not far.offered.elsewhere)
        kept = [
            robot.liveliness().declare_token(f"@/{zid}/@ros2_lv/SS/yard§{name}")
            for name in ("a/std_srvs§srv§Nonsense", "b§§c/std_srvs§srv§Empty")
        ]
        sites.until(lambda: len(far.offered.troubles) == 2)
        assert "not installed" in far.offered.troubles["yard/a"]
        assert "is no service" in far.offered.troubles["yard/b//c"]
        for one in kept:
            one.undeclare()


def test_a_key_that_is_none_is_not_asked(sites: Sites) -> None:
    named = "services_from_zenoh:\n  allow: [yard/.*]\n  rules: [{match: yard/.*, to: /light}]\n"
    far = sites.bridge(sites.there, named, listens=True)
    with session_at(connect=[sites.endpoint]) as robot:
        token = f"@/{robot.info.zid()}/@ros2_lv/SS/yard§§light/std_srvs§srv§SetBool"
        told = robot.liveliness().declare_token(token)
        sites.until(lambda: far.offered.troubles)
        told.undeclare()
        assert "cannot cross" in far.offered.troubles["yard//light"]
    assert not far.offered.elsewhere


def test_a_service_that_is_on_both_sides_stays_where_it_is(sites: Sites) -> None:
    both = "services_to_zenoh: {allow: [/x]}\nservices_from_zenoh: {allow: [x]}\n"
    bridges = [
        sites.bridge(sites.here, both, listens=True),
        sites.bridge(sites.there, both),
    ]
    for play in (sites.here, sites.there):
        play.observer().create_service(Trigger, "/x", lambda _, response: response)
    sites.until(lambda: all("x" in bridge.offered.troubles for bridge in bridges))
    assert not any(bridge.offered.elsewhere for bridge in bridges)


def test_an_action_crosses(sites: Sites) -> None:
    topics = f"to_zenoh: {{allow: [{ACTION}]}}\n"
    services = f"services_to_zenoh: {{allow: [{ACTION}], rules: [{{match: .*, timeout_s: 60}}]}}\n"
    sites.bridge(sites.here, topics + services, listens=True)
    sites.bridge(
        sites.there,
        (topics + services).replace("to_zenoh", "from_zenoh").replace(ACTION, KEYS),
    )
    goals: list[Any] = []
    server = ActionServer(
        sites.here.observer(),
        DriveRobot,
        "/r1/drive",
        execute_callback=lambda goal: goal,
        handle_accepted_callback=goals.append,
        cancel_callback=lambda _: CancelResponse.ACCEPT,
    )
    client = ActionClient(sites.there.observer(), DriveRobot, "/r1/drive")
    sites.until(client.server_is_ready)
    feedback: list[Any] = []
    sent = client.send_goal_async(
        DriveRobot.Goal(robot_id="r-1"), lambda told: feedback.append(told.feedback.doing)
    )
    sites.until(sent.done)
    goal = goals[0]
    sites.until(
        lambda: feedback, step=lambda: goal.publish_feedback(DriveRobot.Feedback(doing="driving"))
    )
    asked = sent.result().cancel_goal_async()
    sites.until(asked.done)
    sites.until(lambda: goal.is_cancel_requested)

    def end(_: Any) -> Any:
        goal.canceled()
        return DriveRobot.Result(result="half way")

    goal.execute(end)
    result = sent.result().get_result_async()
    sites.until(result.done)
    assert result.result().status == GoalStatus.STATUS_CANCELED
    assert result.result().result.result == "half way"
    assert set(feedback) == {"driving"}
    server.destroy()
    client.destroy()


@pytest.mark.parametrize(
    ("name", "is_there"),
    [
        ("std_srvs/srv/Trigger", True),
        ("suwon_fleet/action/DriveRobot_SendGoal", True),
        ("suwon_fleet/action/DriveRobot_GetResult", True),
        ("suwon_fleet/action/DriveRobot", False),
        ("suwon_fleet/action/Nothing_SendGoal", False),
        ("suwon_fleet/action/_drive_robot_SendGoal", False),
        ("std_srvs/srv/_trigger", False),
        ("std_srvs/msg/Trigger", False),
        ("nothing/srv/Trigger", False),
        ("os/srv/system", False),
        ("a b/srv/c", False),
        ("", False),
    ],
)
def test_types_of_services(name: str, is_there: bool) -> None:
    assert (service_named(name) is not None) == is_there


@pytest.mark.parametrize(
    ("name", "is_there"),
    [
        ("suwon_fleet/action/DriveRobot_FeedbackMessage", True),
        ("suwon_fleet/action/Nothing_FeedbackMessage", False),
        ("suwon_fleet/action/_drive_robot_FeedbackMessage", False),
        ("std_msgs/msg/_string", False),
        ("suwon_fleet/action/DriveRobot", False),
        ("nothing/action/A_FeedbackMessage", False),
    ],
)
def test_types_of_actions_topics(name: str, is_there: bool) -> None:
    assert (type_named(name) is not None) == is_there
