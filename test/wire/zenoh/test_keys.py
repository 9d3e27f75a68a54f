# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.zenoh.keys import Address, Channel, all_robots, owner_of, parse

chunks = st.from_regex(r"[a-z0-9_-]{1,64}", fullmatch=True)
robots = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True)


@given(chunks, chunks, robots, st.sampled_from(Channel))
def test_a_key_that_is_made_is_read(site: str, zone: str, robot: str, channel: Channel) -> None:
    address = Address(site, zone, robot)
    assert parse(address.key(channel)) == (address, channel)
    assert parse(address.alive) == (address, "alive")


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_bad_input(key: str) -> None:
    with pytest.raises(BadInput):
        parse(key)


def test_the_layout() -> None:
    robot = Address("suseo", "plaza", "lab-1")
    assert robot.key(Channel.STATE) == "suwon/v1/suseo/plaza/lab-1/state"
    assert robot.alive == "suwon/v1/suseo/plaza/lab-1/alive"
    assert owner_of("suseo", "plaza").alive == "suwon/v1/suseo/plaza/_fleet/alive"
    assert all_robots("suseo", "*", "state") == "suwon/v1/suseo/*/*/state"


@pytest.mark.parametrize("bad", ["", "A", "a/b", "*", "$*", "x" * 65, "a b", "é", "@x", "a\n"])
def test_what_cannot_be_part_of_a_key_is_named(bad: str) -> None:
    for name, make in (
        ("site", lambda: Address(bad, "z", "r")),
        ("zone", lambda: Address("s", bad, "r")),
        ("robot", lambda: Address("s", "z", bad)),
    ):
        with pytest.raises(BadInput, match=rf"{name}: error: .* cannot be part of a key"):
            make()


@pytest.mark.parametrize("robot", ["_other", "-x"])
def test_a_robot_begins_with_a_letter_or_digit(robot: str) -> None:
    with pytest.raises(BadInput, match="beginning with a letter or digit"):
        Address("s", "z", robot)


def test_all_robots_wants_a_name_or_a_star() -> None:
    with pytest.raises(BadInput, match="zone: error"):
        all_robots("s", "**", "state")
