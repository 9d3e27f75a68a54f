# SPDX-License-Identifier: Apache-2.0
"""Bytes of version 1 as they were first sent. A change here breaks robots that are out there."""

from __future__ import annotations

import json

import msgpack
import pytest
from pages import blocks
from wire.zenoh import samples as s

KEPT = s.golden()


@pytest.mark.parametrize("name", sorted(KEPT))
def test_the_bytes_are_what_the_page_tells(name: str) -> None:
    assert msgpack.unpackb(bytes.fromhex(KEPT[name]["hex"])) == KEPT[name]["value"]


def test_what_is_sent_has_not_changed() -> None:
    assert {n: b.hex() for n, b in s.encoded().items()} == {n: k["hex"] for n, k in KEPT.items()}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        *((name, ("command", (one, s.TICKET))) for name, one in s.COMMANDS.items()),
        ("grant", ("command", (s.GRANT, s.GRANT_TICKET))),
        ("unread", ("command", (s.UNREAD, s.Ticket("", 0, 79, s.AT_NS)))),
        ("factsheet", ("factsheet", s.SHEET)),
        ("state", ("state", s.STATE)),
        ("short_state", ("state", s.SHORT_STATE)),
        ("event", ("event", s.EVENT)),
        ("alarm", ("alarm", s.ALARM)),
        ("answer", ("answer", s.ANSWER)),
    ],
)
def test_what_was_sent_is_still_understood(name: str, meant: tuple[str, object]) -> None:
    decoder, value = meant
    assert s.DECODERS[decoder](bytes.fromhex(KEPT[name]["hex"])) == value


@pytest.mark.parametrize("name", sorted(KEPT))
def test_fields_of_later_versions_are_ignored(name: str) -> None:
    *head, body = KEPT[name]["value"]
    later = msgpack.packb([*head, [*body, "new", {"and": 1}], "more"])
    decoder = s.DECODERS.get(name.removeprefix("short_"), s.command_of)
    assert decoder(later) == decoder(bytes.fromhex(KEPT[name]["hex"]))


def test_a_short_state_says_the_rest_by_saying_nothing() -> None:
    *head, body = KEPT["short_state"]["value"]
    assert s.DECODERS["state"](msgpack.packb([*head, body[:9]])) == s.SHORT_STATE


def test_the_page_shows_a_state_as_it_is() -> None:
    (value,), (shown,) = blocks("zenoh.md", "json"), blocks("zenoh.md", "hex")
    assert json.loads(value) == KEPT["state"]["value"]
    assert shown.strip() == KEPT["state"]["hex"]
