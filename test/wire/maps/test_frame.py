# SPDX-License-Identifier: Apache-2.0
"""Positions in degrees and in metres."""

from __future__ import annotations

import pytest

from suwon_fleet.core.geodesy import TangentPlane
from suwon_fleet.wire.document import Item, parse_yaml
from suwon_fleet.wire.fields import Fields
from suwon_fleet.wire.findings import Findings
from suwon_fleet.wire.maps.frame import Frame, FrameKind, read_frame

SUSEO = TangentPlane(37.4875, 127.1019)
DEGREES = Frame(FrameKind.WGS84, SUSEO)
METRES = Frame(FrameKind.LOCAL)


def item(text: str) -> Item:
    parsed = parse_yaml(text, Findings("f"))
    assert parsed is not None
    return parsed


def complaint(frame: Frame, text: str) -> tuple[str, str]:
    findings = Findings("f")
    assert frame.position(item(text), findings) is None
    (problem,) = findings.problems
    return problem.code, problem.mend


def test_metres_are_taken_as_they_are() -> None:
    assert METRES.position(item("[1.5, -2]"), Findings("f")) == (1.5, -2.0)
    assert METRES.origin is None


def test_degrees_are_metres_from_the_origin() -> None:
    point = DEGREES.position(item("[37.4885, 127.1019]"), Findings("f"))
    assert point == pytest.approx((0.0, 110.99), abs=0.01)
    assert DEGREES.origin == (37.4875, 127.1019)


def test_longitude_may_come_first() -> None:
    frame = Frame(FrameKind.WGS84, SUSEO, longitude_first=True)
    assert frame.position(item("[127.1019, 37.4885]"), Findings("f")) == pytest.approx(
        (0.0, 110.99), abs=0.01
    )
    assert "longitude comes first" in complaint(frame, "[37.4875, 127.1019]")[1]


@pytest.mark.parametrize(
    ("text", "code", "mend"),
    [
        ("[127.1019, 37.4875]", "out-of-range", "latitude comes first; are the two swapped?"),
        ("[37.4875, 128.9]", "far-away", "check the position and the origin"),
        ("[37.4875, 181]", "out-of-range", "give a number from -180 to 180"),
        ("[37.4875]", "wrong-length", "give two numbers"),
        ("[37.4875, 127.1, 20]", "wrong-length", "give two numbers"),
        ("37.4875", "wrong-type", "write 'a position' as a list"),
        ("[a, 127.1]", "not-a-number", "give a number"),
    ],
)
def test_bad_degrees(text: str, code: str, mend: str) -> None:
    assert complaint(DEGREES, text) == (code, mend)


def test_a_point_is_told_as_the_file_tells_it() -> None:
    assert METRES.tell(1.0, 2.0) == "(1.00, 2.00)"
    assert DEGREES.tell(0.0, 0.0) == "latitude 37.487500, longitude 127.101900"


def frame_of(text: str) -> tuple[Frame | None, list[str]]:
    findings = Findings("f")
    frame = read_frame(Fields(item(text), findings, "the map"))
    return frame, [problem.code for problem in findings.problems]


def test_frames() -> None:
    assert frame_of("frame: {kind: local}") == (METRES, [])
    frame, _ = frame_of("frame: {kind: local, origin: [37.4875, 127.1019]}")
    assert frame is not None
    assert (frame.kind, frame.origin) == (FrameKind.LOCAL, (37.4875, 127.1019))
    frame, _ = frame_of("frame: {kind: wgs84, origin: [37.4875, 127.1019]}")
    assert frame is not None
    assert (frame.kind, frame.origin) == (FrameKind.WGS84, (37.4875, 127.1019))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 1", "missing-key"),
        ("frame: {}", "missing-key"),
        ("frame: {kind: wgs84}", "missing-key"),
        ("frame: {kind: utm}", "unknown-value"),
        ("frame: {kind: wgs84, origin: [127.1, 37.5]}", "out-of-range"),
        ("frame: wgs84", "wrong-type"),
    ],
)
def test_bad_frames(text: str, code: str) -> None:
    frame, codes = frame_of(text)
    assert frame is None
    assert codes[0] == code
