# SPDX-License-Identifier: Apache-2.0
"""Tokens as zenoh-bridge-ros2dds writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.bridge.tokens import PUBLISHER, Qos, ServiceToken, Token


def test_a_token_is_written_and_read() -> None:
    text = "@/1a2b/@ros2_lv/MP/r1§odom/nav_msgs§msg§Odometry/:0::0,5"
    token = Token("1a2b", PUBLISHER, "r1/odom", "nav_msgs/msg/Odometry", Qos(False, False, 5))
    assert token.text() == text
    assert Token.parse(text) == token


def test_a_service_is_told_of_likewise() -> None:
    text = "@/1a2b/@ros2_lv/SS/r1§reset/std_srvs§srv§Empty"
    token = ServiceToken("1a2b", "r1/reset", "std_srvs/srv/Empty")
    assert token.text() == text
    assert ServiceToken.parse(text) == token


@given(st.text(max_size=80) | st.lists(st.sampled_from(["@", "@ros2_lv", "SS"])).map("/".join))
def test_any_text_is_a_service_or_an_error(text: str) -> None:
    try:
        token = ServiceToken.parse(text)
    except BadInput:
        return
    assert ServiceToken.parse(token.text()) == token


@pytest.mark.parametrize(
    ("text", "qos"),
    [
        (":::", Qos(True, False, 10)),
        ("K:1:1:0,1", Qos(True, True, 1)),
        (":0::1,0", Qos(False, False, 10)),
        ("::::tomorrow's", Qos(True, False, 10)),
        ("", Qos(True, False, 10)),
        (":1::0," + "9" * 5000, Qos(True, False, 10)),
        (":1::0,99999", Qos(True, False, 10_000)),
    ],
)
def test_what_is_not_told_has_its_default(text: str, qos: Qos) -> None:
    assert Qos.parse(text) == qos


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(["@", "@ros2_lv", "MP", "a", ":::"])).map("/".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        token = Token.parse(text)
    except BadInput:
        return
    assert Token.parse(token.text()).key == token.key


@given(st.booleans(), st.booleans(), st.integers(1, 10_000))
def test_qualities_come_back_as_they_were(reliable: bool, latched: bool, depth: int) -> None:
    qos = Qos(reliable, latched, depth)
    assert Qos.parse(qos.text()) == qos
