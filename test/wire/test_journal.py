# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire.events import KINDS, any_event, values_of

from suwon_fleet.core.engine.events import Event, JobPaused, SiteOpened
from suwon_fleet.core.errors import BadInput
from suwon_fleet.wire.journal import decode, encode

NAMES = [kind.__name__ for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_every_kind_of_event_comes_back_as_it_was(kind: type) -> None:
    @settings(max_examples=30, deadline=None)
    @given(values_of(kind))
    def comes_back(event: Event) -> None:
        name, body = encode(event)
        assert name == kind.__name__
        again = decode(name, body, "record 1")
        assert type(again) is kind
        assert again == event
        assert encode(again) == (name, body)

    comes_back()


def test_no_two_kinds_of_event_share_a_name() -> None:
    assert len(set(NAMES)) == len(NAMES)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.sampled_from(NAMES), st.text(max_size=8)), st.binary(max_size=64))
def test_whatever_bytes_it_is_given_it_gives_an_event_or_a_bad_input(
    name: str, body: bytes
) -> None:
    try:
        event = decode(name, body, "j.db: record 7")
    except BadInput as bad:
        (problem,) = bad.problems
        assert problem.where == "j.db: record 7"
        assert problem.code == "journal-record-unreadable"
    else:
        assert type(event).__name__ == name


@settings(max_examples=150, deadline=None)
@given(any_event, st.data())
def test_one_byte_changed_or_lost_gives_an_event_or_a_bad_input(
    event: Event, data: st.DataObject
) -> None:
    name, body = encode(event)
    at = data.draw(st.integers(0, len(body) - 1))
    byte = data.draw(st.binary(max_size=1))
    with suppress(BadInput):
        decode(name, body[:at] + byte + body[at + 1 :], "here")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("JobPaused", b"\x81\xa1?" + 5000 * b"\x91" + b"\xc0"),
        ("JobPaused", b"\x81\xa1\xff\xc0"),
        ("JobPausd", encode(JobPaused(1, "j", True, "me"))[1]),
        ("SiteOpened", encode(JobPaused(1, "j", True, "me"))[1]),
        ("JobPaused", b""),
        ("JobPaused", encode(JobPaused(1, "j", True, "me"))[1] + b"\x00"),
        ("__class__", b"\x80"),
    ],
    ids=["deep", "no text", "unknown", "of another kind", "empty", "too long", "no event"],
)
def test_what_cannot_be_read_is_named(name: str, body: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        decode(name, body, "fleet.db: record 3")
    text = str(caught.value)
    assert text.startswith("fleet.db: record 3: error: ")
    assert f"'{name}'" in text
    assert "another version" in text


def test_bytes_stay_readable_by_later_versions() -> None:
    """Journals outlive programs: a change here needs a new SCHEMA and a way to read the old one."""
    name, body = encode(SiteOpened(5, "belt", "h"))
    assert (name, body) == (
        "SiteOpened",
        b"\x83\xa5at_ns\x05\xa7site_id\xa4belt\xa9site_hash\xa1h",
    )
