# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import get_args

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire.events import values_of

from suwon_fleet.core.engine.messages import PeerSaid
from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.federation.messages import Message, Promise
from suwon_fleet.wire.zenoh.envelope import NewerSchema
from suwon_fleet.wire.zenoh.peers import MOST_BYTES, decode, encode, key_to, keys_to

KEY = "suwon/v1/belt/suseo/_fleet/to-roads"
KINDS = get_args(Message)


def test_keys_name_both_and_begin_with_the_speakers() -> None:
    assert key_to("belt", "suseo", "roads") == KEY
    assert keys_to("belt", "roads") == "suwon/v1/belt/*/_fleet/to-roads"
    for names in (("belt", "Su seo", "roads"), ("belt", "suseo", "a/b"), ("*", "suseo", "roads")):
        with pytest.raises(BadInput):
            key_to(*names)


@settings(max_examples=200)
@given(st.one_of([values_of(kind) for kind in KINDS]))
def test_every_message_comes_back_as_it_was(said: Message) -> None:
    assert decode(encode(said, 1, 2), KEY) == PeerSaid("suseo", said)


def test_a_promise_is_these_bytes() -> None:
    payload = encode(Promise("r@suseo>roads.1"), 7, 9)
    assert msgpack.unpackb(payload) == [1, "promise", 7, 9, ["r@suseo>roads.1"]]
    assert payload.hex() == "9501a770726f6d697365070991af7240737573656f3e726f6164732e31"


def test_fields_of_later_versions_are_ignored() -> None:
    later = msgpack.packb([1, "promise", 7, 9, ["r@suseo>roads.1", "new"], "more"])
    assert decode(later, KEY).message == Promise("r@suseo>roads.1")
    with pytest.raises(NewerSchema):
        decode(msgpack.packb([2, "promise", 7, 9, []]), KEY)


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_message_or_a_bad_input(payload: bytes) -> None:
    with pytest.raises(BadInput, match=r"message-unreadable|newer-schema"):
        decode(payload, KEY)


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        (b"\x00" * (MOST_BYTES + 1), KEY),
        (msgpack.packb([1, "gossip", 1, 1, []]), KEY),
        (msgpack.packb([1, "promise", 1, 1, []]), KEY),
        (msgpack.packb([1, "promise", 1, 1, [5]]), KEY),
        (encode(Promise("r"), 1, 1), "suwon/v1/belt/suseo/robot/to-roads"),
        (encode(Promise("r"), 1, 1), "suwon/v1/belt/suseo"),
    ],
)
def test_what_is_wrong_is_told(payload: bytes, key: str) -> None:
    with pytest.raises(BadInput):
        decode(payload, key)
