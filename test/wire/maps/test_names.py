# SPDX-License-Identifier: Apache-2.0
"""Ids out of other formats' names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.wire.fields import ID
from suwon_fleet.wire.maps.names import free_id, id_from


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pantry", "pantry"),
        ("L1_door2", "L1_door2"),
        ("meeting room 3", "meeting-room-3"),
        ("Café", "Cafe"),
        ("  _x ", "x"),
        ("보관함", "otherwise"),
        ("보관함 1", "1"),
        ("", "otherwise"),
        ("x" * 80, "x" * 64),
    ],
)
def test_names_become_ids(name: str, expected: str) -> None:
    assert id_from(name, "otherwise") == expected


@settings(deadline=None)
@given(st.text())
def test_every_name_becomes_an_id(name: str) -> None:
    assert ID.fullmatch(id_from(name, "otherwise"))


def test_an_id_in_use_gets_the_first_suffix_that_frees_it() -> None:
    assert free_id("a", (":L2",), {}) == "a"
    assert free_id("a", (":L2",), {"a"}) == "a:L2"
    assert free_id("a", (":L2",), {"a", "a:L2"}) == "a-2"
    assert free_id("a", (), {"a", "a-2"}) == "a-3"
    assert free_id("a" * 64, (), {"a" * 64}) == "a" * 62 + "-2"
