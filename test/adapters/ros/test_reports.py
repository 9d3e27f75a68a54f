# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("rclpy", reason="ROS 2 is not installed")

from rclpy.serialization import deserialize_message, serialize_message
from report_messages import batch_of

from suwon_fleet import msg
from suwon_fleet.adapters.ros.reports import heard_in
from suwon_fleet.core.engine.messages import Announced, Reported
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots import report as r
from suwon_fleet.core.sitemap import GROUND

pytestmark = pytest.mark.ros

single = st.floats(-1e6, 1e6, width=32)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=12)
ids = words.filter(lambda word: word[0] not in "-_")
reports = st.builds(
    r.RobotReport,
    robot_id=ids,
    sequence=st.integers(0, 2**63),
    stamp_ns=st.integers(0, 2**31 * 10**9 - 1).filter(lambda ns: ns < (2**31 - 1) * 10**9),
    session=words,
    pose=st.builds(
        r.Pose,
        st.floats(-1e6, 1e6),
        st.floats(-1e6, 1e6),
        st.floats(-math.pi, math.pi),
        st.sampled_from([GROUND, "L2"]),
    ),
    speed_mps=single,
    path_index=st.integers(-1, 2**31 - 1),
    granted_index=st.integers(-1, 2**31 - 1),
    battery_soc=st.none() | st.floats(0, 1, width=32),
    action=st.none()
    | st.builds(r.ActionReport, words, st.sampled_from(list(r.ActionStatus)), texts),
    stop_id=st.just("") | words,
    faults=st.lists(words, max_size=3).map(tuple),
)


def over_the_wire(batch: Any) -> Any:
    return deserialize_message(serialize_message(batch), type(batch))


def a_message(**changes: Any) -> Any:
    """A good report, but for these fields."""
    report = r.RobotReport("cart-1", 1, 5, "1", r.Pose(1.0, 2.0), 0.0, 0, 0)
    (message,) = batch_of([(report, "")]).reports
    for name, value in changes.items():
        setattr(message, name, value)
    return message


def fault_of(message: Any) -> str:
    heard, (fault,) = heard_in(msg.RobotReports(reports=[message]))
    assert not heard
    return str(fault)


@given(reports, st.just("") | words)
def test_what_goes_out_comes_in(report: r.RobotReport, kind: str) -> None:
    (heard,), wrong = heard_in(over_the_wire(batch_of([(report, kind)])))
    assert not wrong
    assert heard.report == report
    if kind:
        assert isinstance(heard, Announced)
        assert heard.factsheet == r.Factsheet(report.robot_id, kind, report.session)
    else:
        assert isinstance(heard, Reported)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"robot_id": ""}, "reports[0].robot_id"),
        ({"robot_id": "../../x"}, "is no id"),
        ({"mode": "flying"}, "reports[0] (cart-1).mode: error: 'flying' is no word"),
        ({"navigation": ""}, ".navigation"),
        ({"compartment": "ajar"}, "use closed, opening, open"),
        ({"speed": math.nan}, ".speed"),
        ({"pose": msg.Pose2D(x=math.inf)}, ".pose.x: error: is inf"),
        ({"battery": math.inf}, ".battery"),
        ({"path_index": -2}, ".path_index"),
        ({"action": msg.ActionReport(action_id="a", status="?")}, ".action.status"),
    ],
)
def test_a_bad_field_is_told_with_its_place(changes: dict[str, Any], told: str) -> None:
    assert told in fault_of(a_message(**changes))


def test_a_bad_report_does_not_keep_out_the_others() -> None:
    heard, wrong = heard_in(
        msg.RobotReports(reports=[a_message(), a_message(stop="?"), a_message()])
    )
    assert (len(heard), len(wrong)) == (2, 1)


def test_another_version_is_refused_as_a_whole() -> None:
    heard, wrong = heard_in(msg.RobotReports(version=9, reports=[a_message()]))
    assert (heard, len(wrong)) == ([], 1)
    assert "send version 1" in str(wrong[0])


@given(st.data())
def test_nothing_but_bad_input_comes_of_any_message(data: st.DataObject) -> None:
    texts = [name for name, kind in fields_of(msg.RobotReport) if kind == "string"]
    floats = ["speed", "battery"]
    changes: dict[str, Any] = {name: data.draw(st.text(max_size=8), name) for name in texts}
    changes |= {name: data.draw(st.floats(width=32), name) for name in floats}
    changes["pose"] = msg.Pose2D(x=data.draw(st.floats()), yaw=data.draw(st.floats()))
    heard, wrong = heard_in(over_the_wire(msg.RobotReports(reports=[a_message(**changes)])))
    assert len(heard) + len(wrong) == 1
    assert all(isinstance(fault, BadInput) for fault in wrong)


def fields_of(kind: Any) -> list[tuple[str, str]]:
    return list(kind.get_fields_and_field_types().items())
