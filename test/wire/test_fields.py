# SPDX-License-Identifier: Apache-2.0
"""Reading values as the types they ought to have."""

from __future__ import annotations

from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suwon_fleet.wire.document import parse_json, parse_yaml
from suwon_fleet.wire.fields import ID, Fields
from suwon_fleet.wire.findings import Findings


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


def fields_of(text: str, known: tuple[str, ...] | None = None) -> Fields:
    findings = Findings("f")
    return Fields(parse_yaml(text, findings), findings, "a thing", known)


def complaint(fields: Fields) -> tuple[str, str, str]:
    assert fields.findings.has_errors
    problem = fields.findings.problems[0]
    return problem.where, problem.code, problem.mend


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1.0), ("-2.5", -2.5), ("+3.", 3.0), (".5", 0.5), ("1e3", 1000.0), ("1.0E-2", 0.01)],
)
def test_numbers(text: str, value: float) -> None:
    fields = fields_of(f"a: {text}")
    assert fields.number("a", -1e6, 1e6) == value
    assert not fields.findings.has_errors


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("'1'", "not-a-number"),
        ("abc", "not-a-number"),
        ("0x10", "not-a-number"),
        ("1_000", "not-a-number"),
        ("12:30", "not-a-number"),
        (".nan", "not-a-number"),
        ("-.inf", "not-a-number"),
        ("[1]", "not-a-number"),
        ("٣", "not-a-number"),
        ("11", "out-of-range"),
        ("1e999", "out-of-range"),
        ("9" * 5000, "out-of-range"),
    ],
)
def test_what_is_no_number_in_range(text: str, code: str) -> None:
    fields = fields_of(f"a: {text}")
    assert fields.number("a", 0.0, 10.0) is None
    assert complaint(fields)[:2] == ("f:1:4", code)


def test_absent_and_null_are_no_values_and_no_problems() -> None:
    fields = fields_of("a:\nb: null\n")
    for key in "abc":
        assert fields.number(key, 0, 1) is None
        assert fields.text(key) is None
        assert fields.flag(key) is None
        assert fields.choice(key, Colour) is None
        assert fields.items(key) == []
        assert fields.title(key) == {}
    assert not fields.findings.has_errors


def test_required_keys() -> None:
    fields = fields_of("a: 1\nb:\n")
    assert fields.require("a")
    assert not fields.require("a", "b", "c")
    assert [p.what for p in fields.findings.problems] == [
        "a thing has no 'b'",
        "a thing has no 'c'",
    ]


def test_unknown_keys_are_reported_where_they_stand() -> None:
    assert complaint(fields_of("id: 1\nkindd: x\n", ("id", "kind"))) == (
        "f:2:1",
        "unknown-key",
        "did you mean 'kind'?",
    )
    assert complaint(fields_of("zzz: x", ("id", "kind")))[2] == "known here: id, kind"


@pytest.mark.parametrize("text", ["101", "no", "1e3", "12:30", "A.b-c_d:e"])
def test_ids_need_no_quotes(text: str) -> None:
    assert fields_of(f"a: {text}").id("a") == text


@pytest.mark.parametrize("text", ["'a b'", "-a", "'*'", "보관함", "x" * 65, '"a\\n"', "''"])
def test_what_cannot_be_an_id(text: str) -> None:
    fields = fields_of(f"a: {text}")
    fields.id("a")
    assert complaint(fields)[:2] == ("f:1:4", "bad-id")


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("False", False), ("yes", True), ("off", False)]
)
def test_flags(text: str, value: bool) -> None:
    assert fields_of(f"a: {text}").flag("a") is value


@pytest.mark.parametrize("text", ["1", "'true'", "maybe", "[true]"])
def test_what_is_no_flag(text: str) -> None:
    fields = fields_of(f"a: {text}")
    assert fields.flag("a") is None
    assert complaint(fields)[:2] == ("f:1:4", "not-a-flag")


def test_choices() -> None:
    assert fields_of("a: red").choice("a", Colour) is Colour.RED
    fields = fields_of("a: gren")
    assert fields.choice("a", Colour) is None
    assert complaint(fields) == ("f:1:4", "unknown-value", "did you mean 'green'?")
    fields = fields_of("a: x")
    fields.choice("a", Colour)
    assert complaint(fields)[2] == "one of: red, green"


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("12", 12), ("3.0", 3)])
def test_whole_numbers(text: str, value: int) -> None:
    assert fields_of(f"a: {text}").whole("a", 100) == value


@pytest.mark.parametrize(
    ("text", "code"), [("1.5", "not-whole"), ("-1", "out-of-range"), ("101", "out-of-range")]
)
def test_what_is_no_whole_number(text: str, code: str) -> None:
    fields = fields_of(f"a: {text}")
    assert fields.whole("a", 100) is None
    assert complaint(fields)[:2] == ("f:1:4", code)


def test_titles() -> None:
    fields = fields_of("title: {en: Locker, ko: 보관함, zh-Hant: 儲物櫃}")
    assert fields.title() == {"en": "Locker", "ko": "보관함", "zh-Hant": "儲物櫃"}
    assert not fields.findings.has_errors


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ("title: {english: x}", "f:1:9", "bad-language"),
        ('title: {en: "a\\nb"}', "f:1:13", "bad-title"),
        (f"title: {{en: {'x' * 201}}}", "f:1:13", "bad-title"),
        ("title: {en: [x]}", "f:1:13", "wrong-type"),
        ("title: Locker", "f:1:8", "wrong-type"),
    ],
)
def test_bad_titles(text: str, where: str, code: str) -> None:
    fields = fields_of(text)
    assert fields.title() == {}
    assert complaint(fields)[:2] == (where, code)


def test_a_scalar_is_neither_list_nor_mapping() -> None:
    fields = fields_of("a: 5")
    assert fields.items("a") == []
    assert list(fields.pairs("a")) == []
    assert [p.code for p in fields.findings.problems] == ["wrong-type", "wrong-type"]
    fields = fields_of("5")
    assert fields.entries == {}
    assert complaint(fields)[:2] == ("f:1:1", "wrong-type")


@settings(deadline=None)
@given(st.text())
def test_every_reader_is_total(text: str) -> None:
    import json

    findings = Findings("f")
    fields = Fields(parse_json(json.dumps({"a": text}), findings), findings, "a thing")
    name = fields.id("a")
    assert name is None or ID.fullmatch(name)
    for read in (fields.text, fields.flag, fields.items, fields.title):
        read("a")
    fields.number("a", 0, 1)
    fields.whole("a", 1)
    fields.choice("a", Colour)
    for problem in findings.problems:
        assert str(problem).isprintable()
