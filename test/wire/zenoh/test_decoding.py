# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from contextlib import suppress

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from wire.events import values_of
from wire.zenoh import samples as s

from suwon_fleet.core.errors import BadInput
from suwon_fleet.core.robots.report import ActionReport, ActionStatus, Pose, RobotReport
from suwon_fleet.wire.zenoh import reports
from suwon_fleet.wire.zenoh.envelope import MOST_BYTES, NewerSchema, head_of

SENT = s.encoded()
metres = st.floats(-1e8, 1e8)


def any_decoder(name: str) -> str:
    return name.removeprefix("short_") if name.removeprefix("short_") in s.DECODERS else "command"


@settings(max_examples=200)
@given(
    values_of(RobotReport),
    st.builds(Pose, metres, metres, metres, st.text(min_size=1, max_size=8)),
    st.one_of(st.none(), st.floats(0.0, 1.0)),
    st.tuples(*[st.integers(-1, 2**53)] * 2),
    st.tuples(*[st.integers(0, 2**63 - 1)] * 2),
    st.floats(-1e3, 1e3),
)
def test_every_state_comes_back_as_it_was(
    report: RobotReport,
    pose: Pose,
    soc: float | None,
    indexes: tuple[int, int],
    numbers: tuple[int, int],
    speed: float,
) -> None:
    told = structs.replace(
        report,
        pose=pose,
        battery_soc=soc,
        path_index=indexes[0],
        granted_index=indexes[1],
        sequence=numbers[0],
        stamp_ns=numbers[1],
        speed_mps=speed,
        action=report.action if report.action and report.action.action_id else None,
    )
    assert reports.decode_state(reports.encode_state(told), "key") == told


@pytest.mark.parametrize("decoder", s.DECODERS)
@settings(max_examples=300)
@given(payload=st.binary(max_size=200))
def test_any_bytes_give_a_message_or_a_bad_input(decoder: str, payload: bytes) -> None:
    with suppress(BadInput):
        s.DECODERS[decoder](payload)


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(), st.text()),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


@pytest.mark.parametrize("name", sorted(SENT))
@settings(max_examples=60)
@given(data=st.data())
def test_a_message_damaged_anywhere_gives_a_message_or_a_bad_input(
    name: str, data: st.DataObject
) -> None:
    decode, payload = s.DECODERS[any_decoder(name)], SENT[name]
    at = data.draw(st.integers(0, len(payload) - 1))
    with suppress(BadInput):
        decode(payload[:at] + data.draw(st.binary(max_size=1)) + payload[at + 1 :])
    *head, body = msgpack.unpackb(payload)
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(VALUES)
    with suppress(BadInput):
        decode(msgpack.packb([*head, body]))


@pytest.mark.parametrize("name", sorted(SENT))
def test_a_newer_schema_is_named_with_its_number(name: str) -> None:
    _, kind, seq, at_ns, _ = msgpack.unpackb(SENT[name])
    newer = msgpack.packb([2, kind, seq, at_ns, {"all": "else"}])
    with pytest.raises(NewerSchema, match="schema 2 is newer than 1") as caught:
        s.DECODERS[any_decoder(name)](newer)
    assert (caught.value.head.seq, caught.value.head.kind) == (seq, kind)


def test_a_newer_kind_of_command_is_newer_before_it_is_unknown() -> None:
    with pytest.raises(NewerSchema):
        s.command_of(msgpack.packb([2, "dance", 1, 1, []]))
    with pytest.raises(BadInput, match="no command 'dance'"):
        s.command_of(msgpack.packb([1, "dance", 1, 1, []]))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (2, float("nan")),
        (3, float("inf")),
        (6, 1e6),
        (7, -2),
        (9, 7.0),
        (10, "asleep"),
        (0, "x" * 65),
        (20, ["fault"] * 101),
    ],
)
def test_a_value_that_cannot_be_is_refused(field: int, value: object) -> None:
    *head, body = msgpack.unpackb(SENT["state"])
    body[field] = value
    with pytest.raises(BadInput, match=rf"key: error: .*\$\[4\]\[{field}\]"):
        s.DECODERS["state"](msgpack.packb([*head, body]))


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"\x00" * (MOST_BYTES + 1), "65537 bytes are more than 65536"),
        (b"\x95\x01\xa5state\x05\x06" + b"\x91" * 60_000 + b"\xc0", "Expected|recursion"),
        (SENT["event"], "message|Expected"),
        (b"\x95\x01\xa5state\x05\xff\x90", "Expected `int` >= 0"),
        (b"", "truncated"),
    ],
    ids=["too large", "too deep", "of another kind", "negative", "empty"],
)
def test_what_is_no_state_is_named(payload: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        s.DECODERS["state"](payload)
    assert caught.value.problems[0].code == "message-unreadable"


def test_an_action_with_an_empty_id_is_none() -> None:
    told = structs.replace(s.STATE, action=ActionReport("", ActionStatus.RUNNING))
    assert reports.decode_state(reports.encode_state(told), "key").action is None


def test_a_head_is_read_whatever_follows() -> None:
    head = head_of(msgpack.packb([7, "later", 5, 6, {"x": []}, 1]), "key")
    assert (head.schema, head.kind, head.seq, head.stamp_ns) == (7, "later", 5, 6)


def test_a_gauge_that_reads_a_little_over_full_is_full() -> None:
    *head, body = msgpack.unpackb(SENT["state"])
    body[9] = 1.05
    assert s.DECODERS["state"](msgpack.packb([*head, body])).battery_soc == 1.0
